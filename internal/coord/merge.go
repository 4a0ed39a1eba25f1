package coord

import (
	"bytes"
	"context"
	"slices"
	"time"

	"alexandra/internal/row"
	"alexandra/internal/token"
)

func tokenOf(key []byte) token.Token { return token.Of(key) }

// readMerged reads from several replicas, reconciles what they say, repairs those that lacked something, and goes on
// until the limit is filled: a replica's limit may have been spent on rows that another one knows to be deleted.
func (c *Coordinator) readMerged(ctx context.Context, r *row.Read, g *group, deadline time.Time) (*row.Result, error) {
	out := &row.Result{}
	left := r.Limit
	next := *r
	for {
		page, err := c.readPage(ctx, &next, g, deadline)
		if err != nil {
			return nil, err
		}
		if appendLimited(out, &page.Result, r, &left) {
			out.More = out.More || page.More || page.frontier != nil
			return out, nil
		}
		if page.frontier == nil {
			out.More = page.More
			return out, nil
		}
		next.After, next.Limit = page.frontier, left
	}
}

// page is a part of an answer; frontier is where to go on, nil when nothing is left to read.
type page struct {
	row.Result
	frontier *row.Position
}

// readPage reads once. What lies behind the nearest place at which some replica stopped is left out: other replicas
// may not have been asked for it.
func (c *Coordinator) readPage(ctx context.Context, r *row.Read, g *group, deadline time.Time) (*page, error) {
	answers, err := c.gather(ctx, r, g, oneData, deadline)
	if err != nil {
		return nil, err
	}
	if agree(answers, r) {
		trace(ctx, "Digests match")
		return &page{Result: *purge(answers[0].result, r)}, nil
	}
	c.stats.ReadRepairAttempted.Add(1)
	trace(ctx, "Digest mismatch")
	full := &group{need: g.need}
	for _, a := range answers {
		full.contacts = append(full.contacts, a.node)
	}
	if answers, err = c.gather(ctx, r, full, allData, deadline); err != nil {
		return nil, err
	}
	return c.reconcile(ctx, r, full, answers, deadline)
}

// agree says whether all replicas hold the same.
func agree(answers []answer, r *row.Read) bool {
	if len(answers) == 1 {
		return true
	}
	var first [16]byte
	for i := range answers {
		d := answers[i].digest
		if answers[i].result != nil {
			d = row.Digest(answers[i].result, r.Table, r.Now)
		}
		if i > 0 && d != first {
			return false
		}
		first = d
	}
	return true
}

// reconcile merges full answers, repairs, and purges.
func (c *Coordinator) reconcile(ctx context.Context, r *row.Read, g *group, answers []answer, deadline time.Time) (*page, error) {
	o := ordering{row.NewComparator(r.Table), r}
	if r.Reversed {
		for i := range answers {
			for j, p := range answers[i].result.Partitions {
				answers[i].result.Partitions[j] = reversed(p)
			}
		}
	}
	frontier := o.frontier(answers)
	merged := o.cut(mergeAnswers(o.Comparator, answers), frontier)
	if r.Index != nil {
		return c.completeIndexed(ctx, r, g, merged, frontier, deadline)
	}
	if err := c.repairReplicas(ctx, r, g, merged, answers, deadline); err != nil {
		return nil, err
	}
	res := &row.Result{Partitions: merged}
	for _, a := range answers {
		res.Scans = r.MaxScans(res.Scans, a.result.Scans)
	}
	if r.Reversed {
		for i, p := range merged {
			res.Partitions[i] = reversed(p)
		}
	}
	res = purge(res, r)
	if r.PerPartition > 0 {
		if err := c.fillPartitions(ctx, r, g, res, answers, deadline); err != nil {
			return nil, err
		}
	}
	return &page{*res, frontier}, nil
}

// reversed is a copy of the partition with its rows the other way round.
func reversed(p *row.Partition) *row.Partition {
	out := *p
	out.Rows = slices.Clone(p.Rows)
	slices.Reverse(out.Rows)
	return &out
}

// purge leaves what a client may see, unless the read is raw.
func purge(res *row.Result, r *row.Read) *row.Result {
	if r.Raw {
		return res
	}
	out := &row.Result{More: res.More, Scans: res.Scans}
	for _, p := range res.Partitions {
		if q := purgePartition(p, r); q != nil {
			out.Partitions = append(out.Partitions, q)
		}
	}
	return out
}

// purgePartition also drops partitions that are of no interest: those without rows whose static row nobody wants.
func purgePartition(p *row.Partition, r *row.Read) *row.Partition {
	q := row.Purge(p, r.Table, r.Now)
	if q == nil || len(q.Rows) == 0 && !r.WantsStatic() {
		return nil
	}
	if r.PerPartition > 0 && len(q.Rows) > r.PerPartition {
		cut := *q
		cut.Rows = q.Rows[:r.PerPartition]
		return &cut
	}
	return q
}

