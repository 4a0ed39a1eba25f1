package virtual

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/clock"
	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)

// read shows the rows of a table as "column=literal ..." without nulls, key columns first.
func read(t *testing.T, tables *Tables, keyspace, name string, key ...[]byte) []string {
	t.Helper()
	table := find(t, tables, keyspace, name)
	parts, err := tables.Read(context.Background(), table, key)
	require.NoError(t, err)
	var lines []string
	for _, p := range parts {
		components, err := row.SplitKey(table, p.Key)
		require.NoError(t, err)
		require.True(t, p.Deletion.IsLive())
		for _, r := range p.Rows {
			require.True(t, r.IsLive(now.Unix()))
			require.Len(t, r.Clustering, len(table.Clustering))
			var cells []string
			show := func(c *schema.Column, v []byte) {
				require.NoError(t, c.Type.Validate(v), c.Name)
				cells = append(cells, c.Name+"="+strings.Trim(c.Type.Format(v), "'"))
			}
			for i, c := range table.PartitionKey {
				show(c, components[i])
			}
			for i, c := range table.Clustering {
				show(c, r.Clustering[i])
			}
			for i, cell := range r.Cells {
				require.True(t, i == 0 || row.CompareCellNames(&r.Cells[i-1], &cell) < 0)
				show(table.Columns[cell.Column], cell.Value)
			}
			lines = append(lines, strings.Join(cells, " "))
		}
	}
	return lines
}

func find(t *testing.T, tables *Tables, keyspace, name string) *schema.Table {
	t.Helper()
	for _, k := range tables.Keyspaces() {
		if k.Name == keyspace {
			require.NotNil(t, k.Tables[name], name)
			return k.Tables[name]
		}
	}
	t.Fatal("no keyspace " + keyspace)
	return nil
}

func TestDefinitionsAreCassandras(t *testing.T) {
	text, err := os.ReadFile("testdata/schema-5.0.5.json")
	require.NoError(t, err)
	var want map[string]map[string]struct {
		Comment string
		Columns map[string][4]any // type, kind, position, clustering order
	}
	require.NoError(t, json.Unmarshal(text, &want))
	tables := New(Config{})
	require.Len(t, tables.Keyspaces(), len(want))
	for _, k := range tables.Keyspaces() {
		require.True(t, k.Virtual)
		require.Len(t, k.Tables, len(want[k.Name]), k.Name)
		for name, table := range k.Tables {
			w, ok := want[k.Name][name]
			require.True(t, ok, name)
			require.True(t, table.Virtual)
			require.Equal(t, w.Comment, table.Options.Comment, name)
			require.Len(t, table.Columns, len(w.Columns), name)
			for _, c := range table.Columns {
				order := "none"
				if c.Kind == schema.Clustering {
					order = "asc"
				}
				require.Equal(t, w.Columns[c.Name], [4]any{c.Type.String(), kindNames[c.Kind], float64(c.Position), order}, name+"."+c.Name)
			}
		}
	}
}

func TestDescribedAsCassandraDoes(t *testing.T) {
	tables := New(Config{})
	require.Equal(t, "/*\nWarning: Table system_virtual_schema.tables is a virtual table and cannot be recreated with CQL.\n"+
		"Structure, for reference:\nVIRTUAL TABLE system_virtual_schema.tables (\n    keyspace_name text,\n    table_name text,\n"+
		"    comment text,\n    PRIMARY KEY (keyspace_name, table_name)\n) WITH CLUSTERING ORDER BY (table_name ASC)\n"+
		"    AND comment = 'virtual table definitions';\n*/", find(t, tables, virtualSchema, "tables").ToCQL(false))
}

