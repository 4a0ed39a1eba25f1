package syskeyspace_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/syskeyspace"
	"alexandra/internal/token"
	"alexandra/storage"
)

// TestDisk keeps the rows in a real store, with garbage collected: the codec's own columns survive, and a client's read
// does not show them.
func TestDisk(t *testing.T) {
	ctx := context.Background()
	db, err := storage.Open(storage.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	base := load(t)
	db.SetSchema(base)
	c := syskeyspace.NewCodec(base)
	k := schema.NewKeyspace("k", schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{"replication_factor": "1"}})
	for _, name := range []string{"z", "a"} {
		table, err := syskeyspace.ParseTable("CREATE TABLE k." + name + " (k int PRIMARY KEY, v int) WITH cdc = true")
		require.NoError(t, err)
		table.Dropped["v"] = &schema.DroppedColumn{Name: "v", Type: table.Columns["v"].Type, Kind: schema.Regular, Time: 1234567}
		k = k.WithTable(table)
	}
	want := base.WithKeyspace(k)
	require.NoError(t, db.Apply(ctx, c.Own()))
	require.NoError(t, db.Apply(ctx, c.Encode(&schema.Schema{}, base, 0)))
	require.NoError(t, db.Apply(ctx, c.Encode(base, want, 7)))

	read := func(table *schema.Table) []*row.Partition {
		require.NoError(t, db.CompactTable(ctx, table))
		res, err := db.Read(ctx, &row.Read{Table: table, Range: token.Full, Now: 10})
		require.NoError(t, err)
		var out []*row.Partition
		for _, p := range res.Partitions {
			if live := row.Purge(p, table, 10); live != nil {
				out = append(out, live)
			}
		}
		return out
	}
	rows := map[string][]*row.Partition{}
	for _, table := range c.Tables() {
		rows[table.Name] = read(table)
	}
	got, err := c.Decode(rows)
	require.NoError(t, err)
	equalSchemas(t, want, got)
	for _, p := range read(base.Table(syskeyspace.Name, "tables")) {
		for _, r := range p.Rows {
			for _, cell := range r.Cells {
				require.NotContains(t, cell.Column, "(")
			}
		}
	}
}
