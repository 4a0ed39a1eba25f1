package exec

import (
	"context"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// viewBuildPage is how many base rows are read at once while a view is built.
const viewBuildPage = 1000

// buildView fills a new view with what its base table holds. Rows that are written meanwhile reach the view by
// themselves.
func (e *Executor) buildView(ctx context.Context, q *request, base, view *schema.Table) error {
	bv, err := e.baseView(q, base, view)
	if err != nil {
		return err
	}
	read := &row.Read{Table: base, Range: token.Full, Limit: viewBuildPage, Now: q.eval.NowSeconds}
	for {
		result, err := e.Coordinator.Read(ctx, read, row.LocalOne)
		if err != nil {
			return err
		}
		for _, p := range result.Partitions {
			if err := e.buildPartition(ctx, bv, p); err != nil {
				return err
			}
			read.After = &row.Position{Key: p.Key}
			if n := len(p.Rows); n > 0 {
				read.After.Clustering = p.Rows[n-1].Clustering
			}
		}
		if !result.More || len(result.Partitions) == 0 {
			return nil
		}
	}
}

func (e *Executor) buildPartition(ctx context.Context, v baseView, p *row.Partition) error {
	parts := []row.PartitionKey{{Table: v.base, Key: p.Key}}
	return e.Coordinator.Exclusively(ctx, parts, row.One, func(ctx context.Context, stamps []int64) error {
		w := newWrites()
		if err := e.followRows(v, w, p.Key, stamps[0], newPartition(p.Key), p); err != nil {
			return err
		}
		ms := w.mutations()
		if len(ms) == 0 {
			return nil
		}
		return e.Coordinator.Write(ctx, ms, WriteOptions{Consistency: row.One, Kind: row.UnloggedBatch})
	})
}
