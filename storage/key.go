package storage

import (
	"bytes"
	"errors"
	"fmt"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// The first byte of a key is its space.
const (
	spaceData  byte = 1 // then table id, token, partition key, kind, clustering
	spaceIndex byte = 2 // then table id, index name, term, and the end of a data key from the token on
	spaceLocal byte = 3 // then the caller's key
	spaceEnd   byte = 4
)

// The kind follows the partition key and orders what a partition holds.
const (
	kindWhole  byte = 0 // in index entries only: the whole partition
	kindHeader byte = 1 // partition deletion and range tombstones
	kindStatic byte = 2
	kindRow    byte = 3 // then the clustering
)

const (
	tableIDSize   = 16
	tokenSize     = 8
	dataPrefixLen = 1 + tableIDSize + tokenSize // where the partition key begins in a data key
)

var errKey = errors.New("storage: malformed key")

// appendEscaped writes b so that it ends itself and keeps its order: 00 becomes 00 FF, and 00 01 ends it.
func appendEscaped(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			break
		}
		dst = append(dst, b[:i+1]...)
		dst = append(dst, 0xFF)
		b = b[i+1:]
	}
	dst = append(dst, b...)
	return append(dst, 0, 1)
}

// escapedLen is the length of the escaped bytes at the start of b, their end included; 0 when they do not end.
func escapedLen(b []byte) int {
	for i := 0; i+1 < len(b); {
		zero := bytes.IndexByte(b[i:], 0)
		if zero < 0 || i+zero+1 >= len(b) {
			return 0
		}
		i += zero + 2
		if b[i-1] == 1 {
			return i
		}
	}
	return 0
}

// decodeEscaped is the inverse of appendEscaped.
func decodeEscaped(b []byte) (v, rest []byte, err error) {
	n := escapedLen(b)
	if n == 0 {
		return nil, nil, errKey
	}
	v = make([]byte, 0, n-2)
	for body := b[:n-2]; ; {
		i := bytes.IndexByte(body, 0)
		if i < 0 {
			return append(v, body...), b[n:], nil
		}
		if body[i+1] != 0xFF {
			return nil, nil, errKey
		}
		v = append(v, body[:i+1]...)
		body = body[i+2:]
	}
}

// successor is the first key behind all that start with prefix, made in place; nil when there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			prefix[i]++
			return prefix[:i+1]
		}
	}
	return nil
}

func successorOf(prefix []byte) []byte { return successor(bytes.Clone(prefix)) }

// keyCodec makes and reads the keys of one table. Clusterings are written by their order bytes, so that values that
// compare equal are one row; inexact says that these bytes do not give back the value, which is then kept in the row.
type keyCodec struct {
	t       *schema.Table
	inexact bool
}

func newKeyCodec(t *schema.Table) keyCodec {
	k := keyCodec{t: t}
	for _, c := range t.Clustering {
		k.inexact = k.inexact || !c.Type.Exact()
	}
	return k
}

func appendTable(dst []byte, space byte, t *schema.Table) []byte {
	return append(append(dst, space), t.ID[:]...)
}

// appendPartition is the key prefix of a partition; all of its keys continue with a kind.
func (k keyCodec) appendPartition(dst []byte, tok token.Token, key []byte) []byte {
	dst = appendTable(dst, spaceData, k.t)
	return appendEscaped(tok.AppendKey(dst), key)
}

func (k keyCodec) appendClustering(dst []byte, values [][]byte) []byte {
	for i, v := range values {
		if i >= len(k.t.Clustering) {
			break
		}
		if c := k.t.Clustering[i]; c.Desc {
			dst = cqltype.AppendOrderDesc(c.Type, dst, v)
		} else {
			dst = c.Type.AppendOrder(dst, v)
		}
	}
	return dst
}

// decodeClustering reads a clustering or a prefix of one, to the end of b.
func (k keyCodec) decodeClustering(b []byte) ([][]byte, error) {
	return k.decodeClusteringInto(make([][]byte, 0, len(k.t.Clustering)), b)
}

// decodeClusteringInto is decodeClustering with memory for the list.
func (k keyCodec) decodeClusteringInto(out [][]byte, b []byte) ([][]byte, error) {
	for len(b) > 0 {
		if len(out) == len(k.t.Clustering) {
			return nil, errKey
		}
		var v []byte
		var err error
		if c := k.t.Clustering[len(out)]; c.Desc {
			v, b, err = cqltype.DecodeOrderDesc(c.Type, b)
		} else {
			v, b, err = c.Type.DecodeOrder(b)
		}
		if err != nil {
			return nil, fmt.Errorf("clustering of %s.%s: %w", k.t.Keyspace, k.t.Name, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// bounds are the ends of a slice as key suffixes behind the partition prefix: from the first up to before the second.
func (k keyCodec) bounds(s row.Slice) (from, to []byte) {
	from = k.appendClustering([]byte{kindRow}, s.Start.Values)
	if row.StartCut(s.Start).After {
		from = successor(from)
	}
	to = k.appendClustering([]byte{kindRow}, s.End.Values)
	if row.EndCut(s.End).After {
		to = successor(to)
	}
	return from, to
}

// splitDataKey takes a data key apart: the length of its partition prefix, or false when it is no such key.
func splitDataKey(key []byte) (prefixLen int, ok bool) {
	if len(key) <= dataPrefixLen || key[0] != spaceData {
		return 0, false
	}
	n := escapedLen(key[dataPrefixLen:])
	if n == 0 || len(key) <= dataPrefixLen+n {
		return 0, false
	}
	return dataPrefixLen + n, true
}

// decodePartition reads token and partition key from a partition prefix.
func decodePartition(prefix []byte) (token.Token, []byte, error) {
	if len(prefix) < dataPrefixLen {
		return 0, nil, errKey
	}
	tok, _ := token.FromKey(prefix[1+tableIDSize:])
	key, rest, err := decodeEscaped(prefix[dataPrefixLen:])
	if err != nil || len(rest) > 0 {
		return 0, nil, errKey
	}
	return tok, key, nil
}

// tokenBounds are the ends of one of unwrap's ranges, as suffixes behind the table's prefix. An empty to means
// the end of the table.
func tokenBounds(r token.Range) (from, to []byte) {
	if r.Start != token.Minimum {
		from = successor(r.Start.AppendKey(nil))
	}
	if r.End != token.Minimum {
		to = successor(r.End.AppendKey(nil))
	}
	return from, to
}

// unwrap lists the parts of a range in reading order: from its start around the ring to its end.
func unwrap(r token.Range) []token.Range {
	switch {
	case r.Start == token.Maximum && r.End == token.Minimum:
		return nil
	case !r.Wraps():
		return []token.Range{r}
	case r.Start == token.Maximum:
		return []token.Range{{Start: token.Minimum, End: r.End}}
	}
	return []token.Range{{Start: r.Start, End: token.Minimum}, {Start: token.Minimum, End: r.End}}
}
