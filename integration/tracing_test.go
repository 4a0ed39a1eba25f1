package integration

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/frame"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
)

// TestTracesOfReplicas: events of a trace come from every node that worked for the request (protocol.md 10.5).
func TestTracesOfReplicas(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 2})
	cl := root(c, 1)
	exec(t, cl, "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}", "CREATE TABLE k.t (k int PRIMARY KEY)")
	for _, cql := range []string{"INSERT INTO k.t (k) VALUES (1)", "SELECT * FROM k.t WHERE k = 1", "SELECT * FROM k.t"} {
		f := frame.NewFrame(primitive.ProtocolVersion4, 7, &message.Query{Query: cql, Options: &message.QueryOptions{Consistency: primitive.ConsistencyLevelAll}})
		var request bytes.Buffer
		codec := frame.NewCodec()
		require.NoError(t, codec.EncodeFrame(f, &request))
		request.Bytes()[1] |= byte(primitive.HeaderFlagTracing) // with which the codec miscounts
		_, err := cl.Conn.Write(request.Bytes())
		require.NoError(t, err)
		answer, err := codec.DecodeFrame(cl.Conn)
		require.NoError(t, err)
		id := answer.Body.TracingId
		require.NotNil(t, id)
		require.Eventually(t, func() bool {
			rows, err := cl.Query("SELECT source, activity FROM system_traces.events WHERE session_id = " + id.String())
			require.NoError(t, err)
			sources := map[netip.Addr]bool{}
			for i := range rows.Len() {
				source, _ := netip.AddrFromSlice(rows.Value(i, "source"))
				sources[source] = true
			}
			return len(sources) == 2
		}, 5*time.Second, 20*time.Millisecond, cql)
	}
}
