package integration

import (
	"encoding/hex"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// peersOf are the rows of a table about peers, keyed by address in hex, without what may differ.
func peersOf(t *testing.T, client *rawclient.Client, table string) map[string]map[string]string {
	t.Helper()
	rows := client.MustExec(t, "SELECT * FROM system."+table)
	out := map[string]map[string]string{}
	for _, address := range rows.Column("peer") {
		row := rows.Find("peer", address)
		delete(row, "preferred_ip")
		delete(row, "preferred_port")
		out[net.IP(address).String()] = row
	}
	return out
}

// completePeers says what is wrong with what node i tells of the others.
func completePeers(t *testing.T, c *testnode.Cluster, client *rawclient.Client, i int) error {
	t.Helper()
	local := client.MustExec(t, "SELECT * FROM system.local")
	v1, v2 := peersOf(t, client, "peers"), peersOf(t, client, "peers_v2")
	if len(v1) != c.Len()-1 || len(v2) != c.Len()-1 {
		return fmt.Errorf("node %d knows %d and %d peers", i, len(v1), len(v2))
	}
	for j := 1; j <= c.Len(); j++ {
		n := c.Node(j)
		host, address := n.HostID(), n.Addr().String()
		dc := "dc1"
		if j > 2 {
			dc = "dc2"
		}
		if j == i {
			require.Equal(t, string(host[:]), string(local.Value(0, "host_id")))
			require.Equal(t, dc, string(local.Value(0, "data_center")))
			require.Equal(t, address, net.IP(local.Value(0, "rpc_address")).String())
			continue
		}
		for _, row := range []map[string]string{v1[address], v2[address]} {
			if row == nil || row["host_id"] != string(host[:]) || row["data_center"] != dc || row["rack"] != "rack1" || row["release_version"] != "5.0.5" ||
				row["schema_version"] != string(local.Value(0, "schema_version")) || len(textSet([]byte(row["tokens"]))) != 4 {
				return fmt.Errorf("node %d on node %d: %v", i, j, row)
			}
		}
		if v1[address]["rpc_address"] != string(n.Addr().AsSlice()) || v2[address]["native_address"] != string(n.Addr().AsSlice()) ||
			hex.EncodeToString([]byte(v2[address]["native_port"])) != "00002352" {
			return fmt.Errorf("node %d on node %d: %v", i, j, v2[address])
		}
	}
	return nil
}

// TestPeers is cluster 10-1 and 10-49: within 200 ms of a join every node has complete rows about every other, clients
// hear NEW_NODE and UP once each and in that order, and drivers agree with themselves about the ring.
func TestPeers(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2, "dc2": 1}, testnode.NotStarted)
	c.Start(1)
	listener := c.Client(1, "", "")
	require.NoError(t, listener.Register(primitive.EventTypeTopologyChange, primitive.EventTypeStatusChange))
	for i := 2; i <= 3; i++ {
		c.Start(i)
		first, second := listener.NextEvent(5*time.Second), listener.NextEvent(5*time.Second)
		topology, ok := first.(*message.TopologyChangeEvent)
		require.True(t, ok, "%v", first)
		require.Equal(t, primitive.TopologyChangeTypeNewNode, topology.ChangeType)
		require.Equal(t, c.Node(i).Addr().String(), topology.Address.Addr.String())
		status, ok := second.(*message.StatusChangeEvent)
		require.True(t, ok, "%v", second)
		require.Equal(t, primitive.StatusChangeTypeUp, status.ChangeType)
		require.Equal(t, int32(9042), status.Address.Port)
	}
	for i := 1; i <= 3; i++ {
		client := c.Client(i, "", "")
		testnode.Within(t, 200*time.Millisecond, "peers are complete", func() error { return completePeers(t, c, client, i) })
	}
	require.Nil(t, listener.NextEvent(300*time.Millisecond), "once each")

	c.Stop(2)
	down, ok := listener.NextEvent(5 * time.Second).(*message.StatusChangeEvent)
	require.True(t, ok)
	require.Equal(t, primitive.StatusChangeTypeDown, down.ChangeType)
	c.Start(2)
	up, ok := listener.NextEvent(5 * time.Second).(*message.StatusChangeEvent)
	require.True(t, ok, "a node that comes back is not new")
	require.Equal(t, primitive.StatusChangeTypeUp, up.ChangeType)
	c.Agree()
	require.NoError(t, completePeers(t, c, c.Client(2, "", ""), 2))
}

