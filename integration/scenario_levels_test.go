package integration

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
)

// TestScenario02EveryLevel: writes and reads at all eleven levels; only the illegal ones fail, each with its text.
func TestScenario02EveryLevel(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.must(1, levelOne, "CREATE TABLE ks.cnt (k int PRIMARY KEY, n counter)")
	w.must(1, levelOne, "CREATE KEYSPACE simple WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}")
	w.must(1, levelOne, "CREATE TABLE simple.t (k int PRIMARY KEY, v text)")
	for level := levelAny; level <= levelLocalOne; level++ {
		write, read, counter := "", "", ""
		switch level {
		case levelAny:
			read, counter = "ANY ConsistencyLevel is only supported for writes", "Consistency level ANY is not yet supported for counter table cnt"
		case levelSerial, levelLocalSerial:
			write, counter = "You must use conditional updates for serializable writes", "Counter operations are inherently non-serializable"
		}
		check := func(text, cql string) {
			t.Helper()
			if text == "" {
				w.must(1, level, cql)
				return
			}
			w.fails(1, level, invalid, text, cql)
		}
		check(write, "INSERT INTO ks.t (k, v) VALUES (1, 'x')")
		check(read, "SELECT v FROM ks.t WHERE k = 1")
		check(read, "SELECT v FROM ks.t")
		check(counter, "UPDATE ks.cnt SET n = n + 1 WHERE k = 1")
		check("", "BEGIN BATCH INSERT INTO ks.t (k, v) VALUES (1, 'x'); INSERT INTO ks.t (k, v) VALUES (2, 'x'); APPLY BATCH")
		commit := ""
		if level == levelSerial || level == levelLocalSerial {
			commit = levelName(level) + ` is not supported as conditional update commit consistency. Use ANY if you mean "make sure it is accepted but I don't care how many replicas commit it for non-SERIAL reads"`
		}
		check(commit, fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, 'x') IF NOT EXISTS", 100+level))
	}
	w.fails(1, levelEachQuorum, invalid, "consistency level EACH_QUORUM not compatible with replication strategy (org.apache.cassandra.locator.SimpleStrategy)",
		"INSERT INTO simple.t (k, v) VALUES (1, 'x') IF NOT EXISTS")
	w.must(1, levelEachQuorum, "INSERT INTO simple.t (k, v) VALUES (1, 'x')")
	w.must(1, levelEachQuorum, "SELECT v FROM simple.t WHERE k = 1")
	w.fails(1, levelSerial, invalid, "SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time", "SELECT v FROM ks.t WHERE k IN (1, 2)")
	_, err := w.run(1, "SELECT v FROM ks.t WHERE k IN (1, 2)", query{level: levelSerial, page: 100})
	require.NoError(t, err)
}

// TestScenario03Tokens: SELECT token(k) of known keys is the same on all nodes, and right.
func TestScenario03Tokens(t *testing.T) {
	w := twoAndOne(t)
	w.must(1, levelOne, "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 2, 'dcB': 1}")
	w.must(1, levelOne, "CREATE TABLE ks.b (k blob PRIMARY KEY)")
	w.Agree()
	vectors := map[string]string{
		"00": "5048724184180415669", "61": "-8839064797231613815", "616263": "-5434086359492102041", "313233": "-7468325962851647638",
		"80": "-5284281814142962636", "ff": "-4442228696663692417", "fffefdfcfbfaf9f8f7f6f5f4f3f2f1": "-5987817694781604974",
		"7a61c5bcc3b3c582c487": "8313972111118972255", "30313233343536373839616263646566": "5467490433528156583",
		"30313233343536373839616263646566e282ac": "-1781241331653097460", "00000001": "-4069959284402364209",
		"63617373616e647261": "356242581507269238", "653cbefb85ec3111b4e38fa9bc7cbcae": "9223372036854775807",
		"5ed0b893f10c088ccf0e007bf6edbf61": "0",
	}
	for key := range vectors {
		w.must(1, levelAll, "INSERT INTO ks.b (k) VALUES (0x%s)", key)
	}
	for i := 1; i <= 3; i++ {
		rows := w.must(i, levelOne, "SELECT k, token(k) FROM ks.b")
		require.Equal(t, len(vectors), rows.Len())
		for r := range rows.Values {
			key := hex.EncodeToString(rows.Value(r, "k"))
			require.Equal(t, vectors[key], fmt.Sprint(number(rows.Values[r][1])), key)
		}
	}
	w.fails(1, levelOne, invalid, "Key may not be empty", "INSERT INTO ks.b (k) VALUES (0x)")
}

