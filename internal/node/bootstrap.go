package node

import (
	"context"
	"fmt"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/coord"
	"alexandra/internal/ring"
)

// enterRing makes this node a member.
func (n *Node) enterRing(ctx context.Context) error {
	if err := n.bootstrap(ctx); err != nil {
		return err
	}
	return n.becomeNormal(ctx)
}

// stayApart is enterRing with cassandra.join_ring=false: the node coordinates requests without owning anything. One that was
// a member before is down for the others.
func (n *Node) stayApart(context.Context) error {
	if n.identity.Bootstrapped {
		n.gossip.SetStatus(gossip.StatusHibernate, true)
	}
	n.publishRing()
	n.log.Info("Not joining ring as requested. Use JMX (StorageService->joinRing()) to initiate ring joining")
	return nil
}

// joinRing is nodetool join: a node that stayed apart becomes a member.
func (n *Node) joinRing(ctx context.Context, _ admin.Membership, _ admin.Progress) error {
	n.mu.Lock()
	may := n.apart && n.mode == "STARTING"
	if may {
		n.mode = "JOINING"
	}
	n.mu.Unlock()
	if !may {
		return admin.Usage("This node has already joined the ring.")
	}
	n.log.Info("Joining ring by operator request")
	err := n.chooseAndEnter(ctx)
	n.mu.Lock()
	n.apart = err != nil
	if err != nil {
		n.mode = "STARTING"
	}
	n.mu.Unlock()
	if err != nil {
		n.gossip.SetStatus("")
		n.publishRing()
	}
	return err
}

func (n *Node) chooseAndEnter(ctx context.Context) error {
	if !n.remembered().Bootstrapped {
		others := n.gossip.Nodes()
		if err := n.mayJoin(others); err != nil {
			return err
		}
		if err := n.chooseTokens(others); err != nil {
			return err
		}
		n.gossip.Set(map[gossip.Key]string{gossip.Tokens: gossip.FormatTokens(n.remembered().Tokens)})
	}
	return n.enterRing(ctx)
}

// bootstrap fetches what this node is going to own from those who own it now, while writes for it arrive already. Only a
// node that was never a member does that, and only when there are members. Unlike in Cassandra seeds do it too: a seed
// that joined without the roles of system_auth would make up a default superuser of its own.
func (n *Node) bootstrap(ctx context.Context) error {
	if n.identity.Bootstrapped || !n.cfg.AutoBootstrap || !n.hasMembers() {
		return nil
	}
	if n.replaced != nil {
		n.gossip.SetStatus(gossip.StatusBootReplace, n.replaced.Address)
	} else {
		n.gossip.SetStatus(gossip.StatusBoot, n.identity.Tokens[0])
	}
	n.publishRing()
	n.log.Info("JOINING: waiting for pending range calculation")
	if err := n.coord.Settle(ctx, n.identity.HostID, ring.Joining); err != nil {
		return wrap("join the ring", err)
	}
	n.log.Info("JOINING: Starting to bootstrap...")
	if err := n.coord.Bootstrap(ctx, n.strictness()); err != nil {
		return config.Fatal(err.Error())
	}
	n.log.Info(fmt.Sprintf("Bootstrap completed for tokens %v", n.identity.Tokens))
	if n.hold != nil {
		held, cancel := context.WithCancel(ctx)
		stop := context.AfterFunc(n.base, cancel)
		n.hold(held)
		stop()
		cancel()
	}
	if err := n.base.Err(); err != nil {
		return err
	}
	if r := n.replaced; r != nil && n.gossip.Live(r.HostID) {
		return liveReplacement()
	}
	return ctx.Err()
}

// strictness is what to do about ranges of which too few replicas are alive, when this node fetches what it will own.
func (n *Node) strictness() coord.Strictness {
	switch {
	case !n.cfg.Properties.ConsistentRangeMovement:
		return coord.Relaxed
	case n.replaced != nil:
		return coord.Replacing
	}
	return coord.Strict
}

// hasMembers says whether any other node owns tokens.
func (n *Node) hasMembers() bool {
	for _, g := range n.gossip.Nodes() {
		if g.HostID != n.identity.HostID && g.IsMember() {
			return true
		}
	}
	return false
}

// becomeNormal makes this node an owner of its tokens and waits until the live ones agree with it on the schema.
func (n *Node) becomeNormal(ctx context.Context) error {
	joined := !n.identity.Bootstrapped
	n.gossip.SetStatus(gossip.StatusNormal, gossip.FormatTokens(n.identity.Tokens[:1]))
	if r := n.replaced; r != nil {
		n.gossip.SetPeerStatus(r.HostID, gossip.StatusReplaced, n.identity.HostID)
		n.replaced = nil
	}
	n.publishRing()
	if err := n.remember(func(id *identity) { id.Bootstrapped = true }); err != nil {
		return err
	}
	n.setMode("NORMAL")
	n.writeLocal()
	n.log.Info("Node /" + n.address.String() + " state jump to NORMAL")
	if joined && n.cfg.AutoBootstrap { // else it came without data, and nobody's writes matter
		if err := n.coord.Settle(ctx, n.identity.HostID, ring.Normal); err != nil {
			n.log.Warn("not everybody knows yet that this node has joined", "error", err)
		}
	}
	n.waitFor(ctx, settle, func() bool {
		n.coord.SyncSchema(ctx)
		return n.sawVersion(n.coord.Schema().Version)
	})
	return nil
}
