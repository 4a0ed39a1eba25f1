package storage

import (
	"context"
	"fmt"
	"slices"

	"alexandra/internal/row"
	"alexandra/internal/token"
)

// ApplyCounter applies the increments in m (Counter cells made by row.CounterDelta) to the shards of this node and
// returns the mutation that the other replicas need: the same one with whole shards in place of increments. Sending
// it twice does no harm.
func (db *DB) ApplyCounter(ctx context.Context, m *row.Mutation, node [16]byte) (*row.Mutation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := db.enter(); err != nil {
		return nil, err
	}
	defer db.exit()
	if err := db.cfg.Faults.fail(Writes); err != nil {
		return nil, err
	}
	tok := token.Of(m.Key)
	defer db.locks.exclusive(tok)()

	c := counting{db: db, node: node, codec: newKeyCodec(m.Table)}
	c.key = c.codec.appendPartition(nil, tok, m.Key)
	c.prefix = len(c.key)
	h, err := c.header()
	if err != nil {
		return nil, err
	}
	out := &row.Mutation{Table: m.Table, Partition: m.Partition}
	out.Token = tok
	if m.Static != nil {
		if out.Static, err = c.row(m.Static, kindStatic, h); err != nil {
			return nil, err
		}
	}
	out.Rows = c.joined(m.Rows)
	for i, r := range out.Rows {
		if out.Rows[i], err = c.row(r, kindRow, h); err != nil {
			return nil, err
		}
	}
	w := writer{db: db, batch: db.pebble.NewBatch(), scratch: scratchPool.Get().(*scratch)}
	defer w.close()
	if err := w.mutation(ctx, out); err != nil {
		return nil, err
	}
	return out, db.commitFor(ctx, w.batch)
}

// counting is one call of ApplyCounter.
type counting struct {
	db     *DB
	node   [16]byte
	codec  keyCodec
	key    []byte
	prefix int
}

func (c *counting) header() (*row.Partition, error) {
	h, err := c.db.getHeader(c.key[:c.prefix])
	if err != nil {
		return nil, err
	}
	p := &row.Partition{Deletion: h.deletion}
	p.Ranges, err = c.codec.ranges(h)
	return p, err
}

// joined adds up the fragments of rows that occur more than once, so that each row is read and written once.
func (c *counting) joined(rows []*row.Row) []*row.Row {
	out := make([]*row.Row, 0, len(rows))
	at := make(map[string]int, len(rows))
	for _, r := range rows {
		key := string(c.codec.appendClustering(nil, r.Clustering))
		if i, ok := at[key]; ok {
			out[i] = row.MergeRows(out[i], r)
			continue
		}
		at[key] = len(out)
		out = append(out, r)
	}
	return out
}

// row replaces the increments of one row by this node's new shards.
func (c *counting) row(r *row.Row, kind byte, h *row.Partition) (*row.Row, error) {
	key := append(c.key[:c.prefix:c.prefix], kind)
	if kind == kindRow {
		key = c.codec.appendClustering(key, r.Clustering)
	}
	current, err := c.db.getRow(c.codec, key)
	if err != nil {
		return nil, err
	}
	floor := h.Deletion
	if kind == kindRow {
		floor = row.NewComparator(c.codec.t).DeletionOf(h, r.Clustering)
	}
	current = row.Shadow(current, floor)
	out := *r
	out.Cells = slices.Clone(r.Cells)
	for i := range out.Cells {
		cell := &out.Cells[i]
		delta, ok := row.DecodeCounterDelta(cell.Value)
		if cell.Kind != row.Counter || !ok {
			if cell.Kind == row.Counter {
				return nil, fmt.Errorf("counter %s: not an increment", cell.Column)
			}
			continue
		}
		shard := row.IncrementCounter(shardsOf(current, cell.Column), c.node, delta, cell.Timestamp)
		cell.Value = row.EncodeShards([]row.Shard{shard})
	}
	return &out, nil
}

func shardsOf(r *row.Row, column string) []byte {
	if r == nil {
		return nil
	}
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Column == column && c.Kind == row.Counter {
			return c.Value
		}
	}
	return nil
}