// TestScenario04Replication: the matrix of CREATE KEYSPACE, with its messages and warnings.
func TestScenario04Replication(t *testing.T) {
	w := twoAndOne(t)
	create := func(name, replication string) (string, error) {
		cql := "CREATE KEYSPACE " + name + " WITH durable_writes = true"
		if replication != "" {
			cql += " AND replication = " + replication
		}
		_, err := w.try(1, levelOne, cql)
		return strings.Join(w.at(1).Warnings, "|"), err
	}
	for i, test := range []struct {
		replication string
		code        int
		text        string // of the error; %s is the keyspace
		warnings    string
		stored      string // what system_schema shows
	}{
		{"", invalid, "Missing mandatory option 'replication'", "", ""},
		{"{'replication_factor': 1}", configError, "Missing replication strategy class", "", ""},
		{"{'class': 'X'}", configError, "Unable to find replication strategy class 'org.apache.cassandra.locator.X'", "", ""},
		{"{'class': 'EverywhereStrategy'}", configError, "Unable to find replication strategy class 'org.apache.cassandra.locator.EverywhereStrategy'", "", ""},
		{"{'class': 'LocalStrategy'}", invalid, "Unable to use given strategy class: LocalStrategy is reserved for internal use.", "", ""},
		{"{'class': 'SimpleStrategy', 'replication_factor': -1}", configError, "Replication factor must be non-negative, found -1", "", ""},
		{"{'class': 'SimpleStrategy', 'replication_factor': 'x'}", configError, `For input string: "x"`, "", ""},
		{"{'class': 'SimpleStrategy', 'replication_factor': '3/1'}", configError, "Transient replication is not enabled on this node", "", ""},
		{"{'class': 'SimpleStrategy', 'replication_factor': 1, 'dcA': 1}", configError, "Unrecognized strategy option {dcA} passed to SimpleStrategy for keyspace %s", "", ""},
		{"{'class': 'NetworkTopologyStrategy', 'nope': 1}", configError, "Unrecognized strategy option {nope} passed to NetworkTopologyStrategy for keyspace %s", "", ""},
		{"{'class': 'NetworkTopologyStrategy', 'dca': 1}", configError, "Unrecognized strategy option {dca} passed to NetworkTopologyStrategy for keyspace %s", "", ""},
		{"{'class': 'NetworkTopologyStrategy', 'dcA': 0}", configError, "Configuration for at least one datacenter must be present", "", ""},
		{"{'class': 'SimpleStrategy'}", 0, "", "", "replication_factor 1"},
		{"{'class': 'SimpleStrategy', 'replication_factor': 0}", 0, "", "", "replication_factor 0"},
		{"{'class': 'SimpleStrategy', 'replication_factor': 5}", 0, "", "Your replication factor 5 for keyspace %s is higher than the number of nodes 3", "replication_factor 5"},
		{"{'class': 'NetworkTopologyStrategy', 'dcA': 1, 'dcB': 0}", 0, "", "", "dcA 1"},
		{"{'class': 'NetworkTopologyStrategy'}", 0, "", "", "dcA 1 dcB 1"},
		{"{'class': 'NetworkTopologyStrategy', 'replication_factor': 2, 'dcB': 1}", 0, "", "", "dcA 2 dcB 1"},
		{
			"{'class': 'NetworkTopologyStrategy', 'dcA': 2, 'dcB': 3}", 0, "",
			"Your replication factor 3 for keyspace %s is higher than the number of nodes 1 for datacenter dcB", "dcA 2 dcB 3",
		},
	} {
		name := fmt.Sprintf("m%d", i)
		filled := func(s string) string { return strings.ReplaceAll(s, "%s", name) }
		warnings, err := create(name, test.replication)
		if test.code != 0 {
			w.failure(err, test.code, filled(test.text))
			continue
		}
		require.NoError(t, err, test.replication)
		require.Equal(t, filled(test.warnings), warnings, test.replication)
		rows := w.must(1, levelOne, "SELECT replication['replication_factor'] AS f, replication['dcA'] AS a, replication['dcB'] AS b FROM system_schema.keyspaces WHERE keyspace_name = '%s'", name)
		stored := ""
		for column, label := range map[string]string{"f": "replication_factor", "a": "dcA", "b": "dcB"} {
			if v := rows.Value(0, column); v != nil {
				require.Contains(t, test.stored, label+" "+string(v))
				stored += label + " " + string(v) + " "
			}
		}
		require.Len(t, strings.TrimSpace(stored), len(test.stored), test.replication)
	}
	_, err := create("m12", "{'class': 'SimpleStrategy'}")
	w.failure(err, 0x2400, `Cannot add existing keyspace "m12"`)
	_, err = create("IF NOT EXISTS m12", "{'class': 'SimpleStrategy', 'bogus': 1}")
	require.NoError(t, err)
	w.fails(1, levelOne, unauthorized, "system keyspace is not user-modifiable.", "ALTER KEYSPACE system WITH durable_writes = false")
	w.fails(1, levelOne, invalid, "Keyspace 'nosuch' doesn't exist", "ALTER KEYSPACE nosuch WITH durable_writes = false")
	w.fails(1, levelOne, configError, "Following datacenters have active nodes and must be present in replication options for keyspace system_auth: [dcB]",
		"ALTER KEYSPACE system_auth WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 1}")
}

