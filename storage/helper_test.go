package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/clock"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

const testNow = 10 // seconds since 1970

// newTable builds a table from columns in the order partition key, clustering, statics, regulars.
func newTable(id byte, columns ...*schema.Column) *schema.Table {
	t := &schema.Table{
		Keyspace: "ks", Name: "t", ID: uuid.UUID{id}, Columns: map[string]*schema.Column{},
		Options: schema.Options{GCGraceSeconds: 1000},
	}
	for _, c := range columns {
		c.Keyspace, c.Table, c.Position = "ks", "t", -1
		t.Columns[c.Name] = c
		switch c.Kind {
		case schema.PartitionKey:
			c.Position = len(t.PartitionKey)
			t.PartitionKey = append(t.PartitionKey, c)
		case schema.Clustering:
			c.Position = len(t.Clustering)
			t.Clustering = append(t.Clustering, c)
		case schema.Static:
			t.Statics = append(t.Statics, c)
		default:
			t.Regulars = append(t.Regulars, c)
		}
	}
	return t
}

func wideTable() *schema.Table {
	return newTable(1,
		&schema.Column{Name: "p", Kind: schema.PartitionKey, Type: cqltype.Int},
		&schema.Column{Name: "a", Kind: schema.Clustering, Type: cqltype.Int},
		&schema.Column{Name: "b", Kind: schema.Clustering, Type: cqltype.Text, Desc: true},
		&schema.Column{Name: "s", Kind: schema.Static, Type: cqltype.Text},
		&schema.Column{Name: "m", Kind: schema.Regular, Type: cqltype.NewMap(cqltype.Int, cqltype.Text, false)},
		&schema.Column{Name: "v", Kind: schema.Regular, Type: cqltype.Text},
	)
}

func simpleTable() *schema.Table {
	return newTable(2,
		&schema.Column{Name: "p", Kind: schema.PartitionKey, Type: cqltype.Int},
		&schema.Column{Name: "v", Kind: schema.Regular, Type: cqltype.Text},
	)
}

func int4(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func testConfig(fs FS) Config {
	return Config{
		Dir: "db", FS: fs, Clock: clock.NewManual(time.Unix(testNow, 0)), Logger: slog.New(slog.DiscardHandler),
		Sync: Batch,
	}
}

func openTest(t testing.TB, change ...func(*Config)) *DB {
	cfg := testConfig(MemFS())
	for _, f := range change {
		f(&cfg)
	}
	db, err := Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func schemaWith(tables ...*schema.Table) *schema.Schema {
	ks := &schema.Keyspace{Name: "ks", Tables: map[string]*schema.Table{}}
	for _, t := range tables {
		ks.Tables[t.Name] = t
	}
	return &schema.Schema{Keyspaces: map[string]*schema.Keyspace{"ks": ks}}
}

// mutation is a write to one partition, to be filled.
func mutation(t *schema.Table, key []byte) *row.Mutation {
	return &row.Mutation{Table: t, Partition: row.Partition{Key: key, Token: token.Of(key), Deletion: row.Live}}
}

// put is an INSERT of one row with plain cells: names and values take turns.
func put(t *schema.Table, key []byte, ts int64, clustering [][]byte, cells ...string) *row.Mutation {
	m := mutation(t, key)
	if clustering == nil {
		clustering = [][]byte{}
	}
	r := row.NewRow(clustering)
	r.Liveness.Timestamp = ts
	for i := 0; i < len(cells); i += 2 {
		r.Cells = append(r.Cells, row.Cell{Column: cells[i], Timestamp: ts, Value: []byte(cells[i+1])})
	}
	m.Rows = []*row.Row{r}
	return m
}

func apply(t testing.TB, db *DB, ms ...*row.Mutation) {
	require.NoError(t, db.Apply(context.Background(), ms))
}

// liveRows reads and lists every live row as "v" values, for tests in which they tell rows apart.
func liveRows(t testing.TB, db *DB, read *row.Read, column string) []string {
	read.Now = testNow
	res, err := db.Read(context.Background(), read)
	require.NoError(t, err)
	out := []string{}
	for _, p := range purged(read, res).Partitions {
		for _, r := range p.Rows {
			for _, c := range r.Cells {
				if c.Column == column {
					out = append(out, string(c.Value))
				}
			}
		}
	}
	return out
}

func all(t *schema.Table) *row.Read { return &row.Read{Table: t, Range: token.Full} }

// livePage is what a coordinator with one replica makes of an answer: the live rows within the limits, and where the
// next page begins.
func livePage(read *row.Read, r *row.Result) (*row.Result, *row.Position) {
	out := &row.Result{More: r.More}
	left := read.Limit
	for _, p := range r.Partitions {
		live := row.Purge(p, read.Table, read.Now)
		if live == nil {
			continue
		}
		seen := 0
		if read.After != nil && bytes.Equal(read.After.Key, p.Key) {
			if len(live.Rows) == 0 {
				continue // the page before had its static row
			}
			seen = read.After.Seen
		}
		if read.PerPartition > 0 {
			live.Rows = live.Rows[:min(len(live.Rows), max(read.PerPartition-seen, 0))]
		}
		if read.Limit > 0 {
			if left == 0 {
				out.More = true
				break
			}
			live.Rows = live.Rows[:min(len(live.Rows), left)]
			left -= row.CountLive(live, read.WantsStatic())
		}
		out.Partitions = append(out.Partitions, live)
	}
	if !out.More || len(out.Partitions) == 0 {
		return out, nil
	}
	last := out.Partitions[len(out.Partitions)-1]
	pos := &row.Position{Key: last.Key, Done: len(last.Rows) == 0, Seen: len(last.Rows)}
	if read.After != nil && bytes.Equal(read.After.Key, last.Key) {
		pos.Seen += read.After.Seen
	}
	if n := len(last.Rows); n > 0 {
		pos.Clustering = last.Rows[n-1].Clustering
	}
	return out, pos
}

func purged(read *row.Read, r *row.Result) *row.Result {
	out, _ := livePage(read, r)
	return out
}
