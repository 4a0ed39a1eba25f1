package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// A hint is a write that a replica missed: kept here under the replica's host id, delivered when it is back.
//
//	key   = "hint/" host id (16) time (8, microseconds) sequence (8)
//	value = an encoded mutation
const hintPrefix = "hint/"

// hintInterval is how often delivery looks for live targets when nobody wakes it.
const hintInterval = time.Second

// hintState is what the hint service remembers while the node runs.
type hintState struct {
	wake     chan struct{}
	sequence atomic.Uint64
	paused   atomic.Bool // delivery

	mu    sync.Mutex
	bytes map[uuid.UUID]int64 // stored since the start, for the size limit
	// oldest is when the first hint of a node was made; missing when that is not known.
	oldest map[uuid.UUID]time.Time
}

// storeHint keeps a write for a replica that missed it. It says false when hints are off, the replica has been down
// too long, or nothing can be stored.
func (c *Coordinator) storeHint(e *ring.Endpoint, m *row.Mutation) bool {
	o := c.Hints()
	if !o.Enabled || slices.Contains(o.DisabledDatacenters, e.Datacenter) || c.isSelf(e) {
		return false
	}
	if m.Table.Options.GCGraceSeconds == 0 {
		return false
	}
	if since := c.Liveness.DownSince(e.HostID); o.MaxWindow > 0 && !since.IsZero() && c.Clock.Now().Sub(since) > o.MaxWindow {
		return false
	}
	if o.MaxWindow > 0 && o.PersistentWindow && c.oldestHint(e.HostID) > o.MaxWindow {
		return false // a restart of this node does not begin the window anew
	}
	value := row.EncodeMutation(m)
	if !c.hints.take(e.HostID, int64(len(value)), o.MaxBytesPerHost) {
		return false
	}
	if err := c.Local.Set(c.hintKey(e.HostID), value); err != nil {
		c.Log.Error("hint not stored", "node", e.String(), "error", err)
		return false
	}
	c.stats.HintsStored.Add(1)
	if c.live(e) {
		c.WakeHints()
	}
	return true
}

// oldestHint is how long the first hint for a node has been waiting; 0 without any.
func (c *Coordinator) oldestHint(host uuid.UUID) time.Duration {
	c.hints.mu.Lock()
	defer c.hints.mu.Unlock()
	now := c.Clock.Now()
	if at, ok := c.hints.oldest[host]; ok {
		return now.Sub(at)
	}
	oldest := now
	err := c.Local.Scan(append([]byte(hintPrefix), host[:]...), func(key, _ []byte) bool {
		if _, created, ok := splitHintKey(key); ok {
			oldest = created
		}
		return false
	})
	if err != nil {
		c.Log.Error("hints not read", "error", err)
	}
	c.hints.oldest[host] = oldest
	return now.Sub(oldest)
}

func (h *hintState) take(host uuid.UUID, size, limit int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if limit > 0 && h.bytes[host]+size > limit {
		return false
	}
	h.bytes[host] += size
	return true
}

func (h *hintState) release(host uuid.UUID, size int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes[host] = max(h.bytes[host]-size, 0)
	delete(h.oldest, host)
}

func (c *Coordinator) hintKey(host uuid.UUID) []byte {
	return c.hintKeyAt(host, c.Clock.Now().UnixMicro())
}

func (c *Coordinator) hintKeyAt(host uuid.UUID, micros int64) []byte {
	k := append([]byte(hintPrefix), host[:]...)
	k = binary.BigEndian.AppendUint64(k, uint64(micros))
	return binary.BigEndian.AppendUint64(k, c.hints.sequence.Add(1))
}

// WakeHints starts delivery now: a node has come up.
func (c *Coordinator) WakeHints() {
	select {
	case c.hints.wake <- struct{}{}:
	default:
	}
}

// PauseHints stops or resumes delivery (nodetool pausehandoff).
func (c *Coordinator) PauseHints(paused bool) {
	c.hints.paused.Store(paused)
	if !paused {
		c.WakeHints()
	}
}

func (c *Coordinator) deliverHintsLoop(ctx context.Context) {
	every(ctx, hintInterval, c.hints.wake, func() {
		if !c.hints.paused.Load() {
			c.deliverHints(ctx)
		}
	})
}

// deliverHints sends what is kept for each live node.
func (c *Coordinator) deliverHints(ctx context.Context) {
	var targets []*ring.Endpoint
	for _, host := range c.hintedHosts() {
		if e := c.ring.Load().Host(host); e != nil && !c.isSelf(e) && c.live(e) {
			targets = append(targets, e)
		}
	}
	if len(targets) == 0 {
		return
	}
	_, _ = parallel(len(targets), func(i int) (struct{}, error) {
		if n := c.deliverTo(ctx, targets[i]); n > 0 {
			c.Log.Info("Finished hinted handoff to endpoint "+targets[i].String(), "host_id", targets[i].HostID.String(), "hints", n)
		}
		return struct{}{}, nil
	})
}

// hintedHosts are the nodes for which hints are kept.
func (c *Coordinator) hintedHosts() []uuid.UUID {
	var out []uuid.UUID
	var seek []byte
	for {
		var next *uuid.UUID
		err := c.Local.ScanAfter(seek, []byte(hintPrefix), func(key, _ []byte) bool {
			if id, _, ok := splitHintKey(key); ok {
				next = &id
			}
			return false
		})
		if err != nil || next == nil {
			return out
		}
		out = append(out, *next)
		seek = append([]byte(hintPrefix), next[:]...)
		seek = append(seek, bytes.Repeat([]byte{0xff}, 17)...)
	}
}

