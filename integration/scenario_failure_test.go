package integration

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// TestScenario08HintsAfterStop: B1 is stopped, 100 rows are written at ONE, and refused ones at ALL; B1 comes back: DOWN and UP
// but no NEW_NODE, and it gets the 100 rows and no others.
func TestScenario08HintsAfterStop(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	events := w.watch(1)
	w.down(3)
	w.fill(1, levelOne, 0, 100)
	for k := 100; k < 110; k++ {
		w.unavailable(1, levelAll, "", 3, 2, "INSERT INTO ks.t (k, v) VALUES (%d, 'x')", k)
	}
	pending := w.hints(1)
	require.Equal(t, 100, pending[3])
	w.up(3)
	events.sees("DOWN 3", "UP 3")
	w.comesTo(3, 0, 100)
	w.Eventually("no hints are left", func() error {
		if h := w.hints(1); len(h) > 0 {
			return fmt.Errorf("%v", h)
		}
		return nil
	})
	require.Equal(t, 100, w.must(3, levelLocalOne, "SELECT k FROM ks.t").Len())
}

// hints is how many hints node i keeps for each node.
func (w *world) hints(i int) map[int]int {
	w.t.Helper()
	list, err := w.Node(i).Hints(context.Background(), admin.None{})
	require.NoError(w.t, err)
	out := map[int]int{}
	for _, h := range list {
		for j := 1; j <= w.Len(); j++ {
			if w.Node(j).HostID().String() == h.HostID {
				out[j] = h.Count
			}
		}
	}
	return out
}

// TestScenario09And10LevelAny: a keyspace of dcB alone, B1 down: a write at ANY succeeds, a read at ONE is unavailable; A1 is
// stopped, and in a second round killed, before B1 is back, and delivers nevertheless.
func TestScenario09And10LevelAny(t *testing.T) {
	w := scenario(t, testnode.Datacenters{"dcA": 1, "dcB": 1})
	w.keyspace("'dcB': 1")
	for round := range 3 {
		w.down(2)
		w.must(1, levelAny, "INSERT INTO ks.t (k, v) VALUES (%d, 'x')", round)
		w.unavailable(1, levelOne, "", 1, 0, "SELECT v FROM ks.t WHERE k = %d", round)
		w.unavailable(1, levelOne, "", 1, 0, "INSERT INTO ks.t (k, v) VALUES (99, 'x')")
		switch round {
		case 1:
			w.down(1)
			w.Start(1)
		case 2:
			w.kill(1)
			w.Start(1)
		}
		w.up(2)
		w.Eventually("the row is readable", func() error {
			rows, err := w.try(2, levelOne, fmt.Sprintf("SELECT v FROM ks.t WHERE k = %d", round))
			if err == nil && rows.Len() == 0 {
				err = errors.New("no row")
			}
			return err
		})
	}
	require.Zero(t, w.must(2, levelOne, "SELECT v FROM ks.t WHERE k = 99").Len())
}

// TestScenario11Undetected: B1 is killed. At once a write at ALL times out after 2 s with 2 of 3, a read after 5 s, an LWT goes
// on with a majority; when B1 is known to be down they are unavailable; the timed-out row is on B1 after its restart.
func TestScenario11Undetected(t *testing.T) {
	w := twoAndOne(t, testnode.YAML("alexandra_failure_detector_timeout: 15s\n"))
	w.keyspace("'dcA': 2, 'dcB': 1")
	events := w.watch(1)
	w.kill(3)
	begun := time.Now()
	_, err := w.try(1, levelAll, "INSERT INTO ks.t (k, v) VALUES (1, 'late')")
	w.timesOut(err, levelAll, primitive.WriteTypeSimple, 2, 3)
	require.GreaterOrEqual(t, time.Since(begun), 1900*time.Millisecond)
	require.Equal(t, 1, w.must(1, levelQuorum, "INSERT INTO ks.t (k, v) VALUES (2, 'agreed') IF NOT EXISTS").Len())
	require.Equal(t, "agreed", w.value(1, levelQuorum, 2))
	begun = time.Now()
	e := w.fails(1, levelAll, readTimeout, "Operation timed out - received only 2 responses.", "SELECT v FROM ks.t WHERE k = 1")
	x := e.Full.(*message.ReadTimeout)
	require.Equal(t, []any{levelAll, int32(2), int32(3)}, []any{x.Consistency, x.Received, x.BlockFor})
	require.GreaterOrEqual(t, time.Since(begun), 4900*time.Millisecond)
	w.seesDown(3, 1)
	events.sees("DOWN 3")
	w.unavailable(1, levelAll, "", 3, 2, "SELECT v FROM ks.t WHERE k = 1")
	w.up(3)
	w.Eventually("the row is on B1", func() error {
		if v := w.value(3, levelLocalOne, 1); v != "late" {
			return fmt.Errorf("%q", v)
		}
		return nil
	})
}

