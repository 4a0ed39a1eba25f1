package exec

import (
	"context"
	"slices"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// serverVersion is the release whose answers DESCRIBE gives; paging states hold it.
const serverVersion = "5.0.5"

// element is one row of DESCRIBE.
type element struct{ keyspace, kind, name, create string }

// runDescribe answers DESCRIBE from the schema. Its pages depend on the schema's version: after a change the client has
// to begin again.
func (e *Executor) runDescribe(_ context.Context, q *request, st *plan.Describe) (*Result, error) {
	s := e.Coordinator.Schema()
	if st.Statement.Kind == ast.DescribeCluster {
		return e.describeCluster(st), nil
	}
	d := describer{schema: s, keyspace: st.Keyspace, internals: st.Statement.Internals}
	elements, err := d.describe(st.Statement)
	if err != nil {
		return nil, err
	}
	first := 0
	if q.page != nil {
		if string(q.page.version) != serverVersion+s.Version.String() {
			return nil, cqlerr.Invalid("The schema has changed since the previous page of the DESCRIBE statement result. Please retry the DESCRIBE statement.")
		}
		first = min(q.page.offset, len(elements))
	}
	rows := &Rows{Columns: resultColumns(st.ResultColumns())}
	last := len(elements)
	if size := q.options.PageSize; size > 0 && last-first >= size {
		last = first + size
		rows.PagingState = (&pagingState{offset: last, version: []byte(serverVersion + s.Version.String())}).encode()
	}
	for _, x := range elements[first:last] {
		values := [][]byte{[]byte(ast.QuoteName(x.keyspace)), []byte(x.kind), []byte(x.name), []byte(x.create)}
		rows.Rows = append(rows.Rows, values[:len(rows.Columns)])
	}
	return &Result{Rows: rows}, nil
}

func resultColumns(list []plan.ColumnSpec) []ColumnSpec {
	out := make([]ColumnSpec, len(list))
	for i, c := range list {
		out[i] = ColumnSpec(c)
	}
	return out
}

func (e *Executor) describeCluster(st *plan.Describe) *Result {
	t := e.Coordinator.Topology()
	snitch := t.Snitch
	if e.Settings.DynamicSnitch {
		snitch = "DynamicEndpointSnitch" // it wraps the configured one
	}
	short := func(class, prefix string) []byte { return []byte(strings.TrimPrefix(class, prefix)) }
	values := [][]byte{
		[]byte(t.ClusterName), short(t.Partitioner, "org.apache.cassandra.dht."), short(snitch, "org.apache.cassandra.locator."),
	}
	if st.ShowsRanges() {
		var owners map[string][]string
		if t.RangeOwnership != nil {
			owners = t.RangeOwnership(st.Keyspace)
		}
		var entries []cqltype.Entry
		for token, replicas := range owners {
			list := make([][]byte, len(replicas))
			for i, r := range replicas {
				list[i] = []byte(r)
			}
			entries = append(entries, cqltype.Entry{Key: []byte(token), Value: cqltype.EncodeList(list)})
		}
		values = append(values, cqltype.EncodeMap(cqltype.SortMap(cqltype.Text, entries)))
	}
	return &Result{Rows: &Rows{Columns: resultColumns(st.ResultColumns()), Rows: [][][]byte{values}}}
}

// describer finds what a DESCRIBE asks for.
type describer struct {
	schema    *schema.Schema
	keyspace  string // the current one
	internals bool
}

func (d describer) describe(st *ast.Describe) ([]element, error) {
	switch st.Kind {
	case ast.DescribeKeyspaces:
		var out []element
		for _, k := range d.keyspaces(true) {
			out = append(out, element{k.Name, "keyspace", ast.QuoteName(k.Name), ""})
		}
		return out, nil
	case ast.DescribeTables, ast.DescribeTypes, ast.DescribeFunctions, ast.DescribeAggregates:
		return d.list(st.Kind)
	case ast.DescribeSchema, ast.DescribeFullSchema:
		var out []element
		for _, k := range d.keyspaces(st.Kind == ast.DescribeFullSchema) {
			out = append(out, d.whole(k)...)
		}
		return out, nil
	case ast.DescribeKeyspace, ast.DescribeOnlyKeyspace:
		k, err := d.find(st.Name.Keyspace)
		if err != nil {
			return nil, err
		}
		if st.Kind == ast.DescribeOnlyKeyspace {
			return d.whole(k)[:1], nil
		}
		return d.whole(k), nil
	case ast.DescribeGeneric:
		return d.generic(st.Name)
	}
	k, err := d.find(st.Name.Keyspace)
	if err != nil {
		return nil, err
	}
	return d.named(k, st.Kind, st.Name.Name)
}

// keyspaces lists them by name without regard to case.
func (d describer) keyspaces(system bool) []*schema.Keyspace {
	var out []*schema.Keyspace
	for _, k := range d.schema.Keyspaces {
		if system || !localSystem(k.Name) && !replicatedSystem(k.Name) && !k.Virtual {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b *schema.Keyspace) int { return compareFold(a.Name, b.Name) })
	return out
}

func compareFold(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// find is the keyspace of that name, or the current one.
func (d describer) find(name string) (*schema.Keyspace, error) {
	if name == "" {
		name = d.keyspace
	}
	if name == "" {
		return nil, cqlerr.Invalid("No keyspace specified and no current keyspace")
	}
	if k := d.schema.Keyspace(name); k != nil {
		return k, nil
	}
	return nil, cqlerr.Invalid("'%s' not found in keyspaces", name)
}

// list names the elements of a kind: of the current keyspace, or of all.
func (d describer) list(kind ast.DescribeKind) ([]element, error) {
	keyspaces := d.keyspaces(true)
	if d.keyspace != "" {
		k, err := d.find("")
		if err != nil {
			return nil, err
		}
		keyspaces = []*schema.Keyspace{k}
	}
	var out []element
	for _, k := range keyspaces {
		var all []element
		switch kind {
		case ast.DescribeTables:
			all = d.tables(k)
		case ast.DescribeTypes:
			all = d.types(k)
		case ast.DescribeFunctions:
			all = d.functions(k)
		default:
			all = d.aggregates(k)
		}
		out = append(out, all...)
	}
	return out, nil
}

// tables are the base tables and virtual tables alone.
func (d describer) tables(k *schema.Keyspace) []element {
	var out []element
	for _, name := range k.TableNames() {
		if t := k.Tables[name]; !t.IsView() {
			out = append(out, d.table(t))
		}
	}
	return out
}

func (d describer) table(t *schema.Table) element {
	kind := "table"
	if t.IsView() {
		kind = "materialized_view"
	}
	return element{t.Keyspace, kind, ast.QuoteName(t.Name), t.ToCQL(d.internals)}
}

func (d describer) types(k *schema.Keyspace) []element {
	var out []element
	for _, u := range k.ListTypes() {
		out = append(out, element{k.Name, "type", ast.QuoteName(u.Name), schema.TypeToCQL(u)})
	}
	return out
}

func (d describer) functions(k *schema.Keyspace) []element {
	var out []element
	for _, f := range k.ListFunctions() {
		out = append(out, element{k.Name, "function", f.Signature(), f.ToCQL()})
	}
	return out
}

func (d describer) aggregates(k *schema.Keyspace) []element {
	var out []element
	for _, a := range k.ListAggregates() {
		out = append(out, element{k.Name, "aggregate", a.Signature(), a.ToCQL()})
	}
	return out
}

// withDependents is a table with its indexes and its views.
func (d describer) withDependents(k *schema.Keyspace, t *schema.Table) []element {
	out := []element{d.table(t)}
	for _, x := range t.ListIndexes() {
		out = append(out, d.index(t, x))
	}
	views := k.ViewsOf(t.Name)
	slices.SortFunc(views, func(a, b *schema.Table) int { return compareFold(a.Name, b.Name) })
	for _, v := range views {
		out = append(out, d.table(v))
	}
	return out
}

func (d describer) index(t *schema.Table, x *schema.Index) element {
	return element{t.Keyspace, "index", ast.QuoteName(x.Name), t.IndexToCQL(x)}
}

// whole is a keyspace with everything in it.
func (d describer) whole(k *schema.Keyspace) []element {
	out := []element{{k.Name, "keyspace", ast.QuoteName(k.Name), k.ToCQL()}}
	out = append(out, d.types(k)...)
	out = append(out, d.functions(k)...)
	out = append(out, d.aggregates(k)...)
	for _, name := range k.TableNames() {
		if t := k.Tables[name]; !t.IsView() {
			out = append(out, d.withDependents(k, t)...)
		}
	}
	return out
}

// named finds one element by its kind and name.
func (d describer) named(k *schema.Keyspace, kind ast.DescribeKind, name string) ([]element, error) {
	var out []element
	missing := ""
	switch kind {
	case ast.DescribeTable:
		missing = "Table '%s' not found in keyspace '%s'"
		if t := k.Tables[name]; t != nil && !t.IsView() {
			out = d.withDependents(k, t)
		}
	case ast.DescribeIndex:
		missing = "Table for existing index '%s' not found in '%s'"
		if t := k.IndexedTable(name); t != nil {
			out = []element{d.index(t, t.Indexes[name])}
		}
	case ast.DescribeView:
		missing = "Materialized view '%s' not found in '%s'"
		if t := k.Tables[name]; t != nil && t.IsView() {
			out = []element{d.table(t)}
		}
	case ast.DescribeType:
		missing = "User defined type '%s' not found in '%s'"
		if u := k.Types[name]; u != nil {
			out = []element{{k.Name, "type", ast.QuoteName(name), schema.TypeToCQL(u)}}
		}
	case ast.DescribeFunction:
		missing = "User defined function '%s' not found in '%s'"
		for _, f := range k.ListFunctions() {
			if f.Name == name {
				out = append(out, element{k.Name, "function", f.Signature(), f.ToCQL()})
			}
		}
	case ast.DescribeAggregate:
		missing = "User defined aggregate '%s' not found in '%s'"
		for _, a := range k.ListAggregates() {
			if a.Name == name {
				out = append(out, element{k.Name, "aggregate", a.Signature(), a.ToCQL()})
			}
		}
	}
	if len(out) == 0 {
		return nil, cqlerr.Invalid(missing, name, k.Name)
	}
	return out, nil
}

// generic finds a keyspace of that name, else a table, an index or a view of the current keyspace.
func (d describer) generic(n ast.QualifiedName) ([]element, error) {
	if n.Keyspace == "" {
		if k := d.schema.Keyspace(n.Name); k != nil {
			return d.whole(k), nil
		}
		if d.keyspace == "" {
			return nil, cqlerr.Invalid("'%s' not found in keyspaces", n.Name)
		}
	}
	k, err := d.find(n.Keyspace)
	if err != nil {
		return nil, err
	}
	for _, kind := range []ast.DescribeKind{ast.DescribeTable, ast.DescribeIndex, ast.DescribeView} {
		if out, err := d.named(k, kind, n.Name); err == nil {
			return out, nil
		}
	}
	return nil, cqlerr.Invalid("'%s' not found in keyspace '%s'", n.Name, k.Name)
}
