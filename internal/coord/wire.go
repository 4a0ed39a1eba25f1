package coord

import (
	"encoding/binary"
	"errors"

	"github.com/google/uuid"

	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
)

// errWire is the answer to a body that is not what its verb asks for.
var errWire = errors.New("malformed request of a peer")

// appendBytes writes a length and bytes.
func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// reader takes a body apart; after the first malformed byte it returns zero values and keeps the error.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() { r.b, r.err = nil, errWire }

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads how many pieces follow, each of which takes at least one byte.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail()
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) bytes() []byte { return r.take(r.count()) }

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) int64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *reader) uuid() uuid.UUID {
	var id uuid.UUID
	copy(id[:], r.take(16))
	return id
}

// finish is the error, also when bytes are left over.
func (r *reader) finish() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = errWire
	}
	return r.err
}

// encodeMutations is a body for Mutate, a hint or a batch log entry.
func encodeMutations(ms []*row.Mutation) []byte {
	out := binary.AppendUvarint(nil, uint64(len(ms)))
	for _, m := range ms {
		out = appendBytes(out, row.EncodeMutation(m))
	}
	return out
}

// decodeMutations is the inverse of encodeMutations. A table that is unknown here makes the whole body fail, with the
// reason that the sender needs; lenient leaves such mutations out instead (hints of dropped tables).
func (c *Coordinator) decodeMutations(body []byte, lenient bool) ([]*row.Mutation, error) {
	r := reader{b: body}
	n := r.count()
	var out []*row.Mutation
	for range n {
		b := r.bytes()
		if r.err != nil {
			break
		}
		m, err := row.DecodeMutation(b, c.tableByID)
		switch {
		case err == nil:
			out = append(out, m)
		case errors.Is(err, row.ErrUnknownTable) && lenient:
		default:
			return nil, c.wireError(err)
		}
	}
	return out, r.finish()
}

// wireError gives decoding errors their reason; a table that is not known here may mean that this node has missed a
// schema change, so one is asked for.
func (c *Coordinator) wireError(err error) error {
	if errors.Is(err, row.ErrUnknownTable) {
		c.schema.wakePull()
		return rpc.Failed(rpc.ReasonIncompatibleSchema, "%v", err)
	}
	return rpc.Failed(rpc.ReasonUnknown, "%v", err)
}

func (c *Coordinator) tableByID(id uuid.UUID) *schema.Table { return c.schema.table(id) }
