package testnode

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"
	"gopkg.in/yaml.v3"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/node"
	"alexandra/internal/testnode/rawclient"
	"alexandra/storage"
)

// Cluster is some nodes of one test. Its methods fail the test when they cannot do what they are asked to; they are for
// the test's own goroutine.
type Cluster struct {
	t       testing.TB
	options *options
	dir     string
	seeds   string
	nodes   []*Node

	starting sync.WaitGroup // of Begin
}

// Node is one node with what outlives its restarts.
type Node struct {
	// Node is the running one, or the last that ran; nil before the first Start.
	*node.Node
	// Clock is the node's time; SetSkew makes it wrong.
	Clock *clock.Offset
	// Log holds what the node logged.
	Log *Log

	index   int
	address netip.Addr
	rack    string
	dc      string
	fs      storage.FS
	running bool
	kills   atomic.Int64
}

// startLimit and patience bound every wait of this package.
const (
	startLimit = 60 * time.Second
	patience   = 20 * time.Second
)

// RunT starts a cluster that lives as long as the test.
func RunT(t testing.TB, opts ...Option) *Cluster {
	t.Helper()
	c := &Cluster{t: t, options: newOptions(opts), dir: t.TempDir()}
	network := reserve(t)
	var addresses []string
	for i, dc := range c.options.places() {
		c.nodes = append(c.nodes, &Node{
			Clock: clock.NewOffset(clock.System{}, 0), Log: &Log{}, index: i + 1, address: network(i + 1), dc: dc, rack: c.options.rack(i + 1), fs: c.options.fs(i + 1),
		})
		addresses = append(addresses, network(i+1).String())
	}
	c.seeds = strings.Join(addresses[:min(2, len(addresses))], ",")
	if c.options.prepare != nil {
		c.check(c.options.prepare(c.dir, addresses))
	}
	t.Cleanup(c.close)
	if !c.options.later {
		for _, n := range c.nodes {
			c.Start(n.index)
		}
		c.Agree()
		if c.options.replicate {
			c.replicateAuth()
		}
	}
	return c
}

// Replication is the replication of a keyspace with a replica on every node, as CREATE KEYSPACE takes it.
func (c *Cluster) Replication() string { return c.options.replication() }

// replicateAuth makes every node a replica of system_auth. The default superuser is the only role yet.
func (c *Cluster) replicateAuth() {
	c.t.Helper()
	c.Client(1, "cassandra", "cassandra").MustExec(c.t, "ALTER KEYSPACE system_auth WITH replication = "+c.Replication())
	c.Agree()
	for i := range c.nodes {
		c.Repair(i+1, "system_auth")
	}
}

// Repair repairs a keyspace at node i as nodetool does.
func (c *Cluster) Repair(i int, keyspace string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	_, err := c.Node(i).Node.Repair(ctx, admin.Repair{Keyspace: keyspace, Full: true}, func(string) {})
	c.check(err)
}