// TestScenario05And06OneDatacenterDown: B1 is stopped. QUORUM and less goes on at A1; ALL, THREE and EACH_QUORUM are
// unavailable with their numbers, and leave no trace.
func TestScenario05And06OneDatacenterDown(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.down(3)
	const read = "SELECT v FROM ks.t WHERE k = 1"
	for _, level := range []primitive.ConsistencyLevel{levelQuorum, levelLocalQuorum, levelOne, levelTwo} {
		w.must(1, level, "INSERT INTO ks.t (k, v) VALUES (1, 'x')")
		require.Equal(t, 1, w.must(1, level, read).Len())
	}
	write := "INSERT INTO ks.t (k, v) VALUES (2, 'refused')"
	for _, cql := range []string{read, write} {
		w.unavailable(1, levelAll, "", 3, 2, cql)
		w.unavailable(1, levelThree, "", 3, 2, cql)
		w.unavailable(1, levelEachQuorum, " in DC dcB", 1, 0, cql)
	}
	w.up(3)
	time.Sleep(time.Second)
	for i := 1; i <= 3; i++ {
		require.Zero(t, w.must(i, levelAll, "SELECT v FROM ks.t WHERE k = 2").Len(), "a refused write leaves no trace")
	}
}

// TestScenario07OneReplicaDown: A2 is stopped. LOCAL_QUORUM fails at A1 and works at B1; QUORUM works; EACH_QUORUM misses dcA.
func TestScenario07OneReplicaDown(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.down(2)
	for _, cql := range []string{"INSERT INTO ks.t (k, v) VALUES (1, 'x')", "SELECT v FROM ks.t WHERE k = 1", "SELECT v FROM ks.t"} {
		w.unavailable(1, levelLocalQuorum, "", 2, 1, cql)
		w.must(3, levelLocalQuorum, cql)
		w.must(1, levelQuorum, cql)
		_, err := w.try(3, levelEachQuorum, cql)
		e := w.failure(err, unavailable, "Cannot achieve consistency level EACH_QUORUM in DC dcA")
		require.EqualValues(t, 2, e.Full.(*message.Unavailable).Required)
	}
}

// TestScenario14ForeignKeyspace: a keyspace of dcB alone, asked at A1: the LOCAL levels have nobody, the others work.
func TestScenario14ForeignKeyspace(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcB': 1")
	for _, cql := range []string{"INSERT INTO ks.t (k, v) VALUES (1, 'x')", "SELECT v FROM ks.t WHERE k = 1"} {
		w.unavailable(1, levelLocalOne, "", 1, 0, cql)
		w.unavailable(1, levelLocalQuorum, "", 1, 0, cql)
		for _, level := range []primitive.ConsistencyLevel{levelOne, levelQuorum, levelAll, levelEachQuorum} {
			w.must(1, level, cql)
		}
	}
	w.unavailable(1, levelLocalSerial, "", 1, 0, "SELECT v FROM ks.t WHERE k = 1")
	require.Equal(t, "x", w.value(1, levelSerial, 1))
}

