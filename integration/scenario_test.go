package integration

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// The scenarios of the reference of cluster behaviour, one test each: TestScenario01 is row 1 of its acceptance list. Nodes
// are numbered over all datacenters; a comment says which is which where it matters: A1 A2 | B1 are nodes 1, 2 and 3.

// Consistency levels.
const (
	levelAny         = primitive.ConsistencyLevelAny
	levelOne         = primitive.ConsistencyLevelOne
	levelTwo         = primitive.ConsistencyLevelTwo
	levelThree       = primitive.ConsistencyLevelThree
	levelQuorum      = primitive.ConsistencyLevelQuorum
	levelAll         = primitive.ConsistencyLevelAll
	levelLocalQuorum = primitive.ConsistencyLevelLocalQuorum
	levelEachQuorum  = primitive.ConsistencyLevelEachQuorum
	levelSerial      = primitive.ConsistencyLevelSerial
	levelLocalSerial = primitive.ConsistencyLevelLocalSerial
	levelLocalOne    = primitive.ConsistencyLevelLocalOne
)

const (
	writeTimeout   = 0x1100
	readTimeout    = 0x1200
	truncateFailed = 0x1003
	configError    = 0x2300
)

// world is a cluster of a scenario with one client at each node.
type world struct {
	*testnode.Cluster
	t       *testing.T
	clients map[int]*rawclient.Client
}

// calm makes nodes patient enough for a machine that is busy with something else.
var calm = testnode.YAML(fmt.Sprintf("alexandra_failure_detector_timeout: %dms\n", calmDetection.Milliseconds()))

const calmDetection = 1500 * time.Millisecond

// scenario starts a cluster; tests run beside each other.
func scenario(t *testing.T, opts ...testnode.Option) *world {
	t.Helper()
	t.Parallel()
	opts = append([]testnode.Option{calm, testnode.Property("cassandra.ring_delay_ms", "1000")}, opts...)
	return &world{testnode.RunT(t, opts...), t, map[int]*rawclient.Client{}}
}

// twoAndOne is A1 A2 | B1.
func twoAndOne(t *testing.T, opts ...testnode.Option) *world {
	t.Helper()
	return scenario(t, append([]testnode.Option{testnode.Datacenters{"dcA": 2, "dcB": 1}, testnode.Racks{"r1", "r2", "r1"}}, opts...)...)
}

// nodes is a cluster of n nodes in one datacenter, dcA.
func nodes(t *testing.T, n int, opts ...testnode.Option) *world {
	t.Helper()
	return scenario(t, append([]testnode.Option{testnode.Datacenters{"dcA": n}}, opts...)...)
}

// at is the client of node i.
func (w *world) at(i int) *rawclient.Client {
	w.t.Helper()
	if c := w.clients[i]; c != nil {
		return c
	}
	c, err := w.TryClient(i, rawclient.Options{Version: 5, Timeout: 30 * time.Second})
	require.NoError(w.t, err)
	w.clients[i] = c
	return c
}

// query is a statement with everything that may go with it.
type query struct {
	level, serial primitive.ConsistencyLevel
	page          int32
	state         []byte
	values        [][]byte
}

// run sends a statement; the connection is made anew after it broke.
func (w *world) run(i int, cql string, q query) (*rawclient.Rows, error) {
	w.t.Helper()
	c := w.at(i)
	rows, err := runOn(c, cql, q)
	if err != nil && rawclient.Code(err) < 0 {
		c.Close()
		delete(w.clients, i)
	}
	return rows, err
}

func runOn(c *rawclient.Client, cql string, q query) (*rawclient.Rows, error) {
	o := &message.QueryOptions{Consistency: q.level, PageSize: q.page, PagingState: q.state}
	if q.serial != 0 {
		o.SerialConsistency = &q.serial
	}
	for _, v := range q.values {
		o.PositionalValues = append(o.PositionalValues, primitive.NewValue(v))
	}
	return c.Run(cql, o)
}

func (w *world) try(i int, level primitive.ConsistencyLevel, cql string, args ...any) (*rawclient.Rows, error) {
	w.t.Helper()
	if text := cql; len(args) > 0 {
		cql = fmt.Sprintf(text, args...)
	}
	return w.run(i, cql, query{level: level})
}

// must runs a statement that has to succeed.
func (w *world) must(i int, level primitive.ConsistencyLevel, cql string, args ...any) *rawclient.Rows {
	w.t.Helper()
	rows, err := w.try(i, level, cql, args...)
	require.NoError(w.t, err, cql, args)
	return rows
}

// fails requires an error with a code and message.
func (w *world) fails(i int, level primitive.ConsistencyLevel, code int, text, cql string, args ...any) *rawclient.Error {
	w.t.Helper()
	_, err := w.try(i, level, cql, args...)
	return w.failure(err, code, text)
}

