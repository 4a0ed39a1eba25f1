package exec

import (
	"context"
	"slices"

	"alexandra/auth"
	"alexandra/internal/cql/plan"
	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// selectRun is one SELECT under way.
type selectRun struct {
	e        *Executor
	q        *request
	s        *plan.Select
	rows     *plan.Rows
	scan     scan
	limit    int // rows or groups for the client
	pageSize int // 0: not paged
	// out is the page; order holds the clusterings that out is sorted by, when it is.
	out   [][][]byte
	order [][][]byte
}

// runSelect runs a SELECT.
func (e *Executor) runSelect(ctx context.Context, q *request, s *plan.Select) (*Result, error) {
	if err := checkReadConsistency(q.options.Consistency); err != nil {
		return nil, err
	}
	unmask, err := e.checkMasks(ctx, q, s)
	if err != nil {
		return nil, err
	}
	if err := e.guardSelect(ctx, q, s); err != nil {
		return nil, err
	}
	r := &selectRun{e: e, q: q, s: s, rows: s.Selection.NewRows(&q.eval, unmask), pageSize: max(q.options.PageSize, 0)}
	result := &Rows{Columns: s.ResultColumns()}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	switch {
	case s.Near != nil:
		err = r.nearest(ctx)
	case s.Grouping != nil:
		err = r.grouped(ctx, result)
	case s.Aggregates():
		err = r.folded(ctx)
	default:
		err = r.plain(ctx, result)
	}
	r.warnTombstones()
	if err != nil {
		return nil, err
	}
	result.Rows = r.out
	return &Result{Rows: result}, nil
}

func checkReadConsistency(cl Consistency) error {
	switch cl {
	case row.Any:
		return cqlerr.Invalid("ANY ConsistencyLevel is only supported for writes")
	case row.NodeLocal:
		return errNodeLocal
	}
	return nil
}

var errNodeLocal = cqlerr.Invalid("NODE_LOCAL consistency level is highly dangerous and should be used only for debugging purposes")

// checkMasks says whether masked columns are shown, and refuses to search by columns that are not.
func (e *Executor) checkMasks(ctx context.Context, q *request, s *plan.Select) (unmask bool, err error) {
	if !s.Selection.IsMasked() && len(s.Masked) == 0 || !e.Settings.DynamicDataMaskingEnabled {
		return true, nil
	}
	resource := auth.Table(s.Table.Keyspace, s.Table.Name)
	unmask, err = e.allowed(ctx, q, auth.Unmask, resource)
	if err != nil || unmask || len(s.Masked) == 0 {
		return unmask, err
	}
	masked, err := e.allowed(ctx, q, auth.SelectMasked, resource)
	if err != nil || masked {
		return false, err
	}
	names := make([]string, len(s.Masked))
	for i, c := range s.Masked {
		names[i] = c.Name
	}
	return false, cqlerr.Unauthorized("User %s has no UNMASK nor SELECT_MASKED permission on table %s.%s, cannot query masked columns %s",
		q.session.User().Name, s.Table.Keyspace, s.Table.Name, listText(names))
}

// prepare evaluates limits and restrictions and sets up the scan.
func (r *selectRun) prepare(ctx context.Context) error {
	s, ev := r.s, &r.q.eval
	var err error
	if r.limit, err = s.Limit(ev); err != nil {
		return err
	}
	perPartition, err := s.PerPartitionLimit(ev)
	if err != nil {
		return err
	}
	if s.Distinct {
		perPartition = 1
	}
	r.scan = scan{
		e: r.e, s: s, perPartition: perPartition, wantStatic: s.WantsStaticOnly(), cl: r.q.options.Consistency,
	}
	read := &r.scan.read
	read.Columns = r.columns()
	read.Table, read.Reversed, read.Now = s.Table, s.Reversed, ev.NowSeconds
	if err := r.e.guardProducts(ctx, r.q, ev, s.Restrictions); err != nil {
		return err
	}
	if r.scan.filter, err = s.Restrictions.Filter(ev); err != nil {
		return err
	}
	if r.scan.ended, err = r.bounds(ctx); err != nil {
		return err
	}
	if read.Index, err = s.Restrictions.IndexRead(ev); err != nil {
		return err
	}
	r.pageLimits(perPartition)
	return nil
}

// bounds evaluates which partitions and which of their rows are read; nothing says that there are none. What is not needed to
// see that is not looked at (SelectStatement.getSliceCommands and getRangeCommand).
func (r *selectRun) bounds(ctx context.Context) (nothing bool, err error) {
	read, where, ev := &r.scan.read, r.s.Restrictions, &r.q.eval
	keyRange := where.IsKeyRange()
	if !keyRange {
		if read.Keys, err = where.AnyKeys(ev); err != nil || len(read.Keys) == 0 {
			return true, err
		}
		if err := r.checkKeys(ctx); err != nil {
			return false, err
		}
	}
	read.Slices, err = where.Slices(ev)
	if err != nil || read.Slices != nil && len(read.Slices) == 0 {
		return true, err
	}
	if keyRange {
		read.Range, nothing, err = where.Range(ev)
		return nothing, err
	}
	return false, plan.CheckKeys(read.Keys)
}

// checkKeys looks at the list of partition keys.
func (r *selectRun) checkKeys(ctx context.Context) error {
	keys := r.scan.read.Keys
	if len(keys) < 2 {
		return nil
	}
	if r.q.options.Consistency.IsSerial() && r.pageSize == 0 {
		return cqlerr.Invalid("SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time")
	}
	return r.e.guardThreshold(ctx, r.q, guardrail{
		name: "partition_keys_in_select", n: len(keys),
		warn: r.e.Settings.PartitionKeysInSelectWarnThreshold, fail: r.e.Settings.PartitionKeysInSelectFailThreshold,
		warnText: "Query with partition keys in IN clause on table %[1]s, with number of partition keys %[2]d exceeds warning threshold of %[3]d.",
		failText: "Aborting query with partition keys in IN clause on table %[1]s, number of partition keys %[2]d exceeds fail threshold of %[3]d.",
		subject:  r.s.Table.Name,
	})
}

// pageLimits decides whether the statement is paged at all, and goes to where the last page ended.
func (r *selectRun) pageLimits(perPartition int) {
	if perPartition < plan.NoLimit && !r.scan.filter.OnRows() {
		r.scan.read.PerPartition = perPartition
	}
	if !r.s.Aggregates() && !r.s.Sorts() && r.limit <= r.pageSize {
		r.pageSize = 0
	}
	if r.pageSize > 0 && r.q.page != nil {
		r.limit = min(r.limit, r.q.page.remaining)
		r.scan.resume(r.q.page.position)
	}
}

// plain gives one result row for each row.
func (r *selectRun) plain(ctx context.Context, result *Rows) error {
	if err := r.checkSortedPage(); err != nil {
		return err
	}
	wanted := r.limit
	if r.s.Sorts() {
		wanted = noLimit
	}
	if r.pageSize > 0 {
		wanted = min(wanted, r.pageSize)
	}
	for len(r.out) < wanted {
		r.scan.wanted = wanted - len(r.out)
		ok, err := r.scan.next(ctx)
		if err != nil {
			return err
		}
		if !ok {
			r.sort()
			return nil
		}
		values, err := r.rows.Row(r.scan.key, r.scan.static, r.scan.row)
		if err != nil {
			return err
		}
		r.add(values)
	}
	r.sort()
	r.page(result, r.scan.position())
	return nil
}

// checkSortedPage refuses pages of rows that are sorted after reading.
func (r *selectRun) checkSortedPage() error {
	if r.s.Sorts() && r.pageSize > 0 && (!r.scan.ended || r.s.Aggregates()) {
		return cqlerr.Invalid("Cannot page queries with both ORDER BY and a IN restriction on the partition key; " +
			"you must either remove the ORDER BY or the IN and sort client side, or disable paging for this query")
	}
	return nil
}

// add takes a result row into the page.
func (r *selectRun) add(values [][]byte) {
	r.out = append(r.out, values)
	if r.s.Sorts() {
		var clustering [][]byte
		if r.scan.row != nil {
			clustering = r.scan.row.Clustering
		}
		r.order = append(r.order, clustering)
	}
}

// sort puts rows of several partitions in order and applies the limit that had to wait for that.
func (r *selectRun) sort() {
	if !r.s.Sorts() {
		return
	}
	index := make([]int, len(r.out))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(a, b int) int { return r.s.CompareRows(r.order[a], r.order[b]) })
	sorted := make([][][]byte, 0, min(len(index), r.limit))
	for _, i := range index[:min(len(index), r.limit)] {
		sorted = append(sorted, r.out[i])
	}
	r.out = sorted
}