func TestVirtualSchemaTellsOfItself(t *testing.T) {
	tables := New(Config{})
	require.Equal(t, []string{"keyspace_name=system_views", "keyspace_name=system_virtual_schema"}, read(t, tables, virtualSchema, "keyspaces"))
	require.Equal(t, 46, len(read(t, tables, virtualSchema, "tables")))
	require.Equal(t, []string{
		"keyspace_name=system_virtual_schema table_name=columns comment=virtual column definitions",
		"keyspace_name=system_virtual_schema table_name=keyspaces comment=virtual keyspace definitions",
		"keyspace_name=system_virtual_schema table_name=tables comment=virtual table definitions",
	}, read(t, tables, virtualSchema, "tables", []byte(virtualSchema)))
	columns := read(t, tables, virtualSchema, "columns")
	require.Equal(t, 456, len(columns))
	require.Equal(t, "keyspace_name=system_views table_name=batch_metrics column_name=max clustering_order=none column_name_bytes=0x6d6178 "+
		"kind=regular position=-1 type=bigint", columns[0])
	require.Contains(t, columns, "keyspace_name=system_views table_name=clients column_name=port clustering_order=asc "+
		"column_name_bytes=0x706f7274 kind=clustering position=0 type=int")
}

// Without providers every table is readable, and shows what a fresh node shows.
func TestEmptyNode(t *testing.T) {
	tables := New(Config{Clock: clock.NewManual(now)})
	always := map[string]int{
		"batch_metrics": 3, "caches": 3, "cidr_filtering_metrics_counts": 1, "cidr_filtering_metrics_latencies": 3, "cql_metrics": 5,
	}
	for name := range tables.Keyspaces()[0].Tables {
		require.Len(t, read(t, tables, views, name), always[name], name)
	}
	require.Equal(t, []string{"name=counters", "name=keys", "name=rows"}, firsts(read(t, tables, views, "caches")))
	require.Equal(t, []string{"name=rows capacity_bytes=0 entry_count=0 hit_count=0 hit_ratio=NaN recent_hit_rate_per_second=0 " +
		"recent_request_rate_per_second=0 request_count=0 size_bytes=0"}, read(t, tables, views, "caches", []byte("rows")))
	require.Empty(t, read(t, tables, views, "caches", []byte("nosuch")))
	_, err := tables.Read(context.Background(), schema.NewTable(views, "nosuch", uuid.Nil), nil)
	require.ErrorContains(t, err, "Unknown virtual table: system_views.nosuch")
}

func firsts(lines []string) []string {
	var out []string
	for _, l := range lines {
		first, _, _ := strings.Cut(l, " ")
		out = append(out, first)
	}
	return out
}

