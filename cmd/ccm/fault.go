package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"alexandra/internal/admin"
)

type cutCommand struct {
	A string `arg:"" help:"A node or a datacenter."`
	B string `arg:"" optional:"" help:"Another one; the rest of the cluster when it is left out."`
}

// Run is called by kong.
func (k *cutCommand) Run(a *app) error {
	return a.disturb(given(k.A, k.B), func(f *admin.Fault) { f.Cut = true })
}

type delayCommand struct {
	A      string        `arg:"" help:"A node or a datacenter."`
	B      string        `arg:"" help:"Another one."`
	Delay  time.Duration `arg:"" help:"How much longer everything takes, one way: 80ms."`
	Jitter time.Duration `arg:"" optional:"" help:"Up to how much longer still."`
}

// Run is called by kong.
func (k *delayCommand) Run(a *app) error {
	if k.Delay < 0 || k.Jitter < 0 {
		return errors.New("a delay is not negative")
	}
	return a.disturb(given(k.A, k.B), func(f *admin.Fault) { f.Delay, f.Jitter = k.Delay, k.Jitter })
}

type dropCommand struct {
	A     string `arg:"" help:"A node or a datacenter."`
	B     string `arg:"" help:"Another one."`
	Share string `arg:"" help:"How much is lost: 5%."`
}

// Run is called by kong.
func (k *dropCommand) Run(a *app) error {
	share, err := strconv.ParseFloat(strings.TrimSuffix(k.Share, "%"), 64)
	if err != nil || !strings.HasSuffix(k.Share, "%") || share < 0 || share > 100 {
		return fmt.Errorf("%q is no share: write a percentage, such as 5%%", k.Share)
	}
	return a.disturb(given(k.A, k.B), func(f *admin.Fault) { f.Drop = share / 100 })
}

// given leaves out names that are not.
func given(names ...string) []string {
	var out []string
	for _, name := range names {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// disturb changes the faults of the links between two targets, at both of their ends. A node that does not run learns of
// them when it starts.
func (a *app) disturb(names []string, change func(*admin.Fault)) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	links, err := c.links(names)
	if err != nil {
		return err
	}
	peers := map[*node][]*node{}
	for _, l := range links {
		peers[l.a], peers[l.b] = append(peers[l.a], l.b), append(peers[l.b], l.a)
	}
	running := answering(c.nodes())
	told := 0
	err = each(running, func(n *node) error {
		if peers[n] == nil {
			return nil
		}
		now, err := a.harm(n, admin.HarmChange{})
		if err != nil {
			return err
		}
		_, err = a.harm(n, admin.HarmChange{Links: changed(now.Links, peers[n], change)})
		return err
	})
	for _, n := range running {
		if peers[n] != nil {
			told++
		}
	}
	if err == nil && told == 0 {
		return fmt.Errorf("no node at either end of these links runs: start them with 'ccm start'")
	}
	return err
}

// changed are the faults of some peers after a change.
func changed(now []admin.Fault, peers []*node, change func(*admin.Fault)) []admin.Fault {
	var out []admin.Fault
	for _, p := range peers {
		f := admin.Fault{Peer: p.storage().String()}
		for _, old := range now {
			if old.Peer == f.Peer {
				f = old
			}
		}
		change(&f)
		out = append(out, f)
	}
	return out
}

type healCommand struct {
	A string `arg:"" optional:"" help:"A node or a datacenter; everything is healed when it is left out."`
	B string `arg:"" optional:"" help:"Another one: only the links between the two are healed."`
}

// Run is called by kong.
func (k *healCommand) Run(a *app) error {
	if k.A != "" {
		return a.disturb(given(k.A, k.B), func(f *admin.Fault) { *f = admin.Fault{Peer: f.Peer} })
	}
	c, err := a.open()
	if err != nil {
		return err
	}
	if c.process() == 0 && len(answering(c.nodes())) == 0 && len(pausedOf(c.nodes())) == 0 {
		return fmt.Errorf("no node of cluster %s runs: there is nothing to heal", c.Name)
	}
	return a.heal(c)
}

// heal ends all faults of links, clocks and storage, and lets paused nodes go on. Killed nodes stay dead.
func (a *app) heal(c *cluster) error {
	if err := each(pausedOf(c.nodes()), (*node).resume); err != nil {
		return err
	}
	return each(answering(c.nodes()), func(n *node) error {
		_, err := a.harm(n, admin.HarmChange{Heal: true})
		return err
	})
}

// inherit tells nodes that have just started which of their links are disturbed, as the nodes at the other ends know.
func (a *app) inherit(c *cluster, started []*node) error {
	links := map[string][]admin.Fault{}
	for _, n := range answering(c.nodes()) {
		now, err := a.harm(n, admin.HarmChange{})
		if err != nil {
			continue
		}
		for _, f := range now.Links {
			peer := f.Peer
			f.Peer = n.storage().String()
			links[peer] = append(links[peer], f)
		}
	}
	return each(started, func(n *node) error {
		faults := links[n.storage().String()]
		if len(faults) == 0 {
			return nil
		}
		_, err := a.harm(n, admin.HarmChange{Links: faults})
		return err
	})
}

type clockCommand struct {
	Target string `arg:"" help:"A node or a datacenter."`
	Skew   string `arg:"" help:"How wrong its clock is: +3s, -500ms, or 0 for right."`
}

// Run is called by kong.
func (k *clockCommand) Run(a *app) error {
	skew, err := time.ParseDuration(k.Skew)
	if err != nil {
		return fmt.Errorf("%q is no difference of time: write +3s or -500ms, or 0 for a clock that is right", k.Skew)
	}
	return a.hurt(k.Target, admin.HarmChange{Skew: skew, SetSkew: true})
}

type failCommand struct {
	Target string `arg:"" help:"A node or a datacenter."`
	Kind   string `arg:"" help:"read or write fail statements; disk ends the node, as a broken disk does."`
	Rate   string `arg:"" help:"How many fail: 1/10, or 0 for none."`
}

// Run is called by kong.
func (k *failCommand) Run(a *app) error {
	oneIn, err := parseRate(k.Rate)
	if err != nil {
		return err
	}
	if k.Kind != "read" && k.Kind != "write" && k.Kind != "disk" {
		return fmt.Errorf("%q cannot fail: read, write and disk can", k.Kind)
	}
	return a.hurt(k.Target, admin.HarmChange{Storage: []admin.StorageFault{{Kind: k.Kind, OneIn: oneIn}}})
}

// parseRate reads 1/10; 0 is none.
func parseRate(text string) (oneIn int, err error) {
	if text == "0" {
		return 0, nil
	}
	one, rest, ok := strings.Cut(text, "/")
	oneIn, err = strconv.Atoi(rest)
	if !ok || one != "1" || err != nil || oneIn < 1 {
		return 0, fmt.Errorf("%q is no rate: write 1/10 for one in ten, or 0 for none", text)
	}
	return oneIn, nil
}

// hurt changes what is done to running nodes.
func (a *app) hurt(target string, r admin.HarmChange) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.target(target)
	if err != nil {
		return err
	}
	if err := mustAnswer(nodes); err != nil {
		return err
	}
	return each(nodes, func(n *node) error {
		_, err := a.harm(n, r)
		return err
	})
}

