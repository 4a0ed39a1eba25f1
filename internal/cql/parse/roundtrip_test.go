package parse

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cql/ast"
)

// What a statement prints parses to the same statement.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &gen{T: rt}
		s := generators[g.n(len(generators))](g)
		text := s.String()
		r, err := Statement(text)
		require.NoError(rt, err, text)
		require.Equal(rt, s, r.Statement, text)
		require.Equal(rt, g.binds, r.Markers, text)
	})
}

func TestRoundTripType(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := (&gen{T: rt}).cqlType(3)
		got, err := Type(want.String())
		require.NoError(rt, err, want)
		require.Equal(rt, want, got)
	})
}

func TestRoundTripTerm(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := (&gen{T: rt}).term(3)
		got, err := Term(want.String())
		require.NoError(rt, err, want)
		require.Equal(rt, want, got)
	})
}

func (g *gen) insert() ast.Statement {
	s := &ast.Insert{Table: g.qualified()}
	switch g.n(3) {
	case 0:
		s.JSON = ast.Literal{Kind: ast.String, Text: g.text()}
		s.DefaultUnset = g.flag()
	case 1:
		s.JSON = g.bind()
	default:
		s.Columns, s.Values = some(g, 1, g.column), g.terms(1, 3)
	}
	s.IfNotExists = g.flag()
	s.Using = g.using(true)
	return s
}

func (g *gen) update() ast.Statement {
	s := &ast.Update{Table: g.qualified(), Using: g.using(true), Set: g.assignments(), Where: some(g, 1, g.relation)}
	s.IfExists, s.If = g.ifClause()
	return s
}

func (g *gen) delete() ast.Statement {
	s := &ast.Delete{}
	s.Targets = some(g, 0, func() ast.Deletion {
		d := ast.Deletion{Column: g.column()}
		switch g.n(3) {
		case 0:
			d.Key = g.term(1)
		case 1:
			d.Field = g.name()
		}
		return d
	})
	s.Table, s.Using, s.Where = g.qualified(), g.using(false), some(g, 1, g.relation)
	s.IfExists, s.If = g.ifClause()
	return s
}

func (g *gen) selectStatement() ast.Statement {
	s := &ast.Select{
		JSON: g.flag(), Distinct: g.flag(), Selections: g.selections(), From: g.qualified(), Where: some(g, 0, g.relation),
		GroupBy: g.selectorList(0, 1),
	}
	s.OrderBy = some(g, 0, func() ast.Ordering {
		o := ast.Ordering{Column: g.column(), Desc: g.flag()}
		if g.flag() {
			o.Near = g.term(1)
		}
		return o
	})
	if g.flag() {
		s.PerPartitionLimit = g.integerOrBind()
	}
	if g.flag() {
		s.Limit = g.integerOrBind()
	}
	s.AllowFiltering = g.flag()
	return s
}

func (g *gen) options() []ast.MapOption {
	var list []ast.MapOption
	for _, k := range g.distinct(0, g.text) {
		list = append(list, ast.MapOption{Key: k, Value: g.text()})
	}
	return list
}

func (g *gen) properties(least int) []ast.Property {
	var list []ast.Property
	for _, name := range g.distinct(least, g.name) {
		o := ast.Property{Name: name, IsMap: g.flag()}
		if o.IsMap {
			o.Map = g.options()
		} else {
			o.Text = g.pick("1", "-2.5", "true", "007", "99p", g.text())
		}
		list = append(list, o)
	}
	return list
}

func (g *gen) columnDef() ast.ColumnDef {
	c := ast.ColumnDef{Name: g.name(), Type: g.cqlType(2), Static: g.flag()}
	if g.n(4) == 0 {
		c.Mask = &ast.Mask{Function: g.qualified(), Args: g.terms(0, 1)}
	}
	return c
}

func (g *gen) primaryKey() ast.PrimaryKey {
	return ast.PrimaryKey{Partition: some(g, 1, g.name), Clustering: some(g, 0, g.name)}
}

func (g *gen) clusteringOrder() []ast.ClusteringOrder {
	return some(g, 0, func() ast.ClusteringOrder { return ast.ClusteringOrder{Column: g.name(), Desc: g.flag()} })
}

