package ast

// IndexTargetKind says which part of a column is indexed.
type IndexTargetKind uint8

// The kinds of index targets.
const (
	IndexSimple IndexTargetKind = iota + 1
	IndexValues
	IndexKeys
	IndexEntries
	IndexFull
)

// IndexTarget is a column, or values(column), keys(column), entries(column), full(column).
type IndexTarget struct {
	Kind   IndexTargetKind
	Column string
}

// String prints the target.
func (t IndexTarget) String() string {
	if t.Kind == IndexSimple {
		return columnName(t.Column)
	}
	return [...]string{"", "", "values", "keys", "entries", "full"}[t.Kind] + "(" + columnName(t.Column) + ")"
}

// CreateIndex is CREATE [CUSTOM] INDEX. Name is zero when the server chooses one; Using is empty without USING.
type CreateIndex struct {
	Custom      bool
	IfNotExists bool
	Name        QualifiedName
	Table       QualifiedName
	Targets     []IndexTarget
	HasUsing    bool
	Using       string
	Properties  []Property
}

func (*CreateIndex) statement() {}

// String prints the statement.
func (s *CreateIndex) String() string {
	var p printer
	p.WriteString("CREATE ")
	p.when(s.Custom, "CUSTOM ")
	p.WriteString("INDEX ")
	p.when(s.IfNotExists, ifNotExists)
	if !s.Name.IsZero() {
		p.words(s.Name.String(), " ")
	}
	p.words("ON ", s.Table.String(), " (")
	join(&p, s.Targets, ", ", str[IndexTarget])
	p.WriteByte(')')
	if s.HasUsing {
		p.words(" USING ", QuoteString(s.Using))
	}
	p.WriteString(with(properties(s.Properties)))
	return p.String()
}
