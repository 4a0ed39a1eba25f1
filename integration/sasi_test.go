package integration

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
)

// TestSASIMergesReplicas: a replica that has slept through updates and deletions offers old values by its index, and they do
// not come back, whoever coordinates; what it does not know is found.
func TestSASIMergesReplicas(t *testing.T) {
	w := nodes(t, 3, testnode.YAML("sasi_indexes_enabled: true\nhinted_handoff_enabled: false\n"))
	w.must(1, levelOne, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 3}")
	w.must(1, levelOne, "CREATE TABLE ks.t (k int, c int, v text, n int, PRIMARY KEY (k, c)) WITH read_repair = 'NONE'")
	w.must(1, levelOne, "CREATE CUSTOM INDEX ON ks.t (v) USING 'org.apache.cassandra.index.sasi.SASIIndex' WITH OPTIONS = {'mode': 'CONTAINS'}")
	w.must(1, levelOne, "CREATE CUSTOM INDEX ON ks.t (n) USING 'org.apache.cassandra.index.sasi.SASIIndex'")
	w.Agree()
	for k := range 30 {
		w.must(1, levelAll, fmt.Sprintf("INSERT INTO ks.t (k, c, v, n) VALUES (%d, 0, 'old apple', %d)", k/3, k))
		w.must(1, levelAll, fmt.Sprintf("INSERT INTO ks.t (k, c, v, n) VALUES (%d, %d, 'old pear', %d)", k/3, k+1, k))
	}
	w.down(3)
	for k := range 10 {
		switch k % 3 {
		case 0:
			w.must(1, levelQuorum, fmt.Sprintf("UPDATE ks.t SET v = 'new plum', n = 1000 WHERE k = %d AND c = 0", k))
		case 1:
			w.must(1, levelQuorum, fmt.Sprintf("DELETE FROM ks.t WHERE k = %d AND c = 0", k))
		default:
			w.must(1, levelQuorum, fmt.Sprintf("DELETE v FROM ks.t WHERE k = %d AND c = 0", k))
		}
	}
	w.up(3)
	for i := 1; i <= 3; i++ {
		count := func(where string) int { return w.must(i, levelQuorum, "SELECT k, c, v FROM ks.t WHERE "+where).Len() }
		require.Zero(t, count("v LIKE '%apple%'"), "node %d", i)
		require.Zero(t, count("v = 'old apple'"), "node %d", i)
		require.Equal(t, 4, count("v LIKE 'new%'"), "node %d", i)
		require.Equal(t, 4, count("v LIKE '%plum' AND n > 500 ALLOW FILTERING"), "node %d", i)
		require.Equal(t, 4, count("n >= 1000"), "node %d", i)
		require.Equal(t, 30, count("v LIKE '%pear'"), "node %d", i)
		require.Zero(t, count("k = 0 AND v LIKE '%apple'"), "node %d", i)
	}
}
