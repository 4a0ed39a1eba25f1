package integration

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/testnode"
)

// growing is a cluster of n nodes in dcA of which the first ones are started.
func growing(t *testing.T, n, started int, opts ...testnode.Option) *world {
	t.Helper()
	w := nodes(t, n, append([]testnode.Option{testnode.NotStarted}, opts...)...)
	for i := 1; i <= started; i++ {
		w.Start(i)
	}
	w.Agree()
	return w
}

// held lets new nodes wait before they become members, for those numbers that are given.
func held(numbers ...int) (testnode.Option, func()) {
	gate := make(chan struct{})
	return testnode.Joining(func(ctx context.Context, i int) {
		if slices.Contains(numbers, i) {
			select {
			case <-gate:
			case <-ctx.Done():
			}
		}
	}), sync.OnceFunc(func() { close(gate) })
}

// hasStatus waits until node i sees another one in this state; "" means that it does not list it.
func (w *world) hasStatus(i, other int, want string) {
	w.t.Helper()
	w.Eventually(fmt.Sprintf("node %d is %q for node %d", other, want, i), func() error {
		if got := w.status(i)[other]; got != want {
			return fmt.Errorf("%q", got)
		}
		return nil
	})
}

// TestScenario01NewNode: A2 joins: UJ and no event meanwhile, then NEW_NODE and UP, once each; both UN; peers complete on both.
func TestScenario01NewNode(t *testing.T) {
	hold, release := held(2)
	w := growing(t, 2, 1, hold, testnode.Racks{"r1", "r2"})
	events := w.watch(1)
	joined := w.Begin(2)
	w.hasStatus(1, 2, "UJ")
	require.Empty(t, events.collect(300*time.Millisecond))
	require.Empty(t, w.peerTables(1))
	release()
	require.NoError(t, <-joined)
	events.sees("NEW_NODE 2", "UP 2")
	w.Agree()
	for i := 1; i <= 2; i++ {
		require.Equal(t, map[int]string{1: "UN", 2: "UN"}, w.status(i))
		require.Equal(t, []string{fmt.Sprint(3 - i)}, w.peerTables(i))
	}
}

// TestScenario27BootstrapUnderLoad: A3 joins while rows are written at ONE, without copies: afterwards all rows are readable
// through every coordinator, A3 owns some, and cleanup on the others loses none and frees what they do not own.
func TestScenario27BootstrapUnderLoad(t *testing.T) {
	w := growing(t, 3, 2)
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 1000)
	stop, written := w.load(levelOne, 1000, 1, 2)
	joined := w.Begin(3)
	require.NoError(t, <-joined)
	w.Agree()
	last, failed := stop()
	require.Empty(t, failed)
	require.Greater(t, last, 1000)
	_ = written
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, last)
	}
	on3 := 0
	for k := range 100 {
		if w.endpoints(1, fmt.Sprint(k))[0] == 3 {
			on3++
		}
	}
	require.Positive(t, on3)
	before := w.partitions(1) + w.partitions(2)
	for i := 1; i <= 2; i++ {
		_, err := w.Node(i).Cleanup(context.Background(), admin.Tables{Keyspace: "ks"})
		require.NoError(t, err)
	}
	require.Less(t, w.partitions(1)+w.partitions(2), before)
	require.EqualValues(t, last, w.partitions(1)+w.partitions(2)+w.partitions(3))
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, last)
	}
}

// partitions is how many partitions of ks.t node i stores.
func (w *world) partitions(i int) int64 {
	w.t.Helper()
	stats, err := w.Node(i).TableStats(context.Background(), admin.Tables{Keyspace: "ks", Tables: []string{"t"}})
	require.NoError(w.t, err)
	return stats[0].Tables[0].Partitions
}

