package exec

import (
	"context"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// viewBuildWait is how long CREATE MATERIALIZED VIEW waits for the view to be filled; then that goes on behind the
// answer, as it always does in Cassandra.
const viewBuildWait = 2 * time.Second

// runSchemaChange runs CREATE, ALTER and DROP of all but roles. The rules are those of package schema.
func (e *Executor) runSchemaChange(ctx context.Context, q *request, st *plan.SchemaChange) (*Result, error) {
	st, err := e.renewSchemaChange(ctx, q, st)
	if err != nil {
		return nil, err
	}
	if st.SuperuserOnly != "" {
		if err := e.superuserOnly(ctx, q, st.SuperuserOnly); err != nil {
			return nil, err
		}
	}
	stmt, err := e.guardSchemaChange(ctx, q, st.Statement)
	if err != nil {
		return nil, err
	}
	var old *schema.Schema
	var update *schema.Update
	changes, err := e.Coordinator.AlterSchema(ctx, func(s *schema.Schema) (*schema.Schema, []schema.Change, error) {
		old = s
		u, err := schema.Apply(s, stmt, e.schemaEnv(q))
		if err != nil {
			return nil, nil, err
		}
		if err := e.guardFactors(ctx, q, s, u.Schema); err != nil {
			return nil, nil, err
		}
		update = u
		return u.Schema, u.Changes, nil
	})
	if err != nil {
		return nil, err
	}
	for _, text := range update.Warnings {
		q.warn(text)
	}
	if len(changes) == 0 || update.Result == nil {
		return void(), nil
	}
	if err := e.afterSchemaChange(ctx, q, stmt, old, update); err != nil {
		return nil, err
	}
	e.forgetDropped(ctx, changes, update.Schema)
	return &Result{SchemaChange: update.Result}, nil
}

// renewSchemaChange binds a statement to the newest schema: which permissions it needs may have changed since it was
// prepared.
func (e *Executor) renewSchemaChange(ctx context.Context, q *request, st *plan.SchemaChange) (*plan.SchemaChange, error) {
	s := e.Coordinator.Schema()
	if !q.prepared && s == q.schema {
		return st, nil
	}
	q.schema = s
	st, err := plan.BindSchemaChange(st.Statement, e.env(q))
	if err != nil {
		return nil, err
	}
	return st, e.authorize(ctx, q, st)
}

func (e *Executor) superuserOnly(ctx context.Context, q *request, refusal string) error {
	if q.session.internal || e.Authority == nil || q.session.User().IsAnonymous() {
		return nil
	}
	super, err := e.Authority.IsSuperuser(ctx, q.session.User())
	if err == nil && !super {
		err = cqlerr.Unauthorized("%s", refusal)
	}
	return err
}

// schemaEnv is what the rules may know of this node.
func (e *Executor) schemaEnv(q *request) *schema.Env {
	c := e.Settings
	return &schema.Env{
		Flags: schema.Flags{
			MaterializedViews: c.MaterializedViewsEnabled, UserFunctions: c.UserDefinedFunctionsEnabled,
			SASI: c.SASIIndexesEnabled, DropCompactStorage: c.DropCompactStorageEnabled,
			TransientReplication: c.TransientReplicationEnabled, Masking: c.DynamicDataMaskingEnabled,
			DefaultIndex: c.DefaultSecondaryIndex, DefaultIndexAllowed: c.DefaultSecondaryIndexEnabled,
		},
		Nodes: e.Coordinator.Topology().NodesPerDatacenter, Datacenters: e.Coordinator.Datacenters(),
		DefaultRF: c.DefaultKeyspaceRF, Timestamp: e.Timestamps.Next(),
		NewID: func() uuid.UUID { return e.uuids.next() },
		Terms: plan.SchemaTerms{Env: e.env(q), Fn: &q.functions},
	}
}

// afterSchemaChange does what a change of the schema brings with it: grants for the creator, no grants for what is gone,
// rows for a new view.
func (e *Executor) afterSchemaChange(ctx context.Context, q *request, stmt ast.Statement, old *schema.Schema, u *schema.Update) error {
	e.forgetGrants(ctx, old, u.Changes)
	user := q.session.User()
	if created := plan.CreatedResources(u.Schema, *u.Result); e.Auth != nil && len(created) > 0 && !q.session.internal && !user.IsAnonymous() {
		if err := e.Auth.GrantCreator(ctx, user, created...); err != nil {
			return err
		}
	}
	if st, ok := stmt.(*ast.CreateView); ok {
		e.fillView(ctx, q, st.Name)
	}
	return nil
}

func (e *Executor) fillView(ctx context.Context, q *request, name ast.QualifiedName) {
	s := e.Coordinator.Schema()
	view := s.Table(name.Keyspace, name.Name)
	if view == nil || !view.IsView() {
		return
	}
	base := s.Table(name.Keyspace, view.View.BaseTable)
	if base == nil {
		return
	}
	own := *q
	own.schema, own.warnings = s, nil
	own.eval.Warn = func(string) {}
	built := make(chan struct{})
	e.background.Add(1)
	go func() {
		defer e.background.Done()
		defer close(built)
		if err := e.buildView(context.WithoutCancel(ctx), &own, base, view); err != nil {
			e.Logger.Warn("Could not fill a materialized view", "keyspace", view.Keyspace, "view", view.Name, "error", err)
		}
	}()
	wait, cancel := context.WithTimeout(ctx, viewBuildWait)
	defer cancel()
	select {
	case <-built:
	case <-wait.Done():
	}
}
