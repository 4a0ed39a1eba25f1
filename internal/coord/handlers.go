package coord

import (
	"context"

	"alexandra/internal/rpc"
)

// Handlers is what this node does for other coordinators; node adds the verbs of others (Admin, AuthInvalidate).
func (c *Coordinator) Handlers() rpc.Handlers {
	return rpc.Handlers{
		rpc.BatchRemove:     c.serveBatchRemove,
		rpc.BatchStore:      c.serveBatchStore,
		rpc.CounterMutate:   c.serveCounter,
		rpc.Hint:            c.serveHint,
		rpc.HintStore:       c.serveHintStore,
		rpc.Mutate:          c.serveMutate,
		rpc.PartitionLock:   c.servePartitionLock,
		rpc.PartitionUnlock: c.servePartitionUnlock,
		rpc.PaxosCommit:     c.serveCommit,
		rpc.PaxosMerge:      c.servePaxosMerge,
		rpc.PaxosPrepare:    c.servePrepare,
		rpc.PaxosPropose:    c.servePropose,
		rpc.PaxosStates:     c.servePaxosStates,
		rpc.Ping:            func(context.Context, []byte) ([]byte, error) { return nil, nil },
		rpc.Read:            c.serveRead,
		rpc.ReadDigest:      c.serveDigest,
		rpc.RepairDigests:   c.serveRepairDigests,
		rpc.RepairRead:      c.serveRepairRead,
		rpc.RingRestore:     c.serveRestore,
		rpc.RingSettle:      c.serveSettle,
		rpc.SchemaPull:      c.serveSchemaPull,
		rpc.SchemaPush:      c.serveSchemaPush,
		rpc.StreamRead:      c.serveStreamRead,
		rpc.Truncate:        c.serveTruncate,
	}
}