// reserve finds a network 127.a.b.0/24 that no other test uses now; its last address is kept busy as the sign of that.
func reserve(t testing.TB) func(i int) netip.Addr {
	t.Helper()
	for range 100 {
		a, b := byte(64+rand.IntN(128)), byte(1+rand.IntN(250))
		l, err := net.Listen("tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, a, b, 254}), 7000).String())
		if err == nil {
			t.Cleanup(func() { _ = l.Close() })
			return func(i int) netip.Addr { return netip.AddrFrom4([4]byte{127, a, b, byte(i)}) }
		}
	}
	t.Fatal("no free network in 127.0.0.0/8")
	return nil
}

func (c *Cluster) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Node is node i, counted from 1.
func (c *Cluster) Node(i int) *Node { return c.nodes[i-1] }

// Len is how many nodes there are, running or not.
func (c *Cluster) Len() int { return len(c.nodes) }

// Dir is the folder that "$DIR" stands for.
func (c *Cluster) Dir() string { return c.dir }

// Addresses are where clients reach the nodes, as address:port.
func (c *Cluster) Addresses() []string {
	var out []string
	for _, n := range c.nodes {
		out = append(out, n.CQL())
	}
	return out
}

// CQL is where clients reach the node.
func (n *Node) CQL() string { return netip.AddrPortFrom(n.address, 9042).String() }

// Addr is the node's address.
func (n *Node) Addr() netip.Addr { return n.address }

// Storage is where other nodes reach the node.
func (n *Node) Storage() netip.AddrPort { return netip.AddrPortFrom(n.address, 7000) }

// home is the folder of node i.
func (c *Cluster) home(i int) string { return filepath.Join(c.dir, fmt.Sprintf("node%d", i)) }

// Config reads the configuration of node i as a start would.
func (c *Cluster) Config(i int) (*config.Config, error) {
	n := c.Node(i)
	dir := c.home(i)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	rackdc := fmt.Sprintf("dc=%s\nrack=%s\n", n.dc, n.rack)
	if err := os.WriteFile(filepath.Join(dir, config.RackDCFile), []byte(rackdc), 0o600); err != nil {
		return nil, err
	}
	address := n.address.String()
	text, err := yaml.Marshal(c.options.merged(i, map[string]any{
		"listen_address": address, "rpc_address": address, "data_file_directories": []string{filepath.Join(dir, "data")},
		"commitlog_directory": filepath.Join(dir, "commitlog"), "hints_directory": filepath.Join(dir, "hints"),
		"saved_caches_directory": filepath.Join(dir, "saved_caches"), "cdc_raw_directory": filepath.Join(dir, "cdc_raw"),
		"seed_provider": []any{map[string]any{
			"class_name": "org.apache.cassandra.locator.SimpleSeedProvider", "parameters": []any{map[string]any{"seeds": c.seeds}},
		}},
	}))
	if err != nil {
		return nil, err
	}
	filled := strings.NewReplacer("$DIR", c.dir, "$ADDRESS", address).Replace(string(text))
	cfg, _, err := config.Parse([]byte(filled), "file:"+filepath.Join(dir, "cassandra.yaml"), c.options.properties)
	if err != nil {
		return nil, err
	}
	for _, f := range c.options.configure {
		f(i, cfg)
	}
	_, err = cfg.Validate()
	return cfg, err
}

// Override adds options for the starts to come: other pieces of yaml, above all.
func (c *Cluster) Override(opts ...Option) {
	for _, o := range opts {
		o.apply(c.options)
	}
}

// Start starts node i, for the first time or again, with the files that it left.
func (c *Cluster) Start(i int) {
	c.t.Helper()
	if err := c.TryStart(i); err != nil {
		c.t.Fatalf("start node %d: %v\n%s", i, err, c.Node(i).Log.Tail(30))
	}
}

// TryStart is Start for nodes that may refuse; a node that refused is stopped.
func (c *Cluster) TryStart(i int) error {
	n := c.Node(i)
	running, err := c.open(i)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	if err := running.Start(ctx); err != nil {
		_ = running.Crash()
		return err
	}
	n.running = true
	return nil
}

// Stop stops node i as a signal would.
func (c *Cluster) Stop(i int) {
	c.t.Helper()
	n := c.Node(i)
	if !n.running {
		return
	}
	n.running = false
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	c.check(n.Node.Stop(ctx))
}

// Crash ends node i without a word to anybody.
func (c *Cluster) Crash(i int) {
	c.t.Helper()
	n := c.Node(i)
	if n.running {
		n.running = false
		c.check(n.Node.Crash())
	}
}

// Restart is Stop and Start, then Agree.
func (c *Cluster) Restart(i int) {
	c.t.Helper()
	c.Stop(i)
	c.Start(i)
	c.Agree()
}

func (c *Cluster) close() {
	for _, n := range c.nodes {
		if n.running {
			n.running = false
			_ = n.Node.Crash()
		}
	}
	c.starting.Wait()
	if c.t.Failed() {
		for _, n := range c.nodes {
			c.t.Logf("last lines of node %d:\n%s", n.index, n.Log.Tail(20))
		}
	}
}

// Isolate cuts node i off from all others.
func (c *Cluster) Isolate(i int) {
	for _, n := range c.nodes {
		if n.index != i && n.running {
			c.Partition(i, n.index)
		}
	}
}

// Partition cuts the traffic between nodes i and j. As long as a third node reaches both, they hold each other for up.
func (c *Cluster) Partition(i, j int) {
	c.Node(i).Faults().Set(c.Node(j).Storage(), gossip.Fault{Cut: true})
	c.Node(j).Faults().Set(c.Node(i).Storage(), gossip.Fault{Cut: true})
}

// Heal takes all faults of all nodes away.
func (c *Cluster) Heal() {
	for _, n := range c.nodes {
		if n.running {
			n.Faults().Clear()
		}
	}
}

// SetSkew makes node i's time differ from the machine's.
func (c *Cluster) SetSkew(i int, skew time.Duration) { c.Node(i).Clock.SetSkew(skew) }

// SetTime sets all nodes to the same time, from which it goes on.
func (c *Cluster) SetTime(now time.Time) {
	for _, n := range c.nodes {
		n.Clock.SetSkew(time.Until(now))
	}
}

// Agree waits until every running node sees all other running ones up and has their schema, and has told its clients.
func (c *Cluster) Agree() {
	c.t.Helper()
	c.Eventually("all nodes agree", func() error {
		for _, n := range c.nodes {
			for _, other := range c.nodes {
				if n.running && other.running && !n.Joined(other.HostID()) {
					return fmt.Errorf("node %d does not agree with node %d", n.index, other.index)
				}
			}
		}
		return nil
	})
}

// SeesDown waits until node i holds node j for down.
func (c *Cluster) SeesDown(i, j int) {
	c.t.Helper()
	host := c.Node(j).HostID()
	c.Eventually(fmt.Sprintf("node %d sees node %d down", i, j), func() error {
		if !c.Node(i).SeesDown(host) {
			return fmt.Errorf("still up")
		}
		return nil
	})
}

// Eventually tries until there is no error, for at most patience.
func (c *Cluster) Eventually(what string, try func() error) {
	c.t.Helper()
	Within(c.t, patience, what, try)
}

// Within tries until there is no error, for at most limit.
func Within(t testing.TB, limit time.Duration, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %v", what, limit, err)
		}
		time.Sleep(pause)
	}
}

