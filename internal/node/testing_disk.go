package node

import (
	"context"
	"errors"

	"alexandra/internal/coord"
	"alexandra/internal/row"
)

// disk is this node's storage as the coordinator gets it.
func (n *Node) disk() coord.Local {
	if ks := n.cfg.Properties.FailWritesKeyspace; ks != "" {
		return failingDisk{coord.Disk{DB: n.store}, ks}
	}
	return coord.Disk{DB: n.store}
}

// failingDisk fails all writes to one keyspace: cassandra.test.fail_writes_ks, with which drivers test that they
// understand a write failure.
type failingDisk struct {
	coord.Local
	keyspace string
}

var errTestingWrites = errors.New("Testing write failures")

// Apply implements coord.Local.
func (d failingDisk) Apply(ctx context.Context, ms []*row.Mutation) error {
	for _, m := range ms {
		if m.Table.Keyspace == d.keyspace {
			return errTestingWrites
		}
	}
	return d.Local.Apply(ctx, ms)
}

// ApplyCounter implements coord.Local.
func (d failingDisk) ApplyCounter(ctx context.Context, m *row.Mutation, node [16]byte) (*row.Mutation, error) {
	if m.Table.Keyspace == d.keyspace {
		return nil, errTestingWrites
	}
	return d.Local.ApplyCounter(ctx, m, node)
}
