package ast

// Term is an expression for a value: what stands in VALUES, after an operator, in a function's arguments.
type Term interface {
	String() string
	term()
}

// LiteralKind is the lexical kind of a constant.
type LiteralKind uint8

// The kinds of constants. NaN and the infinities are Float with the texts NaN, Infinity and -Infinity.
const (
	Null LiteralKind = iota + 1
	String
	Integer
	Float
	Boolean
	UUID
	Duration
	Hex
)

// Literal is a constant. Text is the content of a string without its quotes, else the text as it was written; it is
// empty for Null. Hex keeps its 0x.
type Literal struct {
	Kind LiteralKind
	Text string
}

// Bind is a bind marker. Index counts the markers of the statement from 0 in order of appearance; Name is empty for ?.
type Bind struct {
	Index int
	Name  string
}

// ListLiteral is [a, b]; a vector is written the same way.
type ListLiteral struct{ Elements []Term }

// SetLiteral is {a, b}. The empty literal {} is always a SetLiteral; it also stands for an empty map.
type SetLiteral struct{ Elements []Term }

// MapEntry is one key: value of a MapLiteral.
type MapEntry struct{ Key, Value Term }

// MapLiteral is {k: v}; it has at least one entry.
type MapLiteral struct{ Entries []MapEntry }

// UserTypeField is one field: value of a UserTypeLiteral.
type UserTypeField struct {
	Name  string
	Value Term
}

// UserTypeLiteral is {field: value}; it has at least one field. Of two equal names the later one counts.
type UserTypeLiteral struct{ Fields []UserTypeField }

// TupleLiteral is (a, b); with one element, (a), it may also be read as a value in parentheses.
type TupleLiteral struct{ Elements []Term }

// TypeHint is (type)term.
type TypeHint struct {
	Type Type
	Term Term
}

// CastTerm is CAST(term AS type).
type CastTerm struct {
	Term Term
	Type NativeType
}

// FunctionCall is name(args).
type FunctionCall struct {
	Function QualifiedName
	Args     []Term
}

// ArithmeticOp is one of + - * / %.
type ArithmeticOp byte

// The arithmetic operators.
const (
	Add      ArithmeticOp = '+'
	Subtract ArithmeticOp = '-'
	Multiply ArithmeticOp = '*'
	Divide   ArithmeticOp = '/'
	Modulo   ArithmeticOp = '%'
)

// Arithmetic is left op right. The grammar has no parentheses for grouping terms: (a) is a tuple.
type Arithmetic struct {
	Op          ArithmeticOp
	Left, Right Term
}

// Negation is -term. A minus before digits belongs to the literal.
type Negation struct{ Term Term }

func (Literal) term()         {}
func (Bind) term()            {}
func (ListLiteral) term()     {}
func (SetLiteral) term()      {}
func (MapLiteral) term()      {}
func (UserTypeLiteral) term() {}
func (TupleLiteral) term()    {}
func (TypeHint) term()        {}
func (CastTerm) term()        {}
func (FunctionCall) term()    {}
func (Arithmetic) term()      {}
func (Negation) term()        {}

// String prints the constant.
func (l Literal) String() string {
	switch l.Kind {
	case Null:
		return "NULL"
	case String:
		return QuoteString(l.Text)
	default:
		return l.Text
	}
}

// String prints ? or :name.
func (b Bind) String() string {
	if b.Name == "" {
		return "?"
	}
	return ":" + name(b.Name)
}

// String prints the literal.
func (l ListLiteral) String() string { return "[" + termList(l.Elements) + "]" }

// String prints the literal.
func (l SetLiteral) String() string { return "{" + termList(l.Elements) + "}" }

// String prints the literal.
func (l MapLiteral) String() string {
	var p printer
	p.WriteByte('{')
	join(&p, l.Entries, ", ", func(e MapEntry) string { return e.Key.String() + ": " + e.Value.String() })
	p.WriteByte('}')
	return p.String()
}

// String prints the literal.
func (l UserTypeLiteral) String() string {
	var p printer
	p.WriteByte('{')
	join(&p, l.Fields, ", ", func(f UserTypeField) string { return name(f.Name) + ": " + f.Value.String() })
	p.WriteByte('}')
	return p.String()
}

// String prints the literal.
func (l TupleLiteral) String() string { return "(" + termList(l.Elements) + ")" }

// String prints the hint.
func (t TypeHint) String() string { return "(" + t.Type.String() + ")" + t.Term.String() }

// String prints the cast.
func (t CastTerm) String() string { return "CAST(" + t.Term.String() + " AS " + t.Type.Name + ")" }

// String prints the call.
func (f FunctionCall) String() string { return f.Function.String() + "(" + termList(f.Args) + ")" }

// String prints the operation; a space on both sides keeps minus signs apart.
func (a Arithmetic) String() string {
	return a.Left.String() + " " + string(rune(a.Op)) + " " + a.Right.String()
}

// String prints the negation.
func (n Negation) String() string { return "- " + n.Term.String() }

func termList(list []Term) string {
	var p printer
	join(&p, list, ", ", str[Term])
	return p.String()
}
