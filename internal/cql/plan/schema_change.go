package plan

import (
	"alexandra/auth"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// SchemaChange is CREATE, ALTER or DROP of a keyspace or of anything in one. What it does is decided when it runs, by
// package schema on the newest schema.
type SchemaChange struct {
	Base
	// Statement has got the current keyspace wherever it named none.
	Statement ast.Statement
	// SuperuserOnly is the refusal for everybody else, if there is one.
	SuperuserOnly string
}

// BindSchemaChange qualifies the names and finds the permissions that are needed. It is nil, without an error, for
// statements of other kinds. Needs depend on the schema: whoever runs the statement binds it again before.
func BindSchemaChange(stmt ast.Statement, env *Env) (*SchemaChange, error) {
	qualified, err := qualifyChange(stmt, env)
	if qualified == nil || err != nil {
		return nil, err
	}
	c := &SchemaChange{Statement: qualified}
	c.findNeeds(env.Schema)
	return c, nil
}

func prepareSchemaChange(stmt ast.Statement, env *Env) (_ Statement, ok bool, err error) {
	if create, ok := stmt.(*ast.CreateTable); ok {
		if err := schema.CheckTableSyntax(create); err != nil {
			return nil, true, err
		}
	}
	c, err := BindSchemaChange(stmt, env)
	if err != nil {
		return nil, true, err
	}
	return c, c != nil, nil
}

// qualifyChange is a copy of the statement with the current keyspace filled in; nil for other statements.
func qualifyChange(stmt ast.Statement, env *Env) (ast.Statement, error) {
	switch s := stmt.(type) {
	case *ast.CreateKeyspace, *ast.AlterKeyspace, *ast.DropKeyspace:
		return stmt, nil
	case *ast.CreateTable:
		return qualifyCopy(*s, env, func(c *ast.CreateTable) *ast.QualifiedName { return &c.Name })
	case *ast.AlterTable:
		return qualifyCopy(*s, env, func(c *ast.AlterTable) *ast.QualifiedName { return &c.Name })
	case *ast.DropTable:
		return qualifyCopy(*s, env, func(c *ast.DropTable) *ast.QualifiedName { return &c.Name })
	case *ast.CreateType:
		return qualifyCopy(*s, env, func(c *ast.CreateType) *ast.QualifiedName { return &c.Name })
	case *ast.AlterType:
		return qualifyCopy(*s, env, func(c *ast.AlterType) *ast.QualifiedName { return &c.Name })
	case *ast.DropType:
		return qualifyCopy(*s, env, func(c *ast.DropType) *ast.QualifiedName { return &c.Name })
	case *ast.CreateIndex:
		return qualifyCopy(*s, env, func(c *ast.CreateIndex) *ast.QualifiedName { return &c.Table })
	case *ast.DropIndex:
		return qualifyCopy(*s, env, func(c *ast.DropIndex) *ast.QualifiedName { return &c.Name })
	case *ast.CreateView:
		return qualifyView(*s, env)
	case *ast.AlterView:
		return qualifyCopy(*s, env, func(c *ast.AlterView) *ast.QualifiedName { return &c.Name })
	case *ast.DropView:
		return qualifyCopy(*s, env, func(c *ast.DropView) *ast.QualifiedName { return &c.Name })
	case *ast.CreateFunction:
		return qualifyCopy(*s, env, func(c *ast.CreateFunction) *ast.QualifiedName { return &c.Name })
	case *ast.DropFunction:
		return qualifyCopy(*s, env, func(c *ast.DropFunction) *ast.QualifiedName { return &c.Name })
	case *ast.CreateAggregate:
		return qualifyCopy(*s, env, func(c *ast.CreateAggregate) *ast.QualifiedName { return &c.Name })
	case *ast.DropAggregate:
		return qualifyCopy(*s, env, func(c *ast.DropAggregate) *ast.QualifiedName { return &c.Name })
	case *ast.CreateTrigger:
		return qualifyCopy(*s, env, func(c *ast.CreateTrigger) *ast.QualifiedName { return &c.Table })
	case *ast.DropTrigger:
		return qualifyCopy(*s, env, func(c *ast.DropTrigger) *ast.QualifiedName { return &c.Table })
	}
	return nil, nil
}

// statementPointer is a pointer to a statement's struct.
type statementPointer[T any] interface {
	*T
	ast.Statement
}

func qualifyCopy[T any, P statementPointer[T]](s T, env *Env, name func(P) *ast.QualifiedName) (ast.Statement, error) {
	p := P(&s)
	n := name(p)
	var err error
	*n, err = env.Qualify(*n)
	return p, err
}

// qualifyView gives a view the current keyspace, and its base table that of the view.
func qualifyView(s ast.CreateView, env *Env) (ast.Statement, error) {
	var err error
	if s.Name, err = env.Qualify(s.Name); err != nil {
		return nil, err
	}
	if s.From.Keyspace == "" {
		s.From.Keyspace = s.Name.Keyspace
	}
	return &s, nil
}

// findNeeds declares the permissions (auth.md 6.4). What does not exist needs none: the statement will say so.
func (c *SchemaChange) findNeeds(s *schema.Schema) {
	tables := func(n ast.QualifiedName) auth.Resource { return auth.AllTables(n.Keyspace) }
	switch st := c.Statement.(type) {
	case *ast.CreateKeyspace:
		c.need(auth.Create, auth.DataRoot())
	case *ast.AlterKeyspace:
		c.need(auth.Alter, auth.Keyspace(st.Name))
	case *ast.DropKeyspace:
		c.need(auth.Drop, auth.Keyspace(st.Name))
	case *ast.CreateTable:
		c.need(auth.Create, tables(st.Name))
	case *ast.AlterTable:
		c.need(auth.Alter, auth.Table(st.Name.Keyspace, st.Name.Name))
	case *ast.DropTable:
		c.need(auth.Drop, auth.Table(st.Name.Keyspace, st.Name.Name))
	case *ast.CreateType:
		c.need(auth.Create, tables(st.Name))
	case *ast.AlterType:
		c.need(auth.Alter, tables(st.Name))
	case *ast.DropType:
		c.need(auth.Drop, tables(st.Name))
	case *ast.CreateIndex:
		c.need(auth.Alter, auth.Table(st.Table.Keyspace, st.Table.Name))
	case *ast.DropIndex:
		c.needIndexedTable(s, st.Name)
	case *ast.CreateView:
		c.need(auth.Alter, auth.Table(st.From.Keyspace, st.From.Name))
	case *ast.AlterView:
		c.needBaseTable(s, st.Name)
	case *ast.DropView:
		c.needBaseTable(s, st.Name)
	case *ast.CreateFunction:
		args := make([]ast.Type, len(st.Args))
		for i, a := range st.Args {
			args[i] = a.Type
		}
		c.needCallable(s, st.Name, args, st.OrReplace)
	case *ast.CreateAggregate:
		c.needCallable(s, st.Name, st.Args, st.OrReplace)
		c.needParts(s, st)
	case *ast.DropFunction:
		c.needDropFunction(s, st)
	case *ast.DropAggregate:
		c.needDropAggregate(s, st)
	case *ast.CreateTrigger:
		c.SuperuserOnly = "Only superusers are allowed to perform CREATE TRIGGER queries"
	case *ast.DropTrigger:
		c.SuperuserOnly = "Only superusers are allowed to perfrom DROP TRIGGER queries" // sic
	}
}

func (c *SchemaChange) needIndexedTable(s *schema.Schema, n ast.QualifiedName) {
	if ks := s.Keyspace(n.Keyspace); ks != nil {
		if t := ks.IndexedTable(n.Name); t != nil {
			c.need(auth.Alter, auth.Table(t.Keyspace, t.Name))
		}
	}
}

func (c *SchemaChange) needBaseTable(s *schema.Schema, n ast.QualifiedName) {
	if t := s.Table(n.Keyspace, n.Name); t != nil && t.IsView() {
		c.need(auth.Alter, auth.Table(t.Keyspace, t.View.BaseTable))
	}
}

// argTypes finds the types of a signature; ok is false when one is not known.
func argTypes(ks *schema.Keyspace, args []ast.Type) (types []cqltype.Type, ok bool) {
	types = make([]cqltype.Type, len(args))
	for i, a := range args {
		t, err := ks.Type(a)
		if err != nil {
			return nil, false
		}
		types[i] = t
	}
	return types, true
}

// needCallable is for CREATE FUNCTION and CREATE AGGREGATE: replacing an existing one alters it.
func (c *SchemaChange) needCallable(s *schema.Schema, n ast.QualifiedName, args []ast.Type, orReplace bool) {
	if ks := s.Keyspace(n.Keyspace); ks != nil && orReplace {
		types, ok := argTypes(ks, args)
		if ok && (ks.Function(n.Name, types) != nil || ks.Aggregate(n.Name, types) != nil) {
			c.need(auth.Alter, FunctionResource(n.Keyspace, n.Name, types))
			return
		}
	}
	c.need(auth.Create, auth.Resource{Kind: auth.Functions, Keyspace: n.Keyspace})
}

// needParts is for the functions that an aggregate is made of.
func (c *SchemaChange) needParts(s *schema.Schema, st *ast.CreateAggregate) {
	ks := s.Keyspace(st.Name.Keyspace)
	if ks == nil {
		return
	}
	types, ok := argTypes(ks, append([]ast.Type{st.StateType}, st.Args...))
	if !ok {
		return
	}
	if f := ks.Function(st.StateFunc, types); f != nil {
		c.need(auth.Execute, FunctionResource(f.Keyspace, f.Name, f.ArgTypes))
	}
	if f := ks.Function(st.FinalFunc, types[:1]); f != nil {
		c.need(auth.Execute, FunctionResource(f.Keyspace, f.Name, f.ArgTypes))
	}
}

func (c *SchemaChange) needDropFunction(s *schema.Schema, st *ast.DropFunction) {
	ks := s.Keyspace(st.Name.Keyspace)
	if ks == nil {
		return
	}
	types, ok := argTypes(ks, st.Args)
	for _, f := range ks.Functions[st.Name.Name] {
		if !st.HasArgs || ok && f == ks.Function(st.Name.Name, types) {
			c.need(auth.Drop, FunctionResource(f.Keyspace, f.Name, f.ArgTypes))
		}
	}
}

func (c *SchemaChange) needDropAggregate(s *schema.Schema, st *ast.DropAggregate) {
	ks := s.Keyspace(st.Name.Keyspace)
	if ks == nil {
		return
	}
	types, ok := argTypes(ks, st.Args)
	for _, a := range ks.Aggregates[st.Name.Name] {
		if !st.HasArgs || ok && a == ks.Aggregate(st.Name.Name, types) {
			c.need(auth.Drop, FunctionResource(a.Keyspace, a.Name, a.ArgTypes))
		}
	}
}

// CreatedResources are what a successful statement made: its creator gets all permissions on them.
func CreatedResources(s *schema.Schema, c schema.Change) []auth.Resource {
	if c.Kind != schema.Created {
		return nil
	}
	switch c.Target {
	case "KEYSPACE":
		return []auth.Resource{auth.Keyspace(c.Keyspace), {Kind: auth.Functions, Keyspace: c.Keyspace}}
	case "TABLE":
		if t := s.Table(c.Keyspace, c.Name); t != nil && !t.IsView() {
			return []auth.Resource{auth.Table(c.Keyspace, c.Name)}
		}
	case "FUNCTION", "AGGREGATE":
		return callableResources(s.Keyspace(c.Keyspace), c)
	}
	return nil
}

func callableResources(ks *schema.Keyspace, c schema.Change) []auth.Resource {
	if ks == nil {
		return nil
	}
	types := make([]cqltype.Type, len(c.ArgTypes))
	for i, text := range c.ArgTypes {
		t, err := cqltype.ParseCQL(text, ks)
		if err != nil {
			return nil
		}
		types[i] = t
	}
	return []auth.Resource{FunctionResource(c.Keyspace, c.Name, types)}
}
