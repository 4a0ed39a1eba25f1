package integration

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// guests join and leave. A guest whose join or leave was disturbed stays what it is and tries again, as an operator would.
var guests = []chaosFault{
	{"join", 3, func(n *nemesis) bool {
		i := n.guests[n.rng.IntN(len(n.guests))]
		if n.settle(i); n.IsRunning(i) {
			return false
		}
		n.starting[i] = n.Begin(i)
		return true
	}},
	{"leave", 2, func(n *nemesis) bool {
		i := n.guests[n.rng.IntN(len(n.guests))]
		if !n.steady(i) {
			return false
		}
		n.leaving[i] = n.leave(i)
		return true
	}},
}

// leave lets a node hand over what it has and go; the answer comes through the channel.
func (n *nemesis) leave(i int) <-chan error {
	done := make(chan error, 1)
	leaving := n.Node(i).Node
	go func() {
		_, err := leaving.Membership(context.Background(), admin.Membership{Action: "decommission", Force: true}, func(string) {})
		done <- err
	}()
	return done
}

// left takes note of the end of a leave: who is gone is a new node when it comes again.
func (n *nemesis) left(i int, err error) {
	delete(n.leaving, i)
	if err != nil {
		n.counts["failed leave"]++
		n.t.Logf("node %d did not leave: %v", i, err)
		return
	}
	n.counts["complete leave"]++
	n.Stop(i)
	n.Renew(i)
}

// load is writers that remember what was acknowledged.
type load struct {
	*testnode.Cluster
	nodes []int // coordinators
	pause time.Duration

	next   atomic.Int64
	failed atomic.Int64
	rows   acknowledged
	sets   acknowledged
}

type acknowledged struct {
	mu   sync.Mutex
	keys []int64
}

func (a *acknowledged) add(key int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys = append(a.keys, key)
}

// setCount is how many sets are appended to.
const setCount = 64

// write is one writer, until ctx ends.
func (l *load) write(ctx context.Context, rng *rand.Rand) {
	for ctx.Err() == nil {
		node := l.nodes[rng.IntN(len(l.nodes))]
		deaths := l.Kills(node)
		lives := deaths.Load()
		conn, err := rawclient.Dial(l.Node(node).CQL(), rawclient.Options{Version: 5, Timeout: 5 * time.Second})
		if err != nil {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		for i := 0; i < 50 && ctx.Err() == nil; i++ {
			key := l.next.Add(1)
			cql, done := fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, 'row %[1]d')", key), &l.rows
			if key%3 == 0 {
				cql, done = fmt.Sprintf("UPDATE ks.s SET members = members + {%d} WHERE k = %d", key, key%setCount), &l.sets
			}
			if _, err = runOn(conn, cql, query{level: levelQuorum}); err != nil || deaths.Load() != lives {
				l.failed.Add(1)
				break
			}
			done.add(key)
			time.Sleep(l.pause)
		}
		conn.Close()
	}
}

// during runs the load while something else goes on.
func (l *load) during(seed uint64, do func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var writers sync.WaitGroup
	for i := range 6 {
		rng := rand.New(rand.NewPCG(seed, uint64(i+2)))
		writers.Go(func() { l.write(ctx, rng) })
	}
	do()
	cancel()
	writers.Wait()
}

