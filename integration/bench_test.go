package integration

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// pipelined is how many requests BenchmarkRequest sends with one write, as a busy driver does.
const pipelined = 16

// BenchmarkRequest is a whole request of version 4: from the client's socket through server, executor and storage and
// back, pipelined. Its time and allocations are per request and hold those of a client that does next to nothing.
func BenchmarkRequest(b *testing.B) {
	c := testnode.RunT(b, testnode.OnDisk)
	client := c.Client(1, "", "")
	client.MustExec(b, "CREATE KEYSPACE bench WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
	client.MustExec(b, "CREATE TABLE bench.kv (k bigint PRIMARY KEY, v blob)")
	client.MustExec(b, "CREATE TABLE bench.series (p bigint, c bigint, v blob, PRIMARY KEY (p, c))")
	value := make([]byte, 100)
	const keys = 10_000
	for _, request := range []struct {
		name, cql string
		values    func(i int) [][]byte
	}{
		{"write", "INSERT INTO bench.kv (k, v) VALUES (?, ?)", func(i int) [][]byte { return [][]byte{bigint(i % keys), value} }},
		{"read", "SELECT v FROM bench.kv WHERE k = ?", func(i int) [][]byte { return [][]byte{bigint(i % keys)} }},
		{"append", "INSERT INTO bench.series (p, c, v) VALUES (?, ?, ?)", func(i int) [][]byte { return [][]byte{bigint(i % 100), bigint(i), value} }},
		{"scan100", "SELECT c, v FROM bench.series WHERE p = ? LIMIT 100", func(i int) [][]byte { return [][]byte{bigint(i % 100)} }},
	} {
		b.Run(request.name, func(b *testing.B) {
			p, err := client.Prepare(request.cql)
			require.NoError(b, err)
			b.ReportAllocs()
			sendPipelined(b, client, p, request.values)
		})
	}
}

// BenchmarkTables is the point read of BenchmarkRequest beside many other tables: its cost must not grow with them.
func BenchmarkTables(b *testing.B) {
	for _, tables := range []int{1, 1000} {
		b.Run(fmt.Sprint(tables), func(b *testing.B) {
			c := testnode.RunT(b, testnode.OnDisk)
			client := c.Client(1, "", "")
			client.MustExec(b, "CREATE KEYSPACE bench WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
			for i := range tables {
				client.MustExec(b, fmt.Sprintf("CREATE TABLE bench.kv%d (k bigint PRIMARY KEY, v blob)", i))
			}
			p, err := client.Prepare("INSERT INTO bench.kv0 (k, v) VALUES (?, ?)")
			require.NoError(b, err)
			sendPipelined(b, client, p, func(i int) [][]byte { return [][]byte{bigint(i % 10_000), make([]byte, 100)} })
		})
	}
}

// sendPipelined runs b.N requests.
func sendPipelined(b *testing.B, client *rawclient.Client, p *message.PreparedResult, values func(i int) [][]byte) {
	r := bufio.NewReaderSize(client.Conn, 64<<10)
	b.ResetTimer()
	for i := 0; i < b.N; i += pipelined {
		var burst []byte
		n := min(pipelined, b.N-i)
		for j := range n {
			burst = append(burst, envelope(0x0A, executeBody(p.PreparedQueryId, values(i+j)))...)
		}
		require.NoError(b, client.Write(burst))
		for range n {
			receiveResult(b, r)
		}
	}
}

// executeBody is an EXECUTE of version 4 at ONE, without metadata in the answer.
func executeBody(id []byte, values [][]byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, uint16(len(id)))
	body = append(body, id...)
	body = append(body, 0, 1, 0x03, 0, byte(len(values)))
	for _, v := range values {
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(v))), v...)
	}
	return body
}

func receiveResult(b *testing.B, r *bufio.Reader) {
	var head [9]byte
	_, err := io.ReadFull(r, head[:])
	require.NoError(b, err)
	require.EqualValues(b, 0x08, head[4], "opcode")
	_, err = r.Discard(int(binary.BigEndian.Uint32(head[5:])))
	require.NoError(b, err)
}

func bigint(i int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i)) }

// BenchmarkLoopback is what the sockets of BenchmarkRequest cost without a server: bursts of as many bytes, echoed.
func BenchmarkLoopback(b *testing.B) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer func() { _ = l.Close() }()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(b, err)
	defer func() { _ = conn.Close() }()
	burst := make([]byte, pipelined*100)
	b.ResetTimer()
	for i := 0; i < b.N; i += pipelined {
		_, err := conn.Write(burst)
		require.NoError(b, err)
		_, err = io.ReadFull(conn, burst)
		require.NoError(b, err)
	}
}
