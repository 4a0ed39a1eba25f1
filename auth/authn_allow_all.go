package auth

import (
	"context"
	"crypto/x509"
	"net/netip"
)

// allowAllAuthenticator asks nobody: every client is anonymous.
type allowAllAuthenticator struct{}

var (
	_ Authenticator = allowAllAuthenticator{}
	_ Negotiator    = allowAllAuthenticator{}
)

func (allowAllAuthenticator) Class() string { return packageName + "AllowAllAuthenticator" }

func (allowAllAuthenticator) RequireAuthentication() bool { return false }

func (a allowAllAuthenticator) NewNegotiator(netip.Addr, []*x509.Certificate) Negotiator { return a }

// Respond accepts any token, as Cassandra does when a client sends one unasked.
func (allowAllAuthenticator) Respond(context.Context, []byte) (User, error) {
	return User{Name: AnonymousName}, nil
}
