package schema

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func (a *applier) createType(st *ast.CreateType) (*Update, error) {
	k, err := a.keyspace(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	if k.Types[st.Name.Name] != nil {
		if st.IfNotExists {
			return a.unchanged()
		}
		return nil, cqlerr.Invalid("A user type with name '%s' already exists", st.Name.Name)
	}
	seen := map[string]bool{}
	for _, f := range st.Fields {
		if seen[f.Name] {
			return nil, cqlerr.Invalid("Duplicate field name '%s' in type '%s'", f.Name, st.Name.Name)
		}
		seen[f.Name] = true
	}
	for _, f := range st.Fields {
		if err := checkFieldType(f.Type); err != nil {
			return nil, err
		}
	}
	fields := make([]cqltype.Field, len(st.Fields))
	for i, f := range st.Fields {
		t, err := k.Type(f.Type)
		if err != nil {
			return nil, err
		}
		fields[i] = cqltype.Field{Name: f.Name, Type: t}
	}
	u := cqltype.NewUserType(k.Name, st.Name.Name, fields, false)
	return a.swap(k.WithType(u), typeChange(Created, k.Name, u.Name))
}

func checkFieldType(t ast.Type) error {
	if isNative(t, "counter") {
		return cqlerr.Invalid("A user type cannot contain counters")
	}
	if _, ok := t.(ast.UserType); ok {
		return cqlerr.Invalid("A user type cannot contain non-frozen UDTs")
	}
	return nil
}
