package cqltype

import "strings"

// Field is one field of a user type.
type Field struct {
	Name string
	Type Type
}

// UserType is a type that CREATE TYPE made: named fields, each maybe null.
type UserType struct {
	Keyspace string
	Name     string
	Fields   []Field
	Frozen   bool
}

// NewUserType returns the type, whose fields are frozen whether or not it is.
func NewUserType(keyspace, name string, fields []Field, frozen bool) *UserType {
	kept := make([]Field, len(fields))
	for i, f := range fields {
		kept[i] = Field{f.Name, f.Type}
		if frozen {
			kept[i].Type = f.Type.Freeze()
		}
	}
	return &UserType{keyspace, name, kept, frozen}
}

func (t *UserType) Kind() Kind        { return KindUDT }
func (t *UserType) String() string    { return frozenText(t.Frozen, QuoteName(t.Name)) }
func (t *UserType) Class() string     { return className(t, false) }
func (t *UserType) IsMultiCell() bool { return !t.Frozen }

// Freeze implements [Type].
func (t *UserType) Freeze() Type {
	if t.Frozen {
		return t
	}
	return NewUserType(t.Keyspace, t.Name, t.Fields, true)
}

// FieldIndex is the place of the field called name, or -1.
func (t *UserType) FieldIndex(name string) int {
	for i, f := range t.Fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// Decode splits a value into as many components as the type has fields.
func (t *UserType) Decode(v []byte) ([][]byte, error) { return DecodeTuple(v, len(t.Fields)) }

// Validate implements [Type].
func (t *UserType) Validate(v []byte) error {
	for i, f := range t.Fields {
		if len(v) == 0 {
			return nil
		}
		if len(v) < 4 {
			return invalid("Not enough bytes to read size of %dth field %s", i, f.Name)
		}
		e, rest, ok := readSized(v)
		if !ok {
			return invalid("Not enough bytes to read %dth field %s", i, f.Name)
		}
		if e != nil {
			if err := f.Type.Validate(e); err != nil {
				return invalid("Failure validating the %dth field %s; %s", i, f.Name, err)
			}
		}
		v = rest
	}
	if len(v) > 0 {
		return invalid("Invalid remaining data after end of UDT value")
	}
	return nil
}

// Compare orders field by field; null and missing ones are first.
func (t *UserType) Compare(a, b []byte) int { return compareComponents(t.at, len(t.Fields), a, b) }

// Exact implements [Type]: trailing nulls may be missing.
func (t *UserType) Exact() bool { return false }

// AppendKey implements [Type].
func (t *UserType) AppendKey(dst, v []byte) []byte { return appendTailedKey(t, dst, v) }

// DecodeKey implements [Type].
func (t *UserType) DecodeKey(b []byte) (v, rest []byte, err error) { return decodeTailedKey(t, b) }

// AppendOrder implements [Type].
func (t *UserType) AppendOrder(dst, v []byte) []byte {
	return appendComponentsOrder(t.at, len(t.Fields), dst, v)
}

// DecodeOrder implements [Type].
func (t *UserType) DecodeOrder(b []byte) (v, rest []byte, err error) {
	return decodeComponentsOrder(t.at, len(t.Fields), b)
}

func (t *UserType) at(i int) Type { return t.Fields[i].Type }

// Parse implements [Type].
func (t *UserType) Parse(text string) ([]byte, error) { return t.asTuple().parseColons(text) }

// asTuple is a tuple of the field types.
func (t *UserType) asTuple() *TupleType {
	elems := make([]Type, len(t.Fields))
	for i, f := range t.Fields {
		elems[i] = f.Type
	}
	return &TupleType{elems}
}

// Format implements [Type].
func (t *UserType) Format(v []byte) string {
	elems, rest, bad := readTuple(v, len(t.Fields))
	if bad >= 0 || len(rest) > 0 || v == nil {
		return formatOdd(v)
	}
	texts := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		texts[i] = QuoteName(f.Name) + ": null"
		if i < len(elems) {
			texts[i] = QuoteName(f.Name) + ": " + formatNullable(f.Type, elems[i])
		}
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// ToJSON implements [Type]. Fields that v does not reach are null.
func (t *UserType) ToJSON(v []byte) ([]byte, error) {
	elems, err := t.Decode(v)
	if err != nil || v == nil {
		return jsonOdd(v)
	}
	out := []byte{'{'}
	for i, f := range t.Fields {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(append(out, jsonQuoted(jsonFieldName(f.Name))...), ": "...)
		j, err := jsonNullable(f.Type, elems[i])
		if err != nil {
			return nil, err
		}
		out = append(out, j...)
	}
	return append(out, '}'), nil
}

// FromJSON implements [Type].
func (t *UserType) FromJSON(j any) ([]byte, error) {
	j, err := unquoteJSON(j)
	if err != nil || j == nil {
		return nil, err
	}
	object, ok := j.(*JSONObject)
	if !ok {
		return nil, jsonExpected("a map", j)
	}
	elems := make([][]byte, len(t.Fields))
	for i, key := range object.Keys {
		at := t.FieldIndex(NormalizeJSONName(key))
		if at < 0 {
			return nil, invalid("Unknown field '%s' in value of user defined type %s", NormalizeJSONName(key), QuoteName(t.Name))
		}
		if elems[at], err = t.Fields[at].Type.FromJSON(object.Values[i]); err != nil {
			return nil, err
		}
	}
	return EncodeTuple(elems), nil
}
