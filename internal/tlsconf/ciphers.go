package tlsconf

import (
	"crypto/tls"
	"fmt"
	"slices"

	"alexandra/internal/config"
)

// versions are the protocol names that accepted_protocols and protocol may use.
var versions = map[string]uint16{
	"TLSv1":   tls.VersionTLS10,
	"TLSv1.1": tls.VersionTLS11,
	"TLSv1.2": tls.VersionTLS12,
	"TLSv1.3": tls.VersionTLS13,
}

// protocols are the names of the versions that the options allow, in their order.
func protocols(o *config.EncryptionOptions) ([]string, error) {
	names := slices.Clone(o.AcceptedProtocols)
	switch {
	case o.Protocol != "" && o.Protocol != "TLS" && !slices.Contains(names, o.Protocol):
		names = append(names, o.Protocol)
	case len(names) == 0:
		names = []string{"TLSv1.3", "TLSv1.2"}
	}
	for _, name := range names {
		if _, ok := versions[name]; !ok {
			return nil, fmt.Errorf("Protocol %s is not supported.", name)
		}
	}
	return names, nil
}

// defaultSuites are on for TLS 1.2 and older when cipher_suites is absent: Cassandra's, less those without
// forward secrecy.
var defaultSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
}

// suites are the cipher suites that are on: those of TLS 1.2 and older, and whether TLS 1.3 has any.
type suites struct {
	old     []uint16
	new     bool
	names   []string
	dropped []string
}

// chooseSuites keeps the suites of cipher_suites that exist here.
func chooseSuites(o *config.EncryptionOptions) (suites, error) {
	known := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
	var s suites
	if len(o.CipherSuites) == 0 {
		s.old, s.new = defaultSuites, true
		for _, suite := range known {
			if slices.Contains(suite.SupportedVersions, uint16(tls.VersionTLS13)) {
				s.names = append(s.names, suite.Name)
			}
		}
		for _, id := range s.old {
			s.names = append(s.names, tls.CipherSuiteName(id))
		}
		return s, nil
	}
	for _, name := range o.CipherSuites {
		i := slices.IndexFunc(known, func(suite *tls.CipherSuite) bool { return suite.Name == name })
		switch {
		case i < 0:
			s.dropped = append(s.dropped, name)
			continue
		case slices.Contains(known[i].SupportedVersions, uint16(tls.VersionTLS13)):
			s.new = true
		default:
			s.old = append(s.old, known[i].ID)
		}
		s.names = append(s.names, name)
	}
	if len(s.names) == 0 {
		return s, fmt.Errorf("No ciphers left after filtering supported cipher suite")
	}
	return s, nil
}

// versionsOf are the protocol versions that can be spoken with these suites, lowest first.
func versionsOf(names []string, s suites) []uint16 {
	var result []uint16
	for _, name := range names {
		version := versions[name]
		if version == tls.VersionTLS13 && !s.new || version != tls.VersionTLS13 && len(s.old) == 0 {
			continue
		}
		result = append(result, version)
	}
	slices.Sort(result)
	return slices.Compact(result)
}

// contiguous says whether a minimum and a maximum describe the versions.
func contiguous(sorted []uint16) bool {
	return len(sorted) == 0 || int(sorted[len(sorted)-1]-sorted[0]) == len(sorted)-1
}
