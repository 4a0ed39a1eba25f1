package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"alexandra/internal/admin"
)

// upLimit is how long a cluster may take to become ready.
const upLimit = 2 * time.Minute

type upCommand struct {
	Datacenters []string   `arg:"" optional:"" placeholder:"DC=NODES" help:"Datacenters with their numbers of nodes (dc1=1 dc2=1)."`
	FirstIP     netip.Addr `name:"first-ip" default:"127.0.0.1" help:"Address of the first node; the others count up."`
	NoAuth      bool       `help:"Everybody may do everything, without a login."`
	InProcess   bool       `name:"in-process" help:"Run all nodes in one process: for clusters of dozens of nodes."`
	TLS         bool       `name:"tls" help:"Encrypt clients' and nodes' connections, with certificates made for this cluster."`
	Option      []string   `short:"o" sep:"none" placeholder:"KEY=VALUE" help:"An option of cassandra.yaml for every node; may be repeated."`
}

// Run is called by kong.
func (u *upCommand) Run(a *app) error {
	begun := time.Now()
	name := a.name
	if name == "" {
		name = defaultName
	}
	c, err := a.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		c, err = a.create(u.plan(name))
	} else if err == nil {
		err = u.fits(c)
	}
	if err != nil {
		return err
	}
	if err := a.choose(name); err != nil {
		return err
	}
	if c.allRun() && c.Ready {
		fmt.Fprintf(a.out, "Cluster %s is already running.\n", name)
		return a.present(c)
	}
	if err := a.bringUp(c, c.nodes()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Cluster %s is ready after %.1f s.\n", name, time.Since(begun).Seconds())
	return a.present(c)
}

func (u *upCommand) plan(name string) plan {
	p := plan{name: name, datacenters: u.Datacenters, firstIP: u.FirstIP, auth: !u.NoAuth, tls: u.TLS, inProcess: u.InProcess, options: u.Option}
	if len(p.datacenters) == 0 {
		p.datacenters = []string{"dc1=1", "dc2=1"}
	}
	return p
}

// fits refuses to pretend that a cluster which exists is another one.
func (u *upCommand) fits(c *cluster) error {
	asked := u.plan(c.Name)
	if len(u.Datacenters) > 0 {
		nodes, err := asked.nodes()
		if err != nil {
			return err
		}
		if other := (&cluster{Nodes: nodes}); other.layout() != c.layout() {
			return fmt.Errorf("cluster %s exists already, with %s: remove it first with 'ccm remove --name %s', or choose another --name", c.Name, c.layout(), c.Name)
		}
	}
	if u.TLS && !c.TLS || u.InProcess && !c.InProcess || u.NoAuth && c.Auth || len(u.Option) > 0 {
		return fmt.Errorf("cluster %s exists already, with other options: remove it first with 'ccm remove --name %s', or choose another --name", c.Name, c.Name)
	}
	return nil
}

func (c *cluster) nodes() []*node {
	all, _ := c.pick(nil)
	return all
}

func (c *cluster) allRun() bool {
	return !slices.ContainsFunc(c.Nodes, func(n node) bool { return n.pid() == 0 })
}

// bringUp starts those of the nodes that do not run, and waits until clients can use them.
func (a *app) bringUp(c *cluster, nodes []*node) error {
	ctx, cancel := context.WithTimeout(a.ctx, upLimit)
	defer cancel()
	var down []*node
	for _, n := range nodes {
		if n.pid() == 0 {
			down = append(down, n)
			if c.process() != 0 {
				continue // it has the port of nodetool open for each of its nodes
			}
			if err := checkPorts([]node{*n}); err != nil {
				return err
			}
		}
	}
	if err := c.installBinary(); err != nil {
		return fmt.Errorf("cannot copy the program into the cluster: %w", err)
	}
	s := newSteps(a.out)
	defer s.close()
	if err := a.start(ctx, c, s, down); err != nil {
		return err
	}
	if err := a.inherit(c, down); err != nil {
		return err
	}
	running := answering(c.nodes())
	if a.disturbed(running) {
		fmt.Fprintln(a.out, "The traffic between nodes is disturbed: they may not see each other. 'ccm status' says more.")
		return nil
	}
	if err := s.do("every node sees every other", func() error { return waitForRing(ctx, running) }); err != nil {
		return err
	}
	if c.Ready || len(running) < len(c.Nodes) {
		return nil
	}
	if err := c.prepare(ctx, s); err != nil {
		return err
	}
	if err := errors.Join(c.deleteSnapshot(created), c.saveAll(ctx, created)); err != nil {
		return fmt.Errorf("cannot remember the new cluster for 'ccm reset': %w", err)
	}
	c.Ready = true
	return c.save()
}

// disturbed says whether any of these nodes has faults in its links.
func (a *app) disturbed(nodes []*node) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool {
		now, err := a.harm(n, admin.HarmChange{})
		return err == nil && len(now.Links) > 0
	})
}