// Client logs in at node i and at no other; without a user it logs in as nobody. It is closed with the test.
func (c *Cluster) Client(i int, user, password string) *rawclient.Client {
	c.t.Helper()
	client, err := c.TryClient(i, rawclient.Options{User: user, Password: password})
	c.check(err)
	return client
}

// TryClient is Client with all options, for logins that may be refused.
func (c *Cluster) TryClient(i int, o rawclient.Options) (*rawclient.Client, error) {
	client, err := rawclient.Dial(c.Node(i).CQL(), o)
	if err == nil {
		c.t.Cleanup(client.Close)
	}
	return client, err
}

// Session is a driver's session with node i alone; without a user it logs in as nobody. It is closed with the test.
func (c *Cluster) Session(i int, user, password string, tlsConfig *tls.Config) *gocql.Session {
	c.t.Helper()
	cfg := gocql.NewCluster(c.Node(i).CQL())
	if user != "" {
		cfg.Authenticator = gocql.PasswordAuthenticator{Username: user, Password: password}
	}
	if tlsConfig != nil {
		cfg.SslOpts = &gocql.SslOptions{Config: tlsConfig, EnableHostVerification: !tlsConfig.InsecureSkipVerify}
	}
	cfg.HostFilter = gocql.WhiteListHostFilter(c.Node(i).address.String())
	cfg.Timeout, cfg.ConnectTimeout, cfg.Consistency, cfg.NumConns = patience, patience, gocql.LocalOne, 1
	s, err := cfg.CreateSession()
	c.check(err)
	c.t.Cleanup(s.Close)
	return s
}

func mustParse(text string) map[string]any {
	out := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		panic(fmt.Sprintf("yaml of a test: %v", err))
	}
	return out
}
