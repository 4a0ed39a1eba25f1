package exec

import (
	"bytes"
	"context"
	"slices"

	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// grouped gives one result row for each group. PER PARTITION LIMIT counts groups.
func (r *selectRun) grouped(ctx context.Context, result *Rows) error {
	r.warnAggregation()
	if err := r.checkSortedPage(); err != nil {
		return err
	}
	if r.s.Distinct {
		r.pageSize = 0 // all groups in one page, as in Cassandra
	}
	g := groups{run: r, perPartition: plan.NoLimit}
	if !r.s.Distinct {
		g.perPartition, r.scan.perPartition = r.scan.perPartition, plan.NoLimit
		r.scan.read.PerPartition = 0
	}
	if r.q.page != nil && r.pageSize > 0 {
		g.inPartition = r.q.page.inPartition
		if p := r.q.page.position; p != nil {
			g.partition = p.Key
		}
	}
	wanted := r.limit
	if r.s.Sorts() {
		wanted = noLimit
	}
	if r.pageSize > 0 {
		wanted = min(wanted, r.pageSize)
	}
	done, err := g.collect(ctx, wanted)
	if err != nil {
		return err
	}
	r.sort()
	if !done {
		r.pageGroups(result, &g)
	}
	return nil
}

func (r *selectRun) pageGroups(result *Rows, g *groups) {
	left := r.limit - len(r.out)
	if r.pageSize == 0 || left <= 0 || g.at == nil || r.scan.lastKeyDone(g.at) {
		return
	}
	if r.limit == noLimit {
		left = noLimit
	}
	result.PagingState = (&pagingState{position: g.at, remaining: left, inPartition: g.inPartition}).encode()
}

// groups folds rows into groups.
type groups struct {
	run          *selectRun
	key          plan.GroupKey
	perPartition int
	inPartition  int    // groups given of the partition under way
	partition    []byte // that one
	// at is the last row of the last group that was given.
	at *row.Position
}

// collect gives groups until enough are there; done says that no rows are left.
func (g *groups) collect(ctx context.Context, wanted int) (done bool, err error) {
	r := g.run
	r.scan.wanted = noLimit
	for {
		before := r.scan.position()
		ok, err := r.scan.next(ctx)
		if err != nil {
			return false, err
		}
		if !ok {
			if !r.rows.HasGroup() {
				return true, nil
			}
			// A page that the last group fills has another one behind it, which is empty.
			err := g.end(before)
			return len(r.out) < wanted, err
		}
		key, err := r.s.Grouping.Key(&r.q.eval, r.scan.partition.Key, r.scan.row)
		if err != nil {
			return false, err
		}
		if r.rows.HasGroup() && !r.s.Grouping.Same(g.key, key) {
			if err := g.end(before); err != nil {
				return false, err
			}
			if len(r.out) >= wanted {
				return false, nil
			}
		}
		if !bytes.Equal(r.scan.partition.Key, g.partition) {
			g.inPartition, g.partition = 0, r.scan.partition.Key
		}
		g.key = key
		if g.inPartition >= g.perPartition {
			r.scan.skipPartition()
			continue
		}
		if err := r.rows.Add(r.scan.key, r.scan.static, r.scan.row); err != nil {
			return false, err
		}
	}
}

// end gives the group under way.
func (g *groups) end(last *row.Position) error {
	values, err := g.run.rows.Group()
	if err != nil {
		return err
	}
	g.run.add(values)
	g.at = last
	g.inPartition++
	if g.inPartition >= g.perPartition && last != nil {
		last.Done = true
	}
	return nil
}

// nearest gives the rows that are nearest to a vector: all rows are looked at, so that none is missed.
func (r *selectRun) nearest(ctx context.Context) error {
	if err := r.checkNearest(); err != nil {
		return err
	}
	target, err := r.s.Near.Target(&r.q.eval)
	if err != nil {
		return err
	}
	var found []scored
	r.scan.wanted = noLimit
	for {
		ok, err := r.scan.next(ctx)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		score, ok, err := r.s.Near.Score(&r.q.eval, target, r.scan.static, r.scan.row)
		if err != nil {
			return readFailure(r.scan.cl)
		}
		if !ok {
			continue
		}
		at, _ := slices.BinarySearchFunc(found, score, func(s scored, score float32) int {
			if s.score >= score {
				return -1
			}
			return 1
		})
		if at >= r.limit {
			continue
		}
		values, err := r.rows.Row(r.scan.key, r.scan.static, r.scan.row)
		if err != nil {
			return err
		}
		found = slices.Insert(found, at, scored{score, values})
		found = found[:min(len(found), r.limit)]
	}
	for _, s := range found {
		r.out = append(r.out, s.values)
	}
	return nil
}

type scored struct {
	score  float32
	values [][]byte
}

// checkNearest refuses limits that ANN OF does not take; consistency and page size are adapted, with a warning.
func (r *selectRun) checkNearest() error {
	if r.limit == noLimit {
		return cqlerr.Invalid("Top-K queries must have a limit specified and the limit must be less than the query page size")
	}
	if r.limit > plan.MaxNear {
		return cqlerr.Invalid("Use of ANN OF in an ORDER BY clause requires a LIMIT that is not greater than %d. LIMIT was %d", plan.MaxNear, r.limit)
	}
	if cl := r.scan.cl; cl != row.One && cl != row.LocalOne {
		r.scan.cl = row.One
		if cl.IsDatacenterLocal() {
			r.scan.cl = row.LocalOne
		}
		r.q.warn("Top-K queries can only be run with consistency level ONE / LOCAL_ONE / NODE_LOCAL. Consistency level " + cl.String() +
			" was requested. Downgrading the consistency level to " + r.scan.cl.String() + ".")
	}
	if size := r.q.options.PageSize; size > 0 && size < r.limit {
		r.q.warn(topKPageText(size, r.limit))
	}
	return nil
}