// busy is a node with something of everything.
func busy(c clock.Clock) Config {
	peer := netip.MustParseAddrPort("127.0.0.2:7000")
	id := uuid.MustParse("12345678-1234-1234-8234-123456789012")
	job := func() []map[string]any {
		return []map[string]any{{
			"id": id, "completed": true, "duration_millis": 12, "status": "success", "ranges": []string{"(1,2]"}, "tables": []string{"b", "a"},
			"last_updated_at": now, "jobs": []uuid.UUID{id}, "progress_percentage": 50.0,
		}}
	}
	m := metrics.New(c)
	m.Stage("ReadStage").Begin()()
	m.Peer(peer).Sent.Add(4)
	m.LoggedBatch.Update(7)
	m.PreparedExecuted.Add(1)
	m.RegularExecuted.Add(3)
	m.CIDR.Accept("office")
	m.Table("ks", "t").LocalRead.Record(4 * time.Millisecond)
	m.Table("ks", "t").RowsPerRead.Update(300)
	value := "dc"
	return Config{
		Clock: c, Metrics: m, Schema: func() *schema.Schema {
			return &schema.Schema{Keyspaces: map[string]*schema.Keyspace{"ks": userKeyspace()}}
		},
		Settings:   func() []Setting { return []Setting{{"cluster_name", &value}, {"auto_snapshot_ttl", nil}} },
		Properties: func() map[string]string { return map[string]string{"cassandra.config": "conf"} },
		Clients: func() []Client {
			return []Client{
				{Remote: netip.MustParseAddrPort("127.0.0.9:9"), Stage: "ready", Username: "anonymous", Version: 5, Options: map[string]string{"B": "2", "A": "1"}},
				{Remote: netip.MustParseAddrPort("127.0.0.1:50"), Stage: "ready", Version: 4},
				{Remote: netip.MustParseAddrPort("[::ffff:127.0.0.1]:6"), Stage: "established"},
			}
		},
		Caches:             func() []Cache { return []Cache{{Name: "keys", Capacity: 10, Hits: 1, Requests: 4}} },
		ThreadPools:        func() []ThreadPool { return []ThreadPool{{Name: "CompactionExecutor", Limit: 2}} },
		PreparedStatements: func() int { return 2 },
		Gossip: func() []GossipNode {
			return []GossipNode{{Address: peer, Generation: 1, Heartbeat: 2, States: map[string]GossipState{
				"dc": {"dc2", 12}, "tokens": {"...", 26}, "listen_address_and_port": {"x", 1},
			}}}
		},
		Peers: func() []Peer { return []Peer{{peer, "dc2", "rack1"}} },
		PendingHints: func() []PendingHint {
			return []PendingHint{{Host: id, Address: peer, Status: "DOWN", Files: 1, Oldest: now, Newest: now}}
		},
		Queries: func() []Query { return []Query{{"Native-Transport-Requests-1", 5, time.Millisecond, "QUERY x"}} },
		Tasks:   func() []Task { return []Task{{ID: id, Kind: "compaction", Progress: 1, Total: 4, Unit: "bytes"}} },
		Snapshots: func() []Snapshot {
			return []Snapshot{{Name: "s", Keyspace: "ks", Table: "t", Created: now, DiskSize: 5}}
		},
		Sizes:      func(_, _ string) Sizes { return Sizes{Disk: 1<<20 + 1, MaxSSTableDuration: time.Second} },
		IndexState: func(_, _ string) IndexState { return IndexState{Building: true} },
		Logs:       NewLogs(5),
		Repairs: func() []map[string]any {
			return []map[string]any{{"id": id, "ranges": [][]string{{"(1,2]"}}, "sessions": []uuid.UUID{id}}}
		},
		RepairSessions: job, RepairJobs: job, RepairParticipates: job, RepairValidations: job, Streams: job,
	}
}

func userKeyspace() *schema.Keyspace {
	ks := schema.NewKeyspace("ks", schema.Replication{})
	for _, name := range []string{"t", "other"} {
		table := schema.NewTable("ks", name, uuid.New())
		table.Add(&schema.Column{Name: "k", Kind: schema.PartitionKey, Type: cqltype.Int})
		ks.Tables[name] = table
	}
	t := ks.Tables["t"]
	t.Add(&schema.Column{Name: "v", Kind: schema.Regular, Type: cqltype.Text})
	t.Add(&schema.Column{Name: "m", Kind: schema.Regular, Type: cqltype.NewMap(cqltype.Int, cqltype.Text, false)})
	custom := func(name, target string, more ...string) {
		o := map[string]string{"class_name": "sai", "target": target}
		for i := 0; i+1 < len(more); i += 2 {
			o[more[i]] = more[i+1]
		}
		t.Indexes[name] = &schema.Index{Name: name, Kind: "CUSTOM", Options: o}
	}
	custom("i1", "v", "case_sensitive", "false", "normalize", "true")
	custom("i2", "keys(m)")
	t.Indexes["i3"] = &schema.Index{Name: "i3", Kind: "COMPOSITES", Options: map[string]string{"target": "v"}}
	return ks
}

