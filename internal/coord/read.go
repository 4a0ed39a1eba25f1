package coord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// Read returns reconciled partitions: tombstones and dead cells are gone, what is left is live at read.Now.
func (c *Coordinator) Read(ctx context.Context, r *row.Read, cl row.Consistency) (res *row.Result, err error) {
	if err := checkReadLevel(cl); err != nil {
		return nil, err
	}
	err = c.retryMoved(ctx, time.Now().Add(c.Timeouts().Read), func() error {
		res, err = c.read(ctx, r, cl)
		return err
	})
	return res, err
}

func (c *Coordinator) read(ctx context.Context, r *row.Read, cl row.Consistency) (*row.Result, error) {
	p, err := c.place(r.Table.Keyspace)
	if err != nil {
		return nil, err
	}
	if ring.IsLocal(p.Strategy) {
		return c.readHere(ctx, r, cl)
	}
	timeout := c.Timeouts().Range
	if r.Keys != nil {
		timeout = c.Timeouts().Read
	}
	deadline := time.Now().Add(timeout)
	switch {
	case cl.IsSerial() && len(r.Keys) == 1:
		return c.serialRead(ctx, r, cl, deadline)
	case r.Keys == nil: // a range is read with as many replicas, and refused under the level's own name
	case cl == row.Serial:
		cl = row.Quorum
	case cl == row.LocalSerial:
		cl = row.LocalQuorum
	}
	if r.Keys == nil {
		return c.readRange(ctx, r, p, cl, deadline)
	}
	return c.readKeys(ctx, r, p, cl, deadline)
}

// readHere reads this node's own data, as a client may see it.
func (c *Coordinator) readHere(ctx context.Context, r *row.Read, cl row.Consistency) (*row.Result, error) {
	traceRead(ctx, "Executing single-partition query on ", r)
	purged := *r
	purged.Purged = !r.Raw
	res, err := c.Local.Read(ctx, &purged)
	switch {
	case err == nil:
		return res, nil
	case cqlerr.As(err) != nil:
		return nil, err
	}
	reason := reasonOfLocal(err)
	if reason == rpc.ReasonTimeout {
		return nil, readTimeout(cl, 0, 1, false)
	}
	c.Log.Warn("reading failed", "keyspace", r.Table.Keyspace, "table", r.Table.Name, "error", err)
	return nil, withTombstones(readFailure(cl, 0, 1, []failure{{c.ring.Load().Host(c.Self), reason}}, false), err)
}

// withTombstones is the failure with what this node met before it gave up, for the executor's warning.
func withTombstones(failed, cause error) error {
	var given *row.TombstonesError
	if errors.As(cause, &given) {
		return fmt.Errorf("%w: %w", failed, given)
	}
	return failed
}

// group is the nodes that answer one read.
type group struct {
	need     need
	contacts []*ring.Endpoint // the first one sends data, the others digests
	spares   []*ring.Endpoint // live replicas that are asked when a contact fails or is slow
}

// choose picks the replicas to read from, nearest first; it refuses when too few are live.
func (c *Coordinator) choose(replicas []*ring.Endpoint, n need) (*group, error) {
	candidates := make([]*ring.Endpoint, 0, len(replicas))
	for _, e := range replicas {
		if n.counts(e) && c.live(e) {
			candidates = append(candidates, e)
		}
	}
	n = n.atLeastOne()
	if err := n.check(candidates); err != nil {
		return nil, err
	}
	if self := c.ring.Load().Host(c.Self); self != nil && len(candidates) > 1 {
		ring.SortByProximity(self, c.Snitch, candidates)
	}
	g := &group{need: n}
	if n.each == nil {
		g.contacts, g.spares = candidates[:n.blockFor], candidates[n.blockFor:]
		return g, nil
	}
	have := map[string]int{}
	for _, e := range candidates {
		if have[e.Datacenter] < n.each[e.Datacenter] {
			have[e.Datacenter]++
			g.contacts = append(g.contacts, e)
		}
	}
	return g, nil
}

// onlySelf says whether this node alone answers.
func (c *Coordinator) onlySelf(g *group) bool { return len(g.contacts) == 1 && c.isSelf(g.contacts[0]) }

// readKeys reads partitions by key, in the order asked for.
func (c *Coordinator) readKeys(ctx context.Context, r *row.Read, p *ring.Placement, cl row.Consistency, deadline time.Time) (*row.Result, error) {
	n := needOf(cl, p.Strategy, c.Snitch.Local().Datacenter)
	if here, err := c.soleReader(r.Keys, p, n); here || err != nil {
		if err != nil {
			return nil, err
		}
		return c.readHere(ctx, r, cl)
	}
	groups := make([]*group, len(r.Keys))
	here := true
	for i, key := range r.Keys {
		g, err := c.choose(p.Replicas(tokenOf(key)), n)
		if err != nil {
			return nil, err
		}
		groups[i] = g
		here = here && c.onlySelf(g)
	}
	if here {
		return c.readHere(ctx, r, cl)
	}
	if len(r.Keys) == 1 {
		return c.readGroup(ctx, r, groups[0], deadline)
	}
	return c.readEach(ctx, r, groups, deadline)
}

