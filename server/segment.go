package server

import (
	"bufio"
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

func crc24(v uint64, n int) uint32 {
	crc := uint32(crc24Init)
	for range n {
		crc ^= uint32(v&0xFF) << 16
		v >>= 8
		for range 8 {
			crc <<= 1
			if crc&0x1000000 != 0 {
				crc ^= crc24Poly
			}
		}
	}
	return crc
}

func payloadCRC(p []byte) uint32 { return crc32.Update(crcSeed, crc32.IEEETable, p) }

// segmentReader cuts segments from a stream. Its payload buffer is reused: a payload is valid until the next call.
type segmentReader struct {
	r          *bufio.Reader
	compressed bool
	id         string // the connection's id in CRC errors
	raw, plain []byte
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
		payload, err = s.decompress(payload, plainLength)
	}
	return payload, self, err
}

// body reads a payload of at most maxPayload bytes and checks it.
func (s *segmentReader) body(length int) ([]byte, error) {
	if cap(s.raw) < length+4 {
		s.raw = make([]byte, length+4)
	}
	raw := s.raw[:length+4]
	if _, err := io.ReadFull(s.r, raw); err != nil {
		return nil, endOfStream(raw, err)
	}
	payload := raw[:length]
	if got, want := binary.LittleEndian.Uint32(raw[length:]), payloadCRC(payload); got != want {
		return nil, s.mismatch("body", int32(got), int32(want))
	}
	return payload, nil
}

func (s *segmentReader) decompress(payload []byte, plainLength int) ([]byte, error) {
	if cap(s.plain) < plainLength {
		s.plain = make([]byte, plainLength)
	}
	n, err := lz4.UncompressBlock(payload, s.plain[:plainLength])
	if err != nil || n != plainLength {
		return nil, errCRC{cqlerr.Protocol("%s invalid, the LZ4 payload of a segment does not decompress to the %d bytes it claims", s.id, plainLength)}
	}
	return s.plain[:plainLength], nil
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
	lz4        lz4.Compressor
}

// appendSegments appends the segments that carry the given envelopes: small ones share self-contained segments, a
// large one is cut into segments of its own.
func (s *segmentWriter) appendSegments(dst []byte, envelopes [][]byte) []byte {
	var group []byte
	for _, e := range envelopes {
		if len(group) > 0 && len(group)+len(e) > largestInline {
			dst = s.appendSegment(dst, group, true)
			group = group[:0]
		}
		if len(e) <= largestInline {
			group = append(group, e...)
			continue
		}
		for len(e) > 0 {
			n := min(len(e), slicePayload)
			dst = s.appendSegment(dst, e[:n], false)
			e = e[n:]
		}
	}
	if len(group) > 0 {
		dst = s.appendSegment(dst, group, true)
	}
	return dst
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
	dst = appendLittleEndian(dst, bits, n)
	dst = appendLittleEndian(dst, uint64(crc24(bits, n)), 3)
	dst = append(dst, payload...)
	return binary.LittleEndian.AppendUint32(dst, payloadCRC(payload))
}

// compress returns the payload to send and the plain length to claim: 0 when it goes uncompressed because that is smaller.
func (s *segmentWriter) compress(payload []byte) ([]byte, int) {
	out := make([]byte, lz4.CompressBlockBound(len(payload)))
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
