package schema

import (
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) alterType(st *ast.AlterType) (*Update, error) {
	name := st.Name.Keyspace + "." + st.Name.Name
	k := a.schema.Keyspaces[st.Name.Keyspace]
	var old *cqltype.UserType
	if k != nil {
		old = k.Types[st.Name.Name]
	}
	if old == nil {
		if st.IfExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("Type %s doesn't exist", name)
	}
	fields := slices.Clone(old.Fields)
	var err error
	switch action := st.Action.(type) {
	case ast.AddField:
		fields, err = a.addField(k, old, fields, action)
	case ast.RenameFields:
		fields, err = renameFields(old, fields, action)
	default:
		err = cqlerr.Invalid("Altering field types is no longer supported")
	}
	if err != nil {
		return nil, err
	}
	u := cqltype.NewUserType(k.Name, old.Name, fields, false)
	return a.swap(k.withChangedType(u), typeChange(Updated, k.Name, u.Name))
}

func (a *applier) addField(k *Keyspace, u *cqltype.UserType, fields []cqltype.Field, action ast.AddField) ([]cqltype.Field, error) {
	f := action.Field
	if err := checkFieldType(f.Type); err != nil {
		return nil, err
	}
	if u.FieldIndex(f.Name) >= 0 {
		if action.IfNotExists {
			return fields, nil
		}
		return nil, cqlerr.Invalid("Cannot add field %s to type %s.%s: a field with name %s already exists", f.Name, k.Name, u.Name, f.Name)
	}
	t, err := k.Type(f.Type)
	if err != nil {
		return nil, err
	}
	if cqltype.References(t, k.Name, u.Name) {
		return nil, cqlerr.Invalid("Cannot add new field %s of type %s to user type %s.%s as it would create a circular reference", f.Name, qualifiedType(f.Type, k.Name), k.Name, u.Name)
	}
	if tables := k.tablesWithKeyType(u); len(tables) > 0 && referencesDuration(t) {
		return nil, cqlerr.Invalid("Cannot add new field %s of type %s to user type %s.%s as the type is being used in partition key by the following tables: %s",
			f.Name, qualifiedType(f.Type, k.Name), k.Name, u.Name, strings.Join(tables, ", "))
	}
	return append(fields, cqltype.Field{Name: f.Name, Type: t}), nil
}

// tablesWithKeyType are the tables whose partition key uses u.
func (k *Keyspace) tablesWithKeyType(u *cqltype.UserType) []string {
	var out []string
	for _, name := range k.tableOrder() {
		uses := func(c *Column) bool { return cqltype.References(c.Type, k.Name, u.Name) }
		if slices.ContainsFunc(k.Tables[name].PartitionKey, uses) {
			out = append(out, k.Name+"."+name)
		}
	}
	return out
}

// qualifiedType prints a type with the keyspace of its user types.
func qualifiedType(t ast.Type, keyspace string) string {
	switch t := t.(type) {
	case ast.UserType:
		if t.Name.Keyspace == "" {
			t.Name.Keyspace = keyspace
		}
		return t.Name.String()
	case ast.FrozenType:
		return "frozen<" + qualifiedType(t.Inner, keyspace) + ">"
	case ast.CollectionType:
		value := qualifiedType(t.Value, keyspace)
		switch t.Kind {
		case ast.List:
			return "list<" + value + ">"
		case ast.Set:
			return "set<" + value + ">"
		}
		return "map<" + qualifiedType(t.Key, keyspace) + ", " + value + ">"
	}
	return t.String()
}

func renameFields(u *cqltype.UserType, fields []cqltype.Field, action ast.RenameFields) ([]cqltype.Field, error) {
	for _, r := range action.Renames {
		i := u.FieldIndex(r.From)
		if i < 0 {
			if action.IfExists {
				continue
			}
			return nil, cqlerr.Invalid("Unkown field %s in user type %s.%s", r.From, u.Keyspace, u.Name)
		}
		fields[i].Name = r.To
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Name] {
			return nil, cqlerr.Invalid("Duplicate field name %s in type %s", f.Name, u.Keyspace)
		}
		seen[f.Name] = true
	}
	return fields, nil
}

// withChangedType is k with a type replaced wherever it is used: in other types, tables, functions and aggregates.
func (k *Keyspace) withChangedType(u *cqltype.UserType) *Keyspace {
	change := func(t cqltype.Type) cqltype.Type { return cqltype.ReplaceUserType(t, u) }
	changeAll := func(types []cqltype.Type) []cqltype.Type {
		out := make([]cqltype.Type, len(types))
		for i, t := range types {
			out[i] = change(t)
		}
		return out
	}
	out := *k
	out.Types = cloneMap(k.Types)
	for name, other := range k.Types {
		if changed, ok := change(other).(*cqltype.UserType); ok {
			out.Types[name] = changed
		}
	}
	out.Tables = cloneMap(k.Tables)
	for name, t := range k.Tables {
		out.Tables[name] = t.mapTypes(change)
	}
	out.Functions = cloneMap(k.Functions)
	for name, list := range k.Functions {
		copied := make([]*Function, len(list))
		for i, f := range list {
			c := *f
			c.ArgTypes, c.ReturnType = changeAll(f.ArgTypes), change(f.ReturnType)
			copied[i] = &c
		}
		out.Functions[name] = copied
	}
	out.Aggregates = cloneMap(k.Aggregates)
	for name, list := range k.Aggregates {
		copied := make([]*Aggregate, len(list))
		for i, g := range list {
			c := *g
			c.ArgTypes, c.StateType, c.ReturnType = changeAll(g.ArgTypes), change(g.StateType), change(g.ReturnType)
			copied[i] = &c
		}
		out.Aggregates[name] = copied
	}
	return &out
}
