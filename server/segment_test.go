package server

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// readSegments reads everything back: envelopes in order, large ones put together.
func readSegments(t require.TestingT, stream []byte, compressed bool) []byte {
	sr := &segmentReader{r: bufio.NewReader(bytes.NewReader(stream)), compressed: compressed, id: "0"}
	var all []byte
	for {
		p, _, err := sr.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p...)
	}
}

func TestSegmentsGiveBackWhatWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		compressed := rapid.Bool().Draw(t, "compressed")
		var envelopes []*response
		var want []byte
		for range rapid.IntRange(1, 5).Draw(t, "n") {
			size := rapid.SampledFrom([]int{9, 10, 500, 131058, 131059, 131060, 131071, 300000}).Draw(t, "size")
			e := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 7).Draw(t, "pattern"), size)[:size]
			envelopes, want = append(envelopes, &response{body: e}), append(want, e...)
		}
		w := segmentWriter{compressed: compressed}
		require.Equal(t, want, readSegments(t, w.appendSegments(nil, envelopes), compressed))
	})
}

func TestLargeEnvelopesAreCutWhereCassandraCutsThem(t *testing.T) {
	var w segmentWriter
	sizes := func(n int) (payloads []int, self []bool) {
		sr := &segmentReader{r: bufio.NewReader(bytes.NewReader(w.appendSegments(nil, []*response{{body: make([]byte, n)}})))}
		for {
			p, s, err := sr.next()
			if err != nil {
				return payloads, self
			}
			payloads, self = append(payloads, len(p)), append(self, s)
		}
	}
	p, self := sizes(131059)
	require.Equal(t, []int{131059}, p)
	require.Equal(t, []bool{true}, self)
	p, self = sizes(300057)
	require.Equal(t, []int{131054, 131054, 37949}, p)
	require.Equal(t, []bool{false, false, false}, self)
}

func TestCompressorsGiveBackWhatWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := compressors[rapid.SampledFrom([]string{"lz4", "snappy"}).Draw(t, "name")]
		body := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "body")
		body = bytes.Repeat(body, rapid.IntRange(1, 20).Draw(t, "times"))
		got, err := z.decompress(z.compress(body), len(body))
		require.Nil(t, err)
		require.True(t, bytes.Equal(body, got))
	})
}

func FuzzSegments(f *testing.F) {
	w := segmentWriter{}
	f.Add(w.appendSegments(nil, []*response{{body: []byte("123456789")}}), false)
	w.compressed = true
	f.Add(w.appendSegments(nil, []*response{{body: bytes.Repeat([]byte("a"), 400)}}), true)
	f.Fuzz(func(t *testing.T, stream []byte, compressed bool) {
		sr := &segmentReader{r: bufio.NewReader(bytes.NewReader(stream)), compressed: compressed, id: "0"}
		for {
			p, _, err := sr.next()
			if err != nil {
				return
			}
			require.LessOrEqual(t, len(p), maxPayload)
		}
	})
}

func FuzzCompressedBodies(f *testing.F) {
	f.Add([]byte{0, 0, 0, 4, 0x40, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, z := range compressors {
			out, err := z.decompress(body, 1<<20)
			if err == nil {
				require.LessOrEqual(t, len(out), 1<<20)
			}
		}
	})
}