// load writes rows from a number on through some nodes, one after the other, until stop, which says the number behind the last
// row and the rows that were refused.
func (w *world) load(level primitive.ConsistencyLevel, from int, through ...int) (stop func() (int, map[int]error), written func() int) {
	var mu sync.Mutex
	end := make(chan struct{})
	failed := map[int]error{}
	next := from
	var running sync.WaitGroup
	clients := make([]func(string) error, len(through))
	for j, i := range through {
		c, err := w.TryClient(i, rawOptions)
		require.NoError(w.t, err)
		clients[j] = func(cql string) error {
			_, err := runOn(c, cql, query{level: level})
			return err
		}
	}
	running.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-time.After(time.Millisecond):
			}
			mu.Lock()
			k := next
			next++
			mu.Unlock()
			if err := clients[k%len(clients)](fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, '%d')", k, k)); err != nil {
				mu.Lock()
				failed[k] = err
				mu.Unlock()
			}
		}
	})
	written = func() int {
		mu.Lock()
		defer mu.Unlock()
		return next
	}
	return func() (int, map[int]error) {
		close(end)
		running.Wait()
		return next, failed
	}, written
}

// TestScenario28JoinerDies: A3 is killed while it joins. Writes of its ranges at ONE need two answers and time out, then are
// unavailable; reads go on; the row is DJ; restarted with its files it finishes, and nothing is lost.
func TestScenario28JoinerDies(t *testing.T) {
	hold, release := held(2)
	w := growing(t, 2, 1, hold, testnode.YAML("alexandra_failure_detector_timeout: 5s\n"))
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 300)
	begun := w.Begin(2)
	w.hasStatus(1, 2, "UJ")
	w.fill(1, levelOne, 300, 310)
	w.kill(2)
	<-begun
	late := 0
	for k := 310; k < 340 && late == 0; k++ {
		if _, err := w.try(1, levelOne, "INSERT INTO ks.t (k, v) VALUES (%d, '%d')", k, k); err != nil {
			w.timesOut(err, levelOne, primitive.WriteTypeSimple, 1, 2)
			late = k
		}
	}
	require.NotZero(t, late, "a write of a range of the dead joiner times out")
	w.hasStatus(1, 2, "DJ")
	w.unavailable(1, levelOne, "", 2, 1, "INSERT INTO ks.t (k, v) VALUES (%d, '%d')", late, late)
	w.must(1, levelAny, "INSERT INTO ks.t (k, v) VALUES (%d, '%d')", late, late)
	w.hasAll(1, levelOne, 0, 310)
	release()
	w.up(2)
	require.True(t, w.Node(2).Log.Contains("Detected previous bootstrap failure; retrying"))
	for i := 1; i <= 2; i++ {
		w.hasAll(i, levelOne, 0, 310)
		w.hasAll(i, levelOne, late, late+1)
	}
}

// TestScenario29OneAtATime: A2 joins; A3 is refused at once, and A2 goes on. With consistent.rangemovement=false they join together.
func TestScenario29OneAtATime(t *testing.T) {
	hold, release := held(2, 4, 5)
	relaxed := false
	w := growing(t, 5, 1, hold, testnode.Configure(func(_ int, c *config.Config) { c.Properties.ConsistentRangeMovement = !relaxed }))
	w.SetSeeds(1)
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 300)
	joined := w.Begin(2)
	w.hasStatus(1, 2, "UJ")
	require.ErrorContains(t, w.TryStart(3), "Other bootstrapping/leaving/moving nodes detected, cannot bootstrap while cassandra.consistent.rangemovement is true")
	require.Equal(t, "UJ", w.status(1)[2])
	relaxed = true
	others := []<-chan error{w.Begin(4), w.Begin(5)}
	w.hasStatus(1, 4, "UJ")
	w.hasStatus(1, 5, "UJ")
	release()
	for _, done := range append(others, joined) {
		require.NoError(t, <-done)
	}
	for _, i := range []int{1, 2, 4, 5} {
		w.hasAll(i, levelOne, 0, 300)
	}
}

