package integration

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// TestClockSkew is cluster 10-45: with one clock ahead the higher timestamp wins on all nodes; at equal timestamps the larger
// value wins and a deletion beats a value, whoever came first.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 3})
	clients := []*rawclient.Client{c.Client(1, "", ""), c.Client(2, "", ""), c.Client(3, "", "")}
	exec(t, clients[0], "CREATE KEYSPACE ks WITH replication = "+c.Replication(), "CREATE TABLE ks.t (k int PRIMARY KEY, v text)")
	all := func(client *rawclient.Client, cql string) *rawclient.Rows {
		rows, err := client.QueryAt(primitive.ConsistencyLevelAll, cql)
		require.NoError(t, err, cql)
		return rows
	}
	c.SetSkew(2, 5*time.Second)
	all(clients[1], "INSERT INTO ks.t (k, v) VALUES (1, 'ahead')")
	all(clients[0], "INSERT INTO ks.t (k, v) VALUES (1, 'later, but behind')")
	all(clients[2], "INSERT INTO ks.t (k, v) VALUES (2, 'a') USING TIMESTAMP 10")
	all(clients[0], "INSERT INTO ks.t (k, v) VALUES (2, 'b') USING TIMESTAMP 10")
	all(clients[1], "INSERT INTO ks.t (k, v) VALUES (2, 'aa') USING TIMESTAMP 10")
	all(clients[1], "DELETE FROM ks.t USING TIMESTAMP 10 WHERE k = 3")
	all(clients[0], "INSERT INTO ks.t (k, v) VALUES (3, 'dead') USING TIMESTAMP 10")
	for i, client := range clients {
		values := map[string]string{}
		rows := client.MustExec(t, "SELECT k, v FROM ks.t")
		for j := range rows.Len() {
			values[fmt.Sprint(binary.BigEndian.Uint32(rows.Value(j, "k")))] = string(rows.Value(j, "v"))
		}
		require.Equal(t, map[string]string{"1": "ahead", "2": "b"}, values, "node %d", i+1)
	}
}

// TestTimeToLive is cluster 10-46: a row expires at its second, on every node, also where it arrived as a hint.
func TestTimeToLive(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2})
	one := c.Client(1, "", "")
	exec(t, one, "CREATE KEYSPACE ks WITH replication = "+c.Replication(), "CREATE TABLE ks.t (k int PRIMARY KEY, v text)")
	c.Stop(2)
	c.SeesDown(1, 2)
	exec(t, one, "INSERT INTO ks.t (k, v) VALUES (1, 'x') USING TTL 600")
	c.Start(2)
	c.Agree()
	two := c.Client(2, "", "")
	testnode.Within(t, 15*time.Second, "the hint arrives", func() error {
		if two.MustExec(t, "SELECT v FROM ks.t").Len() == 0 {
			return fmt.Errorf("no row")
		}
		return nil
	})
	for _, step := range []struct {
		skew time.Duration
		rows int
	}{{9 * time.Minute, 1}, {601 * time.Second, 0}} {
		c.SetSkew(1, step.skew)
		c.SetSkew(2, step.skew)
		for i, client := range []*rawclient.Client{one, two} {
			require.Equal(t, step.rows, client.MustExec(t, "SELECT v FROM ks.t").Len(), "node %d after %s", i+1, step.skew)
		}
	}
}
