package exec_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/auth"
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// gate is an Authority with everything written down.
type gate struct {
	closed  error
	granted map[string]bool // "SELECT data/k/t"
	super   bool
}

// CheckLogin implements exec.Authority.
func (g *gate) CheckLogin(context.Context, auth.User, netip.Addr) error { return g.closed }

// Has implements exec.Authority.
func (g *gate) Has(_ context.Context, _ auth.User, p auth.Permission, r auth.Resource) (bool, error) {
	for {
		if g.granted[p.String()+" "+r.Path()] {
			return true, nil
		}
		parent, ok := r.Parent()
		if !ok {
			return g.super, nil
		}
		r = parent
	}
}

// Authorize implements exec.Authority.
func (g *gate) Authorize(ctx context.Context, u auth.User, p auth.Permission, r auth.Resource) error {
	if ok, _ := g.Has(ctx, u, p, r); !ok {
		return cqlerr.Unauthorized("User %s has no %s permission on %s or any of its parents", u.Name, p, r)
	}
	return nil
}

// IsSuperuser implements exec.Authority.
func (g *gate) IsSuperuser(context.Context, auth.User) (bool, error) { return g.super, nil }

func guardedNode(t *testing.T) (*testNode, *gate) {
	n := runNode(t)
	n.must(createKeyspace, "CREATE TABLE k.t (k int PRIMARY KEY, v text MASKED WITH mask_inner(1, null), w int)",
		"INSERT INTO k.t (k, v, w) VALUES (1, 'secret', 2)", "CREATE TABLE k.u (k int PRIMARY KEY)")
	g := &gate{granted: map[string]bool{}}
	n.exec.Authority = g
	n.session.SetUser(auth.User{Name: "bob"})
	return n, g
}

// A user who may not work in this datacenter gets no answer, whatever he asks.
func TestGuardLogin(t *testing.T) {
	n, g := guardedNode(t)
	g.super = true
	p := n.prepare("SELECT k FROM k.t WHERE k = 1")
	g.closed = cqlerr.Unauthorized("You do not have access to this datacenter (dc1)")
	ctx := context.Background()
	o := &exec.Options{Consistency: row.One}
	for name, err := range map[string]error{
		"QUERY": func() error { _, err := n.exec.Query(ctx, n.session, "SELECT k FROM k.t", o); return err }(),
		"USE":   func() error { _, err := n.exec.Query(ctx, n.session, "USE k", o); return err }(),
		"DESCRIBE": func() error {
			_, err := n.exec.Query(ctx, n.session, "DESCRIBE KEYSPACES", o)
			return err
		}(),
		"unknown table": func() error { _, err := n.exec.Query(ctx, n.session, "SELECT * FROM k.none", o); return err }(),
		"CREATE": func() error {
			_, err := n.exec.Query(ctx, n.session, "CREATE TABLE k.x (k int PRIMARY KEY)", o)
			return err
		}(),
		"PREPARE":  func() error { _, err := n.exec.Prepare(ctx, n.session, "SELECT k FROM k.u", "", nil); return err }(),
		"EXECUTE":  func() error { _, err := n.exec.Execute(ctx, n.session, p.ID, o); return err }(),
		"REGISTER": n.exec.Guard(ctx, n.session),
		"BATCH": func() error {
			_, err := n.exec.Batch(ctx, n.session, exec.Logged, []exec.BatchItem{{Query: "INSERT INTO k.u (k) VALUES (1)"}}, o)
			return err
		}(),
	} {
		require.EqualError(t, err, "You do not have access to this datacenter (dc1)", name)
		require.True(t, cqlerr.Is(err, cqlerr.UnauthorizedErr), name)
	}
	_, err := n.exec.Internal(ctx, "SELECT key FROM system.local", row.One)
	require.NoError(t, err, "the node itself needs no login")
	n.session.SetUser(auth.User{})
	require.EqualError(t, n.exec.Guard(ctx, n.session), "You have not logged in")
}