func TestBusyNode(t *testing.T) {
	c := clock.NewManual(now)
	config := busy(c)
	tables := New(config)
	c.Advance(5 * time.Second)
	for table, want := range map[string][]string{
		"batch_metrics": {
			"name=partitions_per_counter_batch max=0 p50th=0.0 p999th=0.0 p99th=0.0",
			"name=partitions_per_logged_batch max=7 p50th=7.0 p999th=7.0 p99th=7.0",
			"name=partitions_per_unlogged_batch max=0 p50th=0.0 p999th=0.0 p99th=0.0",
		},
		"cidr_filtering_metrics_counts": {
			"name=CIDR groups cache reload count value=0", "name=Number of CIDR accesses accepted from CIDR group - office value=1",
		},
		"clients": {
			"address=127.0.0.1 port=6 connection_stage=established hostname=127.0.0.1 protocol_version=0 request_count=0 ssl_enabled=false",
			"address=127.0.0.1 port=50 connection_stage=ready hostname=127.0.0.1 protocol_version=4 request_count=0 ssl_enabled=false",
			"address=127.0.0.9 port=9 client_options={'A': '1', 'B': '2'} connection_stage=ready hostname=127.0.0.9 protocol_version=5 " +
				"request_count=0 ssl_enabled=false username=anonymous",
		},
		"cql_metrics": {
			"name=prepared_statements_count value=2.0", "name=prepared_statements_evicted value=0.0", "name=prepared_statements_executed value=1.0",
			"name=prepared_statements_ratio value=0.25", "name=regular_statements_executed value=3.0",
		},
		"disk_usage": {"keyspace_name=ks table_name=other mebibytes=2", "keyspace_name=ks table_name=t mebibytes=2"},
		"gossip_info": {
			"address=127.0.0.2 port=7000 dc=dc2 dc_version=12 generation=1 heartbeat=2 hostname=127.0.0.2 tokens_version=26",
		},
		"local_read_latency": {
			"keyspace_name=ks table_name=other count=0 max_ms=0.0 p50th_ms=0.0 p99th_ms=0.0 per_second=0.0",
			"keyspace_name=ks table_name=t count=1 max_ms=4.768 p50th_ms=4.768 p99th_ms=4.768 per_second=0.2",
		},
		"max_sstable_duration": {
			"keyspace_name=ks table_name=other max_sstable_duration=1000", "keyspace_name=ks table_name=t max_sstable_duration=1000",
		},
		"queries": {"thread_id=Native-Transport-Requests-1 queued_micros=0 running_micros=1000 task=QUERY x"},
		"repair_participates": {
			"id=12345678-1234-1234-8234-123456789012 completed=true duration_millis=12 last_updated_at=2026-01-02T03:04:05.006Z " +
				"ranges=['(1,2]'] tables={'a', 'b'}",
		},
		"sai_column_indexes": {
			"keyspace_name=ks index_name=i1 analyzer=NonTokenizingAnalyzer{caseSensitive=false, normalized=true, ascii=false} column_name=v " +
				"is_building=true is_queryable=false is_string=true table_name=t",
			"keyspace_name=ks index_name=i2 analyzer=NoOpAnalyzer column_name=m is_building=true is_queryable=false is_string=false table_name=t",
		},
		"settings":      {"name=auto_snapshot_ttl", "name=cluster_name value=dc"},
		"sstable_tasks": {"keyspace_name=* table_name=* task_id=12345678-1234-1234-8234-123456789012 completion_ratio=0.25 kind=compaction progress=1 sstables=0 target_directory= total=4 unit=bytes"},
		"thread_pools": {
			"name=CompactionExecutor active_tasks=0 active_tasks_limit=2 blocked_tasks=0 blocked_tasks_all_time=0 completed_tasks=0 pending_tasks=0",
			"name=ReadStage active_tasks=0 active_tasks_limit=0 blocked_tasks=0 blocked_tasks_all_time=0 completed_tasks=1 pending_tasks=0",
		},
	} {
		require.Equal(t, want, read(t, tables, views, table), table)
	}
	for name := range tables.Keyspaces()[0].Tables {
		if lines := read(t, tables, views, name); len(lines) == 0 {
			require.Contains(t, []string{
				"credentials_cache_keys", "jmx_permissions_cache_keys", "network_permissions_cache_keys", "permissions_cache_keys", "roles_cache_keys",
				"sai_sstable_indexes", "sai_sstable_index_segments", "system_logs",
			}, name)
		}
	}
	require.Contains(t, read(t, tables, views, "internode_outbound")[0], "address=127.0.0.2 port=7000 dc=dc2 rack=rack1 active_connections=0")
	require.Contains(t, read(t, tables, views, "internode_outbound")[0], "sent_count=4")
	require.Contains(t, read(t, tables, views, "pending_hints")[0], "address=127.0.0.2 dc=Unknown files=1")
	require.Contains(t, read(t, tables, views, "rows_per_read")[1], "count=1 max=310.0")
}

