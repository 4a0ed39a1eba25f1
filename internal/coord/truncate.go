package coord

import (
	"context"
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
)

// Truncate empties a table on every node that owns tokens, whatever the table's replication; all of them must be up.
func (c *Coordinator) Truncate(ctx context.Context, t *schema.Table) error {
	at := c.Stamps.Next()
	p, err := c.place(t.Keyspace)
	if err != nil {
		return err
	}
	owners := c.ring.Load().Owners()
	if ring.IsLocal(p.Strategy) || len(owners) == 0 {
		return c.truncateHere(ctx, t, at)
	}
	if _, down := c.split(owners); len(down) > 0 {
		return cqlerr.New(cqlerr.TruncateFailed, "Error during truncate: Cannot achieve consistency level %s", row.All)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeouts().Truncate)
	defer cancel()
	body := binary.BigEndian.AppendUint64(append([]byte(nil), t.ID[:]...), uint64(at))
	errs, _ := parallel(len(owners), func(i int) (error, error) {
		if c.isSelf(owners[i]) {
			return c.truncateHere(ctx, t, at), nil
		}
		_, err := c.callRetrying(ctx, owners[i], rpc.Truncate, body)
		return err, nil
	})
	return truncateError(owners, errs)
}

func truncateError(owners []*ring.Endpoint, errs []error) error {
	received := 0
	var failed []string
	for i, err := range errs {
		switch {
		case err == nil:
			received++
		case reasonOf(err) != rpc.ReasonTimeout:
			failed = append(failed, fmt.Sprintf("%s -> %s", owners[i], reasonName(reasonOf(err))))
		}
	}
	switch {
	case len(failed) > 0:
		sort.Strings(failed)
		return cqlerr.New(cqlerr.TruncateFailed, "Truncate failed on replica %s", strings.Join(failed, ", "))
	case received < len(errs):
		return cqlerr.New(cqlerr.TruncateFailed, "Error during truncate: Truncate timed out - received only %d responses", received)
	}
	return nil
}

// truncateHere remembers the time, so that older hints and batches do not bring rows back, and empties the table.
func (c *Coordinator) truncateHere(ctx context.Context, t *schema.Table, at int64) error {
	value := binary.BigEndian.AppendUint64(nil, uint64(at))
	if err := c.Local.Set(truncatedKey(t), value); err != nil {
		return err
	}
	if err := c.Local.Truncate(t); err != nil {
		return err
	}
	return c.noteTruncation(ctx, t, at)
}

// noteTruncation adds a table to system.local.truncated_at, as Cassandra does: a position in its log, which means
// nothing here (12 bytes), then milliseconds.
func (c *Coordinator) noteTruncation(ctx context.Context, t *schema.Table, micros int64) error {
	table := c.Schema().Table("system", "local")
	if table == nil {
		return nil
	}
	r := row.NewRow([][]byte{})
	value := binary.BigEndian.AppendUint64(make([]byte, 12), uint64(micros/1000))
	r.Cells = []row.Cell{{Column: "truncated_at", Path: t.ID[:], Timestamp: c.Stamps.Next(), Value: value}}
	key := []byte("local")
	return c.Local.Apply(ctx, []*row.Mutation{{Table: table, Partition: row.Partition{
		Key: key, Token: tokenOf(key), Deletion: row.Live, Rows: []*row.Row{r},
	}}})
}

func truncatedKey(t *schema.Table) []byte { return append([]byte("truncated/"), t.ID[:]...) }

// truncatedAt is when a table was last truncated, zero when never.
func (c *Coordinator) truncatedAt(t *schema.Table) time.Time {
	b, err := c.Local.Get(truncatedKey(t))
	if err != nil || len(b) != 8 {
		return time.Time{}
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b)))
}

func (c *Coordinator) serveTruncate(ctx context.Context, body []byte) ([]byte, error) {
	r := reader{b: body}
	id, at := r.uuid(), r.int64()
	if err := r.finish(); err != nil {
		return nil, err
	}
	t := c.tableByID(id)
	if t == nil {
		return nil, rpc.Failed(rpc.ReasonIncompatibleSchema, "unknown table %s", id)
	}
	return nil, c.truncateHere(ctx, t, at)
}
