package cqltype

import "cmp"

// ListType is an ordered collection; its elements may repeat.
type ListType struct {
	Elem   Type
	Frozen bool
}

// NewList returns list<elem>; a frozen one freezes its elements.
func NewList(elem Type, frozen bool) *ListType {
	return &ListType{freezeIf(frozen, elem), frozen}
}

func (t *ListType) Kind() Kind        { return KindList }
func (t *ListType) String() string    { return frozenText(t.Frozen, "list<"+t.Elem.String()+">") }
func (t *ListType) Class() string     { return className(t, false) }
func (t *ListType) IsMultiCell() bool { return !t.Frozen }

// Freeze implements [Type].
func (t *ListType) Freeze() Type { return NewList(t.Elem, true) }

// Validate implements [Type].
func (t *ListType) Validate(v []byte) error { return validateElems(v, "list", true, t.Elem) }

// Compare orders element by element, then by length.
func (t *ListType) Compare(a, b []byte) int { return compareElems(t.Elem, a, b) }

// Exact implements [Type].
func (t *ListType) Exact() bool { return t.Elem.Exact() }

// AppendKey implements [Type].
func (t *ListType) AppendKey(dst, v []byte) []byte { return appendKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *ListType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeKey(t, b) }

// AppendOrder implements [Type].
func (t *ListType) AppendOrder(dst, v []byte) []byte { return appendElemsOrder(t.Elem, dst, v) }

// DecodeOrder implements [Type].
func (t *ListType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	return decodeElemsOrder(t.Elem, b)
}

// Parse implements [Type]; collections have no text form of their own.
func (t *ListType) Parse(text string) ([]byte, error) { return parseJSONText(t, text) }

// Format implements [Type].
func (t *ListType) Format(v []byte) string { return formatElems(t.Elem, v, "[", "]") }

// ToJSON implements [Type].
func (t *ListType) ToJSON(v []byte) ([]byte, error) { return elemsToJSON(t.Elem, v) }

// FromJSON implements [Type].
func (t *ListType) FromJSON(j any) ([]byte, error) {
	elems, err := elemsFromJSON(t.Elem, j, "list", "a list")
	if elems == nil || err != nil {
		return nil, err
	}
	return EncodeList(elems), nil
}

func compareElems(elem Type, a, b []byte) int {
	elemsA, errA := DecodeList(a)
	elemsB, errB := DecodeList(b)
	if errA != nil || errB != nil {
		return compareOdd(a, b, errA == nil, errB == nil)
	}
	for i := range min(len(elemsA), len(elemsB)) {
		if c := compareNullable(elem, elemsA[i], elemsB[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(elemsA), len(elemsB))
}

// Order bytes of a collection are a mark, then one before each element, then the
// end. A null needs no more than its mark.
const (
	keyEnd  byte = 0
	keyNull byte = 1
	keyMore byte = 2
)

func appendElemsOrder(elem Type, dst, v []byte) []byte {
	elems, err := DecodeList(v)
	if err != nil {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	for _, e := range elems {
		dst = appendMarked(dst, elem, e)
	}
	return append(dst, keyEnd)
}

func decodeElemsOrder(elem Type, b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	elems, rest, err := decodeMarked(b[1:], func(int) Type { return elem })
	if err != nil {
		return nil, nil, err
	}
	return EncodeList(elems), rest, nil
}

func appendMarked(dst []byte, t Type, v []byte) []byte {
	if v == nil {
		return append(dst, keyNull)
	}
	return t.AppendOrder(append(dst, keyMore), v)
}

// decodeMarked reads elements up to the end mark; typeOf tells the type of each.
func decodeMarked(b []byte, typeOf func(i int) Type) (elems [][]byte, rest []byte, err error) {
	for {
		switch {
		case len(b) == 0:
			return nil, nil, errKey
		case b[0] == keyEnd:
			return elems, b[1:], nil
		case b[0] == keyNull:
			elems, b = append(elems, nil), b[1:]
			continue
		case b[0] != keyMore:
			return nil, nil, errKey
		}
		var e []byte
		if e, b, err = typeOf(len(elems)).DecodeOrder(b[1:]); err != nil {
			return nil, nil, err
		}
		elems = append(elems, e)
	}
}
