package integration

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
	"alexandra/internal/token"
)

// TestScenario21ConditionalIncrements: three clients count by conditional updates through three coordinators, one node is killed
// and restarted meanwhile: no value is given twice, and the final one is the number of applied updates, give or take those that
// timed out.
func TestScenario21ConditionalIncrements(t *testing.T) {
	w := nodes(t, 3, testnode.YAML("cas_contention_timeout: 3s\n"))
	w.keyspace("'dcA': 3")
	w.must(1, levelOne, "CREATE TABLE ks.n (k int PRIMARY KEY, n int)")
	w.Agree()
	w.must(1, levelAll, "INSERT INTO ks.n (k, n) VALUES (1, 0)")
	const each = 100
	var mu sync.Mutex
	given := map[int]int{}
	uncertain := 0
	var running sync.WaitGroup
	for i := 1; i <= 3; i++ {
		running.Go(func() {
			var c *rawclient.Client
			defer func() {
				if c != nil {
					c.Close()
				}
			}()
			for done := 0; done < each; {
				if c == nil {
					var err error
					if c, err = rawclient.Dial(w.Node(i).CQL(), rawOptions); err != nil {
						time.Sleep(10 * time.Millisecond)
						continue
					}
				}
				rows, err := runOn(c, "SELECT n FROM ks.n WHERE k = 1", query{level: levelSerial})
				if err != nil {
					if rawclient.Code(err) < 0 {
						c.Close()
						c = nil
					}
					continue
				}
				n := number(rows.Value(0, "n"))
				rows, err = runOn(c, fmt.Sprintf("UPDATE ks.n SET n = %d WHERE k = 1 IF n = %d", n+1, n), query{level: levelQuorum, serial: levelSerial})
				mu.Lock()
				switch {
				case err != nil:
					uncertain++
					if rawclient.Code(err) < 0 {
						c.Close()
						c = nil
					}
					done++
				case applied(rows):
					given[n+1]++
					done++
				}
				mu.Unlock()
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	w.kill(3)
	time.Sleep(time.Second)
	w.Start(3)
	running.Wait()
	final := number(w.must(1, levelSerial, "SELECT n FROM ks.n WHERE k = 1").Value(0, "n"))
	for n, times := range given {
		require.Equal(t, 1, times, "value %d was given twice", n)
		require.LessOrEqual(t, n, final)
	}
	require.GreaterOrEqual(t, final, len(given))
	require.LessOrEqual(t, final, len(given)+uncertain)
}

// TestScenario38SchemaWhileDown: tables are made, changed and dropped while A2 is down; started again it has the same schema
// before it serves, and takes writes for the new table.
func TestScenario38SchemaWhileDown(t *testing.T) {
	w := nodes(t, 2)
	w.keyspace("'dcA': 2")
	w.must(1, levelOne, "CREATE TABLE ks.old (k int PRIMARY KEY)")
	w.Agree()
	w.down(2)
	w.must(1, levelOne, "CREATE TABLE ks.made (k int PRIMARY KEY, v text)")
	w.must(1, levelOne, "ALTER TABLE ks.t ADD extra int")
	w.must(1, levelOne, "DROP TABLE ks.old")
	w.must(1, levelOne, "INSERT INTO ks.t (k, v, extra) VALUES (1, '1', 7)")
	w.Start(2)
	w.must(2, levelLocalOne, "INSERT INTO ks.made (k, v) VALUES (1, 'x')")
	w.Agree()
	versions := map[string]bool{}
	for i := 1; i <= 2; i++ {
		versions[string(w.must(i, levelOne, "SELECT schema_version FROM system.local").Value(0, "schema_version"))] = true
		versions[string(w.must(i, levelOne, "SELECT schema_version FROM system.peers").Value(0, "schema_version"))] = true
	}
	require.Len(t, versions, 1)
	require.Equal(t, 7, number(w.must(2, levelAll, "SELECT extra FROM ks.t WHERE k = 1").Value(0, "extra")))
	w.fails(2, levelOne, invalid, "table old does not exist", "SELECT * FROM ks.old")
}

// TestScenarioSchemaConflict: the two halves of a divided cluster change the same things: afterwards all nodes have the same
// schema, version and table id, and the tables work.
func TestScenarioSchemaConflict(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.Isolate(3)
	w.seesDown(3, 1, 2)
	w.seesDown(1, 3)
	for _, i := range []int{1, 3} {
		w.must(i, levelOne, "ALTER TABLE ks.t ADD extra%d int", i)
		w.must(i, levelOne, "CREATE TABLE ks.same (k int PRIMARY KEY, v%d text)", i)
		w.must(i, levelOne, "ALTER TABLE ks.t WITH comment = 'by %d'", i)
	}
	w.Heal()
	w.Agree()
	describe := func(i int) string {
		rows := w.must(i, levelOne, "SELECT JSON * FROM system_schema.tables WHERE keyspace_name = 'ks'")
		columns := w.must(i, levelOne, "SELECT JSON * FROM system_schema.columns WHERE keyspace_name = 'ks'")
		return strings.Join(append(rows.Column("[json]"), columns.Column("[json]")...), "\n")
	}
	require.Equal(t, describe(1), describe(2))
	require.Equal(t, describe(1), describe(3))
	require.Contains(t, describe(1), "by 3", "the later change wins")
	for i := 1; i <= 3; i++ {
		w.must(i, levelAll, "INSERT INTO ks.t (k, v, extra1, extra3) VALUES (%d, 'x', 1, 3)", i)
		w.must(i, levelAll, "INSERT INTO ks.same (k) VALUES (%d)", i)
		require.Equal(t, i, w.must(i, levelAll, "SELECT k FROM ks.same").Len())
	}
}

// TestScenario39MoreReplicas: ks gets a replica in dcB: a warning, and nothing moves by itself; repair, or rebuild, brings the rows.
func TestScenario39MoreReplicas(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 1")
	w.parallelFill(levelOne, 0, 100)
	w.must(1, levelOne, "ALTER KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 1, 'dcB': 1}")
	require.Equal(t, []string{"When increasing replication factor you need to run a full (-full) repair to distribute the data."}, w.at(1).Warnings)
	w.Agree()
	require.Zero(t, w.must(3, levelLocalOne, "SELECT k FROM ks.t").Len())
	_, err := w.operate(3, admin.Membership{Action: "rebuild", Source: "dcX"})
	require.EqualError(t, err, "Provided datacenter 'dcX' is not a valid datacenter, available datacenters are: dcA,dcB")
	_, err = w.operate(3, admin.Membership{Action: "rebuild", Source: "dcA"})
	require.NoError(t, err)
	w.hasAll(3, levelLocalOne, 0, 100)
	w.must(1, levelOne, "ALTER KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 2, 'dcB': 1}")
	w.Agree()
	for i := 1; i <= 2; i++ {
		_, err = w.repair(i, admin.Repair{})
		require.NoError(t, err)
	}
	for i := 1; i <= 3; i++ {
		require.EqualValues(t, 100, w.partitions(i))
	}
}

// ringNode is a node for the independent placement of scenario 41.
type ringNode struct {
	number   int
	dc, rack string
}

// place is NetworkTopologyStrategy written from the reference's paragraph alone.
func place(tokens map[int64]ringNode, factors map[string]int, key int64) []int {
	var ring []int64
	for t := range tokens {
		ring = append(ring, t)
	}
	slices.Sort(ring)
	members, racks := map[string]map[int]bool{}, map[string]map[string]bool{}
	for _, n := range tokens {
		if members[n.dc] == nil {
			members[n.dc], racks[n.dc] = map[int]bool{}, map[string]bool{}
		}
		members[n.dc][n.number], racks[n.dc][n.rack] = true, true
	}
	left, repeats, used := map[string]int{}, map[string]int{}, map[string]bool{}
	for dc, rf := range factors {
		left[dc], repeats[dc] = min(rf, len(members[dc])), rf-len(racks[dc])
	}
	start := sort.Search(len(ring), func(i int) bool { return ring[i] >= key })
	var out []int
	for i := range ring {
		n := tokens[ring[(start+i)%len(ring)]]
		if left[n.dc] == 0 || slices.Contains(out, n.number) {
			continue
		}
		if used[n.dc+"/"+n.rack] {
			if repeats[n.dc] <= 0 {
				continue
			}
			repeats[n.dc]--
		}
		used[n.dc+"/"+n.rack] = true
		left[n.dc]--
		out = append(out, n.number)
	}
	return out
}

// TestScenario41Placement: six nodes on three racks of two datacenters with random tokens: the replicas of keys and ranges, in
// their order, are those of an independent implementation of the rules.
func TestScenario41Placement(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	tokens := map[int64]ringNode{}
	initial := map[int][]string{}
	racks := testnode.Racks{"r1", "r1", "r2", "r3", "r1", "r2"}
	for i, rack := range racks {
		dc := "dcA"
		if i >= 4 {
			dc = "dcB"
		}
		for range 3 {
			x := int64(random.Uint64())
			tokens[x] = ringNode{i + 1, dc, rack}
			initial[i+1] = append(initial[i+1], fmt.Sprint(x))
		}
	}
	w := scenario(t, testnode.Datacenters{"dcA": 4, "dcB": 2}, racks, testnode.Configure(func(i int, c *config.Config) {
		c.NumTokens, c.InitialToken = 3, strings.Join(initial[i], ",")
	}))
	for _, factors := range []map[string]int{{"dcA": 2, "dcB": 1}, {"dcA": 3, "dcB": 2}, {"dcA": 4}} {
		var options []string
		for dc, n := range factors {
			options = append(options, fmt.Sprintf("'%s': %d", dc, n))
		}
		w.keyspace(strings.Join(options, ", "))
		for k := range 100 {
			want := place(tokens, factors, int64(token.Of(intBytes(k))))
			require.Equal(t, want, w.endpoints(1+k%6, fmt.Sprint(k)), "key %d, %v", k, factors)
		}
		r, err := w.Node(6).Ring(context.Background(), admin.Keyspace{Keyspace: "ks"})
		require.NoError(t, err)
		require.Len(t, r.Ranges, 18)
		for _, one := range r.Ranges {
			var got []int
			for _, n := range one.Replicas {
				for j := 1; j <= 6; j++ {
					if w.Node(j).Storage().String() == n.Address {
						got = append(got, j)
					}
				}
			}
			require.Equal(t, place(tokens, factors, one.End), got)
		}
		w.must(1, levelOne, "DROP KEYSPACE ks")
		w.Agree()
	}
}

// TestScenario42RepairVariants: a dead replica ends a repair at once, unless it is forced; -pr, ranges, datacenters, hosts and
// previews repair what they say and nothing else.
func TestScenario42RepairVariants(t *testing.T) {
	w := scenario(t, testnode.Datacenters{"dcA": 2, "dcB": 2})
	w.keyspace("'dcA': 2, 'dcB': 2")
	for i := 1; i <= 4; i++ {
		w.handoff(i, false)
	}
	w.down(4)
	lines, err := w.repair(1, admin.Repair{})
	dead := fmt.Sprintf("Repair command #1 failed with error Endpoint not alive: /%s", w.Node(4).Storage())
	require.EqualError(t, err, "Repair job has failed with the error message: "+dead+". Check the logs on the repair participants for further details")
	require.Equal(t, []string{dead, "Repair command #1 finished with error"}, lines[1:])
	w.up(4)
	for i := 1; i <= 4; i++ {
		w.handoff(i, false)
	}
	has := func() (out [4]int) {
		for i := range out {
			out[i] = w.alone(i+1, "t")
		}
		return out
	}
	// Each round writes 50 rows that nodes 2, 3 and 4 miss.
	round := 0
	diverge := func() {
		t.Helper()
		for _, i := range []int{2, 3, 4} {
			w.down(i)
		}
		w.fill(1, levelOne, 50*round, 50*round+50)
		round++
		for _, i := range []int{2, 3, 4} {
			w.Start(i)
			w.handoff(i, false)
		}
		w.Agree()
	}
	diverge()
	require.Equal(t, [4]int{50, 0, 0, 0}, has())
	lines, err = w.repair(1, admin.Repair{Preview: true})
	require.NoError(t, err)
	require.Contains(t, strings.Join(lines, "\n"), "ranges differ")
	require.Equal(t, [4]int{50, 0, 0, 0}, has(), "a preview writes nothing")
	_, err = w.repair(1, admin.Repair{Hosts: []string{w.Node(1).Addr().String(), w.Node(3).Addr().String()}})
	require.NoError(t, err)
	require.Equal(t, [4]int{50, 0, 50, 0}, has())
	_, err = w.repair(1, admin.Repair{Local: true})
	require.NoError(t, err)
	require.Equal(t, [4]int{50, 50, 50, 0}, has())
	_, err = w.repair(2, admin.Repair{Datacenters: []string{"dcA", "dcB"}})
	require.NoError(t, err)
	require.Equal(t, [4]int{50, 50, 50, 50}, has())
	lines, err = w.repair(1, admin.Repair{Preview: true})
	require.NoError(t, err)
	require.Contains(t, lines, "Repair preview completed successfully; Previewed data was in sync")
	diverge()
	for i := 1; i <= 4; i++ {
		require.NotEqual(t, [4]int{100, 100, 100, 100}, has())
		_, err = w.repair(i, admin.Repair{Primary: true})
		require.NoError(t, err)
	}
	require.Equal(t, [4]int{100, 100, 100, 100}, has(), "-pr on every node covers the ring")
	diverge()
	r, err := w.Node(1).Ring(context.Background(), admin.Keyspace{Keyspace: "ks"})
	require.NoError(t, err)
	before := has()
	for _, one := range r.Ranges {
		_, err = w.repair(1, admin.Repair{StartToken: fmt.Sprint(one.Start), EndToken: fmt.Sprint(one.End)})
		require.NoError(t, err)
		require.GreaterOrEqual(t, w.alone(2, "t"), before[1])
		before = has()
	}
	require.Equal(t, [4]int{150, 150, 150, 150}, has(), "range by range")
	for _, test := range []struct {
		r    admin.Repair
		text string
	}{
		{admin.Repair{Datacenters: []string{"zz"}}, "data center(s) [zz] not found"},
		{admin.Repair{Datacenters: []string{"dcB"}}, "the local data center must be part of the repair; requested [dcB] but DC is dcA"},
		{admin.Repair{Primary: true, Hosts: []string{"127.0.0.1"}}, "Primary range repair should be performed on all nodes in the cluster."},
		{admin.Repair{Hosts: []string{w.Node(2).Addr().String()}}, "The current host must be part of the repair"},
		{admin.Repair{Keyspace: "nope"}, "Keyspace [nope] does not exist."},
	} {
		_, err := w.repair(1, test.r)
		require.EqualError(t, err, test.text)
	}
	w.down(4)
	w.must(1, levelOne, "INSERT INTO ks.t (k, v) VALUES (1000, 'x')")
	_, err = w.repair(1, admin.Repair{Force: true})
	require.NoError(t, err)
}

// TestScenario44InternodeTLS: who may join whom, by internode_encryption and optional.
func TestScenario44InternodeTLS(t *testing.T) {
	const (
		none      = "server_encryption_options:\n  internode_encryption: none\n"
		keystore  = "  keystore: $DIR/node.jks\n  keystore_password: cassandra\n  truststore: $DIR/ca.jks\n  truststore_password: cassandra\n"
		noneStore = none + keystore
		noneOnly  = none + keystore + "  optional: false\n"
		all       = "server_encryption_options:\n  internode_encryption: all\n" + keystore
		allMixed  = all + "  optional: true\n"
		dc        = "server_encryption_options:\n  internode_encryption: dc\n" + keystore
		dcMixed   = dc + "  optional: true\n"
	)
	t.Parallel()
	for _, test := range []struct {
		name, first, second string
		otherDC, joined     bool
	}{
		{"none, none", none, none, false, true},
		{"none refuses TLS", none, all, false, false},
		{"none with a keystore takes both", noneStore, allMixed, false, true},
		{"none that is not optional refuses TLS", noneOnly, allMixed, false, false},
		{"all, all", all, all, false, true},
		{"all refuses plain text", all, none, false, false},
		{"all that is optional takes both", allMixed, noneStore, false, true},
		{"dc within a datacenter", dc, dc, false, true},
		{"dc between datacenters refuses plain text", dc, none, true, false},
		{"dc between datacenters", dc, dc, true, true},
		{"dc that is optional takes both", dcMixed, noneStore, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, files := newPKI(t)
			w := nodes(t, 2, testnode.NotStarted, files, testnode.NodeYAML(1, test.first), testnode.NodeYAML(2, test.second))
			if test.otherDC {
				w.SetPlace(2, "dcB", "r1")
			}
			w.SetSeeds(1)
			w.Start(1)
			err := w.TryStart(2)
			if test.joined {
				require.NoError(t, err)
				w.Agree()
				return
			}
			require.ErrorContains(t, err, "Unable to gossip with any peers")
			require.Equal(t, map[int]string{1: "UN"}, w.status(1))
		})
	}
}

// TestScenario45WrongClock: A2 is 5 s ahead: the higher timestamp wins on all nodes, also after a repair; at equal timestamps the
// larger value wins, and a deletion beats a write.
func TestScenario45WrongClock(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	w.SetSkew(2, 5*time.Second)
	w.must(2, levelOne, "INSERT INTO ks.t (k, v) VALUES (1, 'ahead')")
	w.must(1, levelOne, "INSERT INTO ks.t (k, v) VALUES (1, 'later')")
	w.must(1, levelOne, "INSERT INTO ks.t (k, v) VALUES (2, 'b') USING TIMESTAMP 5")
	w.must(3, levelOne, "INSERT INTO ks.t (k, v) VALUES (2, 'a') USING TIMESTAMP 5")
	w.must(3, levelOne, "DELETE v FROM ks.t USING TIMESTAMP 5 WHERE k = 3")
	w.must(1, levelOne, "UPDATE ks.t USING TIMESTAMP 5 SET v = 'dead' WHERE k = 3")
	check := func() {
		t.Helper()
		for i := 1; i <= 3; i++ {
			w.Eventually("all nodes agree", func() error {
				if v := [3]string{w.value(i, levelLocalOne, 1), w.value(i, levelLocalOne, 2), w.value(i, levelLocalOne, 3)}; v != [3]string{"ahead", "b", ""} {
					return fmt.Errorf("%v", v)
				}
				return nil
			})
		}
	}
	check()
	_, err := w.repair(1, admin.Repair{})
	require.NoError(t, err)
	check()
}

// TestScenario47RollingRestart: one node after the other is restarted, and then killed and started, while rows are written at
// QUORUM by clients that try the next node: no row is lost, and none is refused by all.
func TestScenario47RollingRestart(t *testing.T) {
	w := nodes(t, 3)
	w.keyspace("'dcA': 3")
	stop := w.driver(levelQuorum, 3)
	for _, end := range []func(int){w.Stop, w.kill} {
		for i := 1; i <= 3; i++ {
			end(i)
			w.forget(i)
			w.up(i)
		}
	}
	acked, refused := stop()
	require.Empty(t, refused)
	require.NotEmpty(t, acked)
	for _, k := range acked {
		require.Equal(t, fmt.Sprint(k), w.value(1+k%3, levelQuorum, k))
	}
}

// driver writes rows through whatever node answers, like a driver that tries the next host, until stop: it returns the rows that
// were acknowledged, and what was said of those that every node refused.
func (w *world) driver(level primitive.ConsistencyLevel, writers int) (stop func() (acked []int, refused []error)) {
	var mu sync.Mutex
	var acked []int
	var refused []error
	end := make(chan struct{})
	next := 0
	var running sync.WaitGroup
	addresses := w.Addresses()
	for j := range writers {
		running.Go(func() {
			p := &patient{addresses: addresses, at: j}
			defer p.close()
			for {
				select {
				case <-end:
					return
				case <-time.After(2 * time.Millisecond):
				}
				mu.Lock()
				k := next
				next++
				mu.Unlock()
				err := p.run(fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, '%d')", k, k), query{level: level})
				mu.Lock()
				if err == nil {
					acked = append(acked, k)
				} else {
					refused = append(refused, fmt.Errorf("row %d: %w", k, err))
				}
				mu.Unlock()
			}
		})
	}
	return func() ([]int, []error) {
		close(end)
		running.Wait()
		return acked, refused
	}
}

// patient is a client that goes on to the next node when one fails.
type patient struct {
	addresses []string
	at        int
	client    *rawclient.Client
}

func (p *patient) close() {
	if p.client != nil {
		p.client.Close()
		p.client = nil
	}
}

func (p *patient) run(cql string, q query) error {
	var err error
	for range 4 * len(p.addresses) {
		if p.client == nil {
			p.at++
			if p.client, err = rawclient.Dial(p.addresses[p.at%len(p.addresses)], rawclient.Options{Version: 5, Timeout: 5 * time.Second}); err != nil {
				time.Sleep(5 * time.Millisecond)
				continue
			}
		}
		if _, err = runOn(p.client, cql, q); err == nil {
			return nil
		}
		p.close()
	}
	return err
}

// TestScenario48AllAtOnce: all nodes are killed at the same moment and started: rows, schema, host ids, tokens, roles and hints
// are there.
func TestScenario48AllAtOnce(t *testing.T) {
	w := nodes(t, 3, testnode.Auth)
	super := func(i int) *rawclient.Client {
		c, err := w.TryClient(i, rawclient.Options{Version: 5, User: "cassandra", Password: "cassandra"})
		require.NoError(t, err)
		w.clients[i] = c
		return c
	}
	super(1)
	w.must(1, levelOne, "ALTER KEYSPACE system_auth WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 3}")
	w.Agree()
	for i := 1; i <= 3; i++ {
		_, err := w.repair(i, admin.Repair{Keyspace: "system_auth"})
		require.NoError(t, err)
	}
	w.keyspace("'dcA': 3")
	w.must(1, levelOne, "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true")
	w.fill(1, levelQuorum, 0, 100)
	w.down(3)
	w.fill(1, levelQuorum, 100, 150)
	hosts, version := []string{}, w.must(1, levelOne, "SELECT schema_version FROM system.local").Value(0, "schema_version")
	tokens := w.tokens(1, 2)
	for i := 1; i <= 3; i++ {
		hosts = append(hosts, w.Node(i).HostID().String())
	}
	w.kill(1)
	w.kill(2)
	started := []<-chan error{w.Begin(1), w.Begin(2), w.Begin(3)}
	for _, s := range started {
		require.NoError(t, <-s)
	}
	w.Agree()
	for i := 1; i <= 3; i++ {
		require.Equal(t, hosts[i-1], w.Node(i).HostID().String())
		super(i)
		require.Equal(t, version, w.must(i, levelOne, "SELECT schema_version FROM system.local").Value(0, "schema_version"))
		w.hasAll(i, levelQuorum, 0, 150)
		_, err := w.TryClient(i, rawclient.Options{User: "app", Password: "x"})
		require.NoError(t, err)
	}
	require.Equal(t, tokens, w.tokens(1, 2))
	w.comesTo(3, 0, 150)
}

// TestScenario49Metadata: what drivers learn of the cluster is the same at all nodes, and complete; a driver's session works in
// both datacenters.
func TestScenario49Metadata(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	views := map[string]bool{}
	for i := 1; i <= 3; i++ {
		var lines []string
		for _, cql := range []string{
			"SELECT broadcast_address AS peer, data_center, rack, host_id, tokens, release_version, schema_version, rpc_address FROM system.local",
			"SELECT peer, data_center, rack, host_id, tokens, release_version, schema_version, rpc_address FROM system.peers",
		} {
			rows := w.must(i, levelOne, cql)
			for r := range rows.Values {
				require.Len(t, textSet(rows.Value(r, "tokens")), 4)
				lines = append(lines, fmt.Sprintf("%x", rows.Values[r]))
			}
		}
		require.Len(t, lines, 3)
		slices.Sort(lines)
		views[strings.Join(lines, "\n")] = true
	}
	require.Len(t, views, 1, "all nodes tell the same")
	for i := 1; i <= 3; i += 2 {
		s := w.Session(i, "", "", nil)
		require.NoError(t, s.Query("INSERT INTO ks.t (k, v) VALUES (?, ?)", i, "driver").Exec())
		var v string
		require.NoError(t, s.Query("SELECT v FROM ks.t WHERE k = ?", i).Scan(&v))
		require.Equal(t, "driver", v)
	}
	for k := range 50 {
		require.ElementsMatch(t, []int{1, 2, 3}, w.endpoints(1, fmt.Sprint(k)))
	}
}
