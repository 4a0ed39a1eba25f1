package plan

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// ReadLimits are the limits of one read; NoLimit where there is none.
type ReadLimits struct{ Rows, PerPartition int }

// ReadColumns are the static and regular columns that the statement looks at, in the order of the table; nil for all.
func (s *Select) ReadColumns() []*schema.Column {
	if s.wildcard {
		return nil
	}
	var out []*schema.Column
	add := func(c *schema.Column) {
		if (c.Kind == schema.Static || c.Kind == schema.Regular) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, c := range s.Selection.columns {
		add(c)
	}
	for _, c := range s.Restrictions.others.columns() {
		add(c)
	}
	slices.SortFunc(out, func(a, b *schema.Column) int {
		if a.Kind != b.Kind {
			return int(a.Kind) - int(b.Kind)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// ReadText is a read as Cassandra shows it to operators (ReadCommand.toCQLString): of one partition, or with a nil key
// of the range. The limits are those of the page, and ALLOW FILTERING stands there always.
func (s *Select) ReadText(ctx *EvalContext, key []byte, within token.Range, f *Filter, limits ReadLimits) string {
	columns := "*"
	if list := s.ReadColumns(); len(list) > 0 {
		columns = strings.Join(quoted(list), ", ")
	}
	text := "SELECT " + columns + " FROM " + ast.QuoteName(s.Table.Keyspace) + "." + ast.QuoteName(s.Table.Name)
	where := append(s.keyText(key, within), s.Restrictions.slicesText(ctx)...)
	if where = append(where, f.texts()...); len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	if s.Reversed {
		text += " ORDER BY " + s.reversedText()
	}
	if s.Grouping != nil {
		text += " GROUP LIMIT " + strconv.Itoa(limits.Rows)
	}
	if limits.Rows < NoLimit {
		text += " LIMIT " + strconv.Itoa(limits.Rows)
	}
	if limits.PerPartition < NoLimit {
		text += " PER PARTITION LIMIT " + strconv.Itoa(limits.PerPartition)
	}
	return text + " ALLOW FILTERING"
}

func quoted(columns []*schema.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = ast.QuoteName(c.Name)
	}
	return out
}

func valueText(c *schema.Column, v []byte) string {
	if v == nil {
		return "null"
	}
	return c.Type.Format(v)
}

func (s *Select) keyText(key []byte, within token.Range) []string {
	var out []string
	names := quoted(s.Table.PartitionKey)
	if key != nil {
		parts, err := row.SplitKey(s.Table, key)
		if err != nil {
			return nil
		}
		for i, c := range s.Table.PartitionKey {
			out = append(out, names[i]+" = "+valueText(c, parts[i]))
		}
		return out
	}
	if s.Restrictions.token == nil {
		return nil
	}
	name := "token(" + strings.Join(names, ", ") + ")"
	x := s.Restrictions.token
	if within.Start != math.MinInt64 {
		if x.start != nil && !x.start.inclusive {
			out = append(out, name+" > "+within.Start.String())
		} else {
			out = append(out, name+" >= "+(within.Start+1).String())
		}
	}
	if within.End != token.Minimum {
		if x.end != nil && !x.end.inclusive {
			out = append(out, name+" < "+(within.End+1).String())
		} else {
			out = append(out, name+" <= "+within.End.String())
		}
	}
	return out
}

func (s *Select) reversedText() string {
	out := make([]string, len(s.Table.Clustering))
	for i, c := range s.Table.Clustering {
		out[i] = ast.QuoteName(c.Name) + " DESC"
		if c.Desc {
			out[i] = ast.QuoteName(c.Name) + " ASC"
		}
	}
	return strings.Join(out, ", ")
}

// slicesText are the restrictions that Slices applies.
func (r *Restrictions) slicesText(ctx *EvalContext) []string {
	var out []string
	position := 0
	for _, x := range r.clustering.list {
		if isFilter(x, position) {
			break
		}
		if x.kind == restrictSlice {
			return append(append(out, x.start.texts(ctx, ">")...), x.end.texts(ctx, "<")...)
		}
		values, err := x.columnValues(ctx)
		if err != nil {
			return out
		}
		for i, c := range x.columns {
			var list []string
			for _, v := range values {
				list = append(list, valueText(c, v[i]))
			}
			if list = slices.Compact(list); len(list) == 1 {
				out = append(out, ast.QuoteName(c.Name)+" = "+list[0])
				continue
			}
			if c.Desc {
				slices.Reverse(list)
			}
			out = append(out, ast.QuoteName(c.Name)+" IN ("+strings.Join(list, ", ")+")")
		}
		position = x.last().Position + 1
	}
	return out
}

// texts is one end of a slice, column by column.
func (b *bound) texts(ctx *EvalContext, op string) []string {
	if b == nil {
		return nil
	}
	values, err := b.eval(ctx)
	if err != nil {
		return nil
	}
	if b.inclusive {
		op += "="
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = ast.QuoteName(b.columns[i].Name) + " " + op + " " + valueText(b.columns[i], v)
	}
	return out
}

// texts are the comparisons of a filter.
func (f *Filter) texts() []string {
	var out []string
	for _, list := range [][]check{f.partition, f.rows} {
		for i := range list {
			out = append(out, list[i].String())
		}
	}
	return out
}

// String is the comparison as operators see it (RowFilter.Expression.toCQLString).
func (c *check) String() string {
	name := ast.QuoteName(c.column.Name)
	of := *c.column
	element := elementOf(Receiver{Type: c.column.Type})
	switch {
	case c.key != nil:
		name += "[" + keyOf(Receiver{Type: c.column.Type}).Type.Format(c.key) + "]"
		of.Type = element.Type
	case c.op == ast.Contains:
		of.Type = element.Type
	case c.op == ast.ContainsKey:
		of.Type = keyOf(Receiver{Type: c.column.Type}).Type
	case c.op == ast.In:
		list := make([]string, len(c.values))
		for i, v := range c.values {
			list[i] = valueText(c.column, v)
		}
		return name + " IN [" + strings.Join(list, ", ") + "]"
	}
	return name + " " + c.op.String() + " " + valueText(&of, c.value)
}
