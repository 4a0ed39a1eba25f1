package ast

// BatchKind is the kind of a batch.
type BatchKind uint8

// The kinds of batches.
const (
	LoggedBatch BatchKind = iota + 1
	UnloggedBatch
	CounterBatch
)

// Batch is BEGIN BATCH ... APPLY BATCH. Its statements are *Insert, *Update and *Delete.
type Batch struct {
	Kind       BatchKind
	Using      Using
	Statements []Statement
}

func (*Batch) statement() {}

// String prints the statement.
func (s *Batch) String() string {
	var p printer
	p.WriteString("BEGIN ")
	p.when(s.Kind == UnloggedBatch, "UNLOGGED ")
	p.when(s.Kind == CounterBatch, "COUNTER ")
	p.words("BATCH", s.Using.String(), " ")
	for _, m := range s.Statements {
		p.words(m.String(), "; ")
	}
	p.WriteString("APPLY BATCH")
	return p.String()
}