func (w *world) failure(err error, code int, text string) *rawclient.Error {
	w.t.Helper()
	require.Error(w.t, err)
	var e *rawclient.Error
	require.True(w.t, errors.As(err, &e), "%v", err)
	require.Equal(w.t, fmt.Sprintf("0x%04X %s", code, text), e.Error())
	return e
}

// unavailable requires UNAVAILABLE with these numbers.
func (w *world) unavailable(i int, level primitive.ConsistencyLevel, where string, required, alive int, cql string, args ...any) {
	w.t.Helper()
	_, err := w.try(i, level, cql, args...)
	w.isUnavailable(err, level, where, required, alive)
}

func (w *world) isUnavailable(err error, level primitive.ConsistencyLevel, where string, required, alive int) {
	w.t.Helper()
	e := w.failure(err, unavailable, "Cannot achieve consistency level "+levelName(level)+where)
	u := e.Full.(*message.Unavailable)
	require.EqualValues(w.t, required, u.Required, "required")
	require.EqualValues(w.t, alive, u.Alive, "alive")
}

func levelName(l primitive.ConsistencyLevel) string {
	return strings.TrimSpace(strings.Split(strings.TrimPrefix(l.String(), "ConsistencyLevel "), " [")[0])
}

// timesOut requires WRITE_TIMEOUT with these numbers.
func (w *world) timesOut(err error, level primitive.ConsistencyLevel, kind primitive.WriteType, received, required int) {
	w.t.Helper()
	e := w.failure(err, writeTimeout, fmt.Sprintf("Operation timed out - received only %d responses.", received))
	x := e.Full.(*message.WriteTimeout)
	require.Equal(w.t, []any{level, kind, int32(received), int32(required)}, []any{x.Consistency, x.WriteType, x.Received, x.BlockFor})
}

