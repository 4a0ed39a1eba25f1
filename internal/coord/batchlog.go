package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// The batch log keeps logged batches on two nodes until all their mutations have reached their level, so that the
// death of the coordinator leaves no half batch.
//
//	key   = "batch/" id (16)
//	value = time of writing (8, microseconds), encoded mutations
const batchPrefix = "batch/"

// replayInterval is how often entries that nobody removed are looked for.
const replayInterval = 10 * time.Second

// writeLogged is a batch over several partitions: log, write, forget the log.
func (c *Coordinator) writeLogged(ctx context.Context, ms []*row.Mutation, cl row.Consistency) error {
	if _, err := c.plan(ms, cl, typeBatch); err != nil {
		return err
	}
	keepers, err := c.batchlogNodes(cl)
	if err != nil {
		return err
	}
	id := uuid.New()
	if err := c.storeBatch(ctx, keepers, id, ms); err != nil {
		return err
	}
	if err := c.writeAll(ctx, ms, cl, typeBatch); err != nil {
		return err // the entry stays: the batch will be applied as a whole
	}
	c.background(func(ctx context.Context) { c.removeBatch(ctx, keepers, id) })
	return nil
}

// batchlogNodes chooses two live nodes of this datacenter, others than this one where possible, on different racks
// where possible.
func (c *Coordinator) batchlogNodes(cl row.Consistency) ([]*ring.Endpoint, error) {
	r := c.ring.Load()
	self := r.Host(c.Self)
	var others []*ring.Endpoint
	for _, e := range r.Owners() {
		if c.isLocalDC(e) && !c.isSelf(e) && c.live(e) {
			others = append(others, e)
		}
	}
	c.shuffle(others)
	var out []*ring.Endpoint
	for pass := 0; pass < 2 && len(out) < 2; pass++ {
		for _, e := range others {
			fresh := self == nil || e.Rack != self.Rack
			for _, x := range out {
				fresh = fresh && x != e && x.Rack != e.Rack
			}
			if len(out) < 2 && (fresh || pass == 1) && !containsNode(out, e) {
				out = append(out, e)
			}
		}
	}
	if len(out) < 2 && self != nil {
		out = append(out, self)
	}
	if len(out) == 0 {
		e := cqlerr.New(cqlerr.UnavailableCode, "Cannot achieve consistency level %s for batchlog in local DC, required:1, available:0", row.One)
		e.Detail = &cqlerr.Unavailable{Consistency: uint16(cl), Required: 1}
		return nil, e
	}
	return out, nil
}

func containsNode(es []*ring.Endpoint, e *ring.Endpoint) bool {
	for _, x := range es {
		if x == e {
			return true
		}
	}
	return false
}

func (c *Coordinator) storeBatch(ctx context.Context, keepers []*ring.Endpoint, id uuid.UUID, ms []*row.Mutation) error {
	value := binary.BigEndian.AppendUint64(nil, uint64(c.Clock.Now().UnixMicro()))
	value = append(value, encodeMutations(ms)...)
	body := append(append([]byte(nil), id[:]...), value...)
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Write)
	defer cancel()
	errs, _ := parallel(len(keepers), func(i int) (error, error) {
		if c.isSelf(keepers[i]) {
			return c.Local.Set(batchKey(id), value), nil
		}
		_, err := c.callRetrying(ctx, keepers[i], rpc.BatchStore, body)
		return err, nil
	})
	received := 0
	for i, err := range errs {
		if err == nil {
			received++
		} else {
			c.Log.Debug("batch log not written", "node", keepers[i].String(), "error", err)
		}
	}
	if received == 0 {
		cl := row.Two
		if len(keepers) == 1 {
			cl = row.One
		}
		return writeTimeout(cl, received, len(keepers), typeBatchLog)
	}
	return nil
}

func batchKey(id uuid.UUID) []byte { return append([]byte(batchPrefix), id[:]...) }