func (g *gen) createTable() ast.Statement {
	return &ast.CreateTable{
		IfNotExists: g.flag(), Name: g.qualified(),
		Columns: some(g, 1, func() ast.ColumnDef {
			c := g.columnDef()
			c.PrimaryKey = g.flag()
			return c
		}),
		PrimaryKeys: some(g, 0, g.primaryKey), ClusteringOrder: g.clusteringOrder(), CompactStorage: g.flag(),
		Properties: g.properties(0),
	}
}

func (g *gen) renames() []ast.Rename {
	return some(g, 1, func() ast.Rename { return ast.Rename{From: g.name(), To: g.name()} })
}

func (g *gen) alterTable() ast.Statement {
	s := &ast.AlterTable{IfExists: g.flag(), Name: g.qualified()}
	switch g.n(7) {
	case 0:
		s.Action = ast.AddColumns{IfNotExists: g.flag(), Columns: some(g, 1, g.columnDef)}
	case 1:
		a := ast.DropColumns{IfExists: g.flag(), Columns: some(g, 1, g.name)}
		if g.flag() {
			ts := rapid.Int64().Draw(g.T, "timestamp")
			a.Timestamp = &ts
		}
		s.Action = a
	case 2:
		s.Action = ast.RenameColumns{IfExists: g.flag(), Renames: g.renames()}
	case 3:
		s.Action = ast.AlterColumnType{Column: g.column(), Type: g.cqlType(2)}
	case 4:
		a := ast.AlterColumnMask{IfExists: g.flag(), Column: g.column()}
		if g.flag() {
			a.Mask = &ast.Mask{Function: g.qualified(), Args: g.terms(0, 1)}
		}
		s.Action = a
	case 5:
		s.Action = ast.DropCompactStorage{}
	default:
		s.Action = ast.AlterOptions{Properties: g.properties(1)}
	}
	return s
}

func (g *gen) fieldDef() ast.FieldDef { return ast.FieldDef{Name: g.name(), Type: g.cqlType(2)} }

func (g *gen) alterType() ast.Statement {
	s := &ast.AlterType{IfExists: g.flag(), Name: g.qualified()}
	switch g.n(3) {
	case 0:
		s.Action = ast.AddField{IfNotExists: g.flag(), Field: g.fieldDef()}
	case 1:
		s.Action = ast.RenameFields{IfExists: g.flag(), Renames: g.renames()}
	default:
		s.Action = ast.AlterFieldType{Field: g.name(), Type: g.cqlType(2)}
	}
	return s
}

func (g *gen) createIndex() ast.Statement {
	s := &ast.CreateIndex{Custom: g.flag(), IfNotExists: g.flag()}
	if g.flag() {
		s.Name.Name = g.name()
	}
	s.Table = g.qualified()
	s.Targets = some(g, 0, func() ast.IndexTarget {
		return ast.IndexTarget{Kind: ast.IndexTargetKind(1 + g.n(int(ast.IndexFull))), Column: g.column()}
	})
	if g.flag() {
		s.HasUsing, s.Using = true, g.text()
	}
	s.Properties = g.properties(0)
	return s
}

func (g *gen) createView() ast.Statement {
	return &ast.CreateView{
		IfNotExists: g.flag(), Name: g.qualified(), Selections: g.selections(), From: g.qualified(),
		Where: some(g, 0, g.relation), PrimaryKey: g.primaryKey(), ClusteringOrder: g.clusteringOrder(),
		Properties: g.properties(0),
	}
}

func (g *gen) argTypes() []ast.Type { return some(g, 0, func() ast.Type { return g.cqlType(2) }) }

func (g *gen) createAggregate() ast.Statement {
	s := &ast.CreateAggregate{
		OrReplace: g.flag(), IfNotExists: g.flag(), Name: g.qualified(), Args: g.argTypes(), StateFunc: g.name(),
		StateType: g.cqlType(2),
	}
	if g.flag() {
		s.FinalFunc = g.name()
	}
	if g.flag() {
		s.InitCond = g.term(2)
	}
	return s
}

