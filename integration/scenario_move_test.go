package integration

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/testnode"
)

// single gives each node one token, in quarters of the ring from the smallest on.
func single(t *testing.T, n int) *world {
	t.Helper()
	return nodes(t, n, testnode.Configure(func(i int, c *config.Config) {
		c.NumTokens, c.InitialToken = 1, fmt.Sprint(math.MinInt64+int64(i-1)<<62)
	}))
}

// TestScenarioMove: A2 moves to another token while rows are written: MOVED_NODE, tokens right everywhere, all rows at ONE from
// each node, at RF 1 and 2, also after a cleanup and a restart.
func TestScenarioMove(t *testing.T) {
	for _, factor := range []int{1, 2} {
		t.Run(fmt.Sprint("rf", factor), func(t *testing.T) {
			w := single(t, 3)
			w.keyspace(fmt.Sprintf("'dcA': %d", factor))
			w.parallelFill(levelAll, 0, 600)
			events := w.watch(1)
			stop, _ := w.load(levelAll, 600, 1, 2, 3)
			const target = "7000000000000000000"
			lines, err := w.operate(2, admin.Membership{Action: "move", Token: target})
			last, failed := stop()
			require.NoError(t, err)
			require.Empty(t, lines)
			require.Empty(t, failed)
			events.sees("MOVED_NODE 2")
			moved := func() {
				t.Helper()
				for i := 1; i <= 3; i++ {
					require.Equal(t, map[int]string{1: "UN", 2: "UN", 3: "UN"}, w.status(i))
					require.Equal(t, []string{target}, w.tokensOf(i, 2))
					w.hasAll(i, levelOne, 0, last)
				}
			}
			moved()
			for i := 1; i <= 3; i++ {
				_, err := w.Node(i).Cleanup(context.Background(), admin.Tables{Keyspace: "ks"})
				require.NoError(t, err)
			}
			moved()
			require.EqualValues(t, factor*last, w.partitions(1)+w.partitions(2)+w.partitions(3))
			w.Stop(2)
			w.forget(2)
			w.up(2)
			moved()
			require.True(t, w.Node(2).Log.Contains("Using saved tokens ["+target+"]"))
		})
	}
}

// TestScenarioMoveFails: what nodetool move refuses, and a move whose sources are dead: the node stays where it was.
func TestScenarioMoveFails(t *testing.T) {
	w := single(t, 3)
	w.keyspace("'dcA': 1")
	w.fill(1, levelOne, 0, 60)
	refused := func(i int, to, text string) {
		t.Helper()
		_, err := w.operate(i, admin.Membership{Action: "move", Token: to})
		require.EqualError(t, err, text)
	}
	refused(2, "abc", "Invalid token for Murmur3Partitioner. Got abc but expected a long value (unsigned 8 bytes integer).")
	refused(2, "0", "target token 0 is already owned by another node.")
	w.kill(3)
	w.seesDown(3, 2)
	_, err := w.operate(2, admin.Membership{Action: "move", Token: "-1"})
	require.ErrorContains(t, err, "Unable to find sufficient sources for streaming range")
	info, err := w.Node(2).Info(context.Background(), admin.None{})
	require.NoError(t, err)
	require.Equal(t, []any{"NORMAL", []int64{-1 << 62}}, []any{info.Mode, info.Tokens})
	w.up(3)
	require.Equal(t, []string{"-4611686018427387904"}, w.tokensOf(1, 2))
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, 60)
	}
}

func TestScenarioMoveManyTokens(t *testing.T) {
	w := nodes(t, 1)
	_, err := w.operate(1, admin.Membership{Action: "move", Token: "5"})
	require.EqualError(t, err, "This node has more than one token and cannot be moved thusly.")
}

// TestScenarioJoinLater: with cassandra.join_ring=false A3 owns nothing, is no peer and coordinates requests; nodetool join makes it
// a member with its share of the data. A member that restarts so is down for the others until it joins.
func TestScenarioJoinLater(t *testing.T) {
	later := false
	w := growing(t, 3, 2, testnode.Configure(func(i int, c *config.Config) { c.Properties.JoinRing = i != 3 || !later }))
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 300)
	events := w.watch(1)
	later = true
	w.Start(3)
	require.True(t, w.Node(3).Log.Contains("Not joining ring as requested. Use JMX (StorageService->joinRing()) to initiate ring joining"))
	w.fill(3, levelOne, 300, 320)
	w.hasAll(3, levelQuorum, 0, 320)
	require.Empty(t, events.collect(300*time.Millisecond))
	require.Equal(t, []string{"2"}, w.peerTables(1))
	require.Equal(t, []string{"1", "2"}, w.peerTables(3))
	require.Equal(t, map[int]string{1: "UN", 2: "UN"}, w.status(3))
	bootstrapped := func() string {
		return string(w.must(3, levelOne, "SELECT bootstrapped FROM system.local").Value(0, "bootstrapped"))
	}
	require.Equal(t, "NEEDS_BOOTSTRAP", bootstrapped())

	_, err := w.operate(3, admin.Membership{Action: "join"})
	require.NoError(t, err)
	events.sees("NEW_NODE 3", "UP 3")
	w.hasStatus(1, 3, "UN")
	require.Equal(t, "COMPLETED", bootstrapped())
	require.Len(t, w.tokensOf(3, 3), 4)
	require.Positive(t, w.partitions(3))
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, 320)
	}
	_, err = w.operate(3, admin.Membership{Action: "join"})
	require.EqualError(t, err, "This node has already joined the ring.")

	w.Stop(3)
	w.forget(3)
	events.sees("DOWN 3")
	w.Start(3)
	w.hasStatus(1, 3, "DN")
	w.hasAll(3, levelOne, 0, 320)
	_, err = w.operate(3, admin.Membership{Action: "join"})
	require.NoError(t, err)
	w.Agree()
	events.sees("UP 3")
	for i := 1; i <= 3; i++ {
		w.hasAll(i, levelOne, 0, 320)
	}
}

// tokensOf are the tokens of a node in the tables of another one, or its own.
func (w *world) tokensOf(at, of int) []string {
	w.t.Helper()
	if at == of {
		return textSet(w.must(at, levelOne, "SELECT tokens FROM system.local").Value(0, "tokens"))
	}
	return textSet(w.must(at, levelOne, "SELECT tokens FROM system.peers_v2 WHERE peer = '%s'", w.Node(of).Addr()).Value(0, "tokens"))
}
