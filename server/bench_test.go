package server

import (
	"bufio"
	"bytes"
	"testing"

	"alexandra/internal/cql/exec"
)

// BenchmarkFrame is what the protocol costs for one prepared read of version 5: segment, checksums and EXECUTE in, a row
// of 100 bytes out, without a socket and without a query.
func BenchmarkFrame(b *testing.B) {
	body := append([]byte{0, 16}, make([]byte, 16)...)         // statement id
	body = append(append(body, 0, 16), make([]byte, 16)...)    // metadata id
	body = append(body, 0, 1, 0, 0, 0, 0x03, 0, 1, 0, 0, 0, 8) // ONE, values without metadata, one value of 8 bytes
	request := append(make([]byte, headerSize), append(body, make([]byte, 8)...)...)
	putHeader(request, 5, 0, 1, opExecute)
	var in, out segmentWriter
	stream := in.appendSegments(nil, []*response{{body: request}})
	rows := &exec.Rows{Rows: [][][]byte{{make([]byte, 100)}}, Columns: make([]exec.ColumnSpec, 1), NoMetadata: true}
	reader, buffered := bytes.NewReader(nil), bufio.NewReaderSize(nil, 8<<10)
	var written []byte
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(stream)
		buffered.Reset(reader)
		payload, _, err := (&segmentReader{r: buffered, id: "0"}).next()
		if err != nil {
			b.Fatal(err)
		}
		d := decoder{body: payload[headerSize:], version: 5}
		if decodeExecute(&d); d.err != nil {
			b.Fatal(d.err)
		}
		answer := resultResponse(&exec.Result{Rows: rows}, 5)
		putHeader(answer.body, 5, 0, 1, opResult)
		written = out.appendSegments(written[:0], []*response{answer})
		answer.release()
	}
}
