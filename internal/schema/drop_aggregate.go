package schema

import "alexandra/internal/cql/ast"

func (a *applier) dropAggregate(st *ast.DropAggregate) (*Update, error) {
	c := callable{"AGGREGATE", st.Name, st.IfExists, st.HasArgs, st.Args}
	k := a.schema.Keyspaces[st.Name.Keyspace]
	if k == nil {
		return a.missing(c)
	}
	types, err := c.signature(k)
	if err != nil {
		return nil, err
	}
	var g *Aggregate
	if st.HasArgs {
		g = k.Aggregate(st.Name.Name, types)
	} else if list := k.Aggregates[st.Name.Name]; len(list) > 0 {
		g = list[0]
	}
	if g == nil {
		return a.missing(c)
	}
	result := aggregateChange(g)
	result.Kind = Dropped
	return a.swap(k.WithoutAggregate(g.Name, g.ArgTypes), result)
}