// TestScenario30Decommission: A3 leaves while rows are written: UL, then gone; REMOVED_NODE, then DOWN; peers rows gone; all rows
// at ONE; a second decommission and a restart are refused.
func TestScenario30Decommission(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 1000)
	events := w.watch(1)
	_, err := w.operate(3, admin.Membership{Action: "decommission"})
	require.EqualError(t, err, "Unsupported operation: Not enough live nodes to maintain replication factor in keyspace system_distributed (RF = 3, N = 3). Perform a forceful decommission to ignore.")
	stop, _ := w.load(levelOne, 1000, 1, 2)
	lines, err := w.operate(3, admin.Membership{Action: "decommission", Force: true})
	require.NoError(t, err)
	require.Empty(t, lines)
	last, failed := stop()
	require.Empty(t, failed)
	events.sees("REMOVED_NODE 3", "DOWN 3")
	for i := 1; i <= 2; i++ {
		w.hasAll(i, levelOne, 0, last)
		require.Equal(t, []string{fmt.Sprint(3 - i)}, w.peerTables(i))
		require.Equal(t, map[int]string{1: "UN", 2: "UN"}, w.status(i))
	}
	info, err := w.Node(3).Info(context.Background(), admin.None{})
	require.NoError(t, err)
	require.Equal(t, []any{"DECOMMISSIONED", false, false}, []any{info.Mode, info.Joined, info.Gossip})
	_, err = w.operate(3, admin.Membership{Action: "decommission", Force: true})
	require.EqualError(t, err, "Node was already decommissioned.")
	w.Stop(3)
	require.ErrorContains(t, w.TryStart(3), "This node was decommissioned and will not rejoin the ring unless -Dcassandra.override_decommission=true has been set, or all existing data is removed and the node is bootstrapped again")
	w.Override(testnode.Property("cassandra.override_decommission", "true"))
	w.up(3)
	events.sees("NEW_NODE 3", "UP 3")
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, last)
	}
}

// TestScenario31LastReplica: with two replicas on two nodes decommission is refused.
func TestScenario31LastReplica(t *testing.T) {
	w := nodes(t, 2)
	w.keyspace("'dcA': 2")
	_, err := w.operate(2, admin.Membership{Action: "decommission"})
	require.EqualError(t, err, "Unsupported operation: Not enough live nodes to maintain replication factor in keyspace ks (RF = 2, N = 2). Perform a forceful decommission to ignore.")
	require.Equal(t, "UN", w.status(1)[2])
}

// TestScenario32And33RemoveNode: A3 is killed and removed: the rows have two copies again, REMOVED_NODE, no hints for it are
// left; the refusals have their texts. Started again with its files A3 rejoins, and does not hide what it missed.
func TestScenario32And33RemoveNode(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 2")
	w.parallelFill(levelAll, 0, 300)
	host := w.Node(3).HostID().String()
	refused := func(id, text string) {
		t.Helper()
		_, err := w.operate(1, admin.Membership{Action: "removenode", Host: id})
		require.EqualError(t, err, text)
	}
	refused("5a0eb9c4-8ab0-4f1b-9c2c-6f3f7d9f0001", "Host ID not found.")
	refused("x", "Invalid UUID string: x")
	refused(w.Node(1).HostID().String(), "Cannot remove self")
	refused(host, fmt.Sprintf("Node /%s is alive and owns this ID. Use decommission command to remove it from the ring", w.Node(3).Storage()))
	events := w.watch(1)
	w.kill(3)
	w.seesDown(3, 1, 2)
	w.fill(1, levelOne, 300, 350)
	require.NotEmpty(t, w.hints(1))
	lines, err := w.operate(1, admin.Membership{Action: "removenode", Host: "status"})
	require.NoError(t, err)
	require.Equal(t, []string{"RemovalStatus: No token removals in process."}, lines)
	_, err = w.operate(1, admin.Membership{Action: "removenode", Host: host})
	require.NoError(t, err)
	events.sees("DOWN 3", "REMOVED_NODE 3")
	for i := 1; i <= 2; i++ {
		w.hasStatus(i, 3, "")
		w.hasAll(i, levelAll, 0, 350)
		require.EqualValues(t, 350, w.partitions(i), "both nodes have everything")
		require.Equal(t, []string{fmt.Sprint(3 - i)}, w.peerTables(i))
	}
	w.Eventually("hints are gone", func() error {
		if h := w.hints(1); len(h) > 0 {
			return fmt.Errorf("%v", h)
		}
		return nil
	})
	w.must(1, levelAll, "DELETE FROM ks.t WHERE k = 0")
	w.fill(1, levelAll, 350, 400)
	w.up(3)
	events.sees("NEW_NODE 3", "UP 3")
	require.Equal(t, host, w.Node(3).HostID().String())
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelLocalOne, 1, 400)
		require.Zero(t, w.must(i, levelAll, "SELECT v FROM ks.t WHERE k = 0").Len())
	}
}