// TestChaos: two datacenters under load at QUORUM, in which nodes are killed, stopped and started, links are cut, slow and
// lossy, clocks are wrong, and nodes join and leave. When all is well again and repaired, each replica has every
// acknowledged write, once. Neither goroutines nor files nor memory have grown.
func TestChaos(t *testing.T) {
	limit, seed := chaosTime(t, 15*time.Second), chaosSeed(t)
	c := testnode.RunT(t, testnode.Datacenters{"dc1": 4, "dc2": 4}, testnode.NotStarted, testnode.Killable, calm,
		testnode.YAML("write_request_timeout: 1s\nread_request_timeout: 2s\nrange_request_timeout: 10s\n"))
	n := newNemesis(t, c, seed, slices.Concat(linkFaults, deaths, guests, []chaosFault{cutDatacenters})...)
	n.dcs, n.guests = [][]int{{1, 2, 3}, {5, 6, 7}}, []int{4, 8}
	residents := slices.Concat(n.dcs...)
	c.SetSeeds(1, 5)
	for _, i := range residents {
		c.Start(i)
	}
	c.Agree()
	first := c.Client(1, "", "")
	exec(t, first, "ALTER KEYSPACE system_auth WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 3}",
		"CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 3}",
		"CREATE TABLE ks.t (k bigint PRIMARY KEY, v text) WITH speculative_retry = 'NEVER'",
		"CREATE TABLE ks.s (k bigint PRIMARY KEY, members set<bigint>) WITH speculative_retry = 'NEVER'")
	c.Agree()
	l := &load{Cluster: c, nodes: residents, pause: 10 * time.Millisecond}
	// The first part is for whatever is made once; what is there after it may not grow.
	l.during(seed, func() { n.run(limit/4, 400*time.Millisecond) })
	settle := func() figures {
		n.calm()
		for _, i := range residents {
			c.Repair(i, "ks")
			l.reachAll(t, i)
		}
		return measure(n)
	}
	before := settle()
	l.during(seed, func() { n.run(limit-limit/4, 400*time.Millisecond) })
	after := settle()
	for _, i := range residents {
		l.check(t, i)
	}
	c.Agree()
	t.Logf("%d rows and %d members of sets written, %d without an acknowledgement; faults: %s",
		len(l.rows.keys), len(l.sets.keys), l.failed.Load(), n.summary())
	before.grewTo(t, after, len(l.rows.keys)+len(l.sets.keys))
}

// reachAll makes node i connect to all others for the frequent calls too, as a busy node does.
func (l *load) reachAll(t *testing.T, i int) {
	t.Helper()
	conn := l.dial(t, i)
	defer conn.Close()
	_, err := runOn(conn, "SELECT v FROM ks.t WHERE k = -1", query{level: levelAll})
	require.NoError(t, err)
}

func (l *load) dial(t *testing.T, i int) *rawclient.Client {
	t.Helper()
	conn, err := rawclient.Dial(l.Node(i).CQL(), rawclient.Options{Version: 5, Timeout: 60 * time.Second})
	require.NoError(t, err)
	return conn
}

// check requires that node i, a replica of all, has in its own files all that was acknowledged, once. Cut off from the
// others it can answer from nothing else.
func (l *load) check(t *testing.T, i int) {
	t.Helper()
	l.Isolate(i)
	defer l.Heal()
	conn := l.dial(t, i)
	defer conn.Close()
	rows := map[int64]int{}
	scan(t, conn, "SELECT k, v FROM ks.t", func(r *rawclient.Rows, j int) {
		k := int64Of(r.Value(j, "k"))
		require.Equal(t, fmt.Sprintf("row %d", k), string(r.Value(j, "v")))
		rows[k]++
	})
	members := map[int64]int{}
	scan(t, conn, "SELECT k, members FROM ks.s", func(r *rawclient.Rows, j int) {
		for _, m := range textSet(r.Value(j, "members")) {
			key := int64Of([]byte(m))
			require.Equal(t, int64Of(r.Value(j, "k")), key%setCount)
			members[key]++
		}
	})
	onlyOnce(t, i, "rows", rows, l.rows.keys)
	onlyOnce(t, i, "members of sets", members, l.sets.keys)
}

func int64Of(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }

// scan reads a table at one replica.
func scan(t *testing.T, conn *rawclient.Client, cql string, visit func(r *rawclient.Rows, j int)) {
	t.Helper()
	var state []byte
	for {
		r, err := runOn(conn, cql, query{level: levelLocalOne, page: 1000, state: state})
		require.NoError(t, err)
		for j := range r.Values {
			visit(r, j)
		}
		if state = r.PagingState; state == nil {
			return
		}
	}
}

