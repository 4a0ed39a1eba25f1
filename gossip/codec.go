package gossip

import (
	"encoding/binary"
	"errors"

	"github.com/google/uuid"
)

// Limits on what a peer may send. A cluster that needs more than this is not Alexandra's.
const (
	maxNodes     = 4096
	maxValueSize = 64 << 10 // 1536 tokens take half of it
	maxStateSize = 16 << 20
)

const codecVersion = 1

var errMalformed = errors.New("malformed gossip message")

// encodeStates is the form of states in push/pull, in messages and in the store:
//
//	version (1) count (varint) { host (16) generation (8) count (1) { key (1) version (varint) size (varint) text } }
func encodeStates(states []*state) []byte {
	out := binary.AppendUvarint([]byte{codecVersion}, uint64(len(states)))
	for _, s := range states {
		out = append(out, s.host[:]...)
		out = binary.BigEndian.AppendUint64(out, uint64(s.generation))
		n := 0
		for _, v := range s.values {
			if v.Version > 0 {
				n++
			}
		}
		out = append(out, byte(n))
		for k, v := range s.values {
			if v.Version == 0 {
				continue
			}
			out = append(out, byte(k))
			out = binary.AppendUvarint(out, v.Version)
			out = binary.AppendUvarint(out, uint64(len(v.Text)))
			out = append(out, v.Text...)
		}
	}
	return out
}

// decodeStates is the inverse of encodeStates. Keys of a newer version of the program are skipped.
func decodeStates(b []byte) ([]*state, error) {
	d := decoder{b: b}
	if d.byte() != codecVersion || len(b) > maxStateSize {
		return nil, errMalformed
	}
	n := d.uvarint()
	if n > maxNodes || n > uint64(len(d.b)) {
		return nil, errMalformed
	}
	var out []*state
	for range n {
		s := d.state()
		if d.failed {
			return nil, errMalformed
		}
		out = append(out, s)
	}
	if len(d.b) > 0 {
		return nil, errMalformed
	}
	return out, nil
}

// decoder reads; after the first malformed byte it returns zero values.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.b, d.failed = nil, true
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.b, d.failed = nil, true
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) state() *state {
	s := &state{}
	copy(s.host[:], d.take(len(uuid.UUID{})))
	if g := d.take(8); g != nil {
		s.generation = int64(binary.BigEndian.Uint64(g))
	}
	for range d.byte() {
		k, version, size := Key(d.byte()), d.uvarint(), d.uvarint()
		if size > maxValueSize {
			d.failed = true
			return s
		}
		text := d.take(int(size))
		if k < keyCount {
			s.values[k] = Value{Version: version, Text: string(text)}
		}
	}
	return s
}
