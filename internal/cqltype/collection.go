package cqltype

import (
	"encoding/binary"
	"slices"
)

// Entry is one key and value of a map.
type Entry struct{ Key, Value []byte }

// DecodeList splits a list or set into its elements, which alias v. The empty
// value is an error: it is not a collection. Lists that clients bind may hold
// nulls.
func DecodeList(v []byte) ([][]byte, error) {
	n, rest, err := readCount(v, 4, "list")
	if err != nil {
		return nil, err
	}
	elems := make([][]byte, n)
	for i := range elems {
		var ok bool
		if elems[i], rest, ok = readElem(rest); !ok {
			return nil, errShort("list")
		}
	}
	if len(rest) > 0 {
		return nil, errExtraneous("list")
	}
	return elems, nil
}

// EncodeList joins the elements of a list, or of a set that is sorted already.
func EncodeList(elems [][]byte) []byte {
	size := 4
	for _, e := range elems {
		size += 4 + len(e)
	}
	v := binary.BigEndian.AppendUint32(make([]byte, 0, size), uint32(len(elems)))
	for _, e := range elems {
		v = appendSized(v, e)
	}
	return v
}

// DecodeSet splits a set into its elements, which alias v.
func DecodeSet(v []byte) ([][]byte, error) { return DecodeList(v) }

// EncodeSet sorts elems by t, drops repeated ones and joins the rest.
func EncodeSet(t Type, elems [][]byte) []byte {
	return EncodeList(SortSet(t, elems))
}

// SortSet returns the elements in the order of t, without repetitions.
func SortSet(t Type, elems [][]byte) [][]byte {
	sorted := slices.Clone(elems)
	slices.SortStableFunc(sorted, t.Compare)
	return slices.CompactFunc(sorted, func(a, b []byte) bool { return t.Compare(a, b) == 0 })
}

// DecodeMap splits a map into its entries, which alias v.
func DecodeMap(v []byte) ([]Entry, error) {
	n, rest, err := readCount(v, 8, "map")
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, n)
	for i := range entries {
		var okKey, okValue bool
		entries[i].Key, rest, okKey = readElem(rest)
		entries[i].Value, rest, okValue = readElem(rest)
		if !okKey || !okValue {
			return nil, errShort("map")
		}
	}
	if len(rest) > 0 {
		return nil, errExtraneous("map")
	}
	return entries, nil
}

// EncodeMap joins entries that are sorted already.
func EncodeMap(entries []Entry) []byte {
	size := 4
	for _, e := range entries {
		size += 8 + len(e.Key) + len(e.Value)
	}
	v := binary.BigEndian.AppendUint32(make([]byte, 0, size), uint32(len(entries)))
	for _, e := range entries {
		v = appendSized(appendSized(v, e.Key), e.Value)
	}
	return v
}

// SortMap returns the entries in the order of their keys, of type t. Of entries
// with equal keys the last one stays.
func SortMap(t Type, entries []Entry) []Entry {
	sorted := slices.Clone(entries)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b Entry) int { return t.Compare(a.Key, b.Key) })
	return slices.CompactFunc(sorted, func(a, b Entry) bool { return t.Compare(a.Key, b.Key) == 0 })
}

// appendSized writes a [value]: its length in 32 bits, -1 for null, and bytes.
func appendSized(dst, v []byte) []byte {
	if v == nil {
		return append(dst, 0xFF, 0xFF, 0xFF, 0xFF)
	}
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(v))), v...)
}

// readSized is the inverse of appendSized; ok is false when bytes are missing.
func readSized(b []byte) (v, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int32(binary.BigEndian.Uint32(b))
	b = b[4:]
	switch {
	case n < 0:
		return nil, b, true
	case int64(n) > int64(len(b)):
		return nil, nil, false
	}
	return b[:n:n], b[n:], true
}

// readElem is readSized for values that must encode again to the same bytes: of
// the negative lengths only -1 is null.
func readElem(b []byte) (v, rest []byte, ok bool) {
	v, rest, ok = readSized(b)
	return v, rest, ok && (v != nil || int32(binary.BigEndian.Uint32(b)) == -1)
}

func errShort(what string) error { return invalid("Not enough bytes to read a %s", what) }

func errExtraneous(what string) error {
	return invalid("Unexpected extraneous bytes after %s value", what)
}

// readCount reads the number of elements, each of which takes at least size
// bytes of what follows.
func readCount(v []byte, size int64, what string) (n int, rest []byte, err error) {
	if len(v) < 4 {
		return 0, nil, errShort(what)
	}
	count := int32(binary.BigEndian.Uint32(v))
	switch {
	case count < 0:
		return 0, nil, invalid("The data cannot be deserialized as a %s", what)
	case int64(count)*size > int64(len(v)-4):
		return 0, nil, errShort(what)
	}
	return int(count), v[4:], nil
}

// validateElems checks the layout of a collection and each element: parts are
// the types that follow one another in it, two for maps.
func validateElems(v []byte, what string, nulls bool, parts ...Type) error {
	n, rest, err := readCount(v, 0, what)
	if err != nil {
		return err
	}
	for i := range n * len(parts) {
		e, after, ok := readSized(rest)
		switch {
		case !ok:
			return errShort(what)
		case e == nil && !nulls:
			return invalid("Null value read when not allowed")
		}
		if e != nil {
			if err := parts[i%len(parts)].Validate(e); err != nil {
				return err
			}
		}
		rest = after
	}
	if len(rest) > 0 {
		return errExtraneous(what)
	}
	return nil
}

func freezeIf(frozen bool, t Type) Type {
	if frozen {
		return t.Freeze()
	}
	return t
}

func frozenText(frozen bool, s string) string {
	if frozen {
		return "frozen<" + s + ">"
	}
	return s
}