// logged runs INSERTs of some keys as one logged batch.
func (w *world) logged(i int, level primitive.ConsistencyLevel, keys ...int) error {
	w.t.Helper()
	cql := "BEGIN BATCH "
	for _, k := range keys {
		cql += fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, '%d'); ", k, k)
	}
	_, err := w.try(i, level, cql+"APPLY BATCH")
	return err
}

// TestScenario12BatchTimeout: B1 is killed; a logged batch at ALL right after it times out with type BATCH, and is on all nodes
// once B1 is back; no batch log entry is left.
func TestScenario12BatchTimeout(t *testing.T) {
	w := scenario(t, testnode.Datacenters{"dcA": 3, "dcB": 1}, testnode.YAML("alexandra_failure_detector_timeout: 8s\n"))
	w.keyspace("'dcA': 3, 'dcB': 1")
	w.kill(4)
	w.timesOut(w.logged(1, levelAll, 0, 1, 2), levelAll, primitive.WriteTypeBatch, 3, 4)
	w.Start(4)
	for i := 1; i <= 4; i++ {
		w.comesTo(i, 0, 3)
	}
	w.noBatches()
}

// noBatches waits until no node keeps a batch.
func (w *world) noBatches() {
	w.t.Helper()
	w.Eventually("no batches are left", func() error {
		for i := 1; i <= w.Len(); i++ {
			if !w.IsRunning(i) {
				continue
			}
			s, err := w.Node(i).Stats(context.Background(), admin.None{})
			if err != nil || s.PendingBatches > 0 {
				return fmt.Errorf("node %d keeps %d batches (%v)", i, s.PendingBatches, err)
			}
		}
		return nil
	})
}

// TestScenario12bBatchOfTwo: A1 and A2 with two replicas, A2 is killed: a logged batch at ONE succeeds or times out in its batch
// log; its rows are readable at ONE anyhow, before and after A2 is known to be down.
func TestScenario12bBatchOfTwo(t *testing.T) {
	w := nodes(t, 2)
	w.keyspace("'dcA': 2")
	w.kill(2)
	for round := range 2 {
		keys := []int{3 * round, 3*round + 1, 3*round + 2}
		if err := w.logged(1, levelOne, keys...); err != nil {
			w.timesOut(err, levelTwo, primitive.WriteTypeBatchLog, 1, 2)
		}
		w.seesDown(2, 1)
		w.Eventually("the rows are readable", func() error {
			gone, err := w.missing(1, levelOne, keys[0], keys[2]+1)
			if err == nil && len(gone) > 0 {
				err = fmt.Errorf("missing: %v", gone)
			}
			return err
		})
	}
	w.noBatches()
}

// TestScenario13CoordinatorDies: the coordinator is killed while logged batches of three partitions run: each batch is there as a
// whole or not at all within 60 s, and every acknowledged one is there.
func TestScenario13CoordinatorDies(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	const batches, writers = 1000, 8
	var acked [batches]atomic.Bool
	var next, done atomic.Int64
	var running sync.WaitGroup
	for range writers {
		client, err := w.TryClient(1, rawclient.Options{Version: 5, Timeout: 5 * time.Second})
		require.NoError(t, err)
		running.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= batches {
					return
				}
				cql := "BEGIN BATCH "
				for p := range 3 {
					cql += fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, '%d'); ", 3*n+p, 3*n+p)
				}
				if _, err := runOn(client, cql+"APPLY BATCH", query{level: levelQuorum}); err != nil {
					if rawclient.Code(err) < 0 {
						return
					}
					continue
				}
				acked[n].Store(true)
				done.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return done.Load() > batches/3 }, 20*time.Second, time.Millisecond)
	w.kill(1)
	running.Wait()
	w.seesDown(1, 2, 3)
	testnode.Within(t, time.Minute, "all batches are whole", func() error {
		for i := 2; i <= 3; i++ {
			w.Node(i).ReplayBatchlog(context.Background(), admin.None{})
		}
		held := map[int]bool{}
		rows, err := w.try(2, levelQuorum, "SELECT k FROM ks.t")
		if err != nil {
			return err
		}
		for r := range rows.Values {
			held[number(rows.Value(r, "k"))] = true
		}
		for n := range batches {
			count := 0
			for p := range 3 {
				if held[3*n+p] {
					count++
				}
			}
			switch {
			case count == 0 && acked[n].Load():
				t.Fatalf("batch %d was acknowledged and is lost", n)
			case count != 0 && count != 3:
				return fmt.Errorf("batch %d has %d rows", n, count)
			}
		}
		return nil
	})
}

