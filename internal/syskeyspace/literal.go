package syskeyspace

import (
	"encoding/hex"
	"fmt"
	"strings"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
)

// readLiteral reads a value that was printed as a CQL literal of its type.
func readLiteral(t cqltype.Type, text string) ([]byte, error) {
	term, err := parse.Term(text)
	if err != nil {
		return nil, err
	}
	return literal(t, term)
}

// stringOf is a value as column_masks holds it (AbstractType.getString).
func stringOf(t cqltype.Type, v []byte) string {
	switch t.Kind() {
	case cqltype.KindBlob, cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return hex.EncodeToString(v)
	}
	return cqltype.GetString(t, v)
}

// readString reads what stringOf printed.
func readString(t cqltype.Type, text string) ([]byte, error) {
	switch t.Kind() {
	case cqltype.KindBlob, cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return hex.DecodeString(text)
	}
	if len(cqltype.Children(t)) > 0 {
		return readLiteral(t, text)
	}
	return t.Parse(text)
}

func literal(t cqltype.Type, term ast.Term) ([]byte, error) {
	switch term := term.(type) {
	case ast.Literal:
		return constant(t, term)
	case ast.ListLiteral:
		if v, ok := t.(*cqltype.VectorType); ok {
			elems, err := literals(v.Elem, term.Elements)
			return v.Encode(elems), err
		}
		if l, ok := t.(*cqltype.ListType); ok {
			elems, err := literals(l.Elem, term.Elements)
			return cqltype.EncodeList(elems), err
		}
	case ast.SetLiteral:
		if s, ok := t.(*cqltype.SetType); ok {
			elems, err := literals(s.Elem, term.Elements)
			return cqltype.EncodeSet(s.Elem, elems), err
		}
		if t.Kind() == cqltype.KindMap && len(term.Elements) == 0 {
			return cqltype.EncodeMap(nil), nil
		}
	case ast.MapLiteral:
		if m, ok := t.(*cqltype.MapType); ok {
			return mapLiteral(m, term)
		}
	case ast.TupleLiteral:
		return components(cqltype.Children(t), term.Elements)
	case ast.UserTypeLiteral:
		if u, ok := t.(*cqltype.UserType); ok {
			return userTypeLiteral(u, term)
		}
	}
	return nil, fmt.Errorf("%s is not a value of type %s", term, t)
}

func constant(t cqltype.Type, l ast.Literal) ([]byte, error) {
	switch {
	case l.Kind == ast.Null:
		return nil, nil
	case l.Kind == ast.Hex && t.Kind() == cqltype.KindBlob:
		return hex.DecodeString(strings.TrimPrefix(strings.ToLower(l.Text), "0x"))
	}
	return t.Parse(l.Text)
}

func literals(t cqltype.Type, terms []ast.Term) ([][]byte, error) {
	out := make([][]byte, len(terms))
	for i, e := range terms {
		var err error
		if out[i], err = literal(t, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mapLiteral(m *cqltype.MapType, l ast.MapLiteral) ([]byte, error) {
	entries := make([]cqltype.Entry, len(l.Entries))
	for i, e := range l.Entries {
		var err error
		if entries[i].Key, err = literal(m.Key, e.Key); err != nil {
			return nil, err
		}
		if entries[i].Value, err = literal(m.Value, e.Value); err != nil {
			return nil, err
		}
	}
	return cqltype.EncodeMap(cqltype.SortMap(m.Key, entries)), nil
}

func components(types []cqltype.Type, terms []ast.Term) ([]byte, error) {
	if len(terms) > len(types) {
		return nil, fmt.Errorf("%d values for %d components", len(terms), len(types))
	}
	out := make([][]byte, len(terms))
	for i, e := range terms {
		var err error
		if out[i], err = literal(types[i], e); err != nil {
			return nil, err
		}
	}
	return cqltype.EncodeTuple(out), nil
}

func userTypeLiteral(u *cqltype.UserType, l ast.UserTypeLiteral) ([]byte, error) {
	out := make([][]byte, len(u.Fields))
	for _, f := range l.Fields {
		i := u.FieldIndex(f.Name)
		if i < 0 {
			return nil, fmt.Errorf("type %s has no field %s", u, f.Name)
		}
		v, err := literal(u.Fields[i].Type, f.Value)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return cqltype.EncodeTuple(out), nil
}
