package cqltype

import "cmp"

// MapType holds entries sorted by key.
type MapType struct {
	Key, Value Type
	Frozen     bool
}

// NewMap returns map<key, value>; a frozen one freezes both. Keys are frozen
// always.
func NewMap(key, value Type, frozen bool) *MapType {
	return &MapType{freezeIf(frozen, key), freezeIf(frozen, value), frozen}
}

func (t *MapType) Kind() Kind { return KindMap }

func (t *MapType) String() string {
	return frozenText(t.Frozen, "map<"+t.Key.String()+", "+t.Value.String()+">")
}

func (t *MapType) Class() string     { return className(t, false) }
func (t *MapType) IsMultiCell() bool { return !t.Frozen }

// Freeze implements [Type].
func (t *MapType) Freeze() Type { return NewMap(t.Key, t.Value, true) }

// Validate implements [Type].
func (t *MapType) Validate(v []byte) error {
	return validateElems(v, "map", false, t.Key, t.Value)
}

// Compare orders entry by entry, key before value, then by length.
func (t *MapType) Compare(a, b []byte) int {
	entriesA, errA := DecodeMap(a)
	entriesB, errB := DecodeMap(b)
	if errA != nil || errB != nil {
		return compareOdd(a, b, errA == nil, errB == nil)
	}
	for i := range min(len(entriesA), len(entriesB)) {
		if c := t.Key.Compare(entriesA[i].Key, entriesB[i].Key); c != 0 {
			return c
		}
		if c := t.Value.Compare(entriesA[i].Value, entriesB[i].Value); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(entriesA), len(entriesB))
}

// Exact implements [Type].
func (t *MapType) Exact() bool { return t.Key.Exact() && t.Value.Exact() }

// AppendKey implements [Type].
func (t *MapType) AppendKey(dst, v []byte) []byte { return appendKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *MapType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeKey(t, b) }

// AppendOrder implements [Type].
func (t *MapType) AppendOrder(dst, v []byte) []byte {
	entries, err := DecodeMap(v)
	if err != nil {
		return appendOdd(dst, v)
	}
	dst = append(dst, markValue)
	for _, e := range entries {
		dst = appendMarked(dst, t.Key, e.Key)
		dst = appendMarked(dst, t.Value, e.Value)
	}
	return append(dst, keyEnd)
}

// DecodeOrder implements [Type].
func (t *MapType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	if len(b) == 0 || b[0] != markValue {
		return decodeOdd(b)
	}
	flat, rest, err := decodeMarked(b[1:], func(i int) Type {
		if i%2 == 0 {
			return t.Key
		}
		return t.Value
	})
	if err != nil || len(flat)%2 != 0 {
		return nil, nil, errKey
	}
	entries := make([]Entry, 0, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		entries = append(entries, Entry{flat[i], flat[i+1]})
	}
	return EncodeMap(entries), rest, nil
}

// Parse implements [Type]; collections have no text form of their own.
func (t *MapType) Parse(text string) ([]byte, error) { return parseJSONText(t, text) }

// Format implements [Type].
func (t *MapType) Format(v []byte) string {
	entries, err := DecodeMap(v)
	if err != nil {
		return formatOdd(v)
	}
	s := "{"
	for i, e := range entries {
		if i > 0 {
			s += ", "
		}
		s += t.Key.Format(e.Key) + ": " + t.Value.Format(e.Value)
	}
	return s + "}"
}

// ToJSON implements [Type]. Keys that are not text become text.
func (t *MapType) ToJSON(v []byte) ([]byte, error) {
	entries, err := DecodeMap(v)
	if err != nil {
		return jsonOdd(v)
	}
	out := []byte{'{'}
	for i, e := range entries {
		if i > 0 {
			out = append(out, ", "...)
		}
		key, err := t.Key.ToJSON(e.Key)
		if err != nil {
			return nil, err
		}
		if len(key) == 0 || key[0] != '"' {
			key = jsonQuoted(string(key))
		}
		value, err := t.Value.ToJSON(e.Value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ": "...), value...)
	}
	return append(out, '}'), nil
}

// FromJSON implements [Type].
func (t *MapType) FromJSON(j any) ([]byte, error) {
	j, err := unquoteJSON(j)
	if err != nil || j == nil {
		return nil, err
	}
	object, ok := j.(*JSONObject)
	if !ok {
		return nil, jsonExpected("a map", j)
	}
	entries := make([]Entry, 0, len(object.Keys))
	for i, name := range object.Keys {
		if object.Values[i] == nil {
			return nil, invalid("Invalid null value in map")
		}
		key, err := t.Key.FromJSON(name)
		if err != nil {
			return nil, err
		}
		value, err := t.Value.FromJSON(object.Values[i])
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{key, value})
	}
	return EncodeMap(SortMap(t.Key, entries)), nil
}
