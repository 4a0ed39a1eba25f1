package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/exec"
)

// FuzzRequests feeds bodies to every decoder of requests: no panic, and nothing larger than the body comes out.
func FuzzRequests(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 'x', 0, 1, 0}, 4)
	f.Add([]byte{0, 0, 0, 1, 'x', 0, 1, 0, 0, 0, 0x25, 0, 1, 0, 0, 0, 1, 7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1}, 5)
	f.Fuzz(func(t *testing.T, body []byte, version int) {
		version = 3 + (version&0x7fffffff)%3
		fresh := func() *decoder { return &decoder{body: body, version: version} }
		d := fresh()
		d.longString()
		o := &exec.Options{}
		d.queryOptions(o, nil)
		require.LessOrEqual(t, len(o.Values), len(body))
		d = fresh()
		d.shortBytes()
		d.queryOptions(&exec.Options{}, nil)
		d = fresh()
		d.byte()
		for range d.count(5) {
			d.batchItem()
			if d.err != nil {
				break
			}
		}
		require.LessOrEqual(t, len(fresh().stringMap()), len(body))
		require.LessOrEqual(t, len(fresh().stringList()), len(body))
		require.LessOrEqual(t, len(fresh().bytesMap()), len(body))
	})
}

func TestClaimedLengthsTakeNoMemory(t *testing.T) {
	huge := []byte{0x7f, 0xff, 0xff, 0xff}
	allocated := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			d := decoder{body: huge, version: 4}
			_ = d.longString()
			d = decoder{body: []byte{0xff, 0xff, 0, 0}, version: 4}
			_ = d.stringMap()
		}
	}).AllocedBytesPerOp()
	require.Less(t, allocated, int64(4096))
}

func TestCutBodiesFailInCassandrasWords(t *testing.T) {
	for _, c := range []struct {
		body []byte
		read func(*decoder)
		want string
	}{
		{[]byte{0, 0, 0, 9, 'a'}, func(d *decoder) { d.longString() }, "Not enough bytes to read an UTF8 serialized string preceded by its 4 bytes length"},
		{[]byte{0xff, 0xff, 0xff, 0xff}, func(d *decoder) { d.longString() }, "Not enough bytes to read an UTF8 serialized string preceded by its 4 bytes length"},
		{[]byte{0, 9, 'a'}, func(d *decoder) { _ = d.string() }, "Not enough bytes to read an UTF8 serialized string preceded by its 2 bytes length"},
		{[]byte{0, 9, 'a'}, func(d *decoder) { d.shortBytes() }, "Not enough bytes to read a byte array preceded by its 2 bytes length"},
		{[]byte{0, 99}, func(d *decoder) { d.consistency() }, "Unknown code 99 for a consistency level"},
		{[]byte{0xff, 0xff, 0xff, 0xfd}, func(d *decoder) { d.boundValue() }, "Invalid ByteBuf length -3"},
		{[]byte{0, 3, 'a', 0xc3, 0x28}, func(d *decoder) { _ = d.string() }, "Cannot decode string as UTF8: 'c328'; java.nio.charset.MalformedInputException: Input length = 1"},
	} {
		d := decoder{body: c.body, version: 4}
		c.read(&d)
		require.NotNil(t, d.err, "%x", c.body)
		require.Equal(t, c.want, d.err.Message)
	}
}