// mergeAnswers merges the partitions of all answers, in the order of the ring. Rows are in clustering order.
func mergeAnswers(cmp row.Comparator, answers []answer) []*row.Partition {
	var all []*row.Partition
	for _, a := range answers {
		all = append(all, a.result.Partitions...)
	}
	slices.SortStableFunc(all, comparePartitions)
	var out []*row.Partition
	for len(all) > 0 {
		n := 1
		for n < len(all) && comparePartitions(all[0], all[n]) == 0 {
			n++
		}
		if p := row.MergePartitions(cmp, all[:n]...); !p.IsEmpty() {
			out = append(out, p)
		}
		all = all[n:]
	}
	return out
}

func comparePartitions(a, b *row.Partition) int { return compareKeys(a.Key, b.Key) }

func compareKeys(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	if x, y := tokenOf(a), tokenOf(b); x != y {
		if x < y {
			return -1
		}
		return 1
	}
	return bytes.Compare(a, b)
}

// ordering is the order in which a read returns rows.
type ordering struct {
	row.Comparator
	read *row.Read
}

// comparePositions orders two places in reading order; a place without clustering lies before all rows.
func (o ordering) comparePositions(a, b *row.Position) int {
	if d := compareKeys(a.Key, b.Key); d != 0 {
		return d
	}
	switch {
	case a.Clustering == nil && b.Clustering == nil:
		return 0
	case a.Clustering == nil:
		return -1
	case b.Clustering == nil:
		return 1
	}
	d := o.Compare(a.Clustering, b.Clustering)
	if o.read.Reversed {
		return -d
	}
	return d
}

// frontier is the nearest place at which a replica stopped because of a limit; nil when all went to the end.
func (o ordering) frontier(answers []answer) *row.Position {
	var out *row.Position
	for _, a := range answers {
		n := len(a.result.Partitions)
		if !a.result.More || n == 0 {
			continue
		}
		last := a.result.Partitions[n-1]
		pos := &row.Position{Key: last.Key}
		if k := len(last.Rows); k > 0 {
			pos.Clustering = last.Rows[k-1].Clustering
			if o.read.Reversed {
				pos.Clustering = last.Rows[0].Clustering
			}
		}
		if out == nil || o.comparePositions(pos, out) < 0 {
			out = pos
		}
	}
	return out
}

// cut leaves what lies up to the frontier.
func (o ordering) cut(ps []*row.Partition, frontier *row.Position) []*row.Partition {
	if frontier == nil {
		return ps
	}
	var out []*row.Partition
	for _, p := range ps {
		switch d := compareKeys(p.Key, frontier.Key); {
		case d < 0:
			out = append(out, p)
		case d == 0:
			kept := *p
			kept.Rows = nil
			for _, x := range p.Rows {
				if o.comparePositions(&row.Position{Key: p.Key, Clustering: x.Clustering}, frontier) <= 0 {
					kept.Rows = append(kept.Rows, x)
				}
			}
			out = append(out, &kept)
		}
	}
	return out
}

// fillPartitions reads partitions again in which a replica's PER PARTITION LIMIT was spent on rows that others know
// to be deleted.
func (c *Coordinator) fillPartitions(ctx context.Context, r *row.Read, g *group, res *row.Result, answers []answer, deadline time.Time) error {
	for i, p := range res.Partitions {
		if len(p.Rows) >= r.PerPartition || !spent(answers, p.Key, r.PerPartition) {
			continue
		}
		one := *r
		one.Keys, one.After, one.PerPartition, one.Limit = [][]byte{p.Key}, nil, 0, r.PerPartition
		if r.After != nil && bytes.Equal(r.After.Key, p.Key) {
			one.After = r.After
		}
		again, err := c.readMerged(ctx, &one, g, deadline)
		if err != nil {
			return err
		}
		if len(again.Partitions) == 1 {
			res.Partitions[i] = again.Partitions[0]
		}
	}
	return nil
}

// spent says whether some replica sent as many rows of a partition as it was allowed to.
func spent(answers []answer, key []byte, limit int) bool {
	for _, a := range answers {
		for _, p := range a.result.Partitions {
			if len(p.Rows) >= limit && bytes.Equal(p.Key, key) {
				return true
			}
		}
	}
	return false
}

// completeIndexed reads the rows that an index offered again, by their keys: a replica with an old value may have
// offered a row that the others no longer find under it, and its values must be the newest before the executor checks
// them.
func (c *Coordinator) completeIndexed(ctx context.Context, r *row.Read, g *group, merged []*row.Partition, frontier *row.Position, deadline time.Time) (*page, error) {
	out := &page{frontier: frontier}
	for _, p := range merged {
		one := *r
		one.Keys, one.Index, one.After, one.Limit, one.PerPartition, one.Reversed = [][]byte{p.Key}, nil, nil, 0, 0, false
		if len(r.Table.Clustering) > 0 && len(p.Rows) > 0 {
			one.Slices = make([]row.Slice, len(p.Rows))
			for i, x := range p.Rows {
				b := row.Bound{Values: x.Clustering, Inclusive: true}
				one.Slices[i] = row.Slice{Start: b, End: b}
			}
		}
		res, err := c.readMerged(ctx, &one, g, deadline)
		if err != nil {
			return nil, err
		}
		for _, q := range res.Partitions {
			if r.Reversed {
				q = reversed(q)
			}
			out.Partitions = append(out.Partitions, q)
		}
	}
	return out, nil
}