func TestWrongValuesAreReported(t *testing.T) {
	tables := New(Config{Streams: func() []map[string]any { return []map[string]any{{"id": uuid.New(), "follower": "yes"}} }})
	_, err := tables.Read(context.Background(), find(t, tables, views, "streaming"), nil)
	require.ErrorContains(t, err, "system_views.streaming.follower: a string is no boolean")
	for _, bad := range []struct {
		t cqltype.Type
		v any
	}{
		{cqltype.Text, 1},
		{cqltype.Int, "x"},
		{cqltype.Int, 1.5},
		{cqltype.Text, true},
		{cqltype.Int, now},
		{cqltype.Int, netip.Addr{}},
		{cqltype.Int, uuid.Nil},
		{cqltype.Int, []string{"x"}},
		{textList, []uuid.UUID{uuid.Nil}},
		{cqltype.Int, map[string]string{}},
		{cqltype.NewMap(cqltype.Text, cqltype.Int, true), map[string]string{"a": "b"}},
		{cqltype.Int, struct{}{}},
		{uuidSet, [][]string{{"x"}}},
	} {
		_, err := encode(bad.t, bad.v)
		require.Error(t, err, fmt.Sprint(bad))
	}
	v, err := encode(cqltype.Int, int64(math.MaxInt64))
	require.NoError(t, err)
	require.EqualValues(t, math.MaxInt32, cqltype.DecodeInt(v))
}

// keys is a cache with a memory of what was invalidated.
type keys struct {
	list        [][]string
	invalidated [][]string
}

func (k *keys) Keys() [][]string         { return k.list }
func (k *keys) Invalidate(key ...string) { k.invalidated = append(k.invalidated, key) }

func TestCacheKeys(t *testing.T) {
	roles, permissions := &keys{list: [][]string{{"bob"}, {"alice"}}}, &keys{list: [][]string{{"bob", "data/ks"}, {"b", "data"}}}
	tables := New(Config{RolesCache: roles, PermissionsCache: permissions})
	require.Equal(t, []string{"role=alice", "role=bob"}, read(t, tables, views, "roles_cache_keys"))
	require.Equal(t, []string{"role=b resource=data", "role=bob resource=data/ks"}, read(t, tables, views, "permissions_cache_keys"))
	require.Equal(t, []string{"role=bob resource=data/ks"}, read(t, tables, views, "permissions_cache_keys", []byte("bob"), []byte("data/ks")))

	rolesTable, permissionsTable := find(t, tables, views, "roles_cache_keys"), find(t, tables, views, "permissions_cache_keys")
	gone := row.Deletion{Timestamp: 1}
	ctx := context.Background()
	require.NoError(t, tables.Write(ctx, rolesTable, &row.Mutation{Table: rolesTable, Partition: row.Partition{Key: []byte("bob"), Deletion: gone}}))
	deleted := row.NewRow(nil)
	deleted.Deletion = gone
	key := row.ComposeKey([][]byte{[]byte("b"), []byte("data")})
	require.NoError(t, tables.Write(ctx, permissionsTable, &row.Mutation{Table: permissionsTable, Partition: row.Partition{Key: key, Deletion: row.Live, Rows: []*row.Row{deleted}}}))
	require.NoError(t, tables.Write(ctx, permissionsTable, nil))
	require.Equal(t, [][]string{{"bob"}}, roles.invalidated)
	require.Equal(t, [][]string{{"b", "data"}, nil}, permissions.invalidated)
	require.NoError(t, tables.Write(ctx, find(t, tables, views, "credentials_cache_keys"), nil))
}

