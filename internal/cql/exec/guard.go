package exec

import (
	"context"
	"net/netip"

	"alexandra/auth"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
)

// Authority decides who may do what. Package auth implements it. Methods may block on reading system_auth and return
// *cqlerr.Error, most often with code UNAUTHORIZED.
type Authority interface {
	// CheckLogin says whether a user who logged in earlier may still work here: the role exists and may log in, it may
	// use this datacenter, and the client's address is allowed; in this order.
	CheckLogin(ctx context.Context, user auth.User, remote netip.Addr) error
	// Has says whether the user holds the permission on the resource or one of its parents; Authorize is the same as an error.
	Has(ctx context.Context, user auth.User, p auth.Permission, r auth.Resource) (bool, error)
	Authorize(ctx context.Context, user auth.User, p auth.Permission, r auth.Resource) error
	// IsSuperuser says whether the role, or one granted to it, is a superuser.
	IsSuperuser(ctx context.Context, user auth.User) (bool, error)
}

var _ Authority = (*auth.Service)(nil)

// checkLogin comes first in every request of a client, whatever it asks.
func (e *Executor) checkLogin(ctx context.Context, s *Session) error {
	if s.internal || e.Authority == nil {
		return nil
	}
	user := s.User()
	if user.Name == "" {
		return cqlerr.Unauthorized("You have not logged in")
	}
	return e.Authority.CheckLogin(ctx, user, s.Remote.Addr())
}

// Guard is for requests that are no statements, such as REGISTER.
func (e *Executor) Guard(ctx context.Context, s *Session) error { return e.checkLogin(ctx, s) }

// authorize checks the permissions that a statement declares.
func (e *Executor) authorize(ctx context.Context, q *request, st plan.Statement) error {
	if q.session.internal {
		return nil
	}
	for _, need := range st.Needs() {
		if err := checkSystemKeyspace(need); err != nil {
			return err
		}
		if e.Authority == nil {
			continue
		}
		if err := e.Authority.Authorize(ctx, q.session.User(), need.Permission, need.Resource); err != nil {
			return err
		}
	}
	return nil
}

// allowed says whether the user of the request holds a permission, for what depends on it without failing.
func (e *Executor) allowed(ctx context.Context, q *request, p auth.Permission, r auth.Resource) (bool, error) {
	if q.session.internal || e.Authority == nil {
		return true, nil
	}
	return e.Authority.Has(ctx, q.session.User(), p, r)
}

// guarded says whether guardrails apply to the request: not to superusers, and to nobody where logins are off.
func (e *Executor) guarded(ctx context.Context, q *request) (bool, error) {
	if q.session.internal || e.Authority == nil || q.session.User().IsAnonymous() {
		return false, nil
	}
	super, err := e.Authority.IsSuperuser(ctx, q.session.User())
	return !super && err == nil, err
}

// localSystem are the keyspaces whose schema nobody may change; replicatedSystem those that may only be altered
// (SchemaConstants).
func localSystem(keyspace string) bool {
	switch keyspace {
	case "system", "system_schema", "system_views", "system_virtual_schema", "system_metrics":
		return true
	}
	return false
}

func replicatedSystem(keyspace string) bool {
	switch keyspace {
	case "system_auth", "system_traces", "system_distributed":
		return true
	}
	return false
}

// checkSystemKeyspace keeps the system's schema as it is, whoever asks (ClientState.preventSystemKSSchemaModification).
func checkSystemKeyspace(need plan.Need) error {
	r := need.Resource
	if r.Kind != auth.Data || r.Keyspace == "" {
		return nil
	}
	switch need.Permission {
	case auth.Create, auth.Alter, auth.Drop:
	default:
		return nil
	}
	if localSystem(r.Keyspace) {
		return cqlerr.Unauthorized("%s keyspace is not user-modifiable.", r.Keyspace)
	}
	if !replicatedSystem(r.Keyspace) || need.Permission == auth.Alter && alterable(r) {
		return nil
	}
	return cqlerr.Unauthorized("Cannot %s %s", need.Permission, r)
}

// alterable says that an operator may set options of the keyspace itself, such as its replication.
func alterable(r auth.Resource) bool { return r.Name == "" && !r.AllTables }