// TestSchemaAgreement is cluster 11-10: after every DDL, through whichever node, all three have the same schema version at
// once, and clients of other nodes hear of the change.
func TestSchemaAgreement(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2, "dc2": 1})
	clients := []*rawclient.Client{c.Client(1, "", ""), c.Client(2, "", ""), c.Client(3, "", "")}
	require.NoError(t, clients[2].Register(primitive.EventTypeSchemaChange))
	const version = "SELECT schema_version FROM system.local"
	for i, cql := range []string{
		"CREATE KEYSPACE ks WITH replication = " + c.Replication(),
		"CREATE TYPE ks.address (street text, zip int)", "CREATE TABLE ks.t (k int PRIMARY KEY, v text, a frozen<address>)",
		"ALTER TABLE ks.t ADD w int", "CREATE INDEX ON ks.t (v)", "ALTER KEYSPACE ks WITH durable_writes = false", "DROP INDEX ks.t_v_idx",
		"ALTER TABLE ks.t DROP w", "DROP TABLE ks.t", "DROP KEYSPACE ks",
	} {
		exec(t, clients[i%3], cql)
		want := string(clients[i%3].MustExec(t, version).Value(0, "schema_version"))
		testnode.Within(t, 200*time.Millisecond, "agreement after "+cql, func() error {
			for n, client := range clients {
				if got := string(client.MustExec(t, version).Value(0, "schema_version")); got != want {
					return fmt.Errorf("node %d has %x", n+1, got)
				}
				for _, peer := range client.MustExec(t, "SELECT schema_version FROM system.peers_v2").Column("schema_version") {
					if peer != want {
						return fmt.Errorf("node %d holds a peer for %x", n+1, peer)
					}
				}
			}
			return nil
		})
		_, ok := clients[2].NextEvent(2 * time.Second).(*message.SchemaChangeEvent)
		require.True(t, ok, "no event of %s", cql)
	}
	// Statements of two nodes at the same time end in one schema, too.
	done := make(chan error, 20)
	for n := range 2 {
		go func() {
			for i := range 10 {
				_, err := clients[n].Query(fmt.Sprintf("CREATE KEYSPACE k%d_%d WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}", n, i))
				done <- err
			}
		}()
	}
	for range 20 {
		require.NoError(t, <-done)
	}
	c.Agree()
	for _, client := range clients {
		names := client.MustExec(t, "SELECT keyspace_name FROM system_schema.keyspaces").Column("keyspace_name")
		require.Len(t, slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "k") }), 20)
	}
}

// TestSchemaWhileDown is cluster 10-38: a node that was down has the schema of the others when it serves again, and its
// first statement may use it.
func TestSchemaWhileDown(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2})
	first := c.Client(1, "", "")
	exec(t, first, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2}", "CREATE TABLE ks.old (k int PRIMARY KEY, v int)",
		"CREATE TABLE ks.gone (k int PRIMARY KEY)")
	c.Crash(2)
	c.SeesDown(1, 2)
	exec(t, first, "CREATE TABLE ks.new (k int PRIMARY KEY)", "ALTER TABLE ks.old ADD w text", "DROP TABLE ks.gone",
		"INSERT INTO ks.old (k, v, w) VALUES (1, 1, 'x')")
	c.Start(2)
	second := c.Client(2, "", "")
	exec(t, second, "INSERT INTO ks.new (k) VALUES (1)", "SELECT w FROM ks.old")
	denied(t, second, invalid, "SELECT * FROM ks.gone", "table gone does not exist")
	c.Agree()
	rows, err := first.QueryAt(primitive.ConsistencyLevelAll, "SELECT * FROM ks.new")
	require.NoError(t, err)
	require.Equal(t, 1, rows.Len())
	// The hint of the row that was written meanwhile arrives.
	testnode.Within(t, 10*time.Second, "the hint is delivered", func() error {
		rows, err := second.QueryAt(primitive.ConsistencyLevelOne, "SELECT w FROM ks.old WHERE k = 1")
		if err != nil || rows.Len() == 0 {
			return fmt.Errorf("no row yet, %v", err)
		}
		return nil
	})
}