// soleReader says whether this node is the only replica of all keys: the short way of most reads on small clusters.
func (c *Coordinator) soleReader(keys [][]byte, p *ring.Placement, n need) (bool, error) {
	for _, key := range keys {
		replicas := p.Replicas(tokenOf(key))
		if len(replicas) != 1 || !c.isSelf(replicas[0]) {
			return false, nil
		}
		if err := n.check(replicas); err != nil {
			return false, err
		}
	}
	return true, nil
}

// keysInParallel is how many partitions of one IN are read at the same time.
const keysInParallel = 16

// readEach reads each key from its own replicas and puts the answers together in order.
func (c *Coordinator) readEach(ctx context.Context, r *row.Read, groups []*group, deadline time.Time) (*row.Result, error) {
	start := 0
	if r.After != nil {
		for start < len(r.Keys) && !bytes.Equal(r.Keys[start], r.After.Key) {
			start++
		}
	}
	out := &row.Result{}
	left := r.Limit
	for start < len(r.Keys) {
		end := min(start+keysInParallel, len(r.Keys))
		results, err := parallel(end-start, func(i int) (*row.Result, error) {
			one := *r
			one.Keys, one.Limit = r.Keys[start+i:start+i+1], left
			if r.After != nil && !bytes.Equal(one.Keys[0], r.After.Key) {
				one.After = nil
			}
			return c.readGroup(ctx, &one, groups[start+i], deadline)
		})
		if err != nil {
			return nil, err
		}
		for i, res := range results {
			full := appendLimited(out, res, r, &left)
			if full {
				out.More = res.More || start+i+1 < len(r.Keys) || out.More
				return out, nil
			}
		}
		start = end
	}
	return out, nil
}

// appendLimited adds rows to out until the limit is reached; left is 0 for no limit at the start. It says whether the
// limit is used up.
func appendLimited(out, res *row.Result, r *row.Read, left *int) bool {
	out.Scans = r.AddScans(out.Scans, res.Scans)
	for _, p := range res.Partitions {
		if r.Limit > 0 {
			n := row.CountLive(p, r.WantsStatic())
			if n > *left {
				cut := *p
				cut.Rows = p.Rows[:*left]
				p, n, out.More = &cut, *left, true
			}
			*left -= n
		}
		out.Partitions = joinPartition(out.Partitions, p)
		if r.Limit > 0 && *left == 0 {
			return true
		}
	}
	return false
}

// joinPartition adds a partition; when it continues the last one its rows are added there.
func joinPartition(ps []*row.Partition, p *row.Partition) []*row.Partition {
	n := len(ps)
	if n == 0 || !bytes.Equal(ps[n-1].Key, p.Key) {
		return append(ps, p)
	}
	joined := *ps[n-1]
	joined.Rows = append(append([]*row.Row(nil), joined.Rows...), p.Rows...)
	if joined.Static == nil {
		joined.Static = p.Static
	}
	ps[n-1] = &joined
	return ps
}

// parallel runs f for 0..n-1 at once and returns the first error in order.
func parallel[T any](n int, f func(i int) (T, error)) ([]T, error) {
	out, errs := make([]T, n), make([]error, n)
	done := make(chan struct{})
	for i := 1; i < n; i++ {
		go func() {
			out[i], errs[i] = f(i)
			done <- struct{}{}
		}()
	}
	out[0], errs[0] = f(0)
	for i := 1; i < n; i++ {
		<-done
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readGroup reads from one set of replicas.
func (c *Coordinator) readGroup(ctx context.Context, r *row.Read, g *group, deadline time.Time) (*row.Result, error) {
	if len(g.contacts) > 1 {
		return c.readMerged(ctx, r, g, deadline)
	}
	purged := *r
	purged.Purged = !r.Raw
	answers, err := c.gather(ctx, &purged, g, allData, deadline)
	if err != nil {
		return nil, err
	}
	return answers[0].result, nil
}

// serveRead answers another coordinator with data.
func (c *Coordinator) serveRead(ctx context.Context, body []byte) ([]byte, error) {
	_, res, err := c.readFor(ctx, body)
	if err != nil {
		return nil, err
	}
	return row.EncodeResult(res), nil
}

// serveDigest answers with the digest of what serveRead would send.
func (c *Coordinator) serveDigest(ctx context.Context, body []byte) ([]byte, error) {
	r, res, err := c.readFor(ctx, body)
	if err != nil {
		return nil, err
	}
	sum := row.Digest(res, r.Table, r.Now)
	return sum[:], nil
}

func (c *Coordinator) readFor(ctx context.Context, body []byte) (*row.Read, *row.Result, error) {
	r, err := row.DecodeRead(body, c.tableByID)
	if err != nil {
		return nil, nil, c.wireError(err)
	}
	if err := c.checkRead(ctx, r); err != nil {
		return nil, nil, err
	}
	traceRead(ctx, "Executing read on ", r)
	res, err := c.Local.Read(ctx, r)
	if err != nil {
		if cqlerr.As(err) != nil {
			return nil, nil, err
		}
		return nil, nil, rpc.Failed(reasonOfLocal(err), "%v", err)
	}
	return r, res, nil
}
