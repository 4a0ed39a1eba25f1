package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
	"strings"

	"alexandra/internal/config"
)

const (
	factoryPackage = "org.apache.cassandra.security"
	defaultFactory = factoryPackage + ".DefaultSslContextFactory"
	pemFactory     = factoryPackage + ".PEMBasedSslContextFactory"
)

// material is everything that was read for one block of options. It is never changed; a reload makes a new one.
type material struct {
	inbound  identity
	outbound identity
	// roots is nil when nobody is asked for a certificate.
	roots *x509.CertPool
}

// source says what to read for one block of options.
type source struct {
	config.EncryptionOptions
	internode        bool
	outboundKeystore string
	outboundPassword config.Secret
	pem              bool
}

// newSource checks the choice of ssl_context_factory.
func newSource(o config.EncryptionOptions) (source, error) {
	s := source{EncryptionOptions: o}
	class := o.SSLContextFactory.Or(defaultFactory)
	name := class.ClassName
	if !strings.Contains(name, ".") {
		name = factoryPackage + "." + name
	}
	if name != defaultFactory && name != pemFactory {
		return s, config.Fatal("Unable to create instance of ISslContextFactory for "+name, "Unable to find class "+name)
	}
	s.pem = name == pemFactory
	for _, key := range slices.Sorted(maps.Keys(class.Parameters)) {
		if slices.Contains(topLevelOptions, key) {
			e := config.Fatal(fmt.Sprintf("SslContextFactory %s should configure '%s' as encryption_options instead of parameterized keys", name, key))
			e.JavaClass = "java.lang.IllegalArgumentException"
			return s, e
		}
	}
	if s.pem {
		if err := s.checkPEM(); err != nil {
			return s, config.Fatal("Unable to create instance of ISslContextFactory for "+name, err.Error())
		}
	}
	return s, nil
}

// topLevelOptions are the keys that must not appear among the parameters of the factory.
var topLevelOptions = []string{
	"accepted_protocols", "algorithm", "cipher_suites", "enabled", "keystore", "keystore_password", "optional",
	"outbound_keystore", "outbound_keystore_password", "protocol", "require_client_auth",
	"require_endpoint_verification", "store_type", "truststore", "truststore_password",
}

// The paths that the options have when nobody sets them: they do not count as given beside PEM text.
const (
	defaultKeystore   = "conf/.keystore"
	defaultTruststore = "conf/.truststore"
)

func (s *source) parameter(name string) string { return s.SSLContextFactory.Parameters[name] }

// checkPEM refuses options of which only one can count.
func (s *source) checkPEM() error {
	for _, pair := range []struct{ file, absent, option, parameter string }{
		{s.Keystore, defaultKeystore, "keystore", "private_key"},
		{s.outboundKeystore, "", "outbound_keystore", "outbound_private_key"},
		{s.Truststore, defaultTruststore, "truststore", "trusted_certificates"},
	} {
		given := pair.file != "" && pair.file != pair.absent
		if given && s.parameter(pair.parameter) != "" {
			return fmt.Errorf("Configuration must specify value for either %s or %s, not both for PEMBasedSSlContextFactory", pair.option, pair.parameter)
		}
	}
	password := s.parameter("private_key_password")
	if store := s.KeystorePassword.Reveal(); store != "" && password != "" && store != password {
		return fmt.Errorf("'keystore_password' and 'key_password' both configurations are given and the values do not match")
	}
	return nil
}

// files are the paths whose change means a reload; PEM text in the yaml never changes.
func (s *source) files() []string {
	var files []string
	add := func(path, parameter string) {
		if path != "" && (!s.pem || s.parameter(parameter) == "") {
			files = append(files, path)
		}
	}
	add(s.Keystore, "private_key")
	if s.internode {
		add(s.outboundKeystore, "private_key")
	}
	if s.trusts() {
		add(s.Truststore, "trusted_certificates")
	}
	return files
}

// trusts says whether the truststore is read: always between nodes, for clients when they must show a certificate.
func (s *source) trusts() bool { return s.internode || s.RequireClientAuth }

// read loads all key material. The error lists its causes, outermost first.
func (s *source) read() (*material, []string) {
	m := &material{}
	var causes []string
	if m.inbound, causes = s.identity(s.Keystore, s.KeystorePassword, "keystore_password"); causes != nil {
		return nil, causes
	}
	m.outbound = m.inbound
	if s.internode && s.outboundKeystore != "" {
		password := s.outboundPassword
		if password == "" {
			password = s.KeystorePassword
		}
		if m.outbound, causes = s.identity(s.outboundKeystore, password, "outbound_keystore_password"); causes != nil {
			return nil, causes
		}
	}
	if !s.trusts() {
		return m, nil
	}
	trusted, causes := s.trusted()
	if causes != nil {
		return nil, causes
	}
	m.roots = x509.NewCertPool()
	for _, certificate := range trusted {
		m.roots.AddCert(certificate)
	}
	return m, nil
}

func (s *source) identity(path string, password config.Secret, option string) (identity, []string) {
	if s.pem {
		return s.pemIdentity(path, password)
	}
	if password == "" {
		return identity{}, []string{fmt.Sprintf("'%s' must be specified", option)}
	}
	const outer = "failed to build key manager store for secure connections"
	data, err := readStore(path)
	if err != nil {
		return identity{}, []string{outer, err.Error()}
	}
	id, err := parseIdentity(data, password.Reveal())
	if err != nil {
		return identity{}, []string{outer, err.Error()}
	}
	return id, nil
}

func (s *source) pemIdentity(path string, password config.Secret) (identity, []string) {
	const outer = "Failed to build key manager store for secure connections"
	text := []byte(s.parameter("private_key"))
	if len(text) == 0 {
		var err error
		if text, err = readStore(path); err != nil {
			return identity{}, []string{outer, "Must provide outbound_keystore or outbound_private_key in configuration for PEMBasedSSlContextFactory", err.Error()}
		}
	}
	if inline := s.parameter("private_key_password"); inline != "" {
		password = config.Secret(inline)
	}
	id, err := pemIdentity(text, password.Reveal())
	if err != nil {
		return identity{}, []string{outer, err.Error()}
	}
	return id, nil
}

func (s *source) trusted() ([]*x509.Certificate, []string) {
	outer := "failed to build trust manager store for secure connections"
	if s.pem {
		outer = "Failed to build trust manager store for secure connections"
	}
	text := []byte(s.parameter("trusted_certificates"))
	if !s.pem || len(text) == 0 {
		var err error
		if text, err = readStore(s.Truststore); err != nil {
			causes := []string{outer}
			if s.pem {
				causes = append(causes, "Must provide truststore or trusted_certificates in configuration for PEMBasedSSlContextFactory")
			}
			return nil, append(causes, err.Error())
		}
	}
	var trusted []*x509.Certificate
	var err error
	if s.pem {
		trusted, err = pemCertificates(text)
	} else {
		trusted, err = parseTrust(text, s.TruststorePassword.Reveal(), s.TruststorePassword != "")
	}
	switch {
	case err != nil:
		return nil, []string{outer, err.Error()}
	case len(trusted) == 0:
		return nil, []string{outer, "the trustAnchors parameter must be non-empty"}
	}
	return trusted, nil
}

// certificate is the identity as crypto/tls wants it.
func (id identity) certificate() tls.Certificate {
	c := tls.Certificate{PrivateKey: id.key, Leaf: id.chain[0]}
	for _, certificate := range id.chain {
		c.Certificate = append(c.Certificate, certificate.Raw)
	}
	return c
}
