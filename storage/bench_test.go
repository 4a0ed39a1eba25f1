package storage

import (
	"context"
	"fmt"
	"testing"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

func benchDB(b *testing.B, sync SyncMode) *DB {
	cfg := testConfig(DiskFS())
	cfg.Dir, cfg.Sync = b.TempDir(), sync
	db, err := Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func BenchmarkWrite(b *testing.B) {
	for name, t := range map[string]*schema.Table{"plain": simpleTable(), "indexed": indexedSimple()} {
		b.Run(name, func(b *testing.B) {
			db := benchDB(b, Periodic)
			b.ReportAllocs()
			for i := range b.N {
				m := put(t, int4(i), 1, nil, "v", "some text")
				if err := db.Apply(context.Background(), []*row.Mutation{m}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func indexedSimple() *schema.Table {
	t := simpleTable()
	t.Indexes = map[string]*schema.Index{"i": {Name: "i", Options: map[string]string{"target": "v"}}}
	return t
}

// BenchmarkRead reads one row: of a table with one row a partition, and out of a large partition.
func BenchmarkRead(b *testing.B) {
	const rows = 20000
	ctx := context.Background()
	for _, compacted := range []bool{false, true} {
		db := benchDB(b, Periodic)
		narrow, wide := simpleTable(), wideTable()
		for i := range rows {
			_ = db.Apply(ctx, []*row.Mutation{
				put(narrow, int4(i), 1, nil, "v", "some text"),
				put(wide, int4(1), 1, [][]byte{int4(i), []byte("b")}, "v", "some text"),
			})
		}
		if compacted {
			_ = db.CompactTable(ctx, narrow)
			_ = db.CompactTable(ctx, wide)
		}
		run := func(name string, read func(i int) *row.Read, want int) {
			b.Run(fmt.Sprintf("%s/compacted=%v", name, compacted), func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					res, err := db.Read(ctx, read(i))
					if err != nil || len(res.Partitions[0].Rows) != want {
						b.Fatal(err, "wrong answer")
					}
				}
			})
		}
		run("narrow", func(i int) *row.Read {
			return &row.Read{Table: narrow, Keys: [][]byte{int4(i % rows)}, Purged: true, Now: testNow}
		}, 1)
		run("wide", func(i int) *row.Read {
			at := row.Bound{Values: [][]byte{int4(i % rows), []byte("b")}, Inclusive: true}
			return &row.Read{
				Table: wide, Keys: [][]byte{int4(1)}, Slices: []row.Slice{{Start: at, End: at}}, Purged: true, Now: testNow,
			}
		}, 1)
		run("page", func(i int) *row.Read {
			return &row.Read{
				Table: wide, Keys: [][]byte{int4(1)}, Limit: 100, Purged: true, Now: testNow,
				After: &row.Position{Key: int4(1), Clustering: [][]byte{int4(i % (rows / 2)), []byte("b")}},
			}
		}, 100)
	}
}
