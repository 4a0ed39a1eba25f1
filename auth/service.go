package auth

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/internal/clock"
	"alexandra/internal/cqlerr"
)

// packageName is where Cassandra's own classes of this kind live.
const packageName = "org.apache.cassandra.auth."

// Config is what the service needs beside the classes chosen in cassandra.yaml.
type Config struct {
	Store           Store
	LocalDatacenter string
	Clock           clock.Clock
	Log             *slog.Logger
	// Announce tells the other nodes that roles or permissions changed; nil when there are none.
	Announce func()

	ReadConsistency, WriteConsistency string
	TraverseFromRoot                  bool
	BcryptCost                        int // 4 to 30, default 10
	BcryptParallel                    int // how many hashes are computed at a time
	Roles, Permissions, Credentials   CacheSettings
}

// Service is authentication and authorization of one node. It is safe for concurrent use.
type Service struct {
	cfg    Config
	store  Store
	log    *slog.Logger
	hasher *hasher
	rate   passwordRate
	// warnedDefault is the second in which the well-known password was last warned of.
	warnedDefault atomic.Int64

	authenticator       Authenticator
	cassandraAuthorizer bool
	network             networkAuthorizer
	cidr                *cidrAuthorizer

	roles       *cache[string, *RoleSet]
	credentials *cache[string, string]
	identities  *cache[string, string]
	datacenters *cache[string, DatacenterAccess]
	cidrs       *cache[string, CIDRAccess]
	permissions *cache[userKey, []Permission]
	controls    []CacheControl

	stop context.CancelFunc
	done sync.WaitGroup
}

// makeCaches creates the caches that the chosen classes use.
func (s *Service) makeCaches() {
	c := s.cfg
	s.roles = newCache("RolesCache", c.Roles, s.log, s.ReadRoles)
	s.credentials = newCache("CredentialsCache", c.Credentials, s.log, s.readHash)
	s.datacenters = newCache("NetworkPermissionsCache", c.Roles, s.log, s.network.access)
	s.permissions = newCache("PermissionsCache", c.Permissions, s.log, s.loadPermissions)
	s.identities = newCache("IdentitiesCache", c.Credentials, s.log, s.IdentityRole)
	s.cidrs = newCache("CidrPermissionsCache", c.Roles, s.log, s.cidr.access)
	if !s.RequiresLogin() {
		s.roles.disable()
		s.datacenters.disable()
		s.credentials.disable()
	}
	if !s.cassandraAuthorizer {
		s.permissions.disable()
	}
	s.controls = []CacheControl{
		stringControl(s.credentials), stringControl(s.identities), stringControl(s.roles), stringControl(s.datacenters), stringControl(s.cidrs),
		control[userKey, []Permission]{
			s.permissions,
			func(k userKey) []string { return []string{k.role, k.resource.Path()} },
			func(cells []string) (userKey, bool) {
				if len(cells) != 2 {
					return userKey{}, false
				}
				return userKey{cells[0], ResourceOf(cells[1])}, true
			},
		},
	}
}

// Cache finds a cache by its name, as nodetool and the virtual tables call it; nil when there is none.
func (s *Service) Cache(name string) CacheControl {
	for _, c := range s.controls {
		if c.Name() == name {
			return c
		}
	}
	return nil
}

// Caches lists all caches.
func (s *Service) Caches() []CacheControl { return s.controls }

// InvalidateAll forgets everything cached about roles and permissions.
func (s *Service) InvalidateAll() {
	for _, c := range s.controls {
		c.Invalidate()
	}
	s.cidr.forget()
	s.hasher.forget()
}

// Authenticator is the one that was configured.
func (s *Service) Authenticator() Authenticator { return s.authenticator }

// RequiresLogin says whether clients have to log in.
func (s *Service) RequiresLogin() bool { return s.authenticator.RequireAuthentication() }

// SupportsPasswords says whether PASSWORD may be given to CREATE and ALTER ROLE.
func (s *Service) SupportsPasswords() bool {
	_, ok := s.authenticator.(passwordAuthenticator)
	m, mtls := s.authenticator.(mtlsAuthenticator)
	return ok || mtls && m.fallback
}

// CheckLogin is the check in front of every request after the login: the role exists and may log in, may use this
// datacenter, and may come from this address. It is Cassandra's order; that a dropped or locked role is refused also
// without CassandraNetworkAuthorizer is ours.
func (s *Service) CheckLogin(ctx context.Context, u User, from netip.Addr) error {
	switch {
	case u.System || u.IsAnonymous() && !s.RequiresLogin():
		return nil
	case u.Name == "":
		return cqlerr.Unauthorized("You have not logged in")
	}
	access, err := s.Datacenters(ctx, u.Name)
	if err != nil {
		return unauthorized(err)
	}
	if !access.Allows(s.cfg.LocalDatacenter) {
		return cqlerr.Unauthorized("You do not have access to this datacenter (%s)", s.cfg.LocalDatacenter)
	}
	if !s.network.requireAuthorization() {
		set, err := s.Roles(ctx, u.Name)
		if err != nil {
			return unauthorized(err)
		}
		if set.Primary == nil || !set.Primary.CanLogin {
			return cqlerr.Unauthorized("%s is not permitted to log in", u.Name)
		}
	}
	return s.cidr.check(ctx, u.Name, from)
}

// Explain says in words why a role would be let in or refused at this node, for operators.
func (s *Service) Explain(ctx context.Context, role string) (string, error) {
	set, err := s.ReadRoles(ctx, role)
	if err != nil {
		return "", err
	}
	switch {
	case set.Primary == nil:
		return "there is no role " + role, nil
	case !set.Primary.CanLogin:
		return "role " + role + " has LOGIN = false", nil
	}
	access, err := s.network.access(ctx, role)
	if err != nil {
		return "", err
	}
	if !access.Allows(s.cfg.LocalDatacenter) {
		return "role " + role + " may use " + access.String() + ", and this node is in " + s.cfg.LocalDatacenter, nil
	}
	return "role " + role + " may log in at this node", nil
}

// Start begins the active updates of caches that ask for them. Close ends them.
func (s *Service) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	for _, c := range s.controls {
		if set := c.Settings(); set.ActiveUpdate && set.interval() > 0 {
			s.done.Go(func() { s.keepFresh(ctx, c) })
		}
	}
}

func (s *Service) keepFresh(ctx context.Context, c CacheControl) {
	for {
		timer := time.NewTimer(max(c.Settings().interval(), time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			c.refresh(ctx)
		}
	}
}

// Close stops background work and waits for it.
func (s *Service) Close() {
	if s.stop != nil {
		s.stop()
	}
	s.done.Wait()
	for _, c := range s.controls {
		c.close()
	}
}

// Warm fills the caches from the tables, as auth_cache_warming_enabled asks. Errors leave caches cold.
func (s *Service) Warm(ctx context.Context) {
	s.log.Info("Warming roles cache from roles table")
	roles, err := s.AllRoles(ctx)
	if err != nil {
		s.log.Warn("auth caches stay cold", "error", err)
		return
	}
	for _, r := range roles {
		_, err1 := s.Roles(ctx, r.Name)
		_, err2 := s.credentials.get(ctx, r.Name)
		_, err3 := s.Datacenters(ctx, r.Name)
		for _, err := range []error{err1, err2, err3} {
			if err != nil {
				s.log.Warn("auth caches stay cold", "role", r.Name, "error", err)
				return
			}
		}
	}
}