func (g *gen) access() *ast.Access {
	switch g.n(3) {
	case 0:
		return nil
	case 1:
		return &ast.Access{All: true}
	}
	return &ast.Access{Names: g.distinct(1, g.text)}
}

func (g *gen) secret() *ast.Secret {
	if g.flag() {
		return nil
	}
	s := ast.Secret(g.text())
	return &s
}

func (g *gen) optionalFlag() *bool {
	if g.flag() {
		return nil
	}
	b := g.flag()
	return &b
}

func (g *gen) roleOptions() ast.RoleOptions {
	o := ast.RoleOptions{Superuser: g.optionalFlag(), Login: g.optionalFlag(), HasOptions: g.flag()}
	if o.Password = g.secret(); o.Password == nil {
		o.HashedPassword = g.secret()
	}
	if o.HasOptions {
		o.Options = g.options()
	}
	o.Datacenters, o.CIDRs = g.access(), g.access()
	return o
}

func (g *gen) permissions() ast.Permissions {
	if g.flag() {
		return ast.Permissions{All: true}
	}
	return ast.Permissions{List: []string{"AUTHORIZE", g.pick("SELECT", "MODIFY", "UNMASK", "SELECT_MASKED", "EXECUTE")}}
}

func (g *gen) resource() ast.Resource {
	return []ast.Resource{
		ast.AllKeyspaces{},
		ast.KeyspaceResource{Keyspace: g.name()},
		ast.AllTables{Keyspace: g.name()},
		ast.TableResource{Table: g.qualified()},
		ast.AllRoles{},
		ast.RoleResource{Role: g.text()},
		ast.AllFunctions{Keyspace: g.pick("", "ks")},
		ast.AllMBeans{},
		ast.MBeanResource{Name: "a:b=c,d=e"},
		ast.MBeanResource{Name: "a:b=c,*", Pattern: true},
		ast.FunctionResource{Function: ast.QualifiedName{Keyspace: g.name(), Name: g.name()}, Args: g.argTypes()},
	}[g.n(11)]
}

func (g *gen) ofRole() *string {
	if g.flag() {
		return nil
	}
	s := g.text()
	return &s
}

func (g *gen) listPermissions() ast.Statement {
	s := &ast.ListPermissions{Permissions: g.permissions(), Of: g.ofRole(), NoRecursive: g.flag()}
	if g.flag() {
		s.Resource = g.resource()
	}
	return s
}

func (g *gen) describe() ast.Statement {
	s := &ast.Describe{Kind: ast.DescribeKind(1 + g.n(int(ast.DescribeGeneric))), Internals: g.flag()}
	switch {
	case s.Kind == ast.DescribeKeyspace || s.Kind == ast.DescribeOnlyKeyspace:
		if g.flag() {
			s.Name.Keyspace = g.name()
		}
	case s.Kind >= ast.DescribeTable:
		s.Name = g.qualified()
	}
	return s
}

func (g *gen) alterUser() ast.Statement {
	s := &ast.AlterUser{IfExists: g.flag(), Name: g.text(), Superuser: g.optionalFlag()}
	if s.Password = g.secret(); s.Password == nil {
		s.HashedPassword = g.secret()
	}
	return s
}

func (g *gen) batch() ast.Statement {
	return &ast.Batch{Kind: ast.BatchKind(1 + g.n(3)), Using: g.using(true), Statements: some(g, 0, func() ast.Statement {
		return []func() ast.Statement{g.insert, g.update, g.delete}[g.n(3)]()
	})}
}

