package coord

import (
	"bytes"
	"context"
	"strings"
	"time"

	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// repairReplicas writes to each replica what it lacks of the merged answer and waits for it (table option read_repair:
// BLOCKING), so that no later read at the same level can see less.
func (c *Coordinator) repairReplicas(ctx context.Context, r *row.Read, g *group, merged []*row.Partition, answers []answer, deadline time.Time) error {
	if strings.EqualFold(r.Table.Options.ReadRepair, "NONE") {
		return nil
	}
	garbage := row.Garbage{Now: r.Now, Before: r.Now - int64(r.Table.Options.GCGraceSeconds)}
	cmp := row.NewComparator(r.Table)
	var todo []*delivery
	for _, a := range answers {
		d := &delivery{node: a.node}
		for _, p := range merged {
			p = row.Compact(p, r.Table, garbage)
			if p == nil {
				continue
			}
			if lacks := diff(cmp, p, row.Compact(find(a.result.Partitions, p.Key), r.Table, garbage)); lacks != nil {
				d.ms = append(d.ms, &row.Mutation{Table: r.Table, Partition: *lacks})
			}
		}
		if len(d.ms) > 0 {
			todo = append(todo, d)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	c.stats.ReadRepairBlocking.Add(1)
	trace(ctx, "Repairing replicas")
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	failed := 0
	results, _ := parallel(len(todo), func(i int) (error, error) { return c.repairOne(ctx, todo[i]), nil })
	for _, err := range results {
		if err != nil {
			failed++
		}
	}
	if failed > 0 {
		n := g.need
		return readTimeout(n.cl, max(n.blockFor-failed, 0), n.blockFor, true)
	}
	return nil
}

func (c *Coordinator) repairOne(ctx context.Context, d *delivery) error {
	if c.isSelf(d.node) {
		return c.Local.Apply(ctx, d.ms)
	}
	_, err := c.callRetrying(ctx, d.node, rpc.Mutate, encodeMutations(d.ms))
	return err
}

func find(ps []*row.Partition, key []byte) *row.Partition {
	for _, p := range ps {
		if bytes.Equal(p.Key, key) {
			return p
		}
	}
	return nil
}
