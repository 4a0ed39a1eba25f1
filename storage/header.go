package storage

import (
	"bytes"
	"encoding/binary"
	"errors"

	"alexandra/internal/row"
)

// place is a cut in the clusterings of a partition, as key bytes: before or after all that start with key. It orders
// like row.Cut, without a schema.
type place struct {
	key   []byte
	after bool
}

func (p place) side() int {
	if p.after {
		return 1
	}
	return -1
}

func comparePlaces(a, b place) int {
	n := min(len(a.key), len(b.key))
	if d := bytes.Compare(a.key[:n], b.key[:n]); d != 0 {
		return d
	}
	switch {
	case len(a.key) < len(b.key):
		return a.side()
	case len(a.key) > len(b.key):
		return -b.side()
	}
	return (a.side() - b.side()) / 2
}

// header is what a partition's header key holds.
type header struct {
	deletion row.Deletion
	spans    []row.Span[place]
}

var errHeader = errors.New("storage: malformed partition header")

func newHeader() *header { return &header{deletion: row.Live} }

// add joins another fragment; flatten has to follow.
func (h *header) add(o *header) {
	h.deletion = h.deletion.Max(o.deletion)
	h.spans = append(h.spans, o.spans...)
}

func (h *header) flatten() { h.spans = row.Flatten(h.spans, comparePlaces, h.deletion) }

func (h *header) isEmpty() bool { return h.deletion.IsLive() && len(h.spans) == 0 }

func (h *header) encode(dst []byte) []byte {
	dst = appendDeletion(dst, h.deletion)
	dst = binary.AppendUvarint(dst, uint64(len(h.spans)))
	for _, s := range h.spans {
		dst = appendPlace(dst, s.Start)
		dst = appendPlace(dst, s.End)
		dst = appendDeletion(dst, s.Deletion)
	}
	return dst
}

func appendDeletion(dst []byte, d row.Deletion) []byte {
	return binary.AppendVarint(binary.AppendVarint(dst, d.Timestamp), d.LocalTime)
}

func appendPlace(dst []byte, p place) []byte {
	n := uint64(len(p.key)) << 1
	if p.after {
		n |= 1
	}
	return append(binary.AppendUvarint(dst, n), p.key...)
}

// decodeHeader reads a header that shares memory with b.
func decodeHeader(b []byte) (*header, error) {
	r := headerReader{b: b}
	h := &header{deletion: r.deletion()}
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		return nil, errHeader
	}
	for i := uint64(0); i < n && !r.bad; i++ {
		h.spans = append(h.spans, row.Span[place]{Start: r.place(), End: r.place(), Deletion: r.deletion()})
	}
	if r.bad || len(r.b) > 0 {
		return nil, errHeader
	}
	return h, nil
}

type headerReader struct {
	b   []byte
	bad bool
}

func (r *headerReader) advance(size int) {
	if size <= 0 || size > len(r.b) {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[size:]
}

func (r *headerReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	r.advance(size)
	return n
}

func (r *headerReader) varint() int64 {
	n, size := binary.Varint(r.b)
	r.advance(size)
	return n
}

func (r *headerReader) deletion() row.Deletion {
	return row.Deletion{Timestamp: r.varint(), LocalTime: r.varint()}
}

func (r *headerReader) place() place {
	n := r.uvarint()
	size := n >> 1
	if size > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return place{}
	}
	p := place{key: r.b[:size:size], after: n&1 == 1}
	r.b = r.b[size:]
	return p
}

// placeOf is a cut as key bytes.
func (k keyCodec) placeOf(c row.Cut) place {
	return place{key: k.appendClustering(nil, c.Prefix), after: c.After}
}

// headerOf are the deletions of a mutation's partition.
func (k keyCodec) headerOf(p *row.Partition) *header {
	h := &header{deletion: p.Deletion}
	for _, r := range p.Ranges {
		h.spans = append(h.spans, row.Span[place]{
			Start: k.placeOf(row.StartCut(r.Start)), End: k.placeOf(row.EndCut(r.End)), Deletion: r.Deletion,
		})
	}
	h.flatten()
	return h
}

// ranges are the range tombstones of a flat header.
func (k keyCodec) ranges(h *header) ([]row.RangeTombstone, error) {
	if len(h.spans) == 0 {
		return nil, nil
	}
	out := make([]row.RangeTombstone, 0, len(h.spans))
	for _, s := range h.spans {
		start, err := k.decodeClustering(s.Start.key)
		if err != nil {
			return nil, err
		}
		end, err := k.decodeClustering(s.End.key)
		if err != nil {
			return nil, err
		}
		out = append(out, row.RangeTombstone{
			Slice: row.Slice{
				Start: row.Cut{Prefix: start, After: s.Start.after}.Start(),
				End:   row.Cut{Prefix: end, After: s.End.after}.End(),
			},
			Deletion: s.Deletion,
		})
	}
	return out, nil
}
