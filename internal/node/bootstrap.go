package node

import (
	"context"
	"fmt"

	"alexandra/gossip"
)

// bootstrap fetches what this node is going to own from those who own it now, while writes for it arrive already. Only a
// node that was never a member does that, and only when there are members. Unlike in Cassandra seeds do it too: a seed
// that joined without the roles of system_auth would make up a default superuser of its own.
func (n *Node) bootstrap(ctx context.Context) error {
	if n.identity.Bootstrapped || !n.cfg.AutoBootstrap || !n.hasMembers() {
		return nil
	}
	n.gossip.SetStatus(gossip.StatusBoot, n.identity.Tokens[0])
	n.coord.SetRing(n.currentRing())
	n.log.Info("JOINING: Starting to bootstrap...")
	if err := n.coord.Bootstrap(ctx); err != nil {
		return wrap("bootstrap", err)
	}
	n.log.Info(fmt.Sprintf("Bootstrap completed for tokens %v", n.identity.Tokens))
	return nil
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