func splitHintKey(key []byte) (host uuid.UUID, created time.Time, ok bool) {
	if len(key) != len(hintPrefix)+32 {
		return host, created, false
	}
	key = key[len(hintPrefix):]
	copy(host[:], key)
	return host, time.UnixMicro(int64(binary.BigEndian.Uint64(key[16:]))), true
}

// hintBatch limits what is sent at once, in hints and bytes.
const (
	hintBatch      = 256
	hintBatchBytes = 1 << 20
)

type storedHint struct{ key, value []byte }

// deliverTo sends all hints of one node, oldest first, and forgets what was confirmed.
func (c *Coordinator) deliverTo(ctx context.Context, e *ring.Endpoint) int {
	total := 0
	for ctx.Err() == nil && !c.hints.paused.Load() {
		batch := c.nextHints(e.HostID)
		if len(batch) == 0 {
			break
		}
		ms := c.validHints(batch)
		if len(ms) > 0 {
			callCtx, cancel := context.WithTimeout(ctx, 5*c.Timeouts().Write)
			_, err := c.callRetrying(callCtx, e, rpc.Hint, encodeMutations(ms))
			cancel()
			if err != nil {
				c.Log.Info("hint delivery interrupted", "node", e.String(), "error", err)
				break
			}
		}
		if err := c.forgetHints(e.HostID, batch); err != nil {
			c.Log.Error("delivered hint not removed", "error", err)
			return total
		}
		total += len(ms)
		c.stats.HintsDelivered.Add(int64(len(ms)))
	}
	return total
}

func (c *Coordinator) nextHints(host uuid.UUID) []storedHint {
	var out []storedHint
	size := 0
	err := c.Local.Scan(append([]byte(hintPrefix), host[:]...), func(key, value []byte) bool {
		out = append(out, storedHint{bytes.Clone(key), bytes.Clone(value)})
		size += len(value)
		return len(out) < hintBatch && size < hintBatchBytes
	})
	if err != nil {
		c.Log.Error("hints not read", "error", err)
	}
	return out
}

// validHints leaves out what must not be written any more: older than gc_grace, of a table that was truncated since
// or dropped.
func (c *Coordinator) validHints(batch []storedHint) []*row.Mutation {
	var out []*row.Mutation
	for _, h := range batch {
		m, err := row.DecodeMutation(h.value, c.tableByID)
		if err != nil {
			c.Log.Debug("hint dropped", "error", err)
			continue
		}
		if _, created, ok := splitHintKey(h.key); ok && c.stillValid(m, created) {
			out = append(out, m)
		}
	}
	return out
}

// stillValid says whether a delayed write may still be applied.
func (c *Coordinator) stillValid(m *row.Mutation, created time.Time) bool {
	grace := time.Duration(m.Table.Options.GCGraceSeconds) * time.Second
	return c.Clock.Now().Before(created.Add(grace)) && !c.truncatedAt(m.Table).After(created)
}

// serveHint applies delivered hints. Mutations that this node does not own any more go on to those who do.
func (c *Coordinator) serveHint(ctx context.Context, body []byte) ([]byte, error) {
	ms, err := c.decodeMutations(body, false) // a table that is unknown here is one that this node will hear of
	if err != nil {
		return nil, err
	}
	var own []*row.Mutation
	for _, m := range ms {
		if c.owns(m) {
			own = append(own, m)
			continue
		}
		if err := c.writeAll(ctx, []*row.Mutation{m}, row.One, typeSimple); err != nil {
			return nil, err
		}
	}
	return nil, c.applyFor(ctx, own)
}

// owns says whether this node is a replica of m, or about to become one.
func (c *Coordinator) owns(m *row.Mutation) bool {
	p, err := c.place(m.Table.Keyspace)
	if err != nil {
		return false
	}
	for _, e := range append(append([]*ring.Endpoint(nil), p.Replicas(m.Token)...), p.Pending(m.Token)...) {
		if c.isSelf(e) {
			return true
		}
	}
	return false
}

// PendingHints describes what is kept for one node.
type PendingHints struct {
	Host           uuid.UUID
	Count          int
	Oldest, Newest time.Time
}

// PendingHints lists what waits for delivery (nodetool listpendinghints, system_views.pending_hints).
func (c *Coordinator) PendingHints() ([]PendingHints, error) {
	var out []PendingHints
	err := c.Local.Scan([]byte(hintPrefix), func(key, _ []byte) bool {
		host, created, ok := splitHintKey(key)
		if !ok {
			return true
		}
		if n := len(out); n == 0 || out[n-1].Host != host {
			out = append(out, PendingHints{Host: host, Oldest: created})
		}
		last := &out[len(out)-1]
		last.Count++
		last.Newest = created
		return true
	})
	return out, err
}

// DropHints forgets what is kept for a node, or for all when host is zero (nodetool truncatehints, removenode).
func (c *Coordinator) DropHints(host uuid.UUID) error {
	prefix := []byte(hintPrefix)
	if host != uuid.Nil {
		prefix = append(prefix, host[:]...)
	}
	var keys [][]byte
	if err := c.Local.Scan(prefix, func(key, _ []byte) bool {
		keys = append(keys, bytes.Clone(key))
		return true
	}); err != nil {
		return err
	}
	for _, k := range keys {
		if err := c.Local.Delete(k); err != nil {
			return err
		}
	}
	c.hints.mu.Lock()
	defer c.hints.mu.Unlock()
	clear(c.hints.oldest)
	if host == uuid.Nil {
		clear(c.hints.bytes)
	} else {
		delete(c.hints.bytes, host)
	}
	return nil
}
