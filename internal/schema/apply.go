package schema

import (
	"regexp"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// Flags are the features that cassandra.yaml switches on.
type Flags struct {
	MaterializedViews, UserFunctions, SASI, DropCompactStorage, TransientReplication, Masking bool
	// DefaultIndex is the class of CREATE INDEX without USING: legacy_local_table, sai or another name.
	DefaultIndex string
	// DefaultIndexAllowed is default_secondary_index_enabled: without it USING must be given.
	DefaultIndexAllowed bool
}

// Terms computes values for what a schema holds; the planner knows how. Errors are *cqlerr.Error.
type Terms interface {
	// Constant is the wire form of a term without bind markers for a receiver of that name and type.
	Constant(keyspace, name string, t cqltype.Type, term ast.Term) ([]byte, error)
	// Mask finds the masking function for a column and computes its further arguments.
	Mask(s *Schema, c *Column, m *ast.Mask) (*Mask, error)
	// CheckView checks the relations of a view's WHERE against its base table.
	CheckView(s *Schema, base *Table, where []ast.Relation) error
}

// Env is what schema changes may know of the node and the cluster.
type Env struct {
	Flags Flags
	// Nodes counts the token owners of each datacenter; Datacenters are all that are known, the node's own included.
	Nodes       map[string]int
	Datacenters []string
	// DefaultRF is the replication factor where none is given.
	DefaultRF int
	// Timestamp is that of the change in microseconds: when columns are dropped.
	Timestamp int64
	// NewID makes ids of tables and views, version 1 UUIDs; nil: from the clock.
	NewID func() uuid.UUID
	// Terms is needed for masks, aggregates and views only.
	Terms Terms
}

// Update is what a statement does to a schema.
type Update struct {
	// Schema is the new schema, or the old one when nothing changes.
	Schema *Schema
	// Changes are for listeners, in their order; empty when nothing changes.
	Changes []Change
	// Result is the one that the client is told; nil when nothing changes.
	Result   *Change
	Warnings []string
}

// Apply computes what a statement does to s, which stays as it is. Names without a keyspace must have got the current
// one before. Errors are *cqlerr.Error, with the warnings so far.
func Apply(s *Schema, stmt ast.Statement, env *Env) (*Update, error) {
	a := &applier{schema: s, env: env}
	u, err := a.apply(stmt)
	if err != nil {
		return nil, err
	}
	u.Warnings = a.warnings
	return u, nil
}

// applier is one statement under way.
type applier struct {
	schema   *Schema
	env      *Env
	warnings []string
}

func (a *applier) apply(stmt ast.Statement) (*Update, error) {
	if name, ok := statementKeyspace(stmt); ok {
		if err := a.checkKeyspaceName(name); err != nil {
			return nil, err
		}
	}
	switch st := stmt.(type) {
	case *ast.CreateKeyspace:
		return a.createKeyspace(st)
	case *ast.AlterKeyspace:
		return a.alterKeyspace(st)
	case *ast.DropKeyspace:
		return a.dropKeyspace(st)
	case *ast.CreateTable:
		return a.createTable(st)
	case *ast.AlterTable:
		return a.alterTable(st)
	case *ast.DropTable:
		return a.dropTable(st)
	case *ast.CreateType:
		return a.createType(st)
	case *ast.AlterType:
		return a.alterType(st)
	case *ast.DropType:
		return a.dropType(st)
	case *ast.CreateIndex:
		return a.createIndex(st)
	case *ast.DropIndex:
		return a.dropIndex(st)
	case *ast.CreateView:
		return a.createView(st)
	case *ast.AlterView:
		return a.alterView(st)
	case *ast.DropView:
		return a.dropView(st)
	case *ast.CreateFunction:
		return a.createFunction(st)
	case *ast.DropFunction:
		return a.dropFunction(st)
	case *ast.CreateAggregate:
		return a.createAggregate(st)
	case *ast.DropAggregate:
		return a.dropAggregate(st)
	case *ast.CreateTrigger:
		return a.createTrigger(st)
	case *ast.DropTrigger:
		return a.dropTrigger(st)
	}
	return nil, cqlerr.Server("%T does not change the schema", stmt)
}

// statementKeyspace is the keyspace that a statement changes.
func statementKeyspace(stmt ast.Statement) (string, bool) {
	switch st := stmt.(type) {
	case *ast.CreateKeyspace:
		return st.Name, true
	case *ast.AlterKeyspace:
		return st.Name, true
	case *ast.DropKeyspace:
		return st.Name, true
	case *ast.CreateIndex:
		return st.Table.Keyspace, true
	case *ast.CreateTrigger:
		return st.Table.Keyspace, true
	case *ast.DropTrigger:
		return st.Table.Keyspace, true
	}
	if n := Target(stmt); n != nil {
		return n.Keyspace, true
	}
	return "", false
}

// Target is the name that a statement creates, alters or drops, for those whose name has a keyspace; else nil.
func Target(stmt ast.Statement) *ast.QualifiedName {
	switch st := stmt.(type) {
	case *ast.CreateTable:
		return &st.Name
	case *ast.AlterTable:
		return &st.Name
	case *ast.DropTable:
		return &st.Name
	case *ast.CreateType:
		return &st.Name
	case *ast.AlterType:
		return &st.Name
	case *ast.DropType:
		return &st.Name
	case *ast.DropIndex:
		return &st.Name
	case *ast.CreateView:
		return &st.Name
	case *ast.AlterView:
		return &st.Name
	case *ast.DropView:
		return &st.Name
	case *ast.CreateFunction:
		return &st.Name
	case *ast.DropFunction:
		return &st.Name
	case *ast.CreateAggregate:
		return &st.Name
	case *ast.DropAggregate:
		return &st.Name
	}
	return nil
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9_]+$`)

const maxKeyspaceName = 48

// checkKeyspaceName comes first in every change (AlterSchemaStatement.execute).
func (a *applier) checkKeyspaceName(name string) error {
	if IsLocal(name) {
		return cqlerr.Invalid("System keyspace '%s' is not user-modifiable", name)
	}
	if k := a.schema.Keyspaces[name]; k != nil && k.Virtual {
		return cqlerr.Invalid("Virtual keyspace '%s' is not user-modifiable", name)
	}
	if len(name) > maxKeyspaceName || !validName.MatchString(name) {
		return cqlerr.Invalid("Keyspace name must not be empty, more than %d characters long, or contain non-alphanumeric-underscore characters (got '%s')", maxKeyspaceName, name)
	}
	return nil
}

// keyspace finds the keyspace of a statement that needs it to exist.
func (a *applier) keyspace(name string) (*Keyspace, error) {
	if k := a.schema.Keyspaces[name]; k != nil {
		return k, nil
	}
	return nil, noKeyspace(name)
}

func noKeyspace(name string) error { return cqlerr.Invalid("Keyspace '%s' doesn't exist", name) }

func (a *applier) warn(text string) { a.warnings = append(a.warnings, text) }

// unchanged answers statements that find nothing to do.
func (a *applier) unchanged() (*Update, error) { return &Update{Schema: a.schema}, nil }

// swap answers with a keyspace replaced; result is nothing when that changes nothing.
func (a *applier) swap(k *Keyspace, result Change) (*Update, error) {
	return a.finish(a.schema.WithKeyspace(k), result)
}

func (a *applier) finish(s *Schema, result Change) (*Update, error) {
	changes := Diff(a.schema, s)
	if len(changes) == 0 {
		return a.unchanged()
	}
	return &Update{Schema: s, Changes: changes, Result: &result}, nil
}

func (a *applier) newID() uuid.UUID {
	if a.env.NewID != nil {
		return a.env.NewID()
	}
	id, err := uuid.NewUUID()
	if err != nil { // no entropy for the clock sequence: cannot be
		id = uuid.NewSHA1(uuid.Nil, []byte(time.Now().String()))
	}
	return id
}

func keyspaceChange(kind ChangeKind, name string) Change {
	return Change{Kind: kind, Target: "KEYSPACE", Keyspace: name}
}

func tableChange(kind ChangeKind, t *Table) Change {
	return Change{Kind: kind, Target: "TABLE", Keyspace: t.Keyspace, Name: t.Name}
}

func typeChange(kind ChangeKind, keyspace, name string) Change {
	return Change{Kind: kind, Target: "TYPE", Keyspace: keyspace, Name: name}
}
