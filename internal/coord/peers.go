package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"sort"

	"github.com/google/uuid"

	"alexandra/internal/row"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// The rows that drivers read to find the cluster: system.local, system.peers, system.peers_v2. Node calls these when
// gossip reports something; each row is written whole, because drivers ignore peers of which something is missing.

// Member is what those rows say of a node.
type Member struct {
	HostID        uuid.UUID
	Address       netip.AddrPort // broadcast address and storage port
	Listen        netip.AddrPort // this node only
	Native        netip.AddrPort // broadcast rpc address and native port
	Datacenter    string
	Rack          string
	Release       string
	SchemaVersion uuid.UUID
	Tokens        []token.Token
	Generation    int64  // this node only
	Bootstrapped  string // this node only: NEEDS_BOOTSTRAP, IN_PROGRESS, COMPLETED, DECOMMISSIONED
}

// WriteLocal replaces the row of system.local, but for truncated_at.
func (c *Coordinator) WriteLocal(ctx context.Context, m Member) error {
	w := c.rowOf("system", "local", text("local"))
	w.set("bootstrapped", text(m.Bootstrapped))
	w.set("broadcast_address", inet(m.Address.Addr()))
	w.set("broadcast_port", integer(int(m.Address.Port())))
	w.set("cluster_name", text(c.ClusterName))
	w.set("cql_version", text("3.4.7"))
	w.set("data_center", text(m.Datacenter))
	w.set("gossip_generation", integer(int(m.Generation)))
	w.set("host_id", m.HostID[:])
	w.set("listen_address", inet(m.Listen.Addr()))
	w.set("listen_port", integer(int(m.Listen.Port())))
	w.set("native_protocol_version", text("5"))
	w.set("partitioner", text(c.Topology().Partitioner))
	w.set("rack", text(m.Rack))
	w.set("release_version", text(m.Release))
	w.set("rpc_address", inet(m.Native.Addr()))
	w.set("rpc_port", integer(int(m.Native.Port())))
	w.set("schema_version", m.SchemaVersion[:])
	w.tokens(m.Tokens)
	return w.write(ctx)
}

// WritePeer replaces a peer's rows.
func (c *Coordinator) WritePeer(ctx context.Context, m Member) error {
	v1 := c.rowOf("system", "peers", inet(m.Address.Addr()))
	v1.set("rpc_address", inet(m.Native.Addr()))
	v2 := c.rowOf("system", "peers_v2", inet(m.Address.Addr()), integer(int(m.Address.Port())))
	v2.set("native_address", inet(m.Native.Addr()))
	v2.set("native_port", integer(int(m.Native.Port())))
	for _, w := range []*rowWriter{v1, v2} {
		w.set("data_center", text(m.Datacenter))
		w.set("host_id", m.HostID[:])
		w.set("rack", text(m.Rack))
		w.set("release_version", text(m.Release))
		w.set("schema_version", m.SchemaVersion[:])
		w.tokens(m.Tokens)
	}
	return writeRows(ctx, v1, v2)
}

// RemovePeer deletes the rows of an address.
func (c *Coordinator) RemovePeer(ctx context.Context, a netip.AddrPort) error {
	v1 := c.rowOf("system", "peers", inet(a.Addr()))
	v2 := c.rowOf("system", "peers_v2", inet(a.Addr()), integer(int(a.Port())))
	for _, w := range []*rowWriter{v1, v2} {
		w.row.Liveness = row.NoLiveness
		w.row.Deletion = row.Deletion{Timestamp: w.at, LocalTime: c.Clock.Now().Unix()}
	}
	return writeRows(ctx, v1, v2)
}

