package virtual

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// encode is the wire form of a Go value in a column of type t: nil is null, and so are the zero time, address and
// UUID and a nil collection. Strings, numbers and booleans are always there.
func encode(t cqltype.Type, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []byte:
		return v, nil
	case string:
		return encodeText(t, v)
	case *string:
		if v == nil {
			return nil, nil
		}
		return encodeText(t, *v)
	case int:
		return encodeNumber(t, int64(v))
	case int32:
		return encodeNumber(t, int64(v))
	case int64:
		return encodeNumber(t, v)
	case float64:
		return encodeReal(t, v)
	case bool:
		if t.Kind() == cqltype.KindBoolean {
			return cqltype.EncodeBoolean(v), nil
		}
	case time.Time:
		if t.Kind() == cqltype.KindTimestamp {
			return encodeTime(v), nil
		}
	case netip.Addr:
		if t.Kind() == cqltype.KindInet {
			return encodeAddress(v), nil
		}
	case uuid.UUID:
		if k := t.Kind(); k == cqltype.KindUuid || k == cqltype.KindTimeuuid {
			return encodeUUID(v), nil
		}
	default:
		return encodeCollection(t, v)
	}
	return nil, mismatch(t, v)
}

func mismatch(t cqltype.Type, v any) error { return fmt.Errorf("a %T is no %s", v, t) }

func encodeText(t cqltype.Type, v string) ([]byte, error) {
	if t.Kind() != cqltype.KindText {
		return nil, mismatch(t, v)
	}
	return append([]byte{}, v...), nil
}

func encodeNumber(t cqltype.Type, v int64) ([]byte, error) {
	switch t.Kind() {
	case cqltype.KindInt:
		return cqltype.EncodeInt(int32(min(max(v, math.MinInt32), math.MaxInt32))), nil
	case cqltype.KindBigint:
		return cqltype.EncodeBigint(v), nil
	case cqltype.KindDouble, cqltype.KindFloat:
		return encodeReal(t, float64(v))
	}
	return nil, mismatch(t, v)
}

func encodeReal(t cqltype.Type, v float64) ([]byte, error) {
	switch t.Kind() {
	case cqltype.KindDouble:
		return cqltype.EncodeDouble(v), nil
	case cqltype.KindFloat:
		return cqltype.EncodeFloat(float32(v)), nil
	}
	return nil, mismatch(t, v)
}

func encodeTime(v time.Time) []byte {
	if v.IsZero() {
		return nil
	}
	return cqltype.EncodeTimestamp(v.UnixMilli())
}

func encodeAddress(v netip.Addr) []byte {
	if !v.IsValid() {
		return nil
	}
	return cqltype.EncodeInet(v)
}

func encodeUUID(v uuid.UUID) []byte {
	if v == uuid.Nil {
		return nil
	}
	return cqltype.EncodeUUID(v)
}

func encodeCollection(t cqltype.Type, v any) ([]byte, error) {
	switch v := v.(type) {
	case []string:
		return encodeElements(t, v)
	case []uuid.UUID:
		return encodeElements(t, v)
	case [][]string:
		return encodeElements(t, v)
	case map[string]string:
		return encodeMap(t, v)
	case map[string]map[string]string:
		return encodeMap(t, v)
	}
	return nil, mismatch(t, v)
}

func encodeElements[E any](t cqltype.Type, list []E) ([]byte, error) {
	if list == nil {
		return nil, nil
	}
	var elem cqltype.Type
	switch t := t.(type) {
	case *cqltype.ListType:
		elem = t.Elem
	case *cqltype.SetType:
		elem = t.Elem
	default:
		return nil, mismatch(t, list)
	}
	values := make([][]byte, len(list))
	for i, e := range list {
		var err error
		if values[i], err = encode(elem, e); err != nil {
			return nil, err
		}
	}
	if t.Kind() == cqltype.KindSet {
		return cqltype.EncodeSet(elem, values), nil
	}
	return cqltype.EncodeList(values), nil
}

func encodeMap[V any](t cqltype.Type, m map[string]V) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	mt, ok := t.(*cqltype.MapType)
	if !ok {
		return nil, mismatch(t, m)
	}
	entries := make([]cqltype.Entry, 0, len(m))
	for k, v := range m {
		name, err := encode(mt.Key, k)
		if err != nil {
			return nil, err
		}
		value, err := encode(mt.Value, v)
		if err != nil {
			return nil, err
		}
		entries = append(entries, cqltype.Entry{Key: name, Value: value})
	}
	return cqltype.EncodeMap(cqltype.SortMap(mt.Key, entries)), nil
}
