package auth

import (
	"context"
	"encoding/binary"
	"slices"
)

// Store runs CQL on the tables of system_auth. The executor implements it; statements run as the node itself, without
// permission checks. Values are wire bytes, nil is null. Consistency levels are named as in cassandra.yaml. Methods block
// until the level is met and return *cqlerr.Error. Safe for concurrent use.
type Store interface {
	// Select returns the rows of a SELECT, columns by name.
	Select(ctx context.Context, consistency, cql string, values ...[]byte) ([]Row, error)
	// Apply runs modifications as one logged batch: all or none.
	Apply(ctx context.Context, consistency string, statements ...Statement) error
}

// Statement is a modification with its bound values.
type Statement struct {
	CQL    string
	Values [][]byte
}

func statement(cql string, values ...[]byte) Statement { return Statement{CQL: cql, Values: values} }

// Row is one row of a Select.
type Row map[string][]byte

// Text is a column of type text; empty when null.
func (r Row) Text(column string) string { return string(r[column]) }

// Bool is a column of type boolean; false when null, so that a half-written row never gives rights.
func (r Row) Bool(column string) bool { return len(r[column]) == 1 && r[column][0] != 0 }

// Set is a column of type set<text>, sorted; nil when null or malformed.
func (r Row) Set(column string) []string {
	items := decodeSet(r[column])
	set := make([]string, 0, len(items))
	for _, i := range items {
		set = append(set, string(i))
	}
	slices.Sort(set)
	return set
}

// decodeSet splits the wire form of a set: a count and length-prefixed elements.
func decodeSet(b []byte) [][]byte {
	if len(b) < 4 {
		return nil
	}
	n := int(binary.BigEndian.Uint32(b))
	b = b[4:]
	var items [][]byte
	for range min(n, len(b)/4) {
		if len(b) < 4 {
			return nil
		}
		size := int(int32(binary.BigEndian.Uint32(b)))
		if size < 0 || size > len(b)-4 {
			return nil
		}
		items = append(items, b[4:4+size])
		b = b[4+size:]
	}
	return items
}

func text(s string) []byte { return []byte(s) }

func boolean(v bool) []byte {
	if v {
		return []byte{1}
	}
	return []byte{0}
}

// textSet is the wire form of a set<text>; elements are sorted and made unique.
func textSet(items []string) []byte {
	items = slices.Compact(slices.Sorted(slices.Values(items)))
	b := binary.BigEndian.AppendUint32(nil, uint32(len(items)))
	for _, i := range items {
		b = binary.BigEndian.AppendUint32(b, uint32(len(i)))
		b = append(b, i...)
	}
	return b
}