func TestGuardPermissions(t *testing.T) {
	n, g := guardedNode(t)
	require.Equal(t, "User bob has no SELECT permission on <table k.u> or any of its parents", n.fails("SELECT * FROM k.u", exec.Options{}).Message)
	g.granted["SELECT data/k"] = true
	n.must("SELECT * FROM k.u")
	require.Equal(t, "User bob has no MODIFY permission on <table k.u> or any of its parents", n.fails("INSERT INTO k.u (k) VALUES (1)", exec.Options{}).Message)
	g.super = true
	for cql, want := range map[string]string{
		"CREATE TABLE system.x (k int PRIMARY KEY)":          "system keyspace is not user-modifiable.",
		"CREATE TABLE system_auth.x (k int PRIMARY KEY)":     "Cannot CREATE <all tables in system_auth>",
		"DROP TABLE system_auth.roles":                       "Cannot DROP <table system_auth.roles>",
		"ALTER TABLE system_traces.events WITH comment = ''": "Cannot ALTER <table system_traces.events>",
	} {
		require.Equal(t, want, n.fails(cql, exec.Options{}).Message, cql)
	}
}

func TestGuardMasks(t *testing.T) {
	n, g := guardedNode(t)
	g.granted["SELECT data/k/t"] = true
	require.Equal(t, []string{"columns v varchar", `row "s*****"`}, n.unpaged("SELECT v FROM k.t"))
	require.Equal(t, []string{"columns system.max(v) varchar", `row "s*****"`, "warning Aggregation query used without partition key"}, n.unpaged("SELECT max(v) FROM k.t"))
	require.Equal(t, "User bob has no UNMASK nor SELECT_MASKED permission on table k.t, cannot query masked columns [v]",
		n.fails("SELECT k FROM k.t WHERE v = 'secret' ALLOW FILTERING", exec.Options{}).Message)
	g.granted["SELECT_MASKED data/k/t"] = true
	require.Equal(t, []string{"columns k int", "row 1"}, n.unpaged("SELECT k FROM k.t WHERE v = 'secret' ALLOW FILTERING"))
	g.granted["UNMASK data/k/t"] = true
	require.Equal(t, []string{"columns v varchar", `row "secret"`}, n.unpaged("SELECT v FROM k.t"))
}

func TestGuardrails(t *testing.T) {
	n, g := guardedNode(t)
	g.granted["SELECT data"] = true
	n.exec.Settings.AllowFilteringEnabled = false
	n.exec.Settings.PartitionKeysInSelectWarnThreshold = 1
	const want = "Guardrail allow_filtering violated: Querying with ALLOW FILTERING is not allowed. " +
		"ALLOW FILTERING can potentially visit all the data in the table and have unpredictable performance."
	e := n.fails("SELECT k FROM k.t WHERE w = 1 ALLOW FILTERING", exec.Options{})
	require.Equal(t, want, e.Message)
	require.Equal(t, []string{want}, e.Warnings)
	require.Contains(t, n.unpaged("SELECT k FROM k.t WHERE k IN (1, 2)"), "warning Guardrail partition_keys_in_select violated: "+
		"Query with partition keys in IN clause on table t, with number of partition keys 2 exceeds warning threshold of 1.")
	n.exec.Settings.InSelectCartesianProductWarnThreshold = 2
	n.exec.Settings.InSelectCartesianProductFailThreshold = 3
	require.Contains(t, n.unpaged("SELECT k FROM k.t WHERE k IN (1, 1, 2)"), "warning Guardrail in_select_cartesian_product violated: "+
		"The cartesian product of the IN restrictions on partition key produces 3 values, this exceeds warning threshold of 2.")
	e = n.fails("SELECT k FROM k.t WHERE k IN (1, 1, 2, 2)", exec.Options{})
	require.Equal(t, "Guardrail in_select_cartesian_product violated: Aborting query because the cartesian product of the IN restrictions on "+
		"partition key produces 4 values, this exceeds fail threshold of 3.", e.Message)
	g.super = true
	n.must("SELECT k FROM k.t WHERE w = 1 ALLOW FILTERING")
	n.exec.Settings.AllowFilteringEnabled = true
}