type killCommand struct {
	Targets []string `arg:"" help:"Nodes and datacenters, such as node2 or dc2."`
}

// Run is called by kong.
func (k *killCommand) Run(a *app) error {
	return a.strike(k.Targets, func(n *node) error { return a.kill(n) })
}

type pauseCommand struct {
	Targets []string `arg:"" help:"Nodes and datacenters, such as node2 or dc2."`
}

// Run is called by kong.
func (k *pauseCommand) Run(a *app) error { return a.strike(k.Targets, (*node).pause) }

// strike does something to nodes that have to run.
func (a *app) strike(targets []string, do func(*node) error) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.targets(targets)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.pid() == 0 {
			return fmt.Errorf("%s does not run", n.Name)
		}
	}
	return each(nodes, do)
}

type resumeCommand struct {
	Targets []string `arg:"" optional:"" help:"Nodes and datacenters; all paused ones when none is named."`
}

// Run is called by kong.
func (k *resumeCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.targets(k.Targets)
	if err != nil {
		return err
	}
	if len(pausedOf(nodes)) == 0 {
		return errors.New("none of these nodes is paused")
	}
	return each(pausedOf(nodes), (*node).resume)
}

func pausedOf(nodes []*node) []*node {
	var out []*node
	for _, n := range nodes {
		if n.paused() {
			out = append(out, n)
		}
	}
	return out
}

// killedText stands in the pid file of a node that ccm has killed.
const killedText = "killed\n"

// kill ends a node as a crash would, and waits until it is gone.
func (a *app) kill(n *node) error {
	if n.inProcess {
		if err := a.member(n, admin.ProcessKill); err != nil {
			return err
		}
		return os.WriteFile(n.pidFile(), []byte(killedText), 0o644)
	}
	pid := n.pid()
	if pid == 0 {
		return errors.New("does not run")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	for deadline := time.Now().Add(stopLimit); n.pid() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end", pid)
		}
	}
	n.awaitPorts()
	return os.WriteFile(n.pidFile(), []byte(killedText), 0o644)
}

// killed says that ccm killed the node.
func (n *node) killed() bool {
	text, err := os.ReadFile(n.pidFile())
	return err == nil && string(text) == killedText
}

// pause stops a node's process in the middle of what it does.
func (n *node) pause() error { return n.signal(syscall.SIGSTOP, true) }

// resume lets it go on.
func (n *node) resume() error { return n.signal(syscall.SIGCONT, false) }

// signal returns once the process is paused, or not any more.
func (n *node) signal(s syscall.Signal, paused bool) error {
	if n.inProcess {
		return errors.New("it shares its process with the other nodes: use 'ccm cut', or make the cluster without --in-process")
	}
	pid := n.pid()
	if pid == 0 {
		return errors.New("does not run")
	}
	if err := syscall.Kill(pid, s); err != nil {
		return err
	}
	for deadline := time.Now().Add(stopLimit); n.paused() != paused; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return errors.New("its process does not obey")
		}
	}
	return nil
}
