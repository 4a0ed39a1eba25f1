package ast

// Selector is an expression of a SELECT clause or of GROUP BY.
type Selector interface {
	String() string
	selector()
}

// Selection is one selector with its alias; Alias is empty without AS.
type Selection struct {
	Selector Selector
	Alias    string
}

// ColumnSelector selects a column.
type ColumnSelector struct{ Name string }

// TermSelector is a constant, NULL or a bind marker: Term is a Literal or a Bind.
type TermSelector struct{ Term Term }

// CountRowsSelector is count(*).
type CountRowsSelector struct{}

// FunctionSelector is name(args), an aggregate or not.
type FunctionSelector struct {
	Function QualifiedName
	Args     []Selector
}

// CellInfo is what a CellInfoSelector asks about a cell.
type CellInfo uint8

// The functions over cells.
const (
	WriteTime CellInfo = iota + 1
	MaxWriteTime
	TTL
)

// CellInfoSelector is writetime(c), maxwritetime(c) or ttl(c). Of is a ColumnSelector, perhaps below Field, Element
// and Slice selectors.
type CellInfoSelector struct {
	Info CellInfo
	Of   Selector
}

// CastSelector is CAST(of AS type).
type CastSelector struct {
	Of   Selector
	Type NativeType
}

// FieldSelector is of.field.
type FieldSelector struct {
	Of    Selector
	Field string
}

// ElementSelector is of[key].
type ElementSelector struct {
	Of  Selector
	Key Term
}

// SliceSelector is of[from..to]; either end may be nil, not both.
type SliceSelector struct {
	Of       Selector
	From, To Term
}

// TypeHintSelector is (type)of.
type TypeHintSelector struct {
	Type Type
	Of   Selector
}

// TupleSelector is (a, b); with one element it is the element in parentheses.
type TupleSelector struct{ Elements []Selector }

// ListSelector is [a, b].
type ListSelector struct{ Elements []Selector }

// SetSelector is {a, b} or {}.
type SetSelector struct{ Elements []Selector }

// SelectorEntry is one key: value of a MapSelector.
type SelectorEntry struct{ Key, Value Selector }

// MapSelector is {k: v}: a map, or a user type whose field names are the keys as ColumnSelectors.
type MapSelector struct{ Entries []SelectorEntry }

// ArithmeticSelector is left op right.
type ArithmeticSelector struct {
	Op          ArithmeticOp
	Left, Right Selector
}

// NegationSelector is -of.
type NegationSelector struct{ Of Selector }

func (ColumnSelector) selector()     {}
func (TermSelector) selector()       {}
func (CountRowsSelector) selector()  {}
func (FunctionSelector) selector()   {}
func (CellInfoSelector) selector()   {}
func (CastSelector) selector()       {}
func (FieldSelector) selector()      {}
func (ElementSelector) selector()    {}
func (SliceSelector) selector()      {}
func (TypeHintSelector) selector()   {}
func (TupleSelector) selector()      {}
func (ListSelector) selector()       {}
func (SetSelector) selector()        {}
func (MapSelector) selector()        {}
func (ArithmeticSelector) selector() {}
func (NegationSelector) selector()   {}

// String prints the selector and its alias.
func (s Selection) String() string {
	if s.Alias == "" {
		return s.Selector.String()
	}
	return s.Selector.String() + " AS " + name(s.Alias)
}

// String prints the column.
func (s ColumnSelector) String() string { return name(s.Name) }

// String prints the term.
func (s TermSelector) String() string { return s.Term.String() }

// String prints count(*).
func (CountRowsSelector) String() string { return "count(*)" }

// String prints the call.
func (s FunctionSelector) String() string {
	return s.Function.String() + "(" + selectorList(s.Args) + ")"
}

// String prints the function's name in lower case.
func (c CellInfo) String() string { return [...]string{"", "writetime", "maxwritetime", "ttl"}[c] }

// String prints the call.
func (s CellInfoSelector) String() string { return s.Info.String() + "(" + s.Of.String() + ")" }

// String prints the cast.
func (s CastSelector) String() string { return "CAST(" + s.Of.String() + " AS " + s.Type.Name + ")" }

// String prints the field access; after a constant, which may be a number, with a space before the dot.
func (s FieldSelector) String() string {
	of := s.Of
	for {
		hint, ok := of.(TypeHintSelector)
		if !ok {
			break
		}
		of = hint.Of
	}
	if _, ok := of.(TermSelector); ok {
		return s.Of.String() + " ." + name(s.Field)
	}
	return s.Of.String() + "." + name(s.Field)
}

// String prints the element access.
func (s ElementSelector) String() string { return s.Of.String() + "[" + s.Key.String() + "]" }

// String prints the slice; spaces keep numbers and dots apart.
func (s SliceSelector) String() string {
	var p printer
	p.words(s.Of.String(), "[")
	if s.From != nil {
		p.words(s.From.String(), " ")
	}
	p.WriteString("..")
	if s.To != nil {
		p.words(" ", s.To.String())
	}
	p.WriteByte(']')
	return p.String()
}

// String prints the hint.
func (s TypeHintSelector) String() string { return "(" + s.Type.String() + ")" + s.Of.String() }

// String prints the tuple.
func (s TupleSelector) String() string { return "(" + selectorList(s.Elements) + ")" }

// String prints the list.
func (s ListSelector) String() string { return "[" + selectorList(s.Elements) + "]" }

// String prints the set.
func (s SetSelector) String() string { return "{" + selectorList(s.Elements) + "}" }

// String prints the map.
func (s MapSelector) String() string {
	var p printer
	p.WriteByte('{')
	join(&p, s.Entries, ", ", func(e SelectorEntry) string { return e.Key.String() + " : " + e.Value.String() })
	p.WriteByte('}')
	return p.String()
}

// String prints the operation.
func (s ArithmeticSelector) String() string {
	return s.Left.String() + " " + string(rune(s.Op)) + " " + s.Right.String()
}

// String prints the negation.
func (s NegationSelector) String() string { return "- " + s.Of.String() }

func selectorList(list []Selector) string {
	var p printer
	join(&p, list, ", ", str[Selector])
	return p.String()
}
