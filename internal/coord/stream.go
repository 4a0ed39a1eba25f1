package coord

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Streaming copies ranges of all tables between nodes, page by page: what is copied is unreconciled, tombstones included,
// and may be copied twice. What replicas know of conditional updates goes the same way.

// source is a range and the nodes that have its data.
type source struct {
	token.Range
	nodes []*ring.Endpoint
}

// Strictness says what to do about ranges of which too few replicas are alive.
type Strictness uint8

// The kinds of strictness.
const (
	// Strict fails: an update that was acknowledged at QUORUM might be on none of the live replicas.
	Strict Strictness = iota
	// Replacing is Strict, but nothing can be done about data that only the dead node had.
	Replacing
	// Relaxed is content with any live replica (cassandra.consistent.rangemovement=false).
	Relaxed
	// Salvage takes what there is, also nothing: the data may be lost already (removenode).
	Salvage
)

// Bootstrap fetches what this node will own once its change of the ring is done, and does not own yet: when it joins or
// moves, or when another node leaves or is removed. Writes reach it meanwhile, as a pending replica.
func (c *Coordinator) Bootstrap(ctx context.Context, strict Strictness) error {
	return c.eachKeyspace(func(ks *schema.Keyspace, p *ring.Placement) error {
		sources, err := c.bootstrapSources(ks.Name, p, strict)
		if err != nil {
			return err
		}
		return c.fetchAll(ctx, ks, sources)
	})
}

// bootstrapSources cuts this node's future ranges at today's and names as many of today's replicas for each as it takes to
// meet any write that was acknowledged at QUORUM, or LOCAL_QUORUM here.
func (c *Coordinator) bootstrapSources(keyspace string, p *ring.Placement, strict Strictness) ([]source, error) {
	future := p.Ring().Future(c.Self)
	self := future.Host(c.Self)
	if self == nil {
		return nil, fmt.Errorf("this node is not in the ring")
	}
	var out []source
	for _, wanted := range future.Place(p.Strategy).RangesOf(self) {
		for _, now := range p.Unwrapped() {
			if ring.Holds(now.Replicas, c.Self) {
				continue
			}
			for _, part := range now.Intersect(wanted.Range) {
				nodes := c.others(now.Replicas)
				if err := c.enoughSources(part, keyspace, p.Strategy, now.Replicas, nodes, strict); err != nil {
					return nil, err
				}
				out = append(out, source{part, nodes[:min(len(nodes), quorum(len(now.Replicas)))]})
			}
		}
	}
	return out, nil
}

// enoughSources refuses a range of which too few replicas are alive.
func (c *Coordinator) enoughSources(r token.Range, keyspace string, s ring.Strategy, all, live []*ring.Endpoint, strict Strictness) error {
	if strict == Salvage || len(all) == 0 {
		return nil
	}
	if strict == Replacing && len(live) == 0 && s.Factor() == 1 {
		c.Log.Warn("Unable to find sufficient sources for streaming range " + r.String() + " in keyspace " + keyspace + " with RF=1. Keyspace might be missing data.")
		return nil
	}
	if len(live) == 0 {
		return noSources(r, keyspace, s.Factor())
	}
	if strict == Relaxed {
		return nil
	}
	local := func(es []*ring.Endpoint) (n int) {
		for _, e := range es {
			if c.isLocalDC(e) {
				n++
			}
		}
		return n
	}
	missing := func(all, live int) bool { return all > 0 && live < all-quorum(all)+1 }
	here := missing(local(all), local(live)) && (strict != Replacing || local(all) > 1)
	if missing(len(all), len(live)) || here {
		c.Log.Warn("A node required to move the data consistently is down", "range", r.String(), "keyspace", keyspace)
		return noSources(r, keyspace, s.Factor())
	}
	return nil
}

func noSources(r token.Range, keyspace string, rf int) error {
	text := fmt.Sprintf("Unable to find sufficient sources for streaming range %s in keyspace %s", r, keyspace)
	if rf == 1 {
		text += " with RF=1. Ensure this keyspace contains replicas in the source datacenter."
	}
	return fmt.Errorf("%s", text)
}

// others are the live replicas beside this node, nearest first.
func (c *Coordinator) others(es []*ring.Endpoint) []*ring.Endpoint {
	var out []*ring.Endpoint
	for _, e := range es {
		if !c.isSelf(e) && c.live(e) {
			out = append(out, e)
		}
	}
	if self := c.ring.Load().Host(c.Self); self != nil {
		ring.SortByProximity(self, c.Snitch, out)
	}
	return out
}