// page sets the paging state after a full page. There may be nothing behind it: only the next page can tell, as in
// Cassandra; but when the last partition of a list is done, or the limit reached, this page is the last.
func (r *selectRun) page(result *Rows, at *row.Position) {
	left := r.limit - len(r.out)
	if r.pageSize == 0 || left <= 0 || len(r.out) < r.pageSize || at == nil || r.scan.lastKeyDone(at) {
		return
	}
	if r.limit == noLimit {
		left = noLimit
	}
	result.PagingState = (&pagingState{position: at, remaining: left}).encode()
}

// warnAggregation tells that a fold may read much.
func (r *selectRun) warnAggregation() {
	switch {
	case !r.s.HasPartitionRestrictions():
		r.q.warn("Aggregation query used without partition key")
	case r.s.KeyIsIn():
		r.q.warn("Aggregation query used on multiple partition keys (IN restriction)")
	}
}

// folded gives one result row for all rows.
func (r *selectRun) folded(ctx context.Context) error {
	r.warnAggregation()
	if err := r.checkSortedPage(); err != nil {
		return err
	}
	r.scan.wanted = noLimit
	for {
		ok, err := r.scan.next(ctx)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := r.rows.Add(r.scan.key, r.scan.static, r.scan.row); err != nil {
			return err
		}
	}
	values, err := r.rows.Group()
	if err != nil {
		return err
	}
	r.out = append(r.out, values)
	return nil
}
