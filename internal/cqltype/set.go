package cqltype

// SetType is a sorted collection of different elements.
type SetType struct {
	Elem   Type
	Frozen bool
}

// NewSet returns set<elem>; a frozen one freezes its elements.
func NewSet(elem Type, frozen bool) *SetType {
	return &SetType{freezeIf(frozen, elem), frozen}
}

func (t *SetType) Kind() Kind        { return KindSet }
func (t *SetType) String() string    { return frozenText(t.Frozen, "set<"+t.Elem.String()+">") }
func (t *SetType) Class() string     { return className(t, false) }
func (t *SetType) IsMultiCell() bool { return !t.Frozen }

// Freeze implements [Type].
func (t *SetType) Freeze() Type { return NewSet(t.Elem, true) }

// Validate implements [Type].
func (t *SetType) Validate(v []byte) error { return validateElems(v, "set", false, t.Elem) }

// Compare orders element by element, then by length.
func (t *SetType) Compare(a, b []byte) int { return compareElems(t.Elem, a, b) }

// Exact implements [Type].
func (t *SetType) Exact() bool { return t.Elem.Exact() }

// AppendKey implements [Type].
func (t *SetType) AppendKey(dst, v []byte) []byte { return appendKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *SetType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeKey(t, b) }

// AppendOrder implements [Type].
func (t *SetType) AppendOrder(dst, v []byte) []byte { return appendElemsOrder(t.Elem, dst, v) }

// DecodeOrder implements [Type].
func (t *SetType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	return decodeElemsOrder(t.Elem, b)
}

// Parse implements [Type]; collections have no text form of their own.
func (t *SetType) Parse(text string) ([]byte, error) { return parseJSONText(t, text) }

// Format implements [Type].
func (t *SetType) Format(v []byte) string { return formatElems(t.Elem, v, "{", "}") }

// ToJSON implements [Type].
func (t *SetType) ToJSON(v []byte) ([]byte, error) { return elemsToJSON(t.Elem, v) }

// FromJSON implements [Type].
func (t *SetType) FromJSON(j any) ([]byte, error) {
	elems, err := elemsFromJSON(t.Elem, j, "set", "a list (representing a set)")
	if elems == nil || err != nil {
		return nil, err
	}
	return EncodeSet(t.Elem, elems), nil
}
