package exec_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
)

// BenchmarkPointRead is a prepared SELECT of one row by its key: the request that most applications make most.
func BenchmarkPointRead(b *testing.B) {
	n := runNode(b)
	n.must("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE k.t (k int PRIMARY KEY, a text, v text)", "INSERT INTO k.t (k, a, v) VALUES (1, 'x', 'some value')")
	p, err := n.exec.Prepare(context.Background(), n.session, "SELECT a, v FROM k.t WHERE k = ?", "", nil)
	require.NoError(b, err)
	o := &exec.Options{Consistency: row.One, PageSize: 5000, SkipMetadata: true, ResultMetadataID: p.ResultMetadataID}
	o.Values = []exec.BoundValue{{Bytes: cqltype.EncodeInt(1)}}
	b.ReportAllocs()
	for b.Loop() {
		res, err := n.exec.Execute(context.Background(), n.session, p.ID, o)
		if err != nil || len(res.Rows.Rows) != 1 {
			b.Fatal(err)
		}
	}
}

// BenchmarkScan reads the rows of one partition.
func BenchmarkScan(b *testing.B) {
	n := runNode(b)
	n.must("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE k.t (k int, c int, a text, v text, PRIMARY KEY (k, c))")
	for i := range 1000 {
		_, err := n.query("INSERT INTO k.t (k, c, a, v) VALUES (1, ?, 'x', 'some value')", exec.Options{}, cqltype.EncodeInt(int32(i)))
		require.NoError(b, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		res, err := n.query("SELECT * FROM k.t WHERE k = 1", exec.Options{PageSize: 5000})
		if err != nil || len(res.Rows.Rows) != 1000 {
			b.Fatal(err)
		}
	}
}
