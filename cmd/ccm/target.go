package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"alexandra/internal/admin"
)

// target finds what a name stands for: a node, or all nodes of a datacenter.
func (c *cluster) target(name string) ([]*node, error) {
	var out []*node
	for _, n := range c.nodes() {
		if n.Name == name {
			return []*node{n}, nil
		}
		if n.Datacenter == name {
			out = append(out, n)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("cluster %s has neither a node nor a datacenter %s: it has %s, with %s", c.Name, name, c.layout(), span(c.Nodes))
	}
	return out, nil
}

// span names the nodes of a cluster.
func span(nodes []node) string {
	if len(nodes) == 1 {
		return nodes[0].Name
	}
	return nodes[0].Name + " to " + nodes[len(nodes)-1].Name
}

// targets finds what several names stand for; no names mean all nodes.
func (c *cluster) targets(names []string) ([]*node, error) {
	if len(names) == 0 {
		return c.nodes(), nil
	}
	var out []*node
	for _, name := range names {
		found, err := c.target(name)
		if err != nil {
			return nil, err
		}
		for _, n := range found {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// link is the traffic between two nodes.
type link struct{ a, b *node }

// links are the links between two targets; without a second one, between the first and the rest of the cluster.
func (c *cluster) links(names []string) ([]link, error) {
	from, err := c.target(names[0])
	if err != nil {
		return nil, err
	}
	to := slices.DeleteFunc(c.nodes(), func(n *node) bool { return slices.Contains(from, n) })
	if len(names) > 1 {
		if to, err = c.target(names[1]); err != nil {
			return nil, err
		}
	}
	var out []link
	for _, a := range from {
		for _, b := range to {
			if a != b && !slices.ContainsFunc(out, func(l link) bool { return l.a == b && l.b == a }) {
				out = append(out, link{a, b})
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there is no link between %s and itself", strings.Join(slices.Compact(slices.Clone(names)), " and "))
	}
	return out, nil
}

func (n *node) storage() netip.AddrPort { return netip.AddrPortFrom(n.Address, storagePort) }

// askLimit is how long a node may take to answer what every node answers at once.
const askLimit = 10 * time.Second

// each does something with nodes at the same time and joins what went wrong.
func each(nodes []*node, do func(*node) error) error {
	errs := make([]error, len(nodes))
	var group sync.WaitGroup
	for i, n := range nodes {
		group.Go(func() {
			if err := do(n); err != nil {
				errs[i] = fmt.Errorf("%s: %w", n.Name, err)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// harm changes what is done to a node and returns what is.
func (a *app) harm(n *node, r admin.HarmChange) (*admin.Harm, error) {
	ctx, cancel := context.WithTimeout(a.ctx, askLimit)
	defer cancel()
	return admin.HarmOp.Call(ctx, n.admin(), r)
}

// answering are those of the nodes that can be asked: they run and are not paused.
func answering(nodes []*node) []*node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.pid() == 0 || n.paused() })
}

// mustAnswer refuses when one of the nodes cannot be asked.
func mustAnswer(nodes []*node) error {
	for _, n := range nodes {
		switch {
		case n.pid() == 0:
			return fmt.Errorf("%s does not run: start it with 'ccm start %s'", n.Name, n.Name)
		case n.paused():
			return fmt.Errorf("%s is paused: let it go on with 'ccm resume %s'", n.Name, n.Name)
		}
	}
	return nil
}
