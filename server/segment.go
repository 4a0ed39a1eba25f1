package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/pierrec/lz4/v4"

	"alexandra/internal/cqlerr"
)

// Version 5 wraps envelopes in segments (protocol specification, section 2.2): a header with the payload's length, a
// flag and a CRC24, the payload, and its CRC32. LZ4 segments carry both lengths in a longer header.

const (
	maxPayload     = 1<<17 - 1
	crc24Init      = 0x875060
	crc24Poly      = 0x1974F0B
	selfContained  = 1 << 17
	selfContainedZ = 1 << 34
	// largestInline is the size up to which an envelope is coalesced with others in one self-contained segment.
	largestInline = 131059
	// slicePayload is how much of a larger envelope goes into each of its segments.
	slicePayload = 131054
)

// crcSeed is fed to the CRC32 before the payload.
var crcSeed = crc32.ChecksumIEEE([]byte{0xFA, 0x2D, 0x55, 0xCA})

// crc24Table is what each leading byte does to the checksum.
var crc24Table = makeCRC24Table()

func makeCRC24Table() (table [256]uint32) {
	for i := range table {
		crc := uint32(i) << 16
		for range 8 {
			crc <<= 1
			if crc&0x1000000 != 0 {
				crc ^= crc24Poly
			}
		}
		table[i] = crc
	}
	return table
}

func crc24(v uint64, n int) uint32 {
	crc := uint32(crc24Init)
	for range n {
		crc = (crc<<8 ^ crc24Table[byte(crc>>16)^byte(v)]) & 0xFFFFFF
		v >>= 8
	}
	return crc
}

func payloadCRC(p []byte) uint32 { return crc32.Update(crcSeed, crc32.IEEETable, p) }

// segmentReader cuts segments from a stream. Payloads have memory of their own: requests keep parts of it.
type segmentReader struct {
	r          *bufio.Reader
	compressed bool
	id         string // the connection's id in CRC errors
	raw        []byte // what was read last, when it is compressed
}

// errCRC wraps what is told to a client before its connection is dropped.
type errCRC struct{ cause *cqlerr.Error }

func (e errCRC) Error() string { return e.cause.Message }

// next returns a payload and whether it holds whole envelopes.
func (s *segmentReader) next() (payload []byte, self bool, err error) {
	n := 3
	if s.compressed {
		n = 5
	}
	head, err := s.r.Peek(n + 3)
	if err != nil {
		return nil, false, endOfStream(head, err)
	}
	bits := littleEndian(head[:n])
	if got, want := uint32(littleEndian(head[n:])), crc24(bits, n); got != want {
		return nil, false, s.mismatch("header", int32(got), int32(want))
	}
	if _, err := s.r.Discard(n + 3); err != nil {
		return nil, false, err
	}
	length, plainLength, self := int(bits&maxPayload), 0, bits&selfContained != 0
	if s.compressed {
		plainLength, self = int(bits>>17&maxPayload), bits&selfContainedZ != 0
	}
	if payload, err = s.body(length); err != nil {
		return nil, false, err
	}
	if plainLength > 0 {
		payload, err = decompress(payload, plainLength, s.id)
	} else if s.compressed {
		payload = bytes.Clone(payload)
	}
	return payload, self, err
}

// ready says whether a whole segment has arrived, or what next will refuse.
func (s *segmentReader) ready() bool {
	n := 3
	if s.compressed {
		n = 5
	}
	arrived := s.r.Buffered()
	if arrived < n+3 {
		return false
	}
	head, err := s.r.Peek(n)
	return err == nil && arrived >= n+3+int(littleEndian(head)&maxPayload)+4
}

// body reads a payload of at most maxPayload bytes and checks it.
func (s *segmentReader) body(length int) ([]byte, error) {
	raw := s.raw
	if !s.compressed {
		raw = make([]byte, length+4)
	} else if cap(raw) < length+4 {
		raw = make([]byte, length+4)
		s.raw = raw
	}
	raw = raw[:length+4]
	if _, err := io.ReadFull(s.r, raw); err != nil {
		return nil, endOfStream(raw, err)
	}
	payload := raw[:length:length]
	if got, want := binary.LittleEndian.Uint32(raw[length:]), payloadCRC(payload); got != want {
		return nil, s.mismatch("body", int32(got), int32(want))
	}
	return payload, nil
}