func TestRefusedWrites(t *testing.T) {
	gone := row.Deletion{Timestamp: 1}
	insert, remove, column := row.NewRow([][]byte{{0, 0, 0, 1}}), row.NewRow([][]byte{{0, 0, 0, 1}}), row.NewRow([][]byte{{0, 0, 0, 1}})
	insert.Liveness.Timestamp = 1
	remove.Deletion = gone
	column.Cells = []row.Cell{{Column: "level", Kind: row.Tombstone}}
	rows := func(r *row.Row) *row.Mutation {
		return &row.Mutation{Partition: row.Partition{Deletion: row.Live, Rows: []*row.Row{r}}}
	}
	tables := New(Config{})
	for _, c := range []struct {
		table    string
		mutation *row.Mutation
		want     string
	}{
		{"settings", nil, "Truncation is not supported by table system_views.settings"},
		{"settings", rows(insert), "Modification is not supported by table system_views.settings"},
		{"caches", rows(remove), "Modification is not supported by table system_views.caches"},
		{"roles_cache_keys", rows(insert), "Column modification is not supported by table system_views.roles_cache_keys"},
		{"system_logs", rows(insert), "Column modification is not supported by table system_views.system_logs"},
		{"system_logs", rows(remove), "Row deletion is not supported by table system_views.system_logs"},
		{"system_logs", rows(column), "Column deletion is not supported by table system_views.system_logs"},
		{"system_logs", &row.Mutation{Partition: row.Partition{Deletion: gone}}, "Partition deletion is not supported by table system_views.system_logs"},
		{"system_logs", &row.Mutation{Partition: row.Partition{Deletion: row.Live, Ranges: []row.RangeTombstone{{Deletion: gone}}}}, "Range deletion is not supported by table system_views.system_logs"},
	} {
		require.EqualError(t, tables.Write(context.Background(), find(t, tables, views, c.table), c.mutation), c.want)
	}
}

func TestSystemLogs(t *testing.T) {
	logs := NewLogs(3)
	tables := New(Config{Logs: logs})
	log := slog.New(logs.Handler(slog.DiscardHandler))
	log.Debug("unseen")
	log.With("logger", "gossip", "node", 1).WithGroup("g").Warn("first", "a", "b", slog.Group("h", "c", 2))
	lines := logs.Lines()
	require.Len(t, lines, 1)
	require.Equal(t, LogLine{lines[0].Time, "WARN", "gossip", "first node=1 g.a=b g.h.c=2"}, lines[0])
	for i := range 3 {
		logs.Add(LogLine{now.Add(time.Duration(i/2) * time.Millisecond), "INFO", "alexandra", fmt.Sprint(i)})
	}
	require.Equal(t, []string{
		"timestamp=2026-01-02T03:04:05.007Z order_in_millisecond=0 level=INFO logger=alexandra message=2",
		"timestamp=2026-01-02T03:04:05.006Z order_in_millisecond=0 level=INFO logger=alexandra message=0",
		"timestamp=2026-01-02T03:04:05.006Z order_in_millisecond=1 level=INFO logger=alexandra message=1",
	}, read(t, tables, views, "system_logs"))
	require.NoError(t, tables.Write(context.Background(), find(t, tables, views, "system_logs"), nil))
	require.Empty(t, read(t, tables, views, "system_logs"))
}
