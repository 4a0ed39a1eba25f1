package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/internal/admin"
	"alexandra/internal/node/daemon"
)

// TestMain lets the test program be what ccm copies into a cluster's folder.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == runNode {
		os.Exit(daemon.Main(os.Args[2:], os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == runNodes {
		os.Exit(serveNodes(os.Args[2:], os.Stderr))
	}
	os.Exit(m.Run())
}

// local is ccm in a folder of its own, with a network of its own.
type local struct {
	t     *testing.T
	home  string
	first netip.Addr
}

func newLocal(t *testing.T) *local {
	for range 100 {
		a, b := byte(30+rand.IntN(30)), byte(1+rand.IntN(250))
		first := netip.AddrFrom4([4]byte{127, a, b, 1})
		l, err := net.Listen("tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, a, b, 254}), 7000).String())
		if err != nil {
			continue
		}
		c := &local{t: t, home: t.TempDir(), first: first}
		t.Cleanup(func() {
			_ = l.Close()
			c.run("remove")
		})
		return c
	}
	t.Fatal("no free network in 127.0.0.0/8")
	return nil
}

func (l *local) run(args ...string) (status int, out, errOut string) {
	var a, b bytes.Buffer
	status = run(append([]string{"--dir", l.home}, args...), &a, &b)
	return status, a.String(), b.String()
}

func (l *local) must(args ...string) string {
	l.t.Helper()
	status, out, errOut := l.run(args...)
	require.Zero(l.t, status, "ccm %s: %s", strings.Join(args, " "), errOut)
	return out
}

func (l *local) refused(want string, args ...string) {
	l.t.Helper()
	status, _, errOut := l.run(args...)
	require.NotZero(l.t, status, "ccm %s", strings.Join(args, " "))
	require.Contains(l.t, errOut, want)
}

// faults are the lines of status that tell of them.
func (l *local) faults() []string {
	_, after, found := strings.Cut(l.must("status"), "Faults:\n")
	if !found {
		return nil
	}
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(after), "\n") {
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

func (l *local) cluster() *cluster {
	l.t.Helper()
	c, err := (&app{home: l.home}).load(defaultName)
	require.NoError(l.t, err)
	return c
}

// query runs statements at a node as the superuser.
func (l *local) query(n int, statements ...string) error {
	c := l.cluster()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := c.login(ctx, &c.Nodes[n-1])
	if err != nil {
		return err
	}
	defer s.close()
	for _, text := range statements {
		if err := s.query(ctx, text, localOne); err != nil {
			return err
		}
	}
	return nil
}

// sees says whether a node holds another one for up.
func (l *local) sees(n, other int) bool {
	c := l.cluster()
	view, err := admin.ClusterOp.Call(context.Background(), c.Nodes[n-1].admin(), admin.None{})
	require.NoError(l.t, err)
	for _, g := range view.Nodes {
		if g.Address == c.Nodes[other-1].storage().String() {
			return g.Live
		}
	}
	return false
}

func (l *local) eventually(what string, is func() bool) {
	l.t.Helper()
	require.Eventually(l.t, is, 30*time.Second, 20*time.Millisecond, what)
}

func (l *local) up(args ...string) {
	l.t.Helper()
	l.must(append([]string{"up", "--first-ip", l.first.String(), "-o", "alexandra_failure_detector_timeout=700ms"}, args...)...)
}

func TestFaults(t *testing.T) {
	l := newLocal(t)
	l.refused("there is no cluster demo", "cut", "dc1", "dc2")
	l.up("dc1=2", "dc2=1")
	c := l.cluster()
	for want, args := range map[string]string{
		"has neither a node nor a datacenter dc9: it has dc1=2 dc2=1, with node1 to node3": "cut dc9 dc1",
		"there is no link between node1 and itself":                                        "cut node1 node1",
		`"5" is no share: write a percentage, such as 5%`:                                  "drop dc1 dc2 5",
		`"soon" is no difference of time`:                                                  "clock node1 soon",
		`"2/3" is no rate: write 1/10 for one in ten`:                                      "fail node1 write 2/3",
		`"cpu" cannot fail: read, write and disk can`:                                      "fail node1 cpu 1/3",
		"none of these nodes is paused":                                                    "resume",
		"has no snapshot x, nor any other":                                                 "restore x",
		`".x" is no name for a snapshot`:                                                   "snapshot .x",
	} {
		l.refused(want, strings.Fields(args)...)
	}
	require.Empty(t, l.faults())

	l.must("cut", "dc1", "dc2")
	require.Equal(t, []string{"dc1 - dc2: cut"}, l.faults())
	l.eventually("node3 is down for node1", func() bool { return !l.sees(1, 3) && !l.sees(3, 2) })
	require.True(t, l.sees(1, 2))
	l.must("kill", "node3")
	require.Contains(t, l.must("status"), "KILLED")
	l.refused("node3 does not run", "pause", "node3")
	require.Contains(t, l.must("start", "node3"), "The traffic between nodes is disturbed")
	now, err := (&app{ctx: context.Background()}).harm(&c.Nodes[2], admin.HarmChange{})
	require.NoError(t, err)
	require.Len(t, now.Links, 2, "a node that starts learns which of its links are cut")
	l.must("heal")
	require.Empty(t, l.faults())
	l.eventually("node3 is up again", func() bool { return l.sees(1, 3) && l.sees(3, 2) })

	l.must("delay", "dc1", "dc2", "20ms", "10ms")
	l.must("drop", "node1", "node2", "5%")
	l.must("clock", "node2", "-3s")
	l.must("clock", "node3", "+2m")
	l.must("fail", "node3", "read", "1/10")
	require.ElementsMatch(t, []string{
		"dc1 - dc2: delayed by 20ms to 30ms", "node1 - node2: 5% lost", "node2: clock -3s", "node3: clock +2m0s",
		"node3: 1 of 10 accesses to the storage fails (read)",
	}, l.faults())
	l.must("cut", "node1", "node2")
	require.Contains(t, l.faults(), "node1 - node2: cut, 5% lost")
	l.must("heal", "dc1", "dc2")
	require.Len(t, l.faults(), 4)
	l.must("pause", "node2")
	require.Contains(t, l.must("status"), "PAUSED")
	l.refused("node2 is paused: let it go on with 'ccm resume node2'", "clock", "node2", "0")
	l.eventually("node2 is down for node1", func() bool { return !l.sees(1, 2) })
	l.must("resume")
	l.eventually("node2 is up again", func() bool { return l.sees(1, 2) })
	l.must("heal")
	require.Empty(t, l.faults())

	require.NoError(t, l.query(1, "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}", "CREATE TABLE ks.t (k int PRIMARY KEY)"))
	l.must("fail", "dc1", "write", "1/1")
	require.ErrorContains(t, l.query(1, "INSERT INTO ks.t (k) VALUES (1)", "INSERT INTO ks.t (k) VALUES (2)", "INSERT INTO ks.t (k) VALUES (3)"), "")
	l.must("heal")
	require.NoError(t, l.query(1, "INSERT INTO ks.t (k) VALUES (1)"))
	l.must("fail", "node3", "disk", "1/1")
	_ = l.query(1, "INSERT INTO ks.t (k) VALUES (2)")
	l.eventually("node3 died of its disk", func() bool { return strings.Contains(l.must("status"), "DEAD") })
}

func TestSnapshots(t *testing.T) {
	for _, mode := range []string{"processes", "in-process"} {
		t.Run(mode, func(t *testing.T) {
			l := newLocal(t)
			args := []string{"dc1=1", "dc2=1"}
			if mode == "in-process" {
				args = append(args, "--in-process")
			}
			l.up(args...)
			require.NoError(t, l.query(1, "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}",
				"CREATE TABLE ks.t (k int PRIMARY KEY, v int)", "INSERT INTO ks.t (k, v) VALUES (1, 1)", "CREATE ROLE kept"))
			l.must("snapshot", "one")
			l.refused("there is a snapshot one already", "snapshot", "one")
			require.Equal(t, ".created\none\n", l.must("snapshot"))
			has := func(n int) string {
				var out []string
				for _, x := range []struct{ what, cql string }{
					{"table", "SELECT * FROM ks.t"},
					{"column", "SELECT extra FROM ks.t"},
					{"other", "SELECT * FROM other.t"},
					{"kept", "ALTER ROLE kept WITH LOGIN = false"},
					{"lost", "ALTER ROLE lost WITH LOGIN = false"},
				} {
					if l.query(n, x.cql) == nil {
						out = append(out, x.what)
					}
				}
				return strings.Join(out, " ")
			}
			change := func() {
				require.NoError(t, l.query(2, "ALTER TABLE ks.t ADD extra int", "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}",
					"CREATE TABLE other.t (k int PRIMARY KEY)", "CREATE ROLE lost", "DROP ROLE kept"))
				require.Equal(t, "table column other lost", has(1))
			}
			change()
			l.must("restore", "one")
			require.Equal(t, "table kept", has(1))
			require.Equal(t, "table kept", has(2))
			change()
			l.must("kill", "node2")
			l.must("restore", "one")
			l.must("start", "node2")
			require.Equal(t, "table kept", has(2), "a node that was dead has it as well")
			l.must("kill", "node1")
			require.Regexp(t, `is as it was created after \d+ ms`, l.must("reset"))
			require.Equal(t, "", has(1))
			require.Equal(t, "", has(2))
			l.must("restore", "one")
			require.Equal(t, "table kept", has(1))
			l.must("snapshot", "--delete", "one")
			l.refused("has no snapshot one, nor any other", "restore", "one")
			if mode == "in-process" {
				l.refused("it shares its process with the other nodes", "pause", "node1")
			}
			l.must("stop")
			l.must("start")
			require.Equal(t, "table kept", has(1))
		})
	}
}

func TestNegativeDifferences(t *testing.T) {
	require.Equal(t, []string{"clock", "node1", "--", "-3s"}, expand([]string{"clock", "node1", "-3s"}))
	require.Equal(t, []string{"clock", "node1", "+3s"}, expand([]string{"clock", "node1", "+3s"}))
}
