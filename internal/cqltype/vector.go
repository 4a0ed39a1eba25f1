package cqltype

import (
	"math"
	"strconv"

	"alexandra/internal/cqlerr"
)

// VectorType is a fixed number of values without nulls. Elements of fixed size
// are joined as they are, others after their length.
type VectorType struct {
	Elem Type
	Dim  int
}

// NewVector returns vector<elem, dim>. Elements keep the frozenness they were declared with, although each is one value
// either way: Cassandra shows it.
func NewVector(elem Type, dim int) *VectorType { return &VectorType{elem, dim} }

func (t *VectorType) Kind() Kind { return KindVector }

func (t *VectorType) String() string {
	return "vector<" + t.Elem.String() + ", " + strconv.Itoa(t.Dim) + ">"
}

func (t *VectorType) Class() string     { return className(t, false) }
func (t *VectorType) IsMultiCell() bool { return false }

// Freeze implements [Type].
func (t *VectorType) Freeze() Type { return t }

// FixedSize is the number of bytes that every value of t takes inside a
// vector, or 0 when it varies. Small integers, dates and times vary there.
func FixedSize(t Type) int {
	switch t.Kind() {
	case KindBoolean:
		return 1
	case KindFloat, KindInt:
		return 4
	case KindBigint, KindDouble, KindTimestamp:
		return 8
	case KindUuid, KindTimeuuid:
		return 16
	case KindVector:
		v := t.(*VectorType)
		return v.Dim * FixedSize(v.Elem)
	}
	return 0
}

// Encode joins the elements; their number must be the dimension.
func (t *VectorType) Encode(elems [][]byte) []byte {
	fixed := FixedSize(t.Elem) > 0
	v := []byte{}
	for _, e := range elems {
		if !fixed {
			v = appendUvint(v, uint64(len(e)))
		}
		v = append(v, e...)
	}
	return v
}

// Decode splits a value into its elements, which alias v.
func (t *VectorType) Decode(v []byte) ([][]byte, error) {
	if size := FixedSize(t.Elem); size > 0 {
		return t.decodeFixed(v, size)
	}
	elems := make([][]byte, 0, min(t.Dim, len(v)))
	for range t.Dim {
		e, rest, err := t.cut(v, 0)
		if err != nil {
			return nil, err
		}
		elems, v = append(elems, e), rest
	}
	if len(v) > 0 {
		return nil, invalid("Unexpected %d extraneous bytes after %s value", len(v), t)
	}
	return elems, nil
}

func (t *VectorType) decodeFixed(v []byte, size int) ([][]byte, error) {
	if len(v) < t.Dim*size {
		return nil, invalid("Not enough bytes to read a %s", t)
	}
	if extra := len(v) - t.Dim*size; extra > 0 {
		return nil, invalid("Unexpected %d extraneous bytes after %s value", extra, t)
	}
	elems := make([][]byte, t.Dim)
	for i := range elems {
		elems[i] = v[i*size : (i+1)*size : (i+1)*size]
	}
	return elems, nil
}

// Validate implements [Type]. What Cassandra stumbles over inside is a server
// error there.
func (t *VectorType) Validate(v []byte) error {
	if len(v) == 0 {
		return invalid("Invalid empty vector value")
	}
	size := FixedSize(t.Elem)
	if size > 0 && len(v) < t.Dim*size {
		return errShort(t.String())
	}
	for range t.Dim {
		e, rest, err := t.cut(v, size)
		if err != nil {
			return err
		}
		if err := t.Elem.Validate(e); err != nil {
			return err
		}
		v = rest
	}
	if len(v) > 0 {
		return invalid("Unexpected %d extraneous bytes after %s value", len(v), t)
	}
	return nil
}

func errVectorSize(n int64) error {
	return cqlerr.Server("java.lang.AssertionError: Invalidate data at offset 0; saw size of %d but only >= 0 is expected", n)
}

// cut takes one element off v; size is 0 when a length precedes it.
func (t *VectorType) cut(v []byte, size int) (e, rest []byte, err error) {
	if size > 0 {
		return v[:size], v[size:], nil
	}
	if len(v) == 0 {
		return nil, nil, errShort(t.String())
	}
	n, rest, ok := readUvint(v)
	switch {
	case !ok || uvintExtra(n)+1 != len(v)-len(rest):
		return nil, nil, errVectorSize(-1) // cut short, or longer than need be
	case int64(n) < 0:
		return nil, nil, errVectorSize(int64(n))
	case n > math.MaxInt32:
		return nil, nil, cqlerr.Server("org.apache.cassandra.utils.vint.VIntCoding$VIntOutOfRangeException: %d is out of range for a 32-bit integer", int64(n))
	case n > uint64(len(rest)):
		return nil, nil, cqlerr.Server("java.lang.IndexOutOfBoundsException: Attempted to read %d, but the size is %d", n, len(rest))
	}
	return rest[:n:n], rest[n:], nil
}

// Compare orders element by element.
func (t *VectorType) Compare(a, b []byte) int {
	elemsA, errA := t.Decode(a)
	elemsB, errB := t.Decode(b)
	if len(a) == 0 || len(b) == 0 || errA != nil || errB != nil {
		return compareOdd(a, b, errA == nil, errB == nil)
	}
	for i := range elemsA {
		if c := t.Elem.Compare(elemsA[i], elemsB[i]); c != 0 {
			return c
		}
	}
	return 0
}

// Exact implements [Type].
func (t *VectorType) Exact() bool { return t.Elem.Exact() }

// AppendKey implements [Type].
func (t *VectorType) AppendKey(dst, v []byte) []byte { return appendKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *VectorType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeKey(t, b) }

// AppendOrder implements [Type].
func (t *VectorType) AppendOrder(dst, v []byte) []byte {
	elems, err := t.Decode(v)
	if err != nil || len(v) == 0 {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	for _, e := range elems {
		dst = t.Elem.AppendOrder(dst, e)
	}
	return dst
}

// DecodeOrder implements [Type].
func (t *VectorType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	b = b[1:]
	elems := make([][]byte, 0, min(t.Dim, len(b)))
	for range t.Dim {
		var e []byte
		if e, b, err = t.Elem.DecodeOrder(b); err != nil {
			return nil, nil, err
		}
		elems = append(elems, e)
	}
	return t.Encode(elems), b, nil
}

// Parse implements [Type].
func (t *VectorType) Parse(text string) ([]byte, error) { return parseJSONText(t, text) }

// Format implements [Type].
func (t *VectorType) Format(v []byte) string {
	elems, err := t.Decode(v)
	if err != nil {
		return formatOdd(v)
	}
	return formatList(t.Elem, elems, "[", "]")
}

// ToJSON implements [Type].
func (t *VectorType) ToJSON(v []byte) ([]byte, error) {
	elems, err := t.Decode(v)
	if err != nil {
		return jsonOdd(v)
	}
	return listToJSON(t.Elem, elems)
}

// FromJSON implements [Type].
func (t *VectorType) FromJSON(j any) ([]byte, error) {
	j, err := unquoteJSON(j)
	if err != nil || j == nil {
		return nil, err
	}
	if items, ok := j.([]any); ok && len(items) != t.Dim {
		return nil, invalid("List had incorrect size: expected %d but given %d; %s", t.Dim, len(items), javaString(j))
	}
	elems, err := elemsFromJSON(t.Elem, j, "list", "a list")
	if err != nil {
		return nil, err
	}
	return t.Encode(elems), nil
}