// Rebuild fetches what this node owns now from the replicas of another datacenter, or of all when it is empty
// (nodetool rebuild).
func (c *Coordinator) Rebuild(ctx context.Context, datacenter string) error {
	return c.eachKeyspace(func(ks *schema.Keyspace, p *ring.Placement) error {
		self := p.Ring().Host(c.Self)
		var sources []source
		for _, r := range p.RangesOf(self) {
			var nodes []*ring.Endpoint
			for _, e := range c.others(r.Replicas) {
				if datacenter == "" || e.Datacenter == datacenter {
					nodes = append(nodes, e)
				}
			}
			sources = append(sources, source{r.Range, nodes[:min(len(nodes), quorum(len(nodes)))]})
		}
		return c.fetchAll(ctx, ks, sources)
	})
}

// StreamOut sends what this node owns to those who will own it once it has left or moved. It is Leaving or Moving in the
// ring, so that writes reach them meanwhile.
func (c *Coordinator) StreamOut(ctx context.Context) error {
	return c.eachKeyspace(func(ks *schema.Keyspace, p *ring.Placement) error {
		future := p.Ring().Future(c.Self).Place(p.Strategy).Unwrapped()
		for _, r := range p.RangesOf(p.Ring().Host(c.Self)) {
			for _, then := range future { // where a node moves to cuts a range
				if err := c.sendRanges(ctx, ks, p, then.Intersect(r.Range)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// sendRanges sends all tables' data of ranges to those who will own them.
func (c *Coordinator) sendRanges(ctx context.Context, ks *schema.Keyspace, p *ring.Placement, ranges []token.Range) error {
	for _, r := range ranges {
		for _, to := range p.Pending(r.End) {
			if to.Status == ring.Joining || c.isSelf(to) {
				continue // fetches by itself
			}
			for _, name := range sortedKeys(ks.Tables) {
				if err := c.sendTable(ctx, ks.Tables[name], []token.Range{r}, to); err != nil {
					return fmt.Errorf("stream to %s: %w", to, err)
				}
			}
		}
	}
	return nil
}

// sendTable copies ranges of a table, and what is known of conditional updates there, from this node to another one.
func (c *Coordinator) sendTable(ctx context.Context, t *schema.Table, ranges []token.Range, to *ring.Endpoint) error {
	for _, r := range ranges {
		if err := c.sendRange(ctx, t, r, to); err != nil {
			return err
		}
	}
	return c.sendPaxos(ctx, t, ranges, to)
}

// eachKeyspace visits the replicated keyspaces.
func (c *Coordinator) eachKeyspace(visit func(*schema.Keyspace, *ring.Placement) error) error {
	s := c.Schema()
	for _, name := range sortedKeys(s.Keyspaces) {
		ks := s.Keyspaces[name]
		if ks.Virtual {
			continue
		}
		p, err := c.place(name)
		if err != nil {
			return err
		}
		if ring.IsLocal(p.Strategy) || p.Strategy.Factor() == 0 {
			continue
		}
		if err := visit(ks, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *Coordinator) fetchAll(ctx context.Context, ks *schema.Keyspace, sources []source) error {
	byNode := map[*ring.Endpoint][]token.Range{}
	var nodes []*ring.Endpoint
	for _, s := range sources {
		for _, n := range s.nodes {
			if byNode[n] == nil {
				nodes = append(nodes, n)
			}
			byNode[n] = append(byNode[n], s.Unwrap()...)
		}
	}
	for _, name := range sortedKeys(ks.Tables) {
		for _, from := range nodes {
			if err := c.fetchTable(ctx, ks.Tables[name], joinRanges(byNode[from]), from); err != nil {
				return fmt.Errorf("stream %s.%s from %s: %w", ks.Name, name, from, err)
			}
		}
	}
	return nil
}

// joinRanges makes one range of neighbours; none of them wraps.
func joinRanges(rs []token.Range) []token.Range {
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b token.Range) int { return cmp.Compare(a.Start, b.Start) })
	var out []token.Range
	for _, r := range rs {
		if n := len(out); n > 0 && out[n-1].End == r.Start && r.Start != token.Minimum {
			out[n-1].End = r.End
			continue
		}
		out = append(out, r)
	}
	return out
}

func (c *Coordinator) fetchTable(ctx context.Context, t *schema.Table, ranges []token.Range, from *ring.Endpoint) error {
	for _, r := range ranges {
		if err := c.fetchRange(ctx, t, r, from); err != nil {
			return err
		}
	}
	return c.fetchPaxos(ctx, t, ranges, from)
}

// callStreaming is a call that may take as long as a repair's.
func (c *Coordinator) callStreaming(ctx context.Context, to *ring.Endpoint, v rpc.Verb, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Repair)
	defer cancel()
	return c.callRetrying(ctx, to, v, body)
}

// fetchRange copies a range of a table from a node to this one.
func (c *Coordinator) fetchRange(ctx context.Context, t *schema.Table, r token.Range, from *ring.Endpoint) error {
	read := func(ctx context.Context, r *row.Read) (*row.Result, error) {
		out, err := c.callStreaming(ctx, from, rpc.StreamRead, row.EncodeRead(r))
		if err != nil {
			return nil, err
		}
		return row.DecodeResult(out, t)
	}
	return c.pages(ctx, t, r, read, func(ps []*row.Partition) error { return c.Local.Apply(ctx, mutationsOf(t, ps)) })
}

// serveStreamRead is serveRead for those who copy: nothing is too much, and it need not be this node's any more.
func (c *Coordinator) serveStreamRead(ctx context.Context, body []byte) ([]byte, error) {
	r, err := row.DecodeRead(body, c.tableByID)
	if err != nil {
		return nil, c.wireError(err)
	}
	r.Streaming = true
	res, err := c.Local.Read(ctx, r)
	if err != nil {
		return nil, err
	}
	return row.EncodeResult(res), nil
}

// sendRange copies a range of a table from this node to another one.
func (c *Coordinator) sendRange(ctx context.Context, t *schema.Table, r token.Range, to *ring.Endpoint) error {
	return c.pages(ctx, t, r, c.Local.Read, func(ps []*row.Partition) error {
		_, err := c.callStreaming(ctx, to, rpc.Mutate, encodeMutations(mutationsOf(t, ps)))
		return err
	})
}

func mutationsOf(t *schema.Table, ps []*row.Partition) []*row.Mutation {
	out := make([]*row.Mutation, len(ps))
	for i, p := range ps {
		out[i] = &row.Mutation{Table: t, Partition: *p}
	}
	return out
}

// pages reads a range to its end and hands each page on.
func (c *Coordinator) pages(ctx context.Context, t *schema.Table, r token.Range,
	read func(context.Context, *row.Read) (*row.Result, error), visit func([]*row.Partition) error,
) error {
	q := &row.Read{Table: t, Range: r, Now: c.Clock.Now().Unix(), Limit: repairPage, Streaming: true}
	for {
		res, err := read(ctx, q)
		if err != nil {
			return err
		}
		n := len(res.Partitions)
		if n > 0 {
			if err := visit(res.Partitions); err != nil {
				return err
			}
		}
		if !res.More || n == 0 {
			return nil
		}
		next := endOf(res.Partitions[n-1])
		if q.After != nil && samePosition(q.After, next) {
			return nil
		}
		q.After = next
	}
}

// Restore has every live node fetch what it will own once host has left: host is dead, and marked as Leaving here. waiting
// is told who is not done yet, whenever that changes.
func (c *Coordinator) Restore(ctx context.Context, waiting func([]*ring.Endpoint)) error {
	var mu sync.Mutex
	left := []*ring.Endpoint{}
	for _, e := range c.ring.Load().Owners() {
		if c.live(e) && e.Status != ring.Leaving {
			left = append(left, e)
		}
	}
	nodes := slices.Clone(left)
	waiting(slices.Clone(left))
	_, err := parallel(len(nodes), func(i int) (struct{}, error) {
		err := c.restoreOn(ctx, nodes[i])
		if err != nil {
			return struct{}{}, fmt.Errorf("%s: %w", nodes[i], err)
		}
		mu.Lock()
		defer mu.Unlock()
		left = slices.DeleteFunc(left, func(e *ring.Endpoint) bool { return e == nodes[i] })
		waiting(slices.Clone(left))
		return struct{}{}, nil
	})
	return err
}

func (c *Coordinator) restoreOn(ctx context.Context, e *ring.Endpoint) error {
	if c.isSelf(e) {
		return c.Bootstrap(ctx, Salvage)
	}
	_, err := c.callRetrying(ctx, e, rpc.RingRestore, nil)
	if err != nil && !c.live(e) {
		return nil // died meanwhile: what it misses is repaired like any other outage
	}
	return err
}

func (c *Coordinator) serveRestore(ctx context.Context, _ []byte) ([]byte, error) {
	return nil, c.Bootstrap(ctx, Salvage)
}

// endOf is the place behind the last row of a partition.
func endOf(p *row.Partition) *row.Position {
	pos := &row.Position{Key: p.Key}
	if k := len(p.Rows); k > 0 {
		pos.Clustering = p.Rows[k-1].Clustering
	}
	return pos
}

func samePosition(a, b *row.Position) bool {
	if !bytes.Equal(a.Key, b.Key) || len(a.Clustering) != len(b.Clustering) {
		return false
	}
	for i := range a.Clustering {
		if !bytes.Equal(a.Clustering[i], b.Clustering[i]) {
			return false
		}
	}
	return true
}
