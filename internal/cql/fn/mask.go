package fn

import (
	"strings"
	"unicode/utf16"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func maskFactories() []*factory {
	partial := []parameter{stringParam(), fixedParam("int", cqltype.Int), fixedParam("int", cqltype.Int), optional(fixedParam("text", cqltype.Text, cqltype.Ascii))}
	return []*factory{
		{name: "mask_null", params: []parameter{anyParam(true)}, build: maskNull},
		{name: "mask_default", params: []parameter{anyParam(true)}, build: maskDefault},
		{name: "mask_replace", params: []parameter{anyParam(true), replacementParam()}, build: maskReplace},
		{name: "mask_hash", params: []parameter{anyParam(false), optional(fixedParam("text", cqltype.Text))}, build: maskHash},
		{name: "mask_inner", params: partial, build: maskPartial(true)},
		{name: "mask_outer", params: partial, build: maskPartial(false)},
	}
}

func newMask(name string, args []cqltype.Type, ret cqltype.Type, compute func(args [][]byte) ([]byte, error)) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Args: args, Return: ret, Native: true, Deterministic: true,
		Call: func(_ *Context, values [][]byte) ([]byte, error) { return compute(values) },
	}
}

func maskNull(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newMask(name, args, args[0], func([][]byte) ([]byte, error) { return nil, nil }), nil
}

func maskDefault(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	masked := maskedValue(args[0])
	return newMask(name, args, args[0], func([][]byte) ([]byte, error) { return masked, nil }), nil
}

// maskedValue is what stands for every value of a type.
func maskedValue(t cqltype.Type) []byte {
	switch t.Kind() {
	case cqltype.KindAscii, cqltype.KindText:
		return []byte("****")
	case cqltype.KindBoolean, cqltype.KindTinyint, cqltype.KindVarint:
		return make([]byte, 1)
	case cqltype.KindSmallint:
		return make([]byte, 2)
	case cqltype.KindInt, cqltype.KindFloat, cqltype.KindInet:
		return make([]byte, 4)
	case cqltype.KindBigint, cqltype.KindCounter, cqltype.KindDouble, cqltype.KindTimestamp, cqltype.KindTime:
		return make([]byte, 8)
	case cqltype.KindUuid:
		return make([]byte, 16)
	case cqltype.KindTimeuuid:
		return boundOf(0, 0, minUUIDRest)
	case cqltype.KindDate:
		return millisDate(0)
	case cqltype.KindDecimal:
		return make([]byte, 5)
	case cqltype.KindDuration:
		return cqltype.EncodeDuration(cqltype.DurationValue{})
	case cqltype.KindList, cqltype.KindSet, cqltype.KindMap:
		return cqltype.EncodeList(nil)
	case cqltype.KindTuple, cqltype.KindUDT:
		return cqltype.EncodeTuple(maskedParts(cqltype.Children(t)))
	case cqltype.KindVector:
		v := t.(*cqltype.VectorType)
		elems := make([][]byte, v.Dim)
		for i := range elems {
			elems[i] = maskedValue(v.Elem)
		}
		return v.Encode(elems)
	}
	return []byte{}
}

func maskedParts(types []cqltype.Type) [][]byte {
	parts := make([][]byte, len(types))
	for i, t := range types {
		parts[i] = maskedValue(t)
	}
	return parts
}

// replacementParam has the type of the column.
func replacementParam() parameter {
	return parameter{text: "any", infer: func(a Arg, _ cqltype.Type, previous []cqltype.Type) cqltype.Type {
		if len(previous) > 0 {
			return previous[0]
		}
		return a.Type()
	}}
}

func maskReplace(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newMask(name, args, args[0], func(values [][]byte) ([]byte, error) { return values[1], nil }), nil
}

// maskPartial hides the inner part of a text, or the outer ones. The numbers are those of characters that stay at the
// beginning and the end, or that go there.
func maskPartial(inner bool) func(string, []cqltype.Type, cqltype.Type) (*Function, error) {
	return func(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
		if len(args) == 4 {
			args = append(args[:3:3], cqltype.Text)
		}
		return newMask(name, args, args[0], func(values [][]byte) ([]byte, error) {
			padding := uint16('*')
			if len(values) > 3 && values[3] != nil {
				units := utf16.Encode([]rune(string(values[3])))
				if len(units) != 1 {
					return nil, cqlerr.Invalid("The padding argument for function %s.%s should be single-character, but '%s' has %d characters.", SystemKeyspace, name, values[3], len(units))
				}
				padding = units[0]
			}
			if values[0] == nil {
				return nil, nil
			}
			begin, end := int(cqltype.DecodeInt(values[1])), int(cqltype.DecodeInt(values[2]))
			return []byte(maskText(string(values[0]), begin, end, padding, inner)), nil
		}), nil
	}
}

func maskText(text string, begin, end int, padding uint16, inner bool) string {
	units := utf16.Encode([]rune(text))
	for i := range units {
		outside := i < begin || i >= len(units)-end
		if outside != inner {
			units[i] = padding
		}
	}
	var b strings.Builder
	for _, r := range utf16.Decode(units) {
		b.WriteRune(r)
	}
	return b.String()
}
