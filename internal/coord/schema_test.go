package coord

import (
	"context"
	"crypto/md5"
	"net/netip"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// tinyCodec keeps keyspaces as rows (name, comment); the comment is an option of SimpleStrategy.
type tinyCodec struct{ table *schema.Table }

func newTinyCodec() tinyCodec {
	return tinyCodec{newTable("system_schema", "keyspaces", 9, column("name", schema.PartitionKey, cqltype.Text), column("comment", schema.Regular, cqltype.Text))}
}

func (x tinyCodec) Tables() []*schema.Table { return []*schema.Table{x.table} }

func (x tinyCodec) Encode(old, now *schema.Schema, micros int64) []*row.Mutation {
	var out []*row.Mutation
	add := func(name string, change func(*row.Partition)) {
		m := &row.Mutation{Table: x.table, Partition: row.Partition{Key: []byte(name), Token: token.Of([]byte(name)), Deletion: row.Live}}
		change(&m.Partition)
		out = append(out, m)
	}
	for name, ks := range now.Keyspaces {
		if old.Keyspaces[name] == ks || name == "system_schema" {
			continue
		}
		add(name, func(p *row.Partition) {
			r := row.NewRow([][]byte{})
			r.Liveness.Timestamp = micros
			r.Cells = []row.Cell{{Column: "comment", Timestamp: micros, Value: []byte(ks.Replication.Options["comment"])}}
			p.Rows = []*row.Row{r}
		})
	}
	for name := range old.Keyspaces {
		if now.Keyspaces[name] == nil {
			add(name, func(p *row.Partition) { p.Deletion = row.Deletion{Timestamp: micros, LocalTime: micros / 1e6} })
		}
	}
	return out
}

func (x tinyCodec) Decode(rows map[string][]*row.Partition) (*schema.Schema, error) {
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	var all []string
	for _, p := range rows["keyspaces"] {
		comment := string(p.Rows[0].Cells[0].Value)
		s.Keyspaces[string(p.Key)] = schema.NewKeyspace(string(p.Key), schema.Replication{Class: "SimpleStrategy", Options: map[string]string{"replication_factor": "1", "comment": comment}})
		all = append(all, string(p.Key)+"="+comment)
	}
	sort.Strings(all)
	s.Version = uuid.UUID(md5.Sum([]byte(strings.Join(all, ","))))
	s.Keyspaces["system_schema"] = schema.NewKeyspace("system_schema", schema.Replication{Class: "LocalStrategy"}).WithTable(x.table)
	return s, nil
}

func schemaCluster(t *testing.T) *testCluster {
	c := newCluster(t, &schema.Schema{}, "a", "a", "a")
	for _, n := range c.nodes {
		n.Codec = newTinyCodec()
		require.NoError(t, n.LoadSchema(t.Context()))
	}
	return c
}

// set creates or alters a keyspace, or drops it when comment is "-".
func set(name, comment string) func(*schema.Schema) (*schema.Schema, []schema.Change, error) {
	return func(s *schema.Schema) (*schema.Schema, []schema.Change, error) {
		now := s.WithoutKeyspace(name)
		if comment != "-" {
			now = s.WithKeyspace(schema.NewKeyspace(name, schema.Replication{Class: "SimpleStrategy", Options: map[string]string{"comment": comment}}))
		}
		return now, []schema.Change{{Kind: schema.Created, Target: "KEYSPACE", Keyspace: name}}, nil
	}
}

func comment(n *testNode, name string) string {
	ks := n.Schema().Keyspace(name)
	if ks == nil {
		return "-"
	}
	return ks.Replication.Options["comment"]
}

func TestSchemaIsPushed(t *testing.T) {
	c := schemaCluster(t)
	var told atomic.Int64
	c.nodes[1].OnSchema = func(_, _ *schema.Schema, changes []schema.Change) { told.Add(int64(len(changes))) }
	changes, err := c.nodes[0].AlterSchema(t.Context(), set("x", "1"))
	require.NoError(t, err)
	require.Len(t, changes, 1)
	for _, n := range c.nodes {
		require.Equal(t, "1", comment(n, "x"), "all live nodes have it when the statement returns")
		require.Equal(t, c.nodes[0].Schema().Version, n.Schema().Version)
	}
	require.Equal(t, int64(1), told.Load())
	_, err = c.nodes[2].AlterSchema(t.Context(), set("x", "-"))
	require.NoError(t, err)
	_, err = c.nodes[1].AlterSchema(t.Context(), set("x", "2"))
	require.NoError(t, err)
	for _, n := range c.nodes {
		require.Equal(t, "2", comment(n, "x"), "dropped and created again, although clocks do not move")
	}
	// What nodes create by themselves never wins.
	require.NoError(t, c.nodes[0].EnsureSchema(t.Context(), set("x", "default")))
	require.Equal(t, "2", comment(c.nodes[0], "x"))
}

func TestMissedSchemaIsPulled(t *testing.T) {
	c := schemaCluster(t)
	c.down(true, 3)
	for _, v := range []string{"1", "2"} {
		_, err := c.nodes[0].AlterSchema(t.Context(), set("x", v))
		require.NoError(t, err)
	}
	_, err := c.nodes[1].AlterSchema(t.Context(), set("y", "1"))
	require.NoError(t, err)
	require.Equal(t, "-", comment(c.nodes[2], "x"))
	c.up(3)
	c.nodes[2].SchemaSeen()
	require.Eventually(t, func() bool { return c.nodes[2].Schema().Version == c.nodes[0].Schema().Version }, 2*time.Second, time.Millisecond)
	require.Equal(t, "2", comment(c.nodes[2], "x"))

	c.refused.Lock()
	c.refuse = func(_ netip.AddrPort, v rpc.Verb) error {
		if v == rpc.SchemaPush {
			return rpc.Failed(rpc.ReasonUnknown, "no")
		}
		return nil
	}
	c.refused.Unlock()
	_, err = c.nodes[0].AlterSchema(t.Context(), set("z", "1"))
	require.NoError(t, err, "DDL needs no other node")
	c.nodes[1].SyncSchema(context.Background())
	require.Equal(t, "1", comment(c.nodes[1], "z"))
}

func TestHostileBodies(t *testing.T) {
	c := schemaCluster(t)
	for v, h := range c.nodes[0].Handlers() {
		for _, body := range [][]byte{nil, {}, {1}, {255, 255, 255, 255, 255, 255, 255, 255, 127}, make([]byte, 40), []byte(strings.Repeat("x", 100))} {
			_, err := h(t.Context(), body)
			_ = err // an answer or an error, but no panic
		}
		_ = v
	}
}

func FuzzHandlers(f *testing.F) {
	f.Add(uint8(0), []byte("x"))
	c := New(Config{Codec: newTinyCodec()})
	s, _ := newTinyCodec().Decode(nil)
	c.schema.publish(s)
	f.Fuzz(func(_ *testing.T, which uint8, body []byte) {
		switch which % 5 {
		case 0:
			_, _ = c.decodeMutations(body, which > 100)
		case 1:
			_, _, _, _ = c.paxosRequest(body)
		case 2:
			_, _, _ = c.repairRequest(body)
		case 3:
			r := reader{b: body}
			_ = r.state()
			_ = r.finish()
		case 4:
			_, _, _ = splitHintKey(body)
		}
	})
}
