package integration

import (
	"io"
	"testing"

	"github.com/datastax/go-cassandra-native-protocol/frame"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// TestSwitchesForDrivers: the two system properties with which the drivers' own tests start Cassandra.
func TestSwitchesForDrivers(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t,
		testnode.Property("cassandra.test.fail_writes_ks", "failing"),
		testnode.Property("cassandra.custom_query_handler_class", "org.apache.cassandra.cql3.CustomPayloadMirroringQueryHandler"))
	cl := root(c, 1)
	for _, ks := range []string{"failing", "working"} {
		exec(t, cl, "CREATE KEYSPACE "+ks+" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
			"CREATE TABLE "+ks+".t (k int PRIMARY KEY, n counter)", "CREATE TABLE "+ks+".v (k int PRIMARY KEY, v int)")
	}
	exec(t, cl, "INSERT INTO working.v (k) VALUES (1)", "UPDATE working.t SET n = n + 1 WHERE k = 1")
	for _, cql := range []string{"INSERT INTO failing.v (k) VALUES (1)", "UPDATE failing.t SET n = n + 1 WHERE k = 1"} {
		_, err := cl.Query(cql)
		require.Equal(t, writeFailure, rawclient.Code(err), cql)
		require.ErrorContains(t, err, "Operation failed - received 0 responses and 1 failures: UNKNOWN from ")
	}

	payload := map[string][]byte{"a": {1, 2}, "empty": {}, "null": nil}
	f := frame.NewFrame(primitive.ProtocolVersion4, 7, &message.Query{
		Query: "SELECT key FROM system.local", Options: &message.QueryOptions{Consistency: primitive.ConsistencyLevelOne},
	})
	f.SetCustomPayload(payload)
	require.Equal(t, payload, roundTrip(t, cl.Conn, f).Body.CustomPayload)
	f = frame.NewFrame(primitive.ProtocolVersion4, 7, &message.Options{})
	f.SetCustomPayload(payload)
	require.Nil(t, roundTrip(t, cl.Conn, f).Body.CustomPayload)
}

// roundTrip sends one frame of version 4 and reads the next one.
func roundTrip(t *testing.T, conn io.ReadWriter, f *frame.Frame) *frame.Frame {
	t.Helper()
	codec := frame.NewCodec()
	require.NoError(t, codec.EncodeFrame(f, conn))
	answer, err := codec.DecodeFrame(conn)
	require.NoError(t, err)
	return answer
}