// TestScenario34Replace: A3 is killed and A4 takes its place with replace_address_first_boot, while rows are written: A3's
// tokens, a new host id, NEW_NODE and UP for A4 alone, A3 forgotten, all rows readable at A4 itself.
func TestScenario34Replace(t *testing.T) {
	w := growing(t, 4, 3, replacing(4, 3))
	w.keyspace("'dcA': 3")
	w.parallelFill(levelQuorum, 0, 300)
	tokens := w.tokens(1, 3)
	old := w.Node(3).HostID()
	events := w.watch(1)
	w.kill(3)
	w.seesDown(3, 1, 2)
	stop, _ := w.load(levelOne, 300, 1, 2)
	w.Start(4)
	last, failed := stop()
	require.Empty(t, failed)
	w.Agree()
	events.sees("DOWN 3", "NEW_NODE 4", "UP 4")
	require.NotEqual(t, old, w.Node(4).HostID())
	require.Equal(t, tokens, w.tokens(1, 4))
	w.hasAll(4, levelLocalOne, 0, last)
	require.EqualValues(t, last, w.partitions(4), "A4 has everything itself")
	for i := 1; i <= 2; i++ {
		require.Equal(t, map[int]string{1: "UN", 2: "UN", 4: "UN"}, w.status(i))
		require.Equal(t, []string{fmt.Sprint(3 - i), "4"}, w.peerTables(i))
	}
	require.ErrorContains(t, w.TryStart(3), "This node was replaced by another one", "the dead node does not come back with its tokens")
	w.down(4)
	w.up(4) // the property is ignored from now on
	w.hasAll(4, levelLocalOne, 0, last)
}

// replacing gives node i the property that names a dead node.
func replacing(i, dead int) testnode.Option {
	return testnode.Configure(func(j int, c *config.Config) {
		if i == j {
			c.Properties.ReplaceAddressFirstBoot = lastNumber(c.ListenAddress, dead)
		}
	})
}

// tokens are the tokens of another node as node i has them in system.peers.
func (w *world) tokens(i, other int) []string {
	w.t.Helper()
	rows := w.must(i, levelOne, "SELECT tokens FROM system.peers WHERE peer = '%s'", w.Node(other).Addr())
	return textSet(rows.Value(0, "tokens"))
}

// TestScenario34bReplaceAtTheSameAddress: A3's machine comes back without its files, under the same address.
func TestScenario34bReplaceAtTheSameAddress(t *testing.T) {
	replace := false
	w := growing(t, 4, 3, testnode.Configure(func(j int, c *config.Config) {
		if j == 4 && replace {
			c.Properties.ReplaceAddress = c.ListenAddress
		}
	}))
	w.keyspace("'dcA': 3")
	w.parallelFill(levelQuorum, 0, 200)
	w.kill(3)
	w.seesDown(3, 1, 2)
	w.fill(1, levelQuorum, 200, 250)
	w.SetAddress(4, 3)
	require.ErrorContains(t, w.TryStart(4), fmt.Sprintf("A node with address /%s already exists, cancelling join. Use cassandra.replace_address if you want to replace this node.", w.Node(4).Storage()))
	replace = true
	w.Start(4)
	w.Agree()
	w.hasAll(4, levelLocalOne, 0, 250)
	require.EqualValues(t, 250, w.partitions(4))
	require.Equal(t, []string{"2", "3"}, w.peerTables(1))
	w.fill(4, levelAll, 250, 260)
}

