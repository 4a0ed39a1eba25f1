package node

import (
	"context"
	"strconv"
	"time"

	"alexandra/gossip"
)

// loadInterval is how often a node tells the others how much it stores, as Cassandra's LoadBroadcaster.
const loadInterval = time.Minute

// announceLoad gossips the size of the store until Stop.
func (n *Node) announceLoad(ctx context.Context) {
	for {
		n.gossip.Set(map[gossip.Key]string{gossip.Load: strconv.FormatFloat(float64(n.store.Metrics().DiskBytes), 'f', 1, 64)})
		select {
		case <-ctx.Done():
			return
		case <-time.After(loadInterval):
		}
	}
}
