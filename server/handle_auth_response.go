package server

import (
	"context"

	"alexandra/auth"
)

// decodeAuthResponse reads the token. A null one counts as empty; Cassandra has an internal error for it.
func decodeAuthResponse(d *decoder) any { return d.bytes() }

// handleAuthResponse is a step of the login. On a ready connection it logs in anew: success replaces the user, failure
// leaves the old one.
func handleAuthResponse(ctx context.Context, c *conn, r *request) (*response, error) {
	if c.negotiator != nil {
		user, err := c.login(ctx, r.message.([]byte))
		if err != nil {
			return nil, err
		}
		c.session.SetUser(user)
		c.info.setUser(user.Name)
	}
	c.stage.Store(int32(stageReady))
	resp := newResponse(opAuthSuccess)
	resp.body = appendBytes(resp.body, nil)
	return resp, nil
}

// login checks a token in the pool for logins, so that password hashing cannot take all processors from queries.
func (c *conn) login(ctx context.Context, token []byte) (auth.User, error) {
	select {
	case c.srv.logins <- struct{}{}:
		defer func() { <-c.srv.logins }()
	case <-ctx.Done():
		return auth.User{}, ctx.Err()
	}
	user, err := c.negotiator.Respond(ctx, token)
	c.srv.metrics.login(err == nil)
	return user, err
}