// TestScenario35ReplaceALiveNode: A3 lives: whoever wants its place is refused, and so is who names an unknown address.
func TestScenario35ReplaceALiveNode(t *testing.T) {
	target := 3
	w := growing(t, 4, 3, testnode.Configure(func(j int, c *config.Config) {
		if j == 4 {
			c.Properties.ReplaceAddress = lastNumber(c.ListenAddress, target)
		}
	}))
	require.ErrorContains(t, w.TryStart(4), "Cannot replace a live node... ")
	target = 77
	require.ErrorContains(t, w.TryStart(4), fmt.Sprintf("Cannot replace_address /%s:7000 because it doesn't exist in gossip", lastNumber(w.Node(4).Addr().String(), 77)))
	require.Equal(t, map[int]string{1: "UN", 2: "UN", 3: "UN"}, w.status(1))
	target = 3
	require.ErrorContains(t, func() error {
		w.Override(testnode.Configure(func(j int, c *config.Config) {
			if j == 3 {
				c.Properties.ReplaceAddress = c.ListenAddress
			}
		}))
		w.down(3)
		return w.TryStart(3)
	}(), "Cannot replace address with a node that is already bootstrapped")
}

// TestScenario36NewAddress: B1 is stopped and started with another address and its files: same host id and tokens, NEW_NODE and
// UP for the new address, the old row gone, and the hints of the meantime arrive.
func TestScenario36NewAddress(t *testing.T) {
	w := scenario(t, testnode.Datacenters{"dcA": 1, "dcB": 1})
	w.keyspace("'dcA': 1, 'dcB': 1")
	w.fill(1, levelAll, 0, 50)
	host, tokens := w.Node(2).HostID(), w.tokens(1, 2)
	events := w.watch(1)
	w.down(2)
	events.sees("DOWN 2")
	w.fill(1, levelOne, 50, 100)
	w.SetAddress(2, 7)
	w.up(2)
	events.sees("NEW_NODE 2", "UP 2")
	require.Equal(t, host, w.Node(2).HostID())
	require.Equal(t, tokens, w.tokens(1, 2))
	require.Equal(t, []string{"7"}, w.peerTables(1))
	w.comesTo(2, 0, 100)
}

// TestScenario37Refusals: who may not start: another cluster's name, a known address with no files, and files of another cluster,
// datacenter, rack or number of tokens.
func TestScenario37Refusals(t *testing.T) {
	change := func(*config.Config) {}
	w := growing(t, 4, 2, testnode.Configure(func(i int, c *config.Config) {
		if i >= 2 {
			change(c)
		}
	}))
	refused := func(i int, text string, code int) {
		t.Helper()
		err := w.TryStart(i)
		require.ErrorContains(t, err, text)
		var e *config.ConfigurationError
		require.ErrorAs(t, err, &e)
		require.Equal(t, code, e.ExitCode)
	}
	change = func(c *config.Config) { c.ClusterName = "other" }
	refused(4, "Unable to gossip with any peers", 3)
	require.True(t, w.Node(1).Log.Contains(fmt.Sprintf("ClusterName mismatch from /%s other!=Test Cluster", w.Node(4).Storage())))
	w.down(2)
	refused(2, "Saved cluster name Test Cluster != configured name other", 3)
	change = func(c *config.Config) { c.NumTokens = 8 }
	refused(2, "Cannot change the number of tokens from 4 to 8", 1)
	change = func(*config.Config) {}
	w.SetPlace(2, "dcX", "rack1")
	refused(2, "Cannot start node if snitch's data center (dcX) differs from previous data center (dcA). Please fix the snitch configuration, decommission and rebootstrap this node or use the flag -Dcassandra.ignore_dc=true.", 100)
	w.SetPlace(2, "dcA", "rack9")
	refused(2, "Cannot start node if snitch's rack (rack9) differs from previous rack (rack1). Please fix the snitch configuration, decommission and rebootstrap this node or use the flag -Dcassandra.ignore_rack=true.", 100)
	w.SetPlace(2, "dcA", "rack1")
	w.SetAddress(3, 2)
	refused(3, fmt.Sprintf("A node with address /%s already exists, cancelling join. Use cassandra.replace_address if you want to replace this node.", w.Node(2).Storage()), 3)
	w.SetAddress(3, 3)
	change = func(c *config.Config) { c.SeedProvider.Parameters["seeds"] = "127.0.0.1" }
	refused(3, "Unable to gossip with any peers", 3)
	change = func(*config.Config) {}
	w.up(2)
	require.Equal(t, map[int]string{1: "UN", 2: "UN"}, w.status(1))
}

