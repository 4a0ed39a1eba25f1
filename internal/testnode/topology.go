package testnode

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"

	"alexandra/gossip"
	"alexandra/internal/node"
)

// Racks are the racks of nodes 1, 2, ...; nodes beyond the list are on rack1.
type Racks []string

func (r Racks) apply(o *options) { o.racks = r }

func (o *options) rack(i int) string {
	if i <= len(o.racks) {
		return o.racks[i-1]
	}
	return "rack1"
}

// Joining is called when node i, which is new, has fetched its data and is about to become a member. It may hold it there
// until ctx ends, which is when the node is stopped.
func Joining(f func(ctx context.Context, i int)) Option {
	return optionFunc(func(o *options) { o.joining = f })
}

// SetPlace says in which datacenter and rack node i is from its next start on.
func (c *Cluster) SetPlace(i int, dc, rack string) {
	n := c.Node(i)
	n.dc, n.rack = dc, rack
}

// SetAddress gives node i an address from its next start on; it is one of the cluster's network with this last number.
func (c *Cluster) SetAddress(i, last int) {
	n := c.Node(i)
	a := n.address.As4()
	a[3] = byte(last)
	n.address = netip.AddrFrom4(a)
}

// Begin starts node i without waiting: the answer of Start comes through the channel. The node counts as running.
func (c *Cluster) Begin(i int) <-chan error {
	c.t.Helper()
	done := make(chan error, 1)
	running, err := c.open(i)
	if err != nil {
		done <- err
		return done
	}
	c.Node(i).running = true
	c.starting.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		err := running.Start(ctx)
		if err != nil {
			_ = running.Crash()
		}
		done <- err
	})
	return done
}

// open makes node i without starting it.
func (c *Cluster) open(i int) (*node.Node, error) {
	cfg, err := c.Config(i)
	if err != nil {
		return nil, err
	}
	n := c.Node(i)
	o := node.Options{Log: slog.New(n.Log.handler()), Clock: n.Clock, Faults: gossip.NewFaults(), FS: n.fs}
	if f := c.options.joining; f != nil {
		o.Joining = func(ctx context.Context) { f(ctx, i) }
	}
	running, err := node.New(cfg, o)
	if err != nil {
		return nil, err
	}
	n.Node = running
	return running, nil
}

// IsRunning says whether node i was started and neither stopped nor killed.
func (c *Cluster) IsRunning(i int) bool { return c.Node(i).running }

// SetSeeds makes some nodes the seeds of all, from their next starts on.
func (c *Cluster) SetSeeds(numbers ...int) {
	var seeds []string
	for _, i := range numbers {
		seeds = append(seeds, c.Node(i).address.String())
	}
	c.seeds = strings.Join(seeds, ",")
}
