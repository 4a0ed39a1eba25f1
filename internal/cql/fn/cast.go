package fn

import (
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

const castPrefix = "cast_as_"

// CastName is the function behind CAST(... AS type). There is none for types that nothing can be cast to, and none for varchar,
// the other name of text.
func CastName(typeName string) Name {
	return Name{SystemKeyspace, castPrefix + typeName}
}

// castFunctions are all casts. A cast to the type itself is not among them: whoever meets one leaves it out.
func castFunctions() []*Function {
	var list []*Function
	for _, from := range numericTypes {
		for _, to := range numericTypes {
			if to.Kind() != cqltype.KindCounter && to.Kind() != from.Kind() {
				list = append(list, castFunction(from, to, func(v []byte) ([]byte, error) { return castNumber(from, to, v) }))
			}
		}
	}
	text := append([]cqltype.Type{
		cqltype.Inet, cqltype.Boolean, cqltype.Timeuuid, cqltype.Timestamp, cqltype.Date, cqltype.Time, cqltype.Uuid,
	}, numericTypes...)
	for _, from := range text {
		for _, to := range []cqltype.Type{cqltype.Ascii, cqltype.Text} {
			list = append(list, castFunction(from, to, func(v []byte) ([]byte, error) { return []byte(castText(from, v)), nil }))
		}
	}
	list = append(list, castFunction(cqltype.Ascii, cqltype.Text, func(v []byte) ([]byte, error) { return v, nil }))
	for _, c := range []struct {
		from, to cqltype.Type
		decode   decodeMillis
		encode   encodeMillis
	}{
		{cqltype.Timeuuid, cqltype.Date, timeuuidMillis, millisDate},
		{cqltype.Timeuuid, cqltype.Timestamp, timeuuidMillis, cqltype.EncodeTimestamp},
		{cqltype.Timestamp, cqltype.Date, cqltype.DecodeTimestamp, millisDate},
		{cqltype.Date, cqltype.Timestamp, dateMillis, cqltype.EncodeTimestamp},
	} {
		list = append(list, castFunction(c.from, c.to, func(v []byte) ([]byte, error) { return c.encode(c.decode(v)), nil }))
	}
	return list
}

func castFunction(from, to cqltype.Type, cast func(v []byte) ([]byte, error)) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: castPrefix + to.String(), Args: []cqltype.Type{from}, Return: to, Native: true, Deterministic: true,
		column: func(args []string) string { return "cast(" + args[0] + " as " + to.String() + ")" },
		Call: call1(func(v []byte) ([]byte, error) {
			if empty(v) && from.Kind() != cqltype.KindAscii {
				return nil, nil
			}
			return cast(v)
		}),
	}
}

// castNumber is the conversion of java.lang.Number; a varint from other types keeps 64 bits.
func castNumber(from, to cqltype.Type, v []byte) ([]byte, error) {
	switch to.Kind() {
	case cqltype.KindFloat:
		return cqltype.EncodeFloat(toFloat32(from, v)), nil
	case cqltype.KindDouble:
		return cqltype.EncodeDouble(toFloat64(from, v)), nil
	case cqltype.KindDecimal:
		d, ok := cqltype.ParseDecimal(castText(from, v))
		if !ok {
			return nil, cqlerr.Server("java.lang.NumberFormatException: Character %c is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.", castText(from, v)[0])
		}
		return cqltype.EncodeDecimal(d), nil
	case cqltype.KindVarint:
		return cqltype.EncodeVarint(toVarint(from, v)), nil
	case cqltype.KindBigint:
		return encodeInt64(to, toInt64(from, v)), nil
	}
	if from.Kind() == cqltype.KindFloat || from.Kind() == cqltype.KindDouble {
		return encodeInt64(to, javaInt(toFloat64(from, v))), nil
	}
	return encodeInt64(to, toInt64(from, v)), nil
}

// castText is the text of a value: numbers as Java prints them, times in ISO form.
func castText(t cqltype.Type, v []byte) string {
	switch t.Kind() {
	case cqltype.KindTimestamp:
		return cqltype.FormatTimestamp(cqltype.DecodeTimestamp(v), 'T')
	case cqltype.KindInet:
		return cqltype.FormatInet(v)
	}
	return strings.Trim(t.Format(v), "'")
}
