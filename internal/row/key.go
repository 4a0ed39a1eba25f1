package row

import (
	"encoding/binary"
	"errors"

	"alexandra/internal/schema"
)

// MaxKeyLength is the longest serialized partition key, and the longest component of one.
const MaxKeyLength = 65535

// PartitionKey is a partition of a table.
type PartitionKey struct {
	Table *schema.Table
	Key   []byte
}

// Name tells partitions apart.
func (p PartitionKey) Name() []byte {
	return append(p.Table.ID[:len(p.Table.ID):len(p.Table.ID)], p.Key...)
}

var errKey = errors.New("malformed partition key")

// ComposeKey serializes the components of a partition key: one is its own bytes, several get a uint16 length before
// and a zero byte behind each.
func ComposeKey(components [][]byte) []byte {
	if len(components) == 1 {
		return components[0]
	}
	size := 0
	for _, c := range components {
		size += len(c) + 3
	}
	out := make([]byte, 0, size)
	for _, c := range components {
		out = binary.BigEndian.AppendUint16(out, uint16(len(c)))
		out = append(out, c...)
		out = append(out, 0)
	}
	return out
}

// SplitKey takes a serialized partition key of t apart. The components share memory with the key.
func SplitKey(t *schema.Table, key []byte) ([][]byte, error) {
	n := len(t.PartitionKey)
	if n <= 1 {
		return [][]byte{key}, nil
	}
	out := make([][]byte, 0, n)
	for range n {
		if len(key) < 3 {
			return nil, errKey
		}
		size := int(binary.BigEndian.Uint16(key))
		if len(key) < size+3 {
			return nil, errKey
		}
		out = append(out, key[2:2+size:2+size])
		key = key[3+size:]
	}
	if len(key) > 0 {
		return nil, errKey
	}
	return out, nil
}

// EncodePosition is a position for a paging state.
func EncodePosition(p *Position) []byte {
	e := encoder{}
	e.position(p)
	return e.buf
}

// DecodePosition is the inverse of EncodePosition; it refuses anything else.
func DecodePosition(b []byte) (*Position, error) {
	d := decoder{b: b}
	p := d.position()
	if err := d.finish(); err != nil {
		return nil, err
	}
	return p, nil
}
