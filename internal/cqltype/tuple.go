package cqltype

import "strings"

// TupleType is a fixed number of values, each of its type and maybe null.
// Tuples are always frozen.
type TupleType struct {
	Elems []Type
}

// NewTuple returns tuple<elems...>, with everything in it frozen.
func NewTuple(elems ...Type) *TupleType {
	frozen := make([]Type, len(elems))
	for i, e := range elems {
		frozen[i] = e.Freeze()
	}
	return &TupleType{frozen}
}

func (t *TupleType) Kind() Kind { return KindTuple }

func (t *TupleType) String() string {
	names := make([]string, len(t.Elems))
	for i, e := range t.Elems {
		names[i] = e.String()
	}
	return "frozen<tuple<" + strings.Join(names, ", ") + ">>"
}

func (t *TupleType) Class() string     { return className(t, false) }
func (t *TupleType) IsMultiCell() bool { return false }

// Freeze implements [Type].
func (t *TupleType) Freeze() Type { return t }

// EncodeTuple joins the components of a tuple or the fields of a user type;
// nil ones are null.
func EncodeTuple(elems [][]byte) []byte {
	size := 0
	for _, e := range elems {
		size += 4 + len(e)
	}
	v := make([]byte, 0, size)
	for _, e := range elems {
		v = appendSized(v, e)
	}
	return v
}

// DecodeTuple splits v into at most n components, which alias v. The result
// always has n: those that v does not reach are nil.
func DecodeTuple(v []byte, n int) ([][]byte, error) {
	elems, rest, bad := readTuple(v, n)
	if bad >= 0 || len(rest) > 0 {
		return nil, invalid("Not enough bytes to read a tuple")
	}
	return append(elems, make([][]byte, n-len(elems))...), nil
}

// readTuple reads up to n components. bad is the index of the one that lacks
// bytes, -1 if none does; rest is then what bytes are left for it.
func readTuple(v []byte, n int) (elems [][]byte, rest []byte, bad int) {
	elems = make([][]byte, 0, min(n, len(v)/4))
	for i := 0; i < n && len(v) > 0; i++ {
		e, after, ok := readSized(v)
		if !ok {
			return nil, v, i
		}
		elems, v = append(elems, e), after
	}
	return elems, v, -1
}

// Decode splits a value into as many components as the type has.
func (t *TupleType) Decode(v []byte) ([][]byte, error) { return DecodeTuple(v, len(t.Elems)) }

// Validate implements [Type].
func (t *TupleType) Validate(v []byte) error {
	for i, elem := range t.Elems {
		if len(v) == 0 {
			return nil
		}
		if len(v) < 4 {
			return invalid("Not enough bytes to read size of %dth component", i)
		}
		e, rest, ok := readSized(v)
		if !ok {
			return invalid("Not enough bytes to read %dth component", i)
		}
		if e != nil {
			if err := elem.Validate(e); err != nil {
				return err
			}
		}
		v = rest
	}
	if len(v) > 0 {
		return invalid("Invalid remaining data after end of tuple value")
	}
	return nil
}

// Compare orders component by component; null and missing ones are first.
func (t *TupleType) Compare(a, b []byte) int { return compareComponents(t.at, len(t.Elems), a, b) }

// Exact implements [Type]: trailing nulls may be missing.
func (t *TupleType) Exact() bool { return false }

// AppendKey implements [Type].
func (t *TupleType) AppendKey(dst, v []byte) []byte { return appendTailedKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *TupleType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeTailedKey(t, b) }

// AppendOrder implements [Type].
func (t *TupleType) AppendOrder(dst, v []byte) []byte {
	return appendComponentsOrder(t.at, len(t.Elems), dst, v)
}

// DecodeOrder implements [Type].
func (t *TupleType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	return decodeComponentsOrder(t.at, len(t.Elems), b)
}

func (t *TupleType) at(i int) Type { return t.Elems[i] }

// Parse implements [Type].
func (t *TupleType) Parse(text string) ([]byte, error) { return t.parseColons(text) }

// Format implements [Type].
func (t *TupleType) Format(v []byte) string {
	elems, rest, bad := readTuple(v, len(t.Elems))
	if bad >= 0 || len(rest) > 0 || len(v) == 0 {
		return formatOdd(v)
	}
	texts := make([]string, len(elems))
	for i, e := range elems {
		texts[i] = formatNullable(t.Elems[i], e)
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

// ToJSON implements [Type].
func (t *TupleType) ToJSON(v []byte) ([]byte, error) {
	if v == nil {
		return jsonOdd(v)
	}
	elems, rest, bad := readTuple(v, len(t.Elems))
	if bad >= 0 || len(rest) > 0 {
		return jsonOdd(v)
	}
	if len(elems) < len(t.Elems) {
		return nil, errShortJSON()
	}
	out := []byte{'['}
	for i, e := range elems {
		if i > 0 {
			out = append(out, ", "...)
		}
		j, err := jsonNullable(t.Elems[i], e)
		if err != nil {
			return nil, err
		}
		out = append(out, j...)
	}
	return append(out, ']'), nil
}

// FromJSON implements [Type].
func (t *TupleType) FromJSON(j any) ([]byte, error) {
	j, err := unquoteJSON(j)
	if err != nil || j == nil {
		return nil, err
	}
	items, ok := j.([]any)
	switch {
	case !ok:
		return nil, jsonExpected("a list representation of a tuple", j)
	case len(items) > len(t.Elems):
		return nil, invalid("Tuple contains extra items (expected %d): %s", len(t.Elems), javaString(j))
	case len(items) < len(t.Elems):
		return nil, invalid("Tuple is missing items (expected %d): %s", len(t.Elems), javaString(j))
	}
	elems := make([][]byte, len(items))
	for i, item := range items {
		if elems[i], err = t.Elems[i].FromJSON(item); err != nil {
			return nil, err
		}
	}
	return EncodeTuple(elems), nil
}

// compareComponents orders two tuples or user type values of n components.
func compareComponents(at func(int) Type, n int, a, b []byte) int {
	elemsA, errA := DecodeTuple(a, n)
	elemsB, errB := DecodeTuple(b, n)
	if len(a) == 0 || len(b) == 0 || errA != nil || errB != nil {
		return compareOdd(a, b, errA == nil, errB == nil)
	}
	for i := range n {
		if c := compareNullable(at(i), elemsA[i], elemsB[i]); c != 0 {
			return c
		}
	}
	return 0
}

// compareNullable puts null before every value.
func compareNullable(t Type, a, b []byte) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return t.Compare(a, b)
}

// appendComponentsOrder marks each component as null or not.
func appendComponentsOrder(at func(int) Type, n int, dst, v []byte) []byte {
	elems, err := DecodeTuple(v, n)
	if err != nil || len(v) == 0 {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	for i, e := range elems {
		dst = appendMarked(dst, at(i), e)
	}
	return dst
}

func decodeComponentsOrder(at func(int) Type, n int, b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	b = b[1:]
	elems := make([][]byte, n)
	for i := range elems {
		switch {
		case len(b) == 0:
			return nil, nil, errKey
		case b[0] == keyNull:
			b = b[1:]
		case b[0] != keyMore:
			return nil, nil, errKey
		default:
			if elems[i], b, err = at(i).DecodeOrder(b[1:]); err != nil {
				return nil, nil, err
			}
		}
	}
	return EncodeTuple(elems), b, nil
}