// Members are the peers in system.peers_v2: those that RemovePeer has to be called for when they are members no more.
func (c *Coordinator) Members(ctx context.Context) ([]netip.AddrPort, error) {
	t := c.Schema().Table("system", "peers_v2")
	if t == nil {
		return nil, fmt.Errorf("no table system.peers_v2")
	}
	res, err := c.readHere(ctx, &row.Read{Table: t, Range: token.Full, Now: c.Clock.Now().Unix()})
	if err != nil {
		return nil, err
	}
	var out []netip.AddrPort
	for _, p := range res.Partitions {
		addr, ok := netip.AddrFromSlice(p.Key)
		if !ok {
			continue
		}
		for _, r := range p.Rows {
			if len(r.Clustering) == 1 && len(r.Clustering[0]) == 4 {
				out = append(out, netip.AddrPortFrom(addr, uint16(binary.BigEndian.Uint32(r.Clustering[0]))))
			}
		}
	}
	return out, nil
}

func text(s string) []byte { return []byte(s) }

func integer(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// inet is 4 bytes or 16; nil for no address.
func inet(a netip.Addr) []byte { return a.Unmap().AsSlice() }

// rowWriter builds one row of a system table. The first value is the partition key, others the clustering.
type rowWriter struct {
	c     *Coordinator
	table *schema.Table
	key   []byte
	at    int64
	row   *row.Row
}

func (c *Coordinator) rowOf(keyspace, name string, key ...[]byte) *rowWriter {
	w := &rowWriter{c: c, table: c.Schema().Table(keyspace, name), key: key[0], at: c.Stamps.Next()}
	w.row = row.NewRow(slices.Clone(key[1:]))
	w.row.Liveness.Timestamp = w.at
	return w
}

// set writes a column; nil deletes it.
func (w *rowWriter) set(column string, value []byte) {
	cell := row.Cell{Column: column, Timestamp: w.at, Value: value}
	if value == nil {
		cell.Kind, cell.Expiry = row.Tombstone, w.c.Clock.Now().Unix()
	}
	w.row.Cells = append(w.row.Cells, cell)
}

// tokens replaces the column tokens, a set<text>.
func (w *rowWriter) tokens(tokens []token.Token) {
	w.row.Columns = append(w.row.Columns, row.ColumnDeletion{
		Column:   "tokens",
		Deletion: row.Deletion{Timestamp: w.at - 1, LocalTime: w.c.Clock.Now().Unix()},
	})
	elements := make([][]byte, len(tokens))
	for i, t := range tokens {
		elements[i] = text(t.String())
	}
	sort.Slice(elements, func(i, j int) bool { return bytes.Compare(elements[i], elements[j]) < 0 })
	for _, e := range elements {
		w.row.Cells = append(w.row.Cells, row.Cell{Column: "tokens", Path: e, Timestamp: w.at, Value: []byte{}})
	}
}

func (w *rowWriter) write(ctx context.Context) error { return writeRows(ctx, w) }

// writeRows writes rows to this node in one step.
func writeRows(ctx context.Context, ws ...*rowWriter) error {
	var ms []*row.Mutation
	for _, w := range ws {
		if w.table == nil {
			return fmt.Errorf("a system table is missing from the schema")
		}
		w.row.Sort()
		ms = append(ms, &row.Mutation{Table: w.table, Partition: row.Partition{
			Key: w.key, Token: tokenOf(w.key), Deletion: row.Live, Rows: []*row.Row{w.row},
		}})
	}
	return ws[0].c.Local.Apply(ctx, ms)
}

// noteTruncation adds a table to system.local.truncated_at: a position in a log that does not exist here (12 bytes),
// then milliseconds.
func (c *Coordinator) noteTruncation(ctx context.Context, t *schema.Table, micros int64) error {
	w := c.rowOf("system", "local", text("local"))
	if w.table == nil {
		return nil
	}
	value := binary.BigEndian.AppendUint64(make([]byte, 12), uint64(micros/1000))
	w.row.Liveness = row.NoLiveness
	w.row.Cells = []row.Cell{{Column: "truncated_at", Path: t.ID[:], Timestamp: w.at, Value: value}}
	return w.write(ctx)
}
