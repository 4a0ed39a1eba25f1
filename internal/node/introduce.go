package node

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"alexandra/gossip"
	"alexandra/internal/config"
	"alexandra/internal/ring"
)

// introduce looks at the cluster from outside before this node becomes a part of it: a new node chooses its tokens, one
// that was a member finds out whether it still is.
func (n *Node) introduce(ctx context.Context) error {
	p := n.cfg.Properties
	if n.identity.Bootstrapped {
		switch {
		case p.ReplaceAddress != "":
			return fatal("Cannot replace address with a node that is already bootstrapped")
		case p.ReplaceAddressFirstBoot != "":
			n.log.Info("Replace address on the first boot requested; this node is already bootstrapped")
		}
		n.log.Info(fmt.Sprintf("Using saved tokens %v", n.identity.Tokens))
		return n.recall(ctx)
	}
	others, err := n.shadow(ctx)
	if err != nil {
		return err
	}
	if len(n.identity.Tokens) > 0 {
		n.log.Info("Detected previous bootstrap failure; retrying")
	}
	target := cmpOr(p.ReplaceAddress, p.ReplaceAddressFirstBoot)
	switch {
	case target != "" && !p.JoinRing:
		return config.Refuse("Cannot set both join_ring=false and attempt to replace a node")
	case target != "":
		return n.prepareReplacement(ctx, target, others)
	}
	if err := n.mayUseAddress(others); err != nil || !p.JoinRing {
		return err
	}
	if err := n.mayJoin(others); err != nil {
		return err
	}
	return n.chooseTokens(others)
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// fatal is an error that Cassandra throws while it joins, without calling it one of the configuration.
func fatal(text string) error {
	e := config.Fatal(text)
	e.JavaClass, e.ExitCode = "java.lang.RuntimeException", config.ExitConfiguration
	return e
}

// recall asks anybody what became of this node while it was down. One that was removed fetches its ranges anew, like a new
// one, under its old host id: what it has missed must not be missing from answers.
func (n *Node) recall(ctx context.Context) error {
	asked := n.seeds()
	for _, g := range n.gossip.Nodes() {
		if g.HostID != n.identity.HostID && !g.IsGone() {
			asked = append(asked, g.Address)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, recallPatience)
	defer cancel()
	for _, g := range gossip.ShadowAny(ctx, n.transport, asked) {
		switch {
		case g.HostID != n.identity.HostID:
		case g.Status == gossip.StatusReplaced:
			return fatal(fmt.Sprintf("This node was replaced by another one and cannot rejoin the ring with its old data; host id %s", g.HostID))
		case g.IsGone():
			n.log.Warn("This node was removed from the ring while it was down; it joins again and fetches its data anew")
			n.identity.Bootstrapped = false
			n.gossip.SetStatus(gossip.StatusBoot, n.identity.Tokens[0])
			return n.saveIdentity()
		}
	}
	return nil
}

// recallPatience limits how long a restarting node waits for others to remember it.
const recallPatience = time.Second

// mayUseAddress is what StorageService checks first in its shadow round: nobody else has this node's address.
func (n *Node) mayUseAddress(others []*gossip.Node) error {
	for _, g := range others {
		if g.HostID != n.identity.HostID && g.Address == n.address && !g.IsGone() {
			return fatal(fmt.Sprintf("A node with address /%s already exists, cancelling join. Use cassandra.replace_address if you want to replace this node.", n.address))
		}
	}
	return nil
}

// mayJoin is what StorageService checks next: nobody else joins, leaves or moves.
func (n *Node) mayJoin(others []*gossip.Node) error {
	for _, g := range others {
		if g.HostID == n.identity.HostID {
			continue
		}
		moving := g.Status == gossip.StatusBoot || g.Status == gossip.StatusBootReplace || g.Status == gossip.StatusLeaving || g.Status == gossip.StatusMoving
		if moving && n.cfg.AutoBootstrap && !n.isSeed() && n.cfg.Properties.ConsistentRangeMovement {
			return fatal("Other bootstrapping/leaving/moving nodes detected, cannot bootstrap while cassandra.consistent.rangemovement is true")
		}
	}
	return nil
}

// chooseTokens gives a node its tokens on its first start.
func (n *Node) chooseTokens(others []*gossip.Node) error {
	now := n.ringOf(others)
	if len(n.identity.Tokens) > 0 {
		if free(now, n.identity) {
			n.log.Info(fmt.Sprintf("Using saved tokens %v", n.identity.Tokens))
			return nil
		}
		n.log.Warn("the tokens of the failed bootstrap belong to another node by now")
	}
	tokens, err := ring.ChooseTokens(ring.TokenConfig{
		NumTokens: n.cfg.NumTokens, InitialToken: n.cfg.InitialToken, LocalRF: n.cfg.AllocateTokensForLocalReplicationFactor,
		Location: n.snitch.Local(), Rand: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}, now)
	if err != nil {
		e := config.Refuse(err.Error())
		e.ExitCode = config.ExitJoin
		return e
	}
	var chosen []int64
	for _, t := range tokens {
		chosen = append(chosen, int64(t))
	}
	n.log.Info(fmt.Sprintf("Generated random tokens. tokens are %v", chosen))
	return n.remember(func(id *identity) { id.Tokens = chosen })
}

// free says whether no other node owns the tokens that were chosen before.
func free(r *ring.Ring, id identity) bool {
	for _, t := range tokensOf(id.Tokens) {
		if o := r.Owner(t); o != nil && o.HostID != id.HostID {
			for _, owned := range o.Tokens {
				if owned == t {
					return false
				}
			}
		}
	}
	return true
}

// prepareReplacement takes over the tokens of a dead node (cassandra.replace_address, replace_address_first_boot).
func (n *Node) prepareReplacement(ctx context.Context, target string, others []*gossip.Node) error {
	address, err := n.parsePeer(target)
	if err != nil {
		if address, err = n.resolvePeer(target); err != nil {
			return fatal(fmt.Sprintf("Replacement host name could not be resolved or scope_id was specified for a global IPv6 address: %s", target))
		}
	}
	var old *gossip.Node
	for _, g := range others {
		if g.Address == address && g.IsMember() && g.HostID != n.identity.HostID {
			old = g
		}
	}
	if old == nil || len(old.Tokens) == 0 {
		return fatal(fmt.Sprintf("Cannot replace_address /%s because it doesn't exist in gossip", address))
	}
	if address != n.address {
		ctx, cancel := context.WithTimeout(ctx, recallPatience)
		defer cancel()
		if len(gossip.ShadowAny(ctx, n.transport, []netip.AddrPort{address})) > 0 {
			return liveReplacement()
		}
	}
	n.replaced = old
	n.identity.Tokens = append([]int64(nil), old.Tokens...)
	n.log.Info(fmt.Sprintf("Gathering node replacement information for /%s", address))
	return n.saveIdentity()
}

func (n *Node) resolvePeer(name string) (netip.AddrPort, error) {
	a, err := resolve("replace_address", name, "", false)
	return netip.AddrPortFrom(a, n.address.Port()), err
}

func liveReplacement() error {
	e := config.Fatal("Cannot replace a live node... ")
	e.JavaClass = "java.lang.UnsupportedOperationException"
	return e
}

// shadow asks the seeds who is in the cluster, for as long as ring_delay and a little more. A seed that reaches nobody is
// the first.
func (n *Node) shadow(ctx context.Context) ([]*gossip.Node, error) {
	deadline := time.Now().Add(max(n.cfg.Properties.RingDelay, minShadowPatience))
	for {
		nodes, err := gossip.Shadow(ctx, n.transport, n.seeds())
		switch {
		case err == nil:
			return nodes, nil
		case n.isSeed():
			return nil, nil
		case !errors.Is(err, gossip.ErrUnreachable) || time.Now().After(deadline):
			return nil, fatal("Unable to gossip with any peers")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// minShadowPatience is for those who start the seeds and the others at the same time, with a ring_delay of 0.
const minShadowPatience = 10 * time.Second

// replacedBy finds the node whose place a joining one takes.
func replacedBy(nodes []*gossip.Node, joining *gossip.Node) uuid.UUID {
	if joining.Status != gossip.StatusBootReplace {
		return uuid.Nil
	}
	for _, g := range nodes {
		if g.HostID != joining.HostID && g.Address == joining.Replaces && g.IsMember() {
			return g.HostID
		}
	}
	return uuid.Nil
}