// keyspace creates ks with a table t (k int, c int, v text); replication is the map without its class.
func (w *world) keyspace(replication string) {
	w.t.Helper()
	w.must(1, levelOne, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', %s}", replication)
	w.must(1, levelOne, "CREATE TABLE ks.t (k int PRIMARY KEY, v text)")
	w.Agree()
}

// fill writes rows from to to-1 with the value of their key.
func (w *world) fill(i int, level primitive.ConsistencyLevel, from, to int) {
	w.t.Helper()
	for k := from; k < to; k++ {
		w.must(i, level, "INSERT INTO ks.t (k, v) VALUES (%d, '%d')", k, k)
	}
}

// missing are the keys among from to to-1 that a read at node i does not find.
func (w *world) missing(i int, level primitive.ConsistencyLevel, from, to int) (keys []int, err error) {
	for k := from; k < to; k++ {
		rows, err := w.try(i, level, "SELECT v FROM ks.t WHERE k = %d", k)
		if err != nil {
			return nil, err
		}
		if rows.Len() == 0 || string(rows.Value(0, "v")) != fmt.Sprint(k) {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// hasAll requires all rows at once.
func (w *world) hasAll(i int, level primitive.ConsistencyLevel, from, to int) {
	w.t.Helper()
	keys, err := w.missing(i, level, from, to)
	require.NoError(w.t, err)
	require.Empty(w.t, keys, "missing at node %d", i)
}

// comesTo waits until all rows are there.
func (w *world) comesTo(i, from, to int) {
	w.t.Helper()
	w.Eventually(fmt.Sprintf("node %d has rows %d to %d", i, from, to), func() error {
		keys, err := w.missing(i, levelLocalOne, from, to)
		if err == nil && len(keys) > 0 {
			err = fmt.Errorf("%d rows are missing: %v", len(keys), keys[:min(5, len(keys))])
		}
		return err
	})
}

// value is column v of a row; "" when it is missing.
func (w *world) value(i int, level primitive.ConsistencyLevel, k int) string {
	w.t.Helper()
	return string(w.must(i, level, "SELECT v FROM ks.t WHERE k = %d", k).Value(0, "v"))
}

// seesDown waits until all of others hold node i for down.
func (w *world) seesDown(i int, others ...int) {
	w.t.Helper()
	for _, o := range others {
		w.SeesDown(o, i)
	}
}

// down stops node i and waits until the others know.
func (w *world) down(i int) {
	w.t.Helper()
	w.Stop(i)
	w.forget(i)
	for o := 1; o <= w.Len(); o++ {
		if w.IsRunning(o) {
			w.SeesDown(o, i)
		}
	}
}

// kill ends node i without a word.
func (w *world) kill(i int) {
	w.t.Helper()
	w.Crash(i)
	w.forget(i)
}

func (w *world) forget(i int) {
	if c := w.clients[i]; c != nil {
		c.Close()
		delete(w.clients, i)
	}
}

// up starts node i and waits until all agree.
func (w *world) up(i int) {
	w.t.Helper()
	w.Start(i)
	w.Agree()
}

// operate changes the membership through node i as nodetool does and returns the lines it tells.
func (w *world) operate(i int, r admin.Membership) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var lines []string
	_, err := w.Node(i).Membership(ctx, r, func(line string) { lines = append(lines, line) })
	return lines, err
}

// repair runs nodetool repair at node i.
func (w *world) repair(i int, r admin.Repair) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if r.Keyspace == "" {
		r.Keyspace = "ks"
	}
	r.Full = true
	var lines []string
	_, err := w.Node(i).Repair(ctx, r, func(line string) { lines = append(lines, line) })
	return lines, err
}

// handoff is nodetool enablehandoff and disablehandoff.
func (w *world) handoff(i int, on bool) {
	w.t.Helper()
	_, err := w.Node(i).Switch(context.Background(), admin.Switch{Name: admin.Handoff, Set: true, On: on})
	require.NoError(w.t, err)
}

// status is nodetool status at node i: "UN", "DJ" and so on by node number; nodes that are not listed are missing.
func (w *world) status(i int) map[int]string {
	w.t.Helper()
	cluster, err := w.Node(i).Cluster(context.Background(), admin.None{})
	require.NoError(w.t, err)
	out := map[int]string{}
	for _, g := range cluster.Nodes {
		for j := 1; j <= w.Len(); j++ {
			if w.Node(j).Storage().String() != g.Address || g.State == "Left" || len(g.Tokens) == 0 {
				continue
			}
			letter := "D"
			if g.Live {
				letter = "U"
			}
			out[j] = letter + g.State[:1]
		}
	}
	return out
}

// watch registers a new client at node i for events about nodes.
func (w *world) watch(i int) *watcher {
	w.t.Helper()
	c, err := w.TryClient(i, rawclient.Options{Version: 4})
	require.NoError(w.t, err)
	require.NoError(w.t, c.Register(primitive.EventTypeTopologyChange, primitive.EventTypeStatusChange))
	return &watcher{w, c, nil}
}

// watcher collects events as "NEW_NODE 3".
type watcher struct {
	w    *world
	c    *rawclient.Client
	seen []string
}

func (x *watcher) name(address *primitive.Inet) string {
	for j := 1; j <= x.w.Len(); j++ {
		if x.w.Node(j).Addr().String() == address.Addr.String() {
			return fmt.Sprint(j)
		}
	}
	return address.Addr.String()
}

// collect takes what has come, and waits for more until nothing came for a while.
func (x *watcher) collect(quiet time.Duration) []string {
	for {
		switch e := x.c.NextEvent(quiet).(type) {
		case *message.TopologyChangeEvent:
			x.seen = append(x.seen, string(e.ChangeType)+" "+x.name(e.Address))
		case *message.StatusChangeEvent:
			x.seen = append(x.seen, string(e.ChangeType)+" "+x.name(e.Address))
		default:
			return x.seen
		}
	}
}

// sees requires exactly these events, in this order.
func (x *watcher) sees(want ...string) {
	x.w.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for len(x.collect(300*time.Millisecond)) < len(want) && time.Now().Before(deadline) {
		continue
	}
	require.Equal(x.w.t, want, x.collect(500*time.Millisecond))
	x.seen = nil
}

// peerTables are the addresses in system.peers and system.peers_v2 of node i, sorted, which must be the same.
func (w *world) peerTables(i int) []string {
	w.t.Helper()
	list := func(table string) []string {
		rows := w.must(i, levelOne, "SELECT peer, tokens FROM system.%s", table)
		var out []string
		for r := range rows.Values {
			require.NotEmpty(w.t, rows.Value(r, "tokens"))
			out = append(out, fmt.Sprint(rows.Value(r, "peer")[3]))
		}
		slices.Sort(out)
		return out
	}
	v1 := list("peers")
	require.Equal(w.t, v1, list("peers_v2"))
	return v1
}

func intBytes(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func number(b []byte) int {
	switch len(b) {
	case 4:
		return int(int32(binary.BigEndian.Uint32(b)))
	case 8:
		return int(int64(binary.BigEndian.Uint64(b)))
	}
	return 0
}

// endpoints are the numbers of a partition's replicas, in order, as node i sees them.
func (w *world) endpoints(i int, key string) []int {
	w.t.Helper()
	list, err := w.Node(i).Endpoints(context.Background(), admin.PartitionKey{Keyspace: "ks", Table: "t", Key: key})
	require.NoError(w.t, err)
	var out []int
	for _, a := range list {
		for j := 1; j <= w.Len(); j++ {
			if w.Node(j).Storage().String() == a {
				out = append(out, j)
			}
		}
	}
	return out
}

// applied is the answer of a conditional update.
func applied(rows *rawclient.Rows) bool { return bytes.Equal(rows.Value(0, "[applied]"), []byte{1}) }

// rawOptions are for clients beside those of at.
var rawOptions = rawclient.Options{Version: 5, Timeout: 30 * time.Second}

// lastNumber replaces the last number of an IPv4 address.
func lastNumber(address string, n int) string {
	return fmt.Sprintf("%s.%d", address[:strings.LastIndexByte(address, '.')], n)
}