// TestScenario43Switches: what disablebinary, disablegossip and drain on A2 look like from A1.
func TestScenario43Switches(t *testing.T) {
	w := nodes(t, 2)
	events := w.watch(1)
	turn := func(name string, on bool) {
		t.Helper()
		_, err := w.Node(2).Switch(context.Background(), admin.Switch{Name: name, Set: true, On: on})
		require.NoError(t, err)
	}
	turn(admin.Binary, false)
	turn(admin.Binary, true)
	require.Empty(t, events.collect(500*time.Millisecond))
	require.Equal(t, "UN", w.status(1)[2])
	turn(admin.Gossip, false)
	events.sees("DOWN 2")
	turn(admin.Gossip, true)
	events.sees("UP 2")
	_, err := w.Node(2).DrainNode(context.Background(), admin.None{})
	require.NoError(t, err)
	events.sees("DOWN 2")
	w.hasStatus(1, 2, "DN")
	info, err := w.Node(2).Info(context.Background(), admin.None{})
	require.NoError(t, err)
	require.Equal(t, "DRAINED", info.Mode)
	_, err = w.Node(2).DrainNode(context.Background(), admin.None{})
	require.NoError(t, err, "a second drain does nothing")
}

// TestScenarioAssassinate: a dead node goes without a copy of its data; a live one is not touched.
func TestScenarioAssassinate(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.fill(1, levelAll, 0, 20)
	events := w.watch(1)
	_, err := w.operate(1, admin.Membership{Action: "assassinate", Host: w.Node(3).Addr().String()})
	require.EqualError(t, err, fmt.Sprintf("Endpoint still alive: /%s heartbeat changed while trying to assassinate it", w.Node(3).Storage()))
	w.kill(3)
	_, err = w.operate(1, admin.Membership{Action: "assassinate", Host: w.Node(3).Addr().String()})
	require.NoError(t, err)
	events.sees("DOWN 3", "REMOVED_NODE 3")
	for i := 1; i <= 2; i++ {
		w.hasStatus(i, 3, "")
		require.Equal(t, []string{fmt.Sprint(3 - i)}, w.peerTables(i))
		w.hasAll(i, levelQuorum, 0, 20)
	}
}

// TestScenarioSeedsDown: the only seed is dead: the others restart and find each other all the same.
func TestScenarioSeedsDown(t *testing.T) {
	w := growing(t, 3, 1)
	w.SetSeeds(1)
	w.Start(2)
	w.Start(3)
	w.Agree()
	w.keyspace("'dcA': 3")
	w.down(1)
	w.down(2)
	w.fill(3, levelOne, 0, 20)
	w.Start(2)
	w.Agree()
	w.comesTo(2, 0, 20)
	w.down(3)
	w.up(3)
	w.fill(3, levelQuorum, 20, 30)
	w.hasAll(2, levelQuorum, 0, 30)
}
