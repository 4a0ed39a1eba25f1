package auth

import (
	"context"
	"crypto/x509"
	"net/netip"
	"strings"

	"alexandra/internal/cqlerr"
)

// mtlsAuthenticator maps the SPIFFE identity of the client's certificate to a role. With fallback, clients without a
// certificate may log in with a password; those that show one never can.
type mtlsAuthenticator struct {
	s        *Service
	fallback bool
}

var _ Authenticator = mtlsAuthenticator{}

func (a mtlsAuthenticator) Class() string {
	if a.fallback {
		return packageName + "MutualTlsWithPasswordFallbackAuthenticator"
	}
	return packageName + "MutualTlsAuthenticator"
}

func (mtlsAuthenticator) RequireAuthentication() bool { return true }

func (a mtlsAuthenticator) NewNegotiator(_ netip.Addr, certs []*x509.Certificate) Negotiator {
	if a.fallback && len(certs) == 0 {
		return passwordNegotiator{a.s}
	}
	return mtlsNegotiator{a.s, certs}
}

type mtlsNegotiator struct {
	s     *Service
	certs []*x509.Certificate
}

// Respond ignores the token: the certificate says it all.
func (n mtlsNegotiator) Respond(ctx context.Context, _ []byte) (User, error) {
	if len(n.certs) == 0 {
		return User{}, cqlerr.Credentials("Invalid or not supported certificate")
	}
	identity := spiffeIdentity(n.certs[0])
	if identity == "" {
		return User{}, cqlerr.Credentials("Unable to extract Spiffe from the certificate")
	}
	role, err := n.s.identities.get(ctx, identity)
	if err != nil {
		return User{}, cqlerr.Credentials("Unable to perform authentication: %v", err)
	}
	if role == "" {
		n.s.identities.invalidate(identity)
		n.s.log.Warn("No such identity " + identity + " in the identity_to_roles table")
		return User{}, cqlerr.Credentials("Certificate identity '%s' not authorized", identity)
	}
	return n.s.admit(ctx, role)
}

// spiffeIdentity is the first SPIFFE URI among the leaf's alternative names.
func spiffeIdentity(leaf *x509.Certificate) string {
	for _, u := range leaf.URIs {
		if s := u.String(); strings.HasPrefix(s, "spiffe://") {
			return s
		}
	}
	return ""
}
