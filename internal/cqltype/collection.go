package cqltype

import (
	"encoding/binary"
	"slices"
)

// Entry is one key and value of a map.
type Entry struct{ Key, Value []byte }

// DecodeList splits a list or set into its elements, which alias v. The empty
// value is an error: it is not a collection.
func DecodeList(v []byte) ([][]byte, error) {
	elems, rest, err := readElems(v, "list")
	if err == nil && len(rest) > 0 {
		err = invalid("Unexpected extraneous bytes after list value")
	}
	return elems, err
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
	entries, rest, err := readEntries(v)
	if err == nil && len(rest) > 0 {
		err = invalid("Unexpected extraneous bytes after map value")
	}
	return entries, err
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

// readCount reads the number of elements, each of which takes at least size
// bytes of what follows.
func readCount(v []byte, size int, what string) (n int, rest []byte, err error) {
	if len(v) < 4 {
		return 0, nil, invalid("Not enough bytes to read a %s", what)
	}
	count := int32(binary.BigEndian.Uint32(v))
	if count < 0 {
		count = 0
	}
	if int64(count)*int64(size) > int64(len(v)-4) {
		return 0, nil, invalid("Not enough bytes to read a %s", what)
	}
	return int(count), v[4:], nil
}

func readElems(v []byte, what string) (elems [][]byte, rest []byte, err error) {
	n, rest, err := readCount(v, 4, what)
	if err != nil {
		return nil, nil, err
	}
	elems = make([][]byte, 0, n)
	for range n {
		var e []byte
		if e, rest, err = readNonNull(rest, what); err != nil {
			return nil, nil, err
		}
		elems = append(elems, e)
	}
	return elems, rest, nil
}

func readEntries(v []byte) (entries []Entry, rest []byte, err error) {
	n, rest, err := readCount(v, 8, "map")
	if err != nil {
		return nil, nil, err
	}
	entries = make([]Entry, 0, n)
	for range n {
		var e Entry
		if e.Key, rest, err = readNonNull(rest, "map"); err != nil {
			return nil, nil, err
		}
		if e.Value, rest, err = readNonNull(rest, "map"); err != nil {
			return nil, nil, err
		}
		entries = append(entries, e)
	}
	return entries, rest, nil
}

func readNonNull(b []byte, what string) (v, rest []byte, err error) {
	v, rest, ok := readSized(b)
	switch {
	case !ok:
		return nil, nil, invalid("Not enough bytes to read a %s", what)
	case v == nil:
		return nil, nil, invalid("Null value read when not allowed")
	}
	return v, rest, nil
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
