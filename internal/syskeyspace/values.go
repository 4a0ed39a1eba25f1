package syskeyspace

import (
	"fmt"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// The wire forms of the types that system_schema uses. A nil slice is null.

func text(s string) []byte       { return []byte(s) }
func boolean(b bool) []byte      { return cqltype.EncodeBoolean(b) }
func integer(i int) []byte       { return cqltype.EncodeInt(int32(i)) }
func double(f float64) []byte    { return cqltype.EncodeDouble(f) }
func id(u uuid.UUID) []byte      { return cqltype.EncodeUUID(u) }
func millis(micros int64) []byte { return cqltype.EncodeTimestamp(floorDiv(micros, 1000)) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func texts(list []string) []byte {
	elems := make([][]byte, len(list))
	for i, s := range list {
		elems[i] = []byte(s)
	}
	return cqltype.EncodeList(elems)
}

func typeTexts(types []cqltype.Type) []byte {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = typeText(t)
	}
	return texts(list)
}

// flag is true, or null for false.
func flag(b bool) []byte {
	if !b {
		return nil
	}
	return boolean(true)
}

func textSet(list ...string) []byte {
	elems := make([][]byte, len(list))
	for i, s := range list {
		elems[i] = []byte(s)
	}
	return cqltype.EncodeList(cqltype.SortSet(cqltype.Text, elems))
}

func textMap(m map[string]string) []byte {
	entries := make([]cqltype.Entry, 0, len(m))
	for k, v := range m {
		entries = append(entries, cqltype.Entry{Key: []byte(k), Value: []byte(v)})
	}
	return cqltype.EncodeMap(cqltype.SortMap(cqltype.Text, entries))
}

func blobMap(m map[string][]byte) []byte {
	entries := make([]cqltype.Entry, 0, len(m))
	for k, v := range m {
		entries = append(entries, cqltype.Entry{Key: []byte(k), Value: v})
	}
	return cqltype.EncodeMap(cqltype.SortMap(cqltype.Text, entries))
}

// typeText is a type as system_schema has it.
func typeText(t cqltype.Type) string { return t.String() }

func readTexts(v []byte) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	elems, err := cqltype.DecodeList(v)
	if err != nil {
		return nil, fmt.Errorf("list of texts: %w", err)
	}
	out := make([]string, len(elems))
	for i, e := range elems {
		out[i] = string(e)
	}
	return out, nil
}

func readMap(v []byte) (map[string]string, error) {
	out := map[string]string{}
	if v == nil {
		return out, nil
	}
	entries, err := cqltype.DecodeMap(v)
	if err != nil {
		return nil, fmt.Errorf("map of texts: %w", err)
	}
	for _, e := range entries {
		out[string(e.Key)] = string(e.Value)
	}
	return out, nil
}
