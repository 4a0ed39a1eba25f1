package plan

import (
	"encoding/hex"
	"math/big"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

var literalNames = [...]string{
	ast.String: "STRING", ast.Integer: "INTEGER", ast.Float: "FLOAT", ast.Boolean: "BOOLEAN",
	ast.UUID: "UUID", ast.Duration: "DURATION", ast.Hex: "HEX",
}

func bindLiteral(l ast.Literal, recv Receiver) (Term, error) {
	if testLiteral(l, recv.Type) == fn.NotAssignable {
		if l.Kind == ast.Null {
			return nil, cqlerr.Invalid("Invalid null value for counter increment/decrement")
		}
		return nil, cqlerr.Invalid("Invalid %s constant (%s) for \"%s\" of type %s", literalNames[l.Kind], l.Text, recv.Name, recv.Type)
	}
	if l.Kind == ast.Null {
		return constTerm(nil), nil
	}
	v, err := parseLiteral(l, recv.Type)
	if err != nil {
		return nil, clientError(err)
	}
	return constTerm(v), nil
}

// clientError is the error for the client inside what a type says of a value.
func clientError(err error) error {
	if e := cqlerr.As(err); e != nil {
		return e
	}
	return cqlerr.Invalid("%s", err.Error())
}

func parseLiteral(l ast.Literal, t cqltype.Type) ([]byte, error) {
	switch {
	case l.Kind == ast.Hex:
		v, err := hex.DecodeString(l.Text[2:])
		if err != nil {
			return nil, cqlerr.Invalid("cannot parse '%s' as hex bytes", l.Text[2:])
		}
		return v, nil
	case t.Kind() == cqltype.KindCounter:
		return cqltype.Bigint.Parse(l.Text)
	}
	return t.Parse(l.Text)
}

// weakLiterals are the native types that take a kind of constant without preferring it.
var weakLiterals = map[ast.LiteralKind][]cqltype.Kind{
	ast.String: {cqltype.KindAscii, cqltype.KindText, cqltype.KindInet, cqltype.KindDate, cqltype.KindTime, cqltype.KindTimestamp},
	ast.Integer: {
		cqltype.KindBigint, cqltype.KindCounter, cqltype.KindDate, cqltype.KindDecimal, cqltype.KindDouble, cqltype.KindDuration, cqltype.KindFloat,
		cqltype.KindInt, cqltype.KindSmallint, cqltype.KindTime, cqltype.KindTimestamp, cqltype.KindTinyint, cqltype.KindVarint,
	},
	ast.UUID:    {cqltype.KindUuid, cqltype.KindTimeuuid},
	ast.Float:   {cqltype.KindDecimal, cqltype.KindDouble, cqltype.KindFloat},
	ast.Boolean: {cqltype.KindBoolean},
	ast.Hex:     {cqltype.KindBlob},
}

// testLiteral says how well a constant fits a type. Tuples and custom types take every constant here, as in Cassandra
// (Constants.Literal.testAssignment); what is wrong shows when the text is parsed.
func testLiteral(l ast.Literal, t cqltype.Type) fn.Match {
	kind := t.Kind()
	switch kind {
	case cqltype.KindCounter:
		if l.Kind == ast.Null {
			return fn.NotAssignable
		}
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap, cqltype.KindUDT, cqltype.KindVector:
		if l.Kind != ast.Null {
			return fn.NotAssignable
		}
	case cqltype.KindTuple, cqltype.KindCustom:
		return fn.WeaklyAssignable
	}
	if l.Kind == ast.Null {
		return fn.WeaklyAssignable
	}
	if preferred := preferredType(l); preferred != nil && cqltype.Equal(preferred, t) {
		return fn.ExactMatch
	}
	for _, k := range weakLiterals[l.Kind] {
		if k == kind {
			return fn.WeaklyAssignable
		}
	}
	return fn.NotAssignable
}

// preferredType is the type that a constant has when nothing else decides; nil for null. That hex constants prefer
// tinyint is Cassandra's own slip (Constants.Type.HEX), and visible: a tinyint column takes 0x01.
func preferredType(l ast.Literal) cqltype.Type {
	switch l.Kind {
	case ast.String:
		if strings.IndexFunc(l.Text, func(r rune) bool { return r >= 0x80 }) < 0 {
			return cqltype.Ascii
		}
		return cqltype.Text
	case ast.Integer:
		return preferredInteger(l.Text)
	case ast.Float:
		return preferredFloat(l.Text)
	case ast.Boolean:
		return cqltype.Boolean
	case ast.UUID:
		if len(l.Text) > 14 && l.Text[14] == '1' {
			return cqltype.Timeuuid
		}
		return cqltype.Uuid
	case ast.Duration:
		return cqltype.Duration
	case ast.Hex:
		return cqltype.Tinyint
	}
	return nil
}

func preferredInteger(text string) cqltype.Type {
	i, ok := new(big.Int).SetString(text, 10)
	switch {
	case !ok || !i.IsInt64():
		return cqltype.Varint
	case i.Int64() == int64(int32(i.Int64())):
		return cqltype.Int
	}
	return cqltype.Bigint
}

// preferredFloat is double when a double holds the exact number as Java prints it, else decimal.
func preferredFloat(text string) cqltype.Type {
	d, ok := cqltype.ParseDecimal(text)
	if !ok {
		return cqltype.Double // NaN and the infinities
	}
	v, err := cqltype.Double.Parse(text)
	if err != nil {
		return cqltype.Decimal
	}
	back, ok := cqltype.ParseDecimal(cqltype.FormatDouble(cqltype.DecodeDouble(v)))
	if ok && cqltype.Decimal.Compare(cqltype.EncodeDecimal(d), cqltype.EncodeDecimal(back)) == 0 {
		return cqltype.Double
	}
	return cqltype.Decimal
}
