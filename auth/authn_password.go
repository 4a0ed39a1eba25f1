package auth

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"

	"alexandra/internal/cqlerr"
)

// passwordAuthenticator checks SASL PLAIN against the bcrypt hashes of system_auth.roles.
type passwordAuthenticator struct{ s *Service }

var _ Authenticator = passwordAuthenticator{}

func (passwordAuthenticator) Class() string { return packageName + "PasswordAuthenticator" }

func (passwordAuthenticator) RequireAuthentication() bool { return true }

func (a passwordAuthenticator) NewNegotiator(netip.Addr, []*x509.Certificate) Negotiator {
	return passwordNegotiator(a)
}

type passwordNegotiator struct{ s *Service }

// Respond evaluates [authzid] NUL authcid NUL password. The authorization id is ignored, as in Cassandra.
func (n passwordNegotiator) Respond(ctx context.Context, token []byte) (User, error) {
	name, password, err := parsePlain(token)
	if err != nil {
		return User{}, err
	}
	return n.s.loginWithPassword(ctx, name, NewPassword(password))
}

const (
	noPassword = "Password must not be null"
	noUser     = "Authentication ID must not be null"
)

// parsePlain splits a SASL PLAIN token from its end, so that Cassandra's messages for broken ones come out.
func parsePlain(token []byte) (user, password string, err error) {
	var parts [][]byte
	end := len(token)
	for i := len(token) - 1; i >= 0; i-- {
		if token[i] != 0 {
			continue
		}
		if len(parts) == 2 {
			return "", "", cqlerr.Credentials("Credential format error: username or password is empty or contains NUL(\\0) character")
		}
		parts = append(parts, token[i+1:end])
		end = i
	}
	switch {
	case len(parts) == 0 || len(parts[0]) == 0:
		return "", "", cqlerr.Credentials(noPassword)
	case len(parts) == 1 || len(parts[1]) == 0:
		return "", "", cqlerr.Credentials(noUser)
	}
	return validText(parts[1]), validText(parts[0]), nil
}

// validText replaces each byte that is no UTF-8, as Java does.
func validText(b []byte) string { return string([]rune(string(b))) }

// loginWithPassword checks the password first and only then tells whether the role may log in at all.
func (s *Service) loginWithPassword(ctx context.Context, name string, p Password) (User, error) {
	hash, err := s.credentials.get(ctx, name)
	if err != nil {
		return User{}, cqlerr.Credentials("Unable to perform authentication: %v", err)
	}
	if hash == "" {
		s.credentials.invalidate(name)
	}
	ok, err := s.hasher.verify(ctx, name, hash, p)
	if err != nil {
		return User{}, cqlerr.Credentials("Unable to perform authentication: %v", err)
	}
	if !ok {
		s.explainLogin(name, "the password is wrong, or there is no such role")
		return User{}, cqlerr.Credentials("Provided username %s and/or password are incorrect", name)
	}
	if name == DefaultSuperuser && p.Reveal() == DefaultSuperuser {
		s.warnDefault()
	}
	return s.admit(ctx, name)
}

// warnDefault tells the operator, at most once a minute, that anybody can log in as superuser.
func (s *Service) warnDefault() {
	now := s.cfg.Clock.Now().Unix()
	if last := s.warnedDefault.Load(); now-last >= 60 && s.warnedDefault.CompareAndSwap(last, now) {
		s.log.Warn("The role cassandra still has its well-known password; change it, or drop the role, before anybody else logs in with it")
	}
}

// admit lets an identified role in if it may log in.
func (s *Service) admit(ctx context.Context, name string) (User, error) {
	set, err := s.Roles(ctx, name)
	if err != nil {
		return User{}, cqlerr.Credentials("Unable to perform authentication: Unable to perform authorization of login permission: %v", err)
	}
	if set.Primary == nil || !set.Primary.CanLogin {
		s.explainLogin(name, "the role has LOGIN = false")
		return User{}, cqlerr.Credentials("%s is not permitted to log in", name)
	}
	return User{Name: name}, nil
}

func (s *Service) explainLogin(role, why string) {
	s.log.Debug("login refused", "role", strings.ToValidUTF8(role, "?"), "reason", why)
}

// readHash loads the credentials cache.
func (s *Service) readHash(ctx context.Context, name string) (string, error) {
	rows, err := s.store.Select(ctx, s.readConsistency(name), "SELECT salted_hash FROM system_auth.roles WHERE role = ?", text(name))
	if err != nil {
		return "", fmt.Errorf("%w", err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	return rows[0].Text("salted_hash"), nil
}
