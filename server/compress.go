package server

import (
	"encoding/binary"

	"github.com/klauspost/compress/snappy"
	"github.com/pierrec/lz4/v4"

	"alexandra/internal/cqlerr"
)

// compressor is the body compression of versions 3 and 4. The zero value of the interface means none.
type compressor interface {
	// compress returns a new slice.
	compress(body []byte) []byte
	// decompress returns a new slice of at most limit bytes.
	decompress(body []byte, limit int) ([]byte, *cqlerr.Error)
}

// compressors are what STARTUP may ask for, by lower-case name.
var compressors = map[string]compressor{"lz4": lz4Body{}, "snappy": snappyBody{}}

// lz4Body puts the plain length, four bytes, in front of one LZ4 block.
type lz4Body struct{}

func (lz4Body) compress(body []byte) []byte {
	out := make([]byte, 4+lz4.CompressBlockBound(len(body)))
	binary.BigEndian.PutUint32(out, uint32(len(body)))
	if len(body) == 0 {
		return append(out[:4], 0)
	}
	n, err := lz4.CompressBlock(body, out[4:], nil)
	if err != nil || n == 0 {
		return append(out[:4], lz4Literals(body)...)
	}
	return out[:4+n]
}

// lz4Literals is the block that holds body as literals only, for what does not compress.
func lz4Literals(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(body)/255+2)
	if n := len(body); n < 15 {
		out = append(out, byte(n<<4))
	} else {
		out = append(out, 0xF0)
		for n -= 15; n >= 255; n -= 255 {
			out = append(out, 255)
		}
		out = append(out, byte(n))
	}
	return append(out, body...)
}

func (lz4Body) decompress(body []byte, limit int) ([]byte, *cqlerr.Error) {
	if len(body) < 4 {
		return nil, cqlerr.Server("A compressed body is shorter than its length field")
	}
	n := int(int32(binary.BigEndian.Uint32(body)))
	// One byte of LZ4 stands for at most 255 bytes of plain text, so a claim beyond that is false.
	if n < 0 || n > limit || n > 255*len(body) {
		return nil, cqlerr.Server("A compressed body claims an impossible length of %d", n)
	}
	out := make([]byte, n)
	if m, err := lz4.UncompressBlock(body[4:], out); err != nil || m != n {
		return nil, cqlerr.Server("A compressed body does not decompress to the length it claims")
	}
	return out, nil
}

type snappyBody struct{}

func (snappyBody) compress(body []byte) []byte { return snappy.Encode(nil, body) }

func (snappyBody) decompress(body []byte, limit int) ([]byte, *cqlerr.Error) {
	n, err := snappy.DecodedLen(body)
	if err != nil || n > limit || n > 64*len(body)+64 {
		return nil, cqlerr.Protocol("Provided frame does not appear to be Snappy compressed")
	}
	out, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, cqlerr.Protocol("Provided frame does not appear to be Snappy compressed")
	}
	return out, nil
}