// start launches nodes at the same time. Those that a failed one leaves behind go on running: "ccm up" starts the rest.
func (a *app) start(ctx context.Context, c *cluster, s *steps, nodes []*node) error {
	launched, err := a.launch(c, nodes)
	errs := []error{err}
	var group sync.WaitGroup
	var mu sync.Mutex
	for _, r := range launched {
		group.Go(func() {
			err := s.do(fmt.Sprintf("%s runs at %s in %s", r.Name, r.Address, r.Datacenter), func() error { return c.waitForNode(ctx, r) })
			mu.Lock()
			errs = append(errs, err)
			mu.Unlock()
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// launch starts the processes of nodes; after an error those that were started are returned as well.
func (a *app) launch(c *cluster, nodes []*node) ([]*running, error) {
	if c.InProcess {
		return a.launchAll(c, nodes)
	}
	var out []*running
	for _, n := range nodes {
		r, err := c.launch(n)
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

// waitForNode waits until a node answers clients: with a login, or with the refusal of one. The superuser may be unknown
// yet at a node of a second datacenter.
func (c *cluster) waitForNode(ctx context.Context, r *running) error {
	for pause := 5 * time.Millisecond; ; pause = min(pause+pause/8, maxPause(len(c.Nodes))) {
		// A port that is closed costs less than a login.
		conn, err := net.DialTimeout("tcp", r.native().String(), time.Second)
		if err == nil {
			_ = conn.Close()
			if err = c.serves(ctx, r.node); err == nil {
				return nil
			}
		}
		select {
		case <-r.exited:
			return r.failure()
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve clients (%w): see %s", r.Name, err, r.logFile())
		case <-time.After(pause):
		}
	}
}

// maxPause is how long a question to a node waits for the next one: many nodes have better things to do than to answer.
func maxPause(nodes int) time.Duration { return time.Duration(nodes+5) * 2 * time.Millisecond }

// waitForRing waits until all of the nodes hold all of them for up and agree on the schema.
func waitForRing(ctx context.Context, nodes []*node) error {
	for _, n := range nodes {
		for {
			missing, err := n.misses(ctx, nodes)
			if err == nil && missing == "" {
				break
			}
			select {
			case <-ctx.Done():
				if err != nil {
					return fmt.Errorf("%s does not say who is there: %w", n.Name, err)
				}
				return fmt.Errorf("%s does not see %s: look into %s", n.Name, missing, n.logFile())
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	return nil
}

// misses names a node that n does not see up, or that has another schema.
func (n *node) misses(ctx context.Context, others []*node) (string, error) {
	view, err := admin.ClusterOp.Call(ctx, n.admin(), admin.None{})
	if err != nil {
		return "", err
	}
	seen := map[string]admin.Node{}
	version := ""
	for _, g := range view.Nodes {
		seen[g.Address] = g
		if g.HostID == view.Self {
			version = g.SchemaVersion
		}
	}
	for _, o := range others {
		g, ok := seen[netip.AddrPortFrom(o.Address, storagePort).String()]
		if !ok || !g.Live || g.State != "Normal" || g.SchemaVersion != version {
			return o.Name, nil
		}
	}
	return "", nil
}

func (n *node) admin() *admin.Connection {
	return &admin.Connection{Host: n.Address.String(), Port: adminPort, ConnectTimeout: time.Second}
}

// prepare makes the superuser known in every datacenter: what operators of Cassandra do by hand.
func (c *cluster) prepare(ctx context.Context, s *steps) error {
	first := &c.Nodes[0]
	if c.foreignTLS(first) {
		return nil
	}
	if c.Auth && len(c.Nodes) > 1 {
		statement := "ALTER KEYSPACE system_auth WITH replication = " + c.replication()
		if err := s.do("roles are replicated to every datacenter", func() error { return c.replicateAuth(ctx, first, statement) }); err != nil {
			return err
		}
	}
	what := "clients can connect to every node"
	if c.Auth {
		what = "the superuser can log in at every node"
	}
	return s.do(what, func() error {
		slots := make(chan struct{}, loginsAtOnce)
		return each(c.nodes(), func(n *node) error {
			slots <- struct{}{}
			defer func() { <-slots }()
			return c.waitForLogin(ctx, n)
		})
	})
}

// loginsAtOnce is how many logins, which keep a core busy each, are tried at the same time.
const loginsAtOnce = 2

func (c *cluster) replicateAuth(ctx context.Context, first *node, statement string) error {
	session, err := c.waitForSession(ctx, first)
	if err != nil {
		return err
	}
	defer session.close()
	if err := session.query(ctx, statement, localOne); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	if err := waitForRing(ctx, c.nodes()); err != nil {
		return err
	}
	if err := session.query(ctx, readSuperuser, levelAll); err != nil {
		return fmt.Errorf("%s: %w", readSuperuser, err)
	}
	return nil
}

// readSuperuser reads all that the keyspace of roles of a new cluster holds; read from all replicas it is repaired on all.
const readSuperuser = "SELECT * FROM system_auth.roles WHERE role = '" + superuser + "'"

// waitForSession logs in; the superuser appears shortly after the first node.
func (c *cluster) waitForSession(ctx context.Context, n *node) (*session, error) {
	for {
		session, err := c.login(ctx, n)
		if err == nil {
			return session, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no login at %s (%w): see %s", n.Name, err, n.logFile())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *cluster) waitForLogin(ctx context.Context, n *node) error {
	session, err := c.waitForSession(ctx, n)
	if err != nil {
		return err
	}
	defer session.close()
	if err := session.query(ctx, "SELECT key FROM system.local", localOne); err != nil {
		return fmt.Errorf("%s refuses a statement of the superuser: %w", n.Name, err)
	}
	return nil
}

// cqlsh is the command line that connects to a node.
func (c *cluster) cqlsh(n *node) []string {
	args := []string{n.Address.String()}
	if c.Auth {
		args = append(args, "-u", superuser, "-p", superuser)
	}
	if c.TLS {
		args = append(args, "--ssl", "--cqlshrc", c.cqlshrc())
	}
	return args
}

// present shows the nodes and how to connect.
func (a *app) present(c *cluster) error {
	a.table(c)
	fmt.Fprintln(a.out)
	shown := map[string]bool{}
	for _, n := range c.nodes() {
		if !shown[n.Datacenter] {
			shown[n.Datacenter] = true
			fmt.Fprintf(a.out, "  cqlsh %s\n", strings.Join(c.cqlsh(n), " "))
		}
	}
	return nil
}