// TestScenario16Counters: ANY is refused, ALL is unavailable with B1 down, QUORUM counts, and B1 has the total later.
func TestScenario16Counters(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.must(1, levelOne, "CREATE TABLE ks.cnt (k int PRIMARY KEY, n counter)")
	w.Agree()
	const add = "UPDATE ks.cnt SET n = n + 1 WHERE k = 1"
	w.fails(1, levelAny, invalid, "Consistency level ANY is not yet supported for counter table cnt", add)
	w.must(1, levelAll, add)
	w.down(3)
	w.unavailable(1, levelAll, "", 3, 2, add)
	for range 10 {
		w.must(1, levelQuorum, add)
	}
	w.up(3)
	w.Eventually("B1 has the total", func() error {
		if n := number(w.must(3, levelLocalOne, "SELECT n FROM ks.cnt WHERE k = 1").Value(0, "n")); n != 11 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
}

// TestScenario17Truncate: with B1 down no table can be truncated, wherever it lies; with B1 up it can.
func TestScenario17Truncate(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 1")
	w.fill(1, levelOne, 0, 10)
	w.down(3)
	w.fails(1, levelOne, truncateFailed, "Error during truncate: Cannot achieve consistency level ALL", "TRUNCATE ks.t")
	w.hasAll(1, levelOne, 0, 10)
	w.up(3)
	w.must(1, levelOne, "TRUNCATE ks.t")
	require.Zero(t, w.must(2, levelOne, "SELECT * FROM ks.t").Len())
}

// TestScenario19SerialLevels: A2 is down: LOCAL_SERIAL has no majority in dcA, SERIAL has one, and so has LOCAL_SERIAL in dcB.
func TestScenario19SerialLevels(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.down(2)
	insert := func(i, k int, serial primitive.ConsistencyLevel) error {
		rows, err := w.run(i, fmt.Sprintf("INSERT INTO ks.t (k, v) VALUES (%d, 'x') IF NOT EXISTS", k), query{level: levelOne, serial: serial})
		if err == nil {
			require.True(t, applied(rows))
		}
		return err
	}
	w.isUnavailable(insert(1, 1, levelLocalSerial), levelLocalSerial, "", 2, 1)
	require.NoError(t, insert(1, 2, levelSerial))
	require.NoError(t, insert(3, 3, levelLocalSerial))
}

// TestScenario20CommitLevel: B1 is down. IF NOT EXISTS with commit level ALL is refused after it was accepted: invisible at
// ONE until the next serial read finishes it.
func TestScenario20CommitLevel(t *testing.T) {
	w := twoAndOne(t)
	w.keyspace("'dcA': 2, 'dcB': 1")
	w.down(3)
	_, err := w.run(1, "INSERT INTO ks.t (k, v) VALUES (1, 'x') IF NOT EXISTS", query{level: levelAll, serial: levelSerial})
	w.isUnavailable(err, levelAll, "", 3, 2)
	require.Equal(t, "", w.value(1, levelOne, 1))
	require.Equal(t, "x", w.value(2, levelSerial, 1))
	w.Eventually("the row is visible", func() error {
		if v := w.value(1, levelOne, 1) + w.value(2, levelOne, 1); v != "xx" {
			return fmt.Errorf("%q", v)
		}
		return nil
	})
}

// TestScenario40Racks: A1 and A2 on r1, A3 on r2: two replicas are always on both racks, three are everybody.
func TestScenario40Racks(t *testing.T) {
	w := nodes(t, 3, testnode.Racks{"r1", "r1", "r2"})
	w.keyspace("'dcA': 2")
	seen := map[int]bool{}
	for k := range 100 {
		replicas := w.endpoints(1+k%3, fmt.Sprint(k))
		require.Len(t, replicas, 2)
		require.Contains(t, replicas, 3)
		seen[replicas[0]+replicas[1]-3] = true
	}
	require.Len(t, seen, 2, "both nodes of r1 are used")
	w.must(1, levelOne, "ALTER KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dcA': 3}")
	for k := range 100 {
		require.ElementsMatch(t, []int{1, 2, 3}, w.endpoints(1, fmt.Sprint(k)))
	}
}