func onlyOnce(t *testing.T, node int, what string, found map[int64]int, wanted []int64) {
	t.Helper()
	var missing, twice []int64
	for _, k := range wanted {
		switch found[k] {
		case 0:
			missing = append(missing, k)
		case 1:
		default:
			twice = append(twice, k)
		}
	}
	if len(missing)+len(twice) > 0 {
		t.Errorf("node %d: of %d acknowledged %s %d are missing and %d are there more than once: %v %v",
			node, len(wanted), what, len(missing), len(twice), missing[:min(10, len(missing))], twice[:min(10, len(twice))])
	}
}

// figures are what must not grow.
type figures struct {
	goroutines, open, files int
	running                 map[string]int // goroutines by what they run first
	heap, stored            int64
}

// measure looks at the process when nothing goes on in it.
func measure(n *nemesis) figures {
	n.t.Helper()
	f := figures{}
	previous := -1
	n.Eventually("the process is quiet", func() error {
		time.Sleep(200 * time.Millisecond)
		f.goroutines, previous = runtime.NumGoroutine(), f.goroutines
		if f.goroutines != previous {
			return fmt.Errorf("%d goroutines after %d", f.goroutines, previous)
		}
		return nil
	})
	f.running = running()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		require.NoError(n.t, err)
	}
	f.open = len(entries)
	for i := 1; i <= n.Len(); i++ {
		if n.IsRunning(i) {
			files, size := n.Stored(i)
			f.files, f.stored = f.files+files, f.stored+size
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.heap = int64(m.HeapAlloc)
	return f
}

// running counts goroutines by the function that was started.
func running() map[string]int {
	counts := map[string]int{}
	records := make([]runtime.StackRecord, 2*runtime.NumGoroutine())
	n, _ := runtime.GoroutineProfile(records)
	for i := range records[:n] {
		frames := runtime.CallersFrames(records[i].Stack())
		name := ""
		for f, more := frames.Next(); ; f, more = frames.Next() {
			if f.Function != "runtime.goexit" {
				name = f.Function
			}
			if !more {
				break
			}
		}
		counts[name]++
	}
	return counts
}

// more lists the functions of which more goroutines run than before.
func (f figures) more(after figures) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(after.running)) {
		if was, is := f.running[name], after.running[name]; is > was {
			fmt.Fprintf(&b, "%s: %d, was %d\n", name, is, was)
		}
	}
	return b.String()
}

// Limits of growth: connections and their goroutines come and go, caches and memtables fill; files in memory count twice,
// as they are and as they were last synced, and what was written is remembered by the test.
const (
	moreGoroutines = 120
	moreOpen       = 60
	moreFiles      = 120
	moreHeap       = 192 << 20
	perWrite       = 4 << 10
)

// grewTo compares figures before and after some writes.
func (f figures) grewTo(t *testing.T, after figures, writes int) {
	t.Helper()
	t.Logf("before and after: goroutines %d, %d; open files %d, %d; stored files %d, %d; stored %d, %d KiB; heap %d, %d KiB",
		f.goroutines, after.goroutines, f.open, after.open, f.files, after.files, f.stored>>10, after.stored>>10, f.heap>>10, after.heap>>10)
	require.LessOrEqual(t, after.goroutines, f.goroutines+moreGoroutines, "goroutines:\n%s", f.more(after))
	require.LessOrEqual(t, after.open, f.open+moreOpen, "open files")
	require.LessOrEqual(t, after.files, f.files+moreFiles, "stored files")
	require.LessOrEqual(t, after.stored, f.stored+moreHeap+int64(writes)*perWrite, "stored bytes")
	require.LessOrEqual(t, after.heap, f.heap+moreHeap+2*max(0, after.stored-f.stored)+int64(writes)*perWrite/4, "heap")
}