// generators draw one kind of statement each.
var generators = []func(*gen) ast.Statement{
	(*gen).selectStatement, (*gen).selectStatement, (*gen).insert, (*gen).update, (*gen).delete, (*gen).batch,
	(*gen).createTable, (*gen).alterTable, (*gen).alterType, (*gen).createIndex, (*gen).createView,
	(*gen).createAggregate, (*gen).listPermissions, (*gen).describe, (*gen).alterUser,
	func(g *gen) ast.Statement { return &ast.Use{Keyspace: g.name()} },
	func(g *gen) ast.Statement { return &ast.Truncate{Table: g.qualified()} },
	func(g *gen) ast.Statement {
		return &ast.CreateKeyspace{IfNotExists: g.flag(), Name: g.name(), Properties: g.properties(1)}
	},
	func(g *gen) ast.Statement {
		return &ast.AlterKeyspace{IfExists: g.flag(), Name: g.name(), Properties: g.properties(1)}
	},
	func(g *gen) ast.Statement {
		return &ast.AlterView{IfExists: g.flag(), Name: g.qualified(), Properties: g.properties(1)}
	},
	func(g *gen) ast.Statement { return &ast.DropKeyspace{IfExists: g.flag(), Name: g.name()} },
	func(g *gen) ast.Statement { return &ast.DropTable{IfExists: g.flag(), Name: g.qualified()} },
	func(g *gen) ast.Statement { return &ast.DropType{IfExists: g.flag(), Name: g.qualified()} },
	func(g *gen) ast.Statement { return &ast.DropIndex{IfExists: g.flag(), Name: g.qualified()} },
	func(g *gen) ast.Statement { return &ast.DropView{IfExists: g.flag(), Name: g.qualified()} },
	func(g *gen) ast.Statement { return &ast.DropRole{IfExists: g.flag(), Name: g.text()} },
	func(g *gen) ast.Statement { return &ast.DropUser{IfExists: g.flag(), Name: g.text()} },
	func(g *gen) ast.Statement { return &ast.DropIdentity{IfExists: g.flag(), Identity: g.text()} },
	func(g *gen) ast.Statement {
		return &ast.AddIdentity{IfNotExists: g.flag(), Identity: g.text(), Role: g.text()}
	},
	func(g *gen) ast.Statement {
		return &ast.DropTrigger{IfExists: g.flag(), Name: g.name(), Table: g.qualified()}
	},
	func(g *gen) ast.Statement {
		return &ast.CreateTrigger{IfNotExists: g.flag(), Name: g.name(), Table: g.qualified(), Class: g.text()}
	},
	func(g *gen) ast.Statement {
		return &ast.CreateType{IfNotExists: g.flag(), Name: g.qualified(), Fields: some(g, 1, g.fieldDef)}
	},
	func(g *gen) ast.Statement {
		return &ast.CreateFunction{
			OrReplace: g.flag(), IfNotExists: g.flag(), Name: g.qualified(), Args: some(g, 0, g.fieldDef),
			CalledOnNullInput: g.flag(), Returns: g.cqlType(2), Language: "java", Body: g.text(),
		}
	},
	func(g *gen) ast.Statement {
		s := &ast.DropFunction{IfExists: g.flag(), Name: g.qualified(), HasArgs: g.flag()}
		if s.HasArgs {
			s.Args = g.argTypes()
		}
		return s
	},
	func(g *gen) ast.Statement { return &ast.DropAggregate{IfExists: g.flag(), Name: g.qualified()} },
	func(g *gen) ast.Statement {
		return &ast.CreateRole{IfNotExists: g.flag(), Name: g.text(), Options: g.roleOptions()}
	},
	func(g *gen) ast.Statement {
		return &ast.AlterRole{IfExists: g.flag(), Name: g.text(), Options: g.roleOptions()}
	},
	func(g *gen) ast.Statement {
		return &ast.CreateUser{IfNotExists: g.flag(), Name: g.text(), Password: g.secret(), Superuser: g.flag()}
	},
	func(g *gen) ast.Statement { return &ast.GrantRole{Role: g.text(), Grantee: g.text()} },
	func(g *gen) ast.Statement { return &ast.RevokeRole{Role: g.text(), Revokee: g.text()} },
	func(g *gen) ast.Statement {
		return &ast.Grant{Permissions: g.permissions(), Resource: g.resource(), Grantee: g.text()}
	},
	func(g *gen) ast.Statement {
		return &ast.Revoke{Permissions: g.permissions(), Resource: g.resource(), Revokee: g.text()}
	},
	func(g *gen) ast.Statement { return &ast.ListRoles{Of: g.ofRole(), NoRecursive: g.flag()} },
	func(g *gen) ast.Statement { return &ast.ListUsers{} },
}
