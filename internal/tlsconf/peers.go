package tlsconf

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"alexandra/internal/config"
)

// internodeMTLS is the simple name of the class that checks the identities of other nodes.
const internodeMTLS = "MutualTlsInternodeAuthenticator"

// peerCheck is what MutualTlsInternodeAuthenticator accepts on inbound connections; the zero value accepts everybody.
type peerCheck struct {
	on      bool
	trusted []string
}

// newPeerCheck takes trusted_peer_identities (comma separated, not trimmed), else the identities of this node's own
// outbound certificate, so that all nodes may share one. Package auth has checked that TLS with certificates is on.
func newPeerCheck(class config.ParameterizedClass, s *Store) (peerCheck, error) {
	if class.Simple() != internodeMTLS || s.policy == Unencrypted {
		return peerCheck{}, nil
	}
	if list := class.Parameters["trusted_peer_identities"]; list != "" {
		return peerCheck{on: true, trusted: strings.Split(list, ",")}, nil
	}
	own := s.ownIdentities()
	fail := func(msg string) (peerCheck, error) {
		return peerCheck{}, config.Refuse(fmt.Sprintf("Failed to instantiate class %s: %s", class.ClassName, msg))
	}
	if len(own) == 0 {
		path := s.outboundKeystore
		if path == "" {
			path = s.Keystore
		}
		return fail(fmt.Sprintf("No identity was extracted from the outbound keystore '%s'", path))
	}
	if node := class.Parameters["node_identity"]; node != "" {
		if !slices.Contains(own, node) {
			return fail("Configured node identity is not matching identity extractedfrom the keystore")
		}
		own = []string{node}
	}
	return peerCheck{on: true, trusted: own}, nil
}

// ownIdentities are the SPIFFE identities in the outbound certificate.
func (s *Store) ownIdentities() []string {
	var identities []string
	for _, uri := range s.current.Load().outbound.chain[0].URIs {
		if strings.HasPrefix(uri.String(), spiffePrefix) {
			identities = append(identities, uri.String())
		}
	}
	return identities
}

// verify refuses a node whose certificate names nobody that is trusted.
func (p peerCheck) verify(leaf *x509.Certificate) error {
	if !p.on {
		return nil
	}
	identity, ok := SpiffeIdentity(leaf)
	if !ok {
		return errors.New("Unable to extract Spiffe from the certificate")
	}
	if !slices.Contains(p.trusted, identity) {
		return fmt.Errorf("Certificate identity '%s' not authorized", identity)
	}
	return nil
}
