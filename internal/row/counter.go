package row

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A counter cell's value is either one increment (8 bytes, on its way to the replica that applies it) or the list of
// shards, 32 bytes each: the id of the node that counted, a clock that only that node moves, and the node's sum. The
// counter is the sum over all nodes; a merge keeps each node's newest shard.
const (
	deltaSize = 8
	shardSize = 16 + 8 + 8
)

// Shard is one node's part of a counter.
type Shard struct {
	Node  [16]byte
	Clock int64
	Count int64
}

// CounterDelta is the value of a Counter cell that adds n.
func CounterDelta(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// IsCounterDelta says whether a counter cell's value is an increment that no replica has applied yet.
func IsCounterDelta(value []byte) bool { return len(value) == deltaSize }

// DecodeCounterDelta is the increment in value; false when it holds none.
func DecodeCounterDelta(value []byte) (int64, bool) {
	if len(value) != deltaSize {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(value)), true
}

// EncodeShards is the value of a Counter cell with these shards, which are sorted in place.
func EncodeShards(shards []Shard) []byte {
	slices.SortFunc(shards, func(a, b Shard) int { return bytes.Compare(a.Node[:], b.Node[:]) })
	out := make([]byte, 0, len(shards)*shardSize)
	for _, s := range shards {
		out = append(out, s.Node[:]...)
		out = binary.BigEndian.AppendUint64(out, uint64(s.Clock))
		out = binary.BigEndian.AppendUint64(out, uint64(s.Count))
	}
	return out
}

// DecodeShards is the inverse of EncodeShards; bytes that do not fill a shard are ignored.
func DecodeShards(value []byte) []Shard {
	if IsCounterDelta(value) {
		return nil
	}
	out := make([]Shard, 0, len(value)/shardSize)
	for ; len(value) >= shardSize; value = value[shardSize:] {
		out = append(out, decodeShard(value))
	}
	return out
}

func decodeShard(b []byte) Shard {
	return Shard{
		Node:  [16]byte(b[:16]),
		Clock: int64(binary.BigEndian.Uint64(b[16:24])),
		Count: int64(binary.BigEndian.Uint64(b[24:32])),
	}
}

// CounterTotal is the number that a counter cell's value stands for, and its 8 bytes on the wire are
// CounterDelta(CounterTotal(value)).
func CounterTotal(value []byte) int64 {
	if n, ok := DecodeCounterDelta(value); ok {
		return n
	}
	var total int64
	for ; len(value) >= shardSize; value = value[shardSize:] {
		total += decodeShard(value).Count
	}
	return total
}

// IncrementCounter is the whole new shard of node after it adds delta to what it knows (value: all shards, may be
// nil). at is the timestamp of the increment: the clock is not behind it, so that deletions know which shards they
// delete, and a counter that was deleted and forgotten still moves forward.
func IncrementCounter(value []byte, node [16]byte, delta, at int64) Shard {
	mine := Shard{Node: node}
	for _, s := range DecodeShards(value) {
		if s.Node == node {
			mine = s
		}
	}
	mine.Clock = max(mine.Clock+1, at)
	mine.Count += delta
	return mine
}

// after is what a deletion leaves of the cell. Of a counter it takes the shards that were written before, also when the
// cell has been merged with later ones.
func (c Cell) after(deletion int64) (Cell, bool) {
	if c.Kind != Counter || deletion == NoTimestamp || IsCounterDelta(c.Value) {
		return c, c.Timestamp > deletion
	}
	var kept []byte
	for v := c.Value; len(v) >= shardSize; v = v[shardSize:] {
		if decodeShard(v).Clock > deletion {
			kept = append(kept, v[:shardSize]...)
		}
	}
	c.Value = kept
	return c, len(kept) > 0
}

func mergeCounterCells(a, b Cell) Cell {
	switch {
	case a.Kind == Tombstone:
		return a
	case b.Kind == Tombstone:
		return b
	case a.Kind != b.Kind:
		if compareCells(&a, &b) < 0 {
			a = b
		}
		return a
	case IsCounterDelta(a.Value) && IsCounterDelta(b.Value):
		// Two statements of one batch: increments add up. They never meet twice, being gone once applied.
		sum := CounterTotal(a.Value) + CounterTotal(b.Value)
		if compareCells(&a, &b) < 0 {
			a = b
		}
		a.Value = CounterDelta(sum)
		return a
	case IsCounterDelta(a.Value):
		return b
	case IsCounterDelta(b.Value):
		return a
	}
	if compareCells(&a, &b) < 0 {
		a, b = b, a
	}
	if !bytes.Equal(a.Value, b.Value) {
		a.Value = mergeShards(a.Value, b.Value)
	}
	return a
}

func mergeShards(a, b []byte) []byte {
	out := make([]byte, 0, len(a)+shardSize)
	for len(a) >= shardSize && len(b) >= shardSize {
		switch d := bytes.Compare(a[:16], b[:16]); {
		case d < 0:
			out, a = append(out, a[:shardSize]...), a[shardSize:]
		case d > 0:
			out, b = append(out, b[:shardSize]...), b[shardSize:]
		default:
			x, y := decodeShard(a), decodeShard(b)
			newer := a
			if y.Clock > x.Clock || y.Clock == x.Clock && y.Count > x.Count {
				newer = b
			}
			out = append(out, newer[:shardSize]...)
			a, b = a[shardSize:], b[shardSize:]
		}
	}
	out = append(out, a[:len(a)/shardSize*shardSize]...)
	return append(out, b[:len(b)/shardSize*shardSize]...)
}
