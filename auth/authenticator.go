package auth

import (
	"context"
	"crypto/x509"
	"net/netip"
)

// Authenticator decides who a new connection is. Implementations are safe for concurrent use.
type Authenticator interface {
	// Class is the fully qualified class name; drivers choose their side of the dialogue by it.
	Class() string
	// RequireAuthentication is false where everybody is anonymous.
	RequireAuthentication() bool
	// NewNegotiator begins a login. certs is the chain that the client proved to own, leaf first; empty without TLS.
	NewNegotiator(remote netip.Addr, certs []*x509.Certificate) Negotiator
}

// Negotiator is one connection's login. It is used by one goroutine at a time and may be asked again after a failure
// and after a success.
type Negotiator interface {
	// Respond evaluates the client's token. The error is a *cqlerr.Error with code BadCredentials, or ServerError.
	Respond(ctx context.Context, token []byte) (User, error)
}