// TestRestart is cluster 11-7: host id, tokens, roles, data and schema outlive a stop and a crash of the whole cluster.
func TestRestart(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2}, testnode.ReplicatedAuth, testnode.OnDisk)
	admin := root(c, 1)
	exec(t, admin, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true", "ALTER ROLE cassandra WITH PASSWORD = 'changed'",
		"CREATE KEYSPACE ks WITH replication = "+c.Replication(), "CREATE TABLE ks.t (k int PRIMARY KEY, v text)", "GRANT SELECT ON ks.t TO app",
		"INSERT INTO ks.t (k, v) VALUES (1, 'one')")
	who := func(i int) string {
		local := c.Client(i, "cassandra", "changed").MustExec(t, "SELECT * FROM system.local").Find("key", "local")
		tokens := textSet([]byte(local["tokens"]))
		slices.Sort(tokens)
		return fmt.Sprintf("%x %v %x", local["host_id"], tokens, local["schema_version"])
	}
	before := []string{who(1), who(2)}
	for name, end := range map[string]func(int){"stop": c.Stop, "crash": c.Crash} {
		generation := string(c.Client(1, "cassandra", "changed").MustExec(t, "SELECT gossip_generation FROM system.local").Value(0, "gossip_generation"))
		end(1)
		end(2)
		c.Start(2)
		c.Start(1)
		c.Agree()
		require.Equal(t, before, []string{who(1), who(2)}, name)
		loginFails(t, c, 1, "cassandra", "cassandra", "Provided username cassandra and/or password are incorrect")
		app := c.Client(1, "app", "x")
		require.Equal(t, []string{"one"}, app.MustExec(t, "SELECT v FROM ks.t").Column("v"))
		require.Less(t, generation, string(app.MustExec(t, "SELECT gossip_generation FROM system.local").Value(0, "gossip_generation")))
	}
}

// TestWrongIdentity is cluster 10-37: a node of another cluster is turned away, and files of another cluster, datacenter,
// rack or number of tokens are not opened.
func TestWrongIdentity(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2}, testnode.NotStarted, testnode.OnDisk, testnode.NodeYAML(2, "cluster_name: Other"))
	c.Start(1)
	require.NoError(t, c.TryStart(2), "a seed that reaches nobody begins a cluster of its own")
	time.Sleep(200 * time.Millisecond)
	for i := 1; i <= 2; i++ {
		require.Equal(t, 0, c.Client(i, "", "").MustExec(t, "SELECT peer FROM system.peers_v2").Len(), "node %d", i)
	}
	require.True(t, c.Node(1).Log.Contains("ClusterName mismatch from /"))
	c.Stop(2)
	c.Override(testnode.NodeYAML(2, "cluster_name: Third"))
	require.ErrorContains(t, c.TryStart(2), "Saved cluster name Other != configured name Third")
	c.Override(testnode.NodeYAML(2, "cluster_name: Other\nnum_tokens: 7"))
	require.ErrorContains(t, c.TryStart(2), "Cannot change the number of tokens from 4 to 7")
	c.Override(testnode.NodeYAML(2, "num_tokens: 4\nendpoint_snitch: SimpleSnitch"))
	require.ErrorContains(t, c.TryStart(2), "Cannot start node if snitch's data center (datacenter1) differs from previous data center (dc1).")
	c.Override(testnode.NodeYAML(2, "endpoint_snitch: GossipingPropertyFileSnitch"))
	require.NoError(t, c.TryStart(2))
}