// TestScenario18HintsOfTruncatedTable: A2 is down, A1 keeps hints; A2 comes back and the table is truncated at once: no old row
// shows up again.
func TestScenario18HintsOfTruncatedTable(t *testing.T) {
	w := nodes(t, 2)
	w.keyspace("'dcA': 2")
	w.down(2)
	w.fill(1, levelOne, 0, 50)
	w.fails(1, levelOne, truncateFailed, "Error during truncate: Cannot achieve consistency level ALL", "TRUNCATE ks.t")
	_, err := w.Node(1).PauseHints(context.Background(), admin.Pause{Paused: true})
	require.NoError(t, err)
	w.up(2)
	w.must(1, levelOne, "TRUNCATE ks.t")
	_, err = w.Node(1).PauseHints(context.Background(), admin.Pause{})
	require.NoError(t, err)
	w.Eventually("hints are gone", func() error {
		if h := w.hints(1); len(h) > 0 {
			return fmt.Errorf("%v", h)
		}
		return nil
	})
	for i := 1; i <= 2; i++ {
		require.Zero(t, w.must(i, levelLocalOne, "SELECT * FROM ks.t").Len())
	}
}

// TestScenario22To24ReadRepairAndRepair: without hints A2 misses rows. A read at ALL repairs exactly what it returns, not with
// read_repair NONE; LIMIT 3 repairs three rows; nodetool repair -full does the rest, and tells the story.
func TestScenario22To24ReadRepairAndRepair(t *testing.T) {
	w := nodes(t, 2)
	w.keyspace("'dcA': 2")
	w.must(1, levelOne, "CREATE TABLE ks.none (k int PRIMARY KEY, v text) WITH read_repair = 'NONE'")
	w.must(1, levelOne, "CREATE TABLE ks.wide (k int, c int, v text, PRIMARY KEY (k, c))")
	w.handoff(1, false)
	w.down(2)
	w.fill(1, levelOne, 0, 5)
	for k := range 5 {
		w.must(1, levelOne, "INSERT INTO ks.none (k, v) VALUES (%d, 'x')", k)
	}
	for c := range 10 {
		w.must(1, levelOne, "INSERT INTO ks.wide (k, c, v) VALUES (1, %d, 'x')", c)
	}
	w.up(2)
	rows := func(table string) int { return w.alone(2, table) }
	require.Zero(t, rows("t"))
	require.Equal(t, "2", w.value(1, levelAll, 2))
	require.Equal(t, 1, rows("t"))
	require.Equal(t, 1, w.must(1, levelAll, "SELECT v FROM ks.none WHERE k = 2").Len())
	require.Zero(t, rows("none"))
	require.Equal(t, 3, w.must(1, levelAll, "SELECT v FROM ks.wide WHERE k = 1 LIMIT 3").Len())
	require.Equal(t, 3, rows("wide"))
	lines, err := w.repair(1, admin.Repair{})
	require.NoError(t, err)
	require.Contains(t, lines, "Repair completed successfully")
	require.Equal(t, []int{5, 5, 10}, []int{rows("t"), rows("none"), rows("wide")})
}

// alone is how many rows of a table node i has by itself.
func (w *world) alone(i int, table string) int {
	w.t.Helper()
	return w.must(i, levelLocalOne, "SELECT * FROM ks."+table).Len()
}

// TestScenario25MissedDeletes: a node misses deletions. Reads at QUORUM never show the rows, LIMIT n gives n live rows, and after
// a repair all nodes agree at LOCAL_ONE.
func TestScenario25MissedDeletes(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.must(1, levelOne, "CREATE TABLE ks.wide (k int, c int, v text, PRIMARY KEY (k, c))")
	w.Agree()
	for k := range 5 {
		for c := range 40 {
			w.must(1, levelAll, "INSERT INTO ks.wide (k, c, v) VALUES (%d, %d, 'x')", k, c)
		}
	}
	for i := 1; i <= 3; i++ {
		w.handoff(i, false)
	}
	w.down(3)
	for k := range 5 {
		for c := range 30 {
			w.must(1+k%2, levelQuorum, "DELETE FROM ks.wide WHERE k = %d AND c = %d", k, c)
		}
	}
	w.must(1, levelQuorum, "DELETE FROM ks.wide WHERE k = 4")
	w.up(3)
	for i := 1; i <= 3; i++ {
		require.Equal(t, 5, w.must(i, levelQuorum, "SELECT c FROM ks.wide WHERE k = 1 LIMIT 5").Len())
		require.Equal(t, 25, w.must(i, levelQuorum, "SELECT c FROM ks.wide LIMIT 25").Len())
		require.Equal(t, 8, w.must(i, levelQuorum, "SELECT c FROM ks.wide PER PARTITION LIMIT 2").Len())
		all := w.must(i, levelQuorum, "SELECT c FROM ks.wide")
		require.Equal(t, 40, all.Len())
		for r := range all.Values {
			require.GreaterOrEqual(t, number(all.Value(r, "c")), 30, "a deleted row came back")
		}
		require.Zero(t, w.must(i, levelQuorum, "SELECT c FROM ks.wide WHERE k = 4").Len())
	}
	_, err := w.repair(2, admin.Repair{})
	require.NoError(t, err)
	for i := 1; i <= 3; i++ {
		require.Equal(t, 40, w.alone(i, "wide"))
	}
}

