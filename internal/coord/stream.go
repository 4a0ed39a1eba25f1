package coord

import (
	"bytes"
	"context"
	"fmt"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Streaming copies ranges of all tables between nodes, page by page, with the ordinary Read and Mutate verbs: what is
// copied is unreconciled, tombstones included, and may be copied twice.

// source is a range and the nodes that have its data.
type source struct {
	token.Range
	nodes []*ring.Endpoint
}

// Bootstrap fetches what this node will own once all changes of the ring are done, and does not own yet: when it joins
// itself, or when another node is being removed. Writes reach it meanwhile, as a pending replica.
func (c *Coordinator) Bootstrap(ctx context.Context) error {
	return c.eachKeyspace(func(ks *schema.Keyspace, p *ring.Placement) error {
		sources, err := c.bootstrapSources(ks.Name, p)
		if err != nil {
			return err
		}
		return c.fetchAll(ctx, ks, sources)
	})
}

// bootstrapSources cuts this node's future ranges at today's and names a majority of today's replicas for each: any
// write that was acknowledged at QUORUM is on one of them.
func (c *Coordinator) bootstrapSources(keyspace string, p *ring.Placement) ([]source, error) {
	future := p.Ring().Future()
	self := future.Host(c.Self)
	if self == nil {
		return nil, fmt.Errorf("this node is not in the ring")
	}
	var out []source
	for _, wanted := range future.Place(p.Strategy).RangesOf(self) {
		for _, now := range p.Unwrapped() {
			if holds(now.Replicas, c.Self) {
				continue
			}
			for _, part := range now.Intersect(wanted.Range) {
				nodes := c.others(now.Replicas)
				if len(nodes) == 0 && len(now.Replicas) > 0 {
					return nil, noSources(part, keyspace, p.Strategy.Factor())
				}
				out = append(out, source{part, nodes[:min(len(nodes), quorum(len(now.Replicas)))]})
			}
		}
	}
	return out, nil
}

func holds(es []*ring.Endpoint, host [16]byte) bool {
	for _, e := range es {
		if e.HostID == host {
			return true
		}
	}
	return false
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

// StreamOut sends what this node owns to those who will own it once it has left. It is Leaving in the ring, so that
// writes reach them meanwhile.
func (c *Coordinator) StreamOut(ctx context.Context) error {
	return c.eachKeyspace(func(ks *schema.Keyspace, p *ring.Placement) error {
		self := p.Ring().Host(c.Self)
		for _, r := range p.RangesOf(self) {
			for _, to := range p.Pending(r.End) {
				for _, flat := range r.Unwrap() {
					for _, name := range sortedKeys(ks.Tables) {
						if err := c.sendRange(ctx, ks.Tables[name], flat, to); err != nil {
							return fmt.Errorf("stream to %s: %w", to, err)
						}
					}
				}
			}
		}
		return nil
	})
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
	for _, name := range sortedKeys(ks.Tables) {
		for _, s := range sources {
			for _, from := range s.nodes {
				for _, flat := range s.Unwrap() {
					if err := c.fetchRange(ctx, ks.Tables[name], flat, from); err != nil {
						return fmt.Errorf("stream %s.%s from %s: %w", ks.Name, name, from, err)
					}
				}
			}
		}
	}
	return nil
}

// fetchRange copies a range of a table from a node to this one.
func (c *Coordinator) fetchRange(ctx context.Context, t *schema.Table, r token.Range, from *ring.Endpoint) error {
	read := func(ctx context.Context, r *row.Read) (*row.Result, error) {
		ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Repair)
		defer cancel()
		out, err := c.callRetrying(ctx, from, rpc.Read, row.EncodeRead(r))
		if err != nil {
			return nil, err
		}
		return row.DecodeResult(out, t)
	}
	return c.pages(ctx, t, r, read, func(ps []*row.Partition) error { return c.Local.Apply(ctx, mutationsOf(t, ps)) })
}

// sendRange copies a range of a table from this node to another one.
func (c *Coordinator) sendRange(ctx context.Context, t *schema.Table, r token.Range, to *ring.Endpoint) error {
	return c.pages(ctx, t, r, c.Local.Read, func(ps []*row.Partition) error {
		ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Repair)
		defer cancel()
		_, err := c.callRetrying(ctx, to, rpc.Mutate, encodeMutations(mutationsOf(t, ps)))
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
	q := &row.Read{Table: t, Range: r, Now: c.Clock.Now().Unix(), Limit: repairPage}
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
