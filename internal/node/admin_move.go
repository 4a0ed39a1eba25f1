package node

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"alexandra/gossip"
	"alexandra/internal/admin"
	"alexandra/internal/ring"
	"alexandra/internal/token"
)

// move gives this node another token: it fetches what it will own there, hands over what it owns here, and writes reach both
// places meanwhile. Only a node with a single token can move.
func (n *Node) move(ctx context.Context, r admin.Membership, _ admin.Progress) error {
	target, err := n.mayMove(r.Token)
	if err != nil {
		return err
	}
	from := n.remembered().Tokens[0]
	n.log.Info(fmt.Sprintf("MOVING: Moving /%s from %d to %d.", n.address, from, target))
	n.gossip.SetStatus(gossip.StatusMoving, target)
	n.publishRing()
	if err := n.relocate(ctx); err != nil {
		n.log.Error("Error while moving node", "error", err)
		return n.settleAt(ctx, from, err)
	}
	return n.settleAt(ctx, target, nil)
}

// mayMove are the checks of StorageService.move. The node's mode is MOVING when there is no error.
func (n *Node) mayMove(text string) (int64, error) {
	target, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, admin.Usage("Invalid token for Murmur3Partitioner. Got %s but expected a long value (unsigned 8 bytes integer).", text)
	}
	now := n.coord.CurrentRing()
	switch {
	case slices.Contains(now.Tokens(), token.Token(target)):
		return 0, admin.Failed("target token %d is already owned by another node.", target)
	case len(n.remembered().Tokens) > 1:
		return 0, admin.Failed("This node has more than one token and cannot be moved thusly.")
	case n.gaining():
		return 0, admin.Failed("data is currently moving to this node; unable to leave the ring")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mode != "NORMAL" || n.drained {
		return 0, admin.Failed("Node in %s state; wait for status to become normal or restart", n.mode)
	}
	n.mode = "MOVING"
	return target, nil
}

// relocate copies data to where it will be.
func (n *Node) relocate(ctx context.Context) error {
	if err := n.coord.Settle(ctx, n.identity.HostID, ring.Moving); err != nil {
		return err
	}
	n.log.Info("MOVING: fetching new ranges and streaming old ranges")
	if err := n.coord.Bootstrap(ctx, n.strictness()); err != nil {
		return err
	}
	return n.coord.StreamOut(ctx)
}

// settleAt makes this node the owner of a token, the new or the old one, and tells everybody. It returns moved, or why that
// could not be saved.
func (n *Node) settleAt(ctx context.Context, at int64, moved error) error {
	if err := n.remember(func(id *identity) { id.Tokens = []int64{at} }); err != nil {
		return err
	}
	text := gossip.FormatTokens([]int64{at})
	n.gossip.Set(map[gossip.Key]string{gossip.Tokens: text, gossip.Status: gossip.StatusNormal + "," + text})
	n.publishRing()
	n.setMode("NORMAL")
	n.writeLocal()
	n.log.Info("Node /" + n.address.String() + " state jump to NORMAL")
	if err := n.coord.Settle(ctx, n.identity.HostID, ring.Normal); err != nil {
		n.log.Warn("not everybody knows yet where this node is", "error", err)
	}
	return moved
}