func (c *Coordinator) removeBatch(ctx context.Context, keepers []*ring.Endpoint, id uuid.UUID) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Write)
	defer cancel()
	for _, e := range keepers {
		var err error
		if c.isSelf(e) {
			err = c.Local.Delete(batchKey(id))
		} else {
			_, err = c.Caller.Call(ctx, e.Address, rpc.BatchRemove, id[:])
		}
		if err != nil {
			c.Log.Debug("batch log entry not removed", "node", e.String(), "error", err)
		}
	}
}

func (c *Coordinator) serveBatchStore(_ context.Context, body []byte) ([]byte, error) {
	if len(body) < 16+8 {
		return nil, errWire
	}
	return nil, c.Local.Set(batchKey(uuid.UUID(body[:16])), body[16:])
}

func (c *Coordinator) serveBatchRemove(_ context.Context, body []byte) ([]byte, error) {
	if len(body) != 16 {
		return nil, errWire
	}
	return nil, c.Local.Delete(batchKey(uuid.UUID(body)))
}

func (c *Coordinator) replayBatchlogLoop(ctx context.Context) {
	every(ctx, replayInterval, nil, func() { c.ReplayBatchlog(ctx, OldBatches) })
}

// Batches says which batches are replayed.
type Batches bool

// The choices.
const (
	OldBatches Batches = false // those that their coordinator has not removed in twice the write timeout
	AllBatches Batches = true
)

// ReplayBatchlog applies batches that their coordinator has not removed (nodetool replaybatchlog).
func (c *Coordinator) ReplayBatchlog(ctx context.Context, which Batches) {
	var due []storedHint
	err := c.Local.Scan([]byte(batchPrefix), func(key, value []byte) bool {
		if len(value) < 8 {
			return true
		}
		written := time.UnixMicro(int64(binary.BigEndian.Uint64(value)))
		if which == AllBatches || c.Clock.Now().Sub(written) > 2*c.Timeouts().Write {
			due = append(due, storedHint{bytes.Clone(key), bytes.Clone(value)})
		}
		return len(due) < 1000
	})
	if err != nil {
		c.Log.Error("batch log not read", "error", err)
		return
	}
	for _, b := range due {
		c.replay(ctx, b)
	}
}

// schemaLag is how long a table of a batch may be unknown here before it counts as dropped.
const schemaLag = 10 * time.Minute

// replay writes one batch to all replicas; those that do not answer get hints. Its entry goes when that is done.
func (c *Coordinator) replay(ctx context.Context, b storedHint) {
	written := time.UnixMicro(int64(binary.BigEndian.Uint64(b.value)))
	old := c.Clock.Now().Sub(written) > schemaLag
	ms, err := c.decodeMutations(b.value[8:], old)
	switch {
	case err != nil && !old:
		c.Log.Info("batch not replayed yet", "error", err)
		return
	case err != nil:
		c.Log.Error("batch log entry dropped", "error", err)
	}
	var valid []*row.Mutation
	for _, m := range ms {
		if c.stillValid(m, written) {
			valid = append(valid, m)
		}
	}
	if len(valid) > 0 && err == nil {
		if err := c.writeEverywhere(ctx, valid); err != nil {
			c.Log.Info("batch not replayed yet", "error", err)
			return
		}
	}
	if err := c.Local.Delete(b.key); err != nil {
		c.Log.Error("replayed batch log entry not removed", "error", err)
	}
}

// writeEverywhere writes to all replicas and returns when each has confirmed or was hinted.
func (c *Coordinator) writeEverywhere(ctx context.Context, ms []*row.Mutation) error {
	flight := c.flights.depart()
	defer flight.Done()
	plan, err := c.plan(ms, row.Any, typeBatch)
	if err != nil {
		return err
	}
	err = c.execute(ctx, plan, flight, time.Now().Add(c.Timeouts().Write))
	plan.sent.Wait()
	if err != nil {
		return err
	}
	return c.base.Err() // nothing was hinted by a node that stops
}

// PendingBatches counts the entries of the batch log on this node.
func (c *Coordinator) PendingBatches() int {
	n := 0
	_ = c.Local.Scan([]byte(batchPrefix), func(_, _ []byte) bool { n++; return true })
	return n
}
