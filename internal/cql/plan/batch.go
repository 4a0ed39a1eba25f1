package plan

import (
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// Batch is several modifications at once.
type Batch struct {
	Base
	Kind ast.BatchKind
	Attributes
	Statements []*Modification
}

// prepareBatch binds BEGIN BATCH. The markers of all statements are counted together.
func prepareBatch(s *ast.Batch, env *Env, b *Binder) (*Batch, error) {
	batch := &Batch{Kind: s.Kind}
	for _, stmt := range s.Statements {
		m, err := prepareModification(stmt, env, b)
		if err != nil {
			return nil, err
		}
		batch.Statements = append(batch.Statements, m)
	}
	var err error
	if batch.Attributes, err = bindUsing(b, s.Using, "[batch]", "[batch]"); err != nil {
		return nil, err
	}
	batch.collect()
	batch.variables = b.Variables()
	if t := batch.onlyTable(); t != nil {
		batch.keys = b.PartitionKeyIndices(t)
	}
	return batch, batch.Check()
}

// NewBatch joins modifications that were prepared one by one, as the BATCH message does.
func NewBatch(kind ast.BatchKind, statements []*Modification) (*Batch, error) {
	batch := &Batch{Kind: kind, Statements: statements}
	batch.collect()
	return batch, batch.Check()
}

// collect joins the needs and tables of the statements.
func (b *Batch) collect() {
	for _, m := range b.Statements {
		b.needs = append(b.needs, m.needs...)
		b.tables = append(b.tables, m.Table)
	}
}

// onlyTable is the table of all statements; nil when they differ.
func (b *Batch) onlyTable() *schema.Table {
	var t *schema.Table
	for _, m := range b.Statements {
		if t != nil && m.Table != t {
			return nil
		}
		t = m.Table
	}
	return t
}

// IsConditional says whether a statement has an IF clause.
func (b *Batch) IsConditional() bool {
	for _, m := range b.Statements {
		if m.Conditions != nil {
			return true
		}
	}
	return false
}

// batchMix is what the statements of a batch are.
type batchMix struct{ counters, others, virtual, stored, stamped bool }

func (b *Batch) mix() batchMix {
	var x batchMix
	for _, m := range b.Statements {
		x.counters = x.counters || m.Table.Counter
		x.others = x.others || !m.Table.Counter
		x.virtual = x.virtual || m.Table.Virtual
		x.stored = x.stored || !m.Table.Virtual
		x.stamped = x.stamped || m.HasTimestamp()
	}
	return x
}

// Check refuses what does not go together (BatchStatement.validate).
func (b *Batch) Check() error {
	x, conditional := b.mix(), b.IsConditional()
	switch {
	case b.HasTTL():
		return cqlerr.Invalid("Global TTL on the BATCH statement is not supported.")
	case b.HasTimestamp() && conditional:
		return cqlerr.Invalid("Cannot provide custom timestamp for conditional BATCH")
	case b.HasTimestamp() && b.Kind == ast.CounterBatch:
		return cqlerr.Invalid("Cannot provide custom timestamp for counter BATCH")
	case b.HasTimestamp() && x.stamped:
		return cqlerr.Invalid("Timestamp must be set either on BATCH or individual statements")
	case b.HasTimestamp() && x.counters:
		return cqlerr.Invalid("Cannot provide custom timestamp for a BATCH containing counters")
	case b.Kind == ast.CounterBatch && x.others:
		return cqlerr.Invalid("Cannot include non-counter statement in a counter batch")
	case x.counters && x.others:
		return cqlerr.Invalid("Counter and non-counter mutations cannot exist in the same batch")
	case b.Kind == ast.LoggedBatch && x.counters:
		return cqlerr.Invalid("Cannot include a counter statement in a logged batch")
	case b.Kind == ast.LoggedBatch && x.virtual:
		return cqlerr.Invalid("Cannot include a virtual table statement in a logged batch")
	case x.virtual && x.stored:
		return cqlerr.Invalid("Mutations for virtual and regular tables cannot exist in the same batch")
	case conditional && x.virtual:
		return cqlerr.Invalid("Conditional BATCH statements cannot include mutations for virtual tables")
	case conditional && b.onlyTable() == nil:
		return cqlerr.Invalid("Batch with conditions cannot span multiple tables")
	}
	return nil
}