// TestScenario26Paging: 1000 rows over three nodes without copies, 10 a page, another coordinator for every page, and the first
// one restarts half way: each row exactly once.
func TestScenario26Paging(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 1000)
	seen := map[int]int{}
	var state []byte
	for page := 0; ; page++ {
		rows, err := w.run(1+page%3, "SELECT k FROM ks.t", query{level: levelOne, page: 10, state: state})
		require.NoError(t, err)
		for r := range rows.Values {
			seen[number(rows.Value(r, "k"))]++
		}
		if state = rows.PagingState; state == nil {
			break
		}
		if page == 50 {
			w.down(1)
			w.up(1)
		}
	}
	require.Len(t, seen, 1000)
	for k, n := range seen {
		require.Equal(t, 1, n, "key %d", k)
	}
	_, err := w.run(1, "SELECT k FROM ks.t", query{level: levelOne, page: 10, state: []byte{0xFF, 1, 2, 3}})
	w.failure(err, protocolError, "Invalid value for the paging state")
}

// parallelFill is fill through all running nodes at once.
func (w *world) parallelFill(level primitive.ConsistencyLevel, from, to int) {
	w.t.Helper()
	var running sync.WaitGroup
	var failed atomic.Value
	var next atomic.Int64
	next.Store(int64(from))
	for i := 1; i <= w.Len(); i++ {
		if !w.IsRunning(i) {
			continue
		}
		client, err := w.TryClient(i, rawclient.Options{Version: 5})
		require.NoError(w.t, err)
		running.Go(func() {
			for k := int(next.Add(1)) - 1; k < to; k = int(next.Add(1)) - 1 {
				if _, err := runOn(client, fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, '%d')", k, k), query{level: level}); err != nil {
					failed.Store(err)
					return
				}
			}
		})
	}
	running.Wait()
	if err := failed.Load(); err != nil {
		w.t.Fatal(err)
	}
}

// TestScenario46TTLWithHints: a row with a TTL is written while a replica is down; the hint does not begin the TTL anew: the row
// goes at the same second everywhere.
func TestScenario46TTLWithHints(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.down(3)
	w.must(1, levelQuorum, "INSERT INTO ks.t (k, v) VALUES (1, 'x') USING TTL 600")
	written := time.Now()
	w.SetTime(written.Add(400 * time.Second))
	w.up(3)
	w.Eventually("the hint is delivered", func() error {
		if w.value(3, levelLocalOne, 1) == "" {
			return errors.New("not yet")
		}
		return nil
	})
	ttl := func(i int) int {
		return number(w.must(i, levelLocalOne, "SELECT ttl(v) FROM ks.t WHERE k = 1").Values[0][0])
	}
	for i := 1; i <= 3; i++ {
		require.InDelta(t, 200, ttl(i), 10)
	}
	require.InDelta(t, ttl(1), ttl(3), 1)
	w.SetTime(written.Add(602 * time.Second))
	for i := 1; i <= 3; i++ {
		require.Zero(t, w.must(i, levelLocalOne, "SELECT v FROM ks.t WHERE k = 1").Len())
	}
}

// TestScenario15CountersWithAnOutage: 300 increments through three coordinators, one node away for the middle third: 300 at
// QUORUM, 300 at each node once hints are delivered, and a repair changes nothing.
func TestScenario15CountersWithAnOutage(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.must(1, levelOne, "CREATE TABLE ks.cnt (k int PRIMARY KEY, n counter)")
	w.Agree()
	const add = "UPDATE ks.cnt SET n = n + 1 WHERE k = 1"
	for n := range 300 {
		switch n {
		case 100:
			w.down(3)
		case 200:
			w.up(3)
		}
		i := 1 + rand.IntN(3)
		if !w.IsRunning(i) {
			i = 1
		}
		w.must(i, levelQuorum, add)
	}
	total := func(i int, level primitive.ConsistencyLevel) int {
		return number(w.must(i, level, "SELECT n FROM ks.cnt WHERE k = 1").Value(0, "n"))
	}
	for i := 1; i <= 3; i++ {
		require.Equal(t, 300, total(i, levelQuorum))
		w.Eventually("the total arrives", func() error {
			if n := total(i, levelLocalOne); n != 300 {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
	}
	_, err := w.repair(1, admin.Repair{})
	require.NoError(t, err)
	for i := 1; i <= 3; i++ {
		require.Equal(t, 300, total(i, levelLocalOne))
	}
}
