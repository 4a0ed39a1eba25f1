package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/schema"
)

// Binder collects the bind variables of a statement while its terms are bound. The zero value is ready; without an Env
// it knows no user types and functions.
type Binder struct {
	// Env is where terms look for user types and functions.
	Env       *Env
	variables []ColumnSpec
	columns   []*schema.Column
	functions []*fn.Function
}

// schema is the schema of Env, or nil.
func (b *Binder) schema() *schema.Schema {
	if b.Env == nil {
		return nil
	}
	return b.Env.Schema
}

// use records that the statement calls f.
func (b *Binder) use(f *fn.Function) {
	if !f.Native {
		b.functions = append(append(b.functions, f), f.Parts...)
	}
}

// UserFunctions are the user-defined functions that the terms so far call: each needs the permission to execute it.
func (b *Binder) UserFunctions() []*fn.Function { return b.functions }

// Bind records that the marker stands for a value of recv. A named marker is listed under its own name.
func (b *Binder) Bind(m ast.Bind, recv Receiver) {
	for len(b.variables) <= m.Index {
		b.variables = append(b.variables, ColumnSpec{})
		b.columns = append(b.columns, nil)
	}
	spec := recv.Spec()
	if m.Name != "" {
		spec.Name = m.Name
	}
	b.variables[m.Index] = spec
	if recv.Column != nil && recv.Column.Kind == schema.PartitionKey {
		b.columns[m.Index] = recv.Column
	}
}

// Variables are the markers so far, by index.
func (b *Binder) Variables() []ColumnSpec { return b.variables }

// PartitionKeyIndices are the markers that stand for the partition key columns of t, nil unless each has one. Of
// several markers for a column the last one counts.
func (b *Binder) PartitionKeyIndices(t *schema.Table) []int {
	indices := make([]int, len(t.PartitionKey))
	found := make([]bool, len(t.PartitionKey))
	for i, c := range b.columns {
		if c != nil && c.Keyspace == t.Keyspace && c.Table == t.Name {
			indices[c.Position], found[c.Position] = i, true
		}
	}
	for _, f := range found {
		if !f {
			return nil
		}
	}
	return indices
}