func decompress(payload []byte, plainLength int, id string) ([]byte, error) {
	plain := make([]byte, plainLength)
	n, err := lz4.UncompressBlock(payload, plain)
	if err != nil || n != plainLength {
		return nil, errCRC{cqlerr.Protocol("%s invalid, the LZ4 payload of a segment does not decompress to the %d bytes it claims", id, plainLength)}
	}
	return plain, nil
}

func (s *segmentReader) mismatch(where string, got, want int32) error {
	return errCRC{cqlerr.Protocol("%s invalid, unrecoverable CRC mismatch detected in frame %s. Read %d, Computed %d", s.id, where, got, want)}
}

func littleEndian(b []byte) uint64 {
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// endOfStream makes a clean end of any end between or inside messages: the peer is gone either way.
func endOfStream(_ []byte, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// segmentWriter packs envelopes into segments.
type segmentWriter struct {
	compressed bool
	group, out []byte // memory for compression
	lz4        *lz4.Compressor
}

// appendSegments appends the segments that carry the given envelopes: small ones share self-contained segments, a
// large one is cut into segments of its own.
func (s *segmentWriter) appendSegments(dst []byte, answers []*response) []byte {
	for len(answers) > 0 {
		size, n := 0, 0
		for n < len(answers) && size+len(answers[n].body) <= largestInline {
			size += len(answers[n].body)
			n++
		}
		if n > 0 {
			dst = s.appendGroup(dst, answers[:n], size)
			answers = answers[n:]
			continue
		}
		for e := answers[0].body; len(e) > 0; {
			n := min(len(e), slicePayload)
			dst = s.appendSegment(dst, e[:n], false)
			e = e[n:]
		}
		answers = answers[1:]
	}
	return dst
}

// appendGroup appends one self-contained segment.
func (s *segmentWriter) appendGroup(dst []byte, answers []*response, size int) []byte {
	if s.compressed {
		s.group = s.group[:0]
		for _, r := range answers {
			s.group = append(s.group, r.body...)
		}
		return s.appendSegment(dst, s.group, true)
	}
	dst = appendSegmentHeader(dst, uint64(size)|selfContained, 3)
	start := len(dst)
	for _, r := range answers {
		dst = append(dst, r.body...)
	}
	return binary.LittleEndian.AppendUint32(dst, payloadCRC(dst[start:]))
}

func (s *segmentWriter) appendSegment(dst, payload []byte, self bool) []byte {
	bits, n := uint64(len(payload)), 3
	if self {
		bits |= selfContained
	}
	if s.compressed {
		n = 5
		var plain int
		payload, plain = s.compress(payload)
		bits = uint64(len(payload)) | uint64(plain)<<17
		if self {
			bits |= selfContainedZ
		}
	}
	dst = append(appendSegmentHeader(dst, bits, n), payload...)
	return binary.LittleEndian.AppendUint32(dst, payloadCRC(payload))
}

func appendSegmentHeader(dst []byte, bits uint64, n int) []byte {
	return appendLittleEndian(appendLittleEndian(dst, bits, n), uint64(crc24(bits, n)), 3)
}

// compress returns the payload to send and the plain length to claim: 0 when it goes uncompressed because that is
// smaller. The payload is valid until the next call.
func (s *segmentWriter) compress(payload []byte) ([]byte, int) {
	if s.lz4 == nil {
		s.lz4 = &lz4.Compressor{}
	}
	if need := lz4.CompressBlockBound(len(payload)); cap(s.out) < need {
		s.out = make([]byte, need)
	}
	out := s.out[:cap(s.out)]
	n, err := s.lz4.CompressBlock(payload, out)
	if err != nil || n == 0 || n >= len(payload) {
		return payload, 0
	}
	return out[:n], len(payload)
}

func appendLittleEndian(dst []byte, v uint64, n int) []byte {
	for range n {
		dst = append(dst, byte(v))
		v >>= 8
	}
	return dst
}

// errNoEnvelope says why a self-contained segment does not hold what it should.
func errNoEnvelope(have, want int) *cqlerr.Error {
	return cqlerr.Server("%s", fmt.Sprintf("A self-contained segment ends after %d of %d bytes of an envelope", have, want))
}
