package node

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/admin"
	"alexandra/internal/coord"
	"alexandra/internal/metrics"
	"alexandra/internal/ring"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Info implements admin.Operations.
func (n *Node) Info(context.Context, admin.None) (*admin.Info, error) {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m := n.store.Metrics()
	n.mu.Lock()
	mode, drained, id := n.mode, n.drained, n.identity
	n.mu.Unlock()
	limit := debug.SetMemoryLimit(-1)
	if limit == 1<<63-1 {
		limit = int64(mem.Sys)
	}
	self := n.gossip.Self()
	return &admin.Info{
		HostID: id.HostID.String(), Datacenter: id.Datacenter, Rack: id.Rack,
		Gossip: !drained && self.IsMember(), Native: n.server.Running(), Load: m.DiskBytes, Generation: id.Generation,
		Uptime: n.clock.Now().Sub(n.started), HeapUsed: int64(mem.HeapAlloc), HeapMax: limit,
		OffHeap: int64(mem.Sys - mem.HeapSys), Tokens: id.Tokens, Joined: self.IsMember(),
		Bootstrapped: id.Bootstrapped, Mode: mode, CacheBytes: m.CacheBytes, CacheCapacity: storeCache,
		CacheHits: m.CacheHits, CacheMisses: m.CacheMisses, Release: ReleaseVersion, PreparedStatements: int64(n.exec.PreparedCount()),
	}, nil
}

// storeCache is the size of the store's block cache: the default of storage.Config.
const storeCache = 8 << 20

// Clients implements admin.Operations.
func (n *Node) Clients(context.Context, admin.None) ([]admin.Client, error) {
	var out []admin.Client
	for _, c := range n.server.Clients() {
		one := admin.Client{
			Address: c.Remote.String(), TLS: c.TLS, Cipher: c.TLSCipherName, Protocol: c.TLSProtocol, Version: c.Version, User: c.User,
			Keyspace: c.Keyspace, Requests: c.Requests, DriverName: c.DriverName, DriverVersion: c.DriverVersion, Stage: c.Stage,
		}
		for _, name := range slices.Sorted(maps.Keys(c.Options)) {
			one.Options = append(one.Options, admin.Option{Name: name, Value: c.Options[name]})
		}
		out = append(out, one)
	}
	return out, nil
}

// tables finds the tables that a request names, stored ones only.
func (n *Node) tables(r admin.Tables) ([]*schema.Table, error) {
	s := n.coord.Schema()
	var out []*schema.Table
	if r.Keyspace != "" && s.Keyspace(r.Keyspace) == nil {
		return nil, admin.Usage("Keyspace [%s] does not exist.", r.Keyspace)
	}
	for _, k := range slices.Sorted(maps.Keys(s.Keyspaces)) {
		ks := s.Keyspaces[k]
		if ks.Virtual || r.Keyspace != "" && r.Keyspace != k {
			continue
		}
		for _, name := range r.Tables {
			if ks.Tables[name] == nil {
				return nil, admin.Failed("Unknown keyspace/cf pair (%s.%s)", k, name)
			}
		}
		for _, t := range slices.Sorted(maps.Keys(ks.Tables)) {
			if len(r.Tables) == 0 || slices.Contains(r.Tables, t) {
				out = append(out, ks.Tables[t])
			}
		}
	}
	return out, nil
}

// Flush implements admin.Operations. All tables share one log and one store, so that all of them are flushed.
func (n *Node) Flush(_ context.Context, r admin.Tables) (admin.None, error) {
	if _, err := n.tables(r); err != nil {
		return admin.None{}, err
	}
	return admin.None{}, n.store.Flush()
}

// Compact implements admin.Operations.
func (n *Node) Compact(ctx context.Context, r admin.Tables) (admin.None, error) {
	tables, err := n.tables(r)
	if err != nil {
		return admin.None{}, err
	}
	for _, t := range tables {
		if err := n.store.CompactTable(ctx, t); err != nil {
			return admin.None{}, fmt.Errorf("%s.%s: %w", t.Keyspace, t.Name, err)
		}
	}
	return admin.None{}, nil
}

// RebuildIndex implements admin.Operations.
func (n *Node) RebuildIndex(ctx context.Context, r admin.Indexes) (admin.None, error) {
	tables, err := n.tables(admin.Tables{Keyspace: r.Keyspace, Tables: []string{r.Table}})
	if err != nil {
		return admin.None{}, err
	}
	for _, name := range r.Indexes {
		// Cassandra also takes the name of the index's table: table.index.
		_, name, _ = cutLast(name)
		if tables[0].Indexes[name] == nil {
			return admin.None{}, admin.Usage("No index %s on table %s.%s", name, r.Keyspace, r.Table)
		}
		if err := n.store.BuildIndex(ctx, tables[0], name); err != nil {
			return admin.None{}, err
		}
	}
	return admin.None{}, nil
}

// cutLast splits at the last dot; without one, after is all of it.
func cutLast(s string) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return "", s, false
}

// TableStats implements admin.Operations.
func (n *Node) TableStats(ctx context.Context, r admin.Tables) ([]admin.KeyspaceStats, error) {
	tables, err := n.tables(r)
	if err != nil {
		return nil, err
	}
	var out []admin.KeyspaceStats
	for _, t := range tables {
		if len(out) == 0 || out[len(out)-1].Keyspace != t.Keyspace {
			out = append(out, admin.KeyspaceStats{Keyspace: t.Keyspace})
		}
		stats, err := n.store.TableStats(ctx, t)
		if err != nil {
			return nil, err
		}
		one := admin.TableStats{Table: t.Name, Partitions: stats.Partitions, DiskBytes: stats.DiskBytes, Compaction: t.Options.Compaction}
		if m := n.metrics.Peek(t.Keyspace, t.Name); m != nil {
			one.Read, one.Write = latency(m.LocalRead), latency(m.LocalWrite)
			one.Rows, one.Tombstones = spread(m.RowsPerRead), spread(m.TombstonesPerRead)
		}
		ks := &out[len(out)-1]
		ks.Tables = append(ks.Tables, one)
	}
	return out, nil
}

// latency is a summary in microseconds.
func latency(l *metrics.Latency) admin.Latency {
	out := distribution(l.Histogram)
	out.Sum = time.Duration(l.Sum()) * time.Microsecond
	return out
}

// distribution is a summary in the unit of the histogram.
func distribution(h *metrics.Histogram) admin.Latency {
	s := h.Snapshot()
	out := admin.Latency{
		Count: h.Count(), P50: s.Quantile(.5), P75: s.Quantile(.75), P95: s.Quantile(.95), P98: s.Quantile(.98), P99: s.Quantile(.99),
	}
	if s.Count() > 0 {
		out.Min, out.Max = s.Min(), s.Max()
	}
	return out
}

func spread(h *metrics.Histogram) admin.Spread {
	s := h.Snapshot()
	if s.Count() == 0 {
		return admin.Spread{}
	}
	return admin.Spread{Mean: s.Mean(), Max: s.Max(), Recorded: true}
}

// ViewBuilt implements admin.Operations.
func (n *Node) ViewBuilt(_ context.Context, r admin.PartitionKey) (bool, error) {
	t := n.coord.Schema().Table(r.Keyspace, r.Table)
	return t != nil && t.View != nil, nil
}

// Stats implements admin.Operations.
func (n *Node) Stats(context.Context, admin.None) (*admin.Stats, error) {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m, c := n.store.Metrics(), n.coord.Stats()
	n.mu.Lock()
	mode := n.mode
	n.mu.Unlock()
	ok, failed := n.server.Logins()
	s := &admin.Stats{
		Mode: mode, ReadRepairAttempted: c.ReadRepairAttempted.Load(), ReadRepairBlocking: c.ReadRepairBlocking.Load(),
		HintsStored: c.HintsStored.Load(), HintsDelivered: c.HintsDelivered.Load(), PendingBatches: int64(n.coord.PendingBatches()),
		Compactions: m.Compactions, PendingCompactionBytes: m.PendingBytes, Flushes: m.Flushes, Files: m.Tables,
		MemtableBytes: m.MemtableBytes, LogBytes: m.LogBytes, DiskBytes: m.DiskBytes, ConcurrentCompactors: n.cfg.ConcurrentCompactors,
		LoginsSucceeded: ok, LoginsFailed: failed, Goroutines: runtime.NumGoroutine(), GCs: int64(mem.NumGC),
		GCPauseTotal: time.Duration(mem.PauseTotalNs), Uptime: n.clock.Now().Sub(n.started), DataDirectories: n.cfg.DataFileDirectories,
		Latencies: map[string]admin.Latency{}, Dropped: map[string]int64{},
	}
	for i := range min(int(mem.NumGC), len(mem.PauseNs)) {
		s.GCPauseMax = max(s.GCPauseMax, time.Duration(mem.PauseNs[i]))
	}
	for name, l := range map[string]*metrics.Request{
		"Read": n.metrics.Read, "Write": n.metrics.Write, "Range": n.metrics.Range, "CAS Read": n.metrics.CASRead,
		"CAS Write": n.metrics.CASWrite, "View Write": n.metrics.ViewWrite,
	} {
		s.Latencies[name] = latency(l.Latency)
	}
	n.metrics.EachStage(func(name string, g *metrics.Stage) {
		s.Stages = append(s.Stages, admin.Stage{
			Name: name, Active: g.Active.Load(), Pending: g.Pending.Load(), Completed: g.Completed.Load(), Blocked: g.Blocked.Load(),
			AllBlocked: g.AllBlocked.Load(),
		})
	})
	slices.SortFunc(s.Stages, func(a, b admin.Stage) int { return strings.Compare(a.Name, b.Name) })
	n.metrics.EachDropped(func(verb string, count int64) { s.Dropped[verb] = count })
	for _, g := range n.gossip.Nodes() {
		if p := n.metrics.Peer(g.Address); g.HostID != n.identity.HostID {
			s.MessagesSent += p.Sent.Load()
			s.MessagesPending += p.Pending.Load()
		}
	}
	return s, nil
}

// Repair implements admin.Operations with the lines of RepairRunnable.
func (n *Node) Repair(ctx context.Context, r admin.Repair, tell admin.Progress) (admin.None, error) {
	var none admin.None
	p, o, err := n.repairOptions(r)
	if err != nil {
		return none, err
	}
	if ring.IsLocal(p.Strategy) || p.Strategy.Factor() <= 1 {
		tell(fmt.Sprintf("Replication factor is 1. No repair is needed for keyspace '%s'", r.Keyspace))
		return none, nil
	}
	command := n.repairs.Add(1)
	ranges := n.repairRanges(r, p)
	session, _ := uuid.NewUUID()
	tell(fmt.Sprintf("Starting repair command #%d (%s), repairing keyspace %s with repair options (%s)", command, session, r.Keyspace, describeRepair(r, ranges)))
	begun := n.clock.Now()
	var done []string
	total := 0
	o.Progress = func(one token.Range, _, all int) {
		done, total = append(done, one.String()), all
	}
	var found *coord.RepairResult
	if !r.PaxosOnly {
		found, err = n.coord.Repair(ctx, o)
	}
	if err != nil {
		text := fmt.Sprintf("Repair command #%d failed with error %v", command, err)
		tell(text)
		tell(fmt.Sprintf("Repair command #%d finished with error", command))
		return none, admin.Failed("Repair job has failed with the error message: %s. Check the logs on the repair participants for further details", text)
	}
	tell(fmt.Sprintf("Repair session %s for range [%s] finished (progress: %d%%)", session, strings.Join(done, ", "), 100*len(done)/max(total, 1)))
	tell(outcome(r, found))
	seconds := int(n.clock.Now().Sub(begun).Seconds())
	unit := "seconds"
	if seconds == 1 {
		unit = "second"
	}
	tell(fmt.Sprintf("Repair command #%d finished in %d %s", command, seconds, unit))
	return none, nil
}

// outcome is the line that ends a repair. A preview of repaired data has nothing to compare: repairs here are all full ones.
func outcome(r admin.Repair, found *coord.RepairResult) string {
	switch {
	case r.Validate:
		return "Repair preview completed successfully; Repaired data is in sync"
	case !r.Preview:
		return "Repair completed successfully"
	case found == nil || found.Differences == 0:
		return "Repair preview completed successfully; Previewed data was in sync"
	}
	return fmt.Sprintf("Repair preview completed successfully; Preview complete, %d ranges differ", found.Differences)
}

// repairOptions checks a request with the messages of RepairOption and ActiveRepairService.
func (n *Node) repairOptions(r admin.Repair) (*ring.Placement, coord.RepairOptions, error) {
	o := coord.RepairOptions{
		Keyspace: r.Keyspace, Tables: r.Tables, Primary: r.Primary, Local: r.Local, Datacenters: r.Datacenters, Hosts: r.Hosts, Force: r.Force,
		Preview: r.Preview || r.Validate,
	}
	if _, err := n.tables(admin.Tables{Keyspace: r.Keyspace}); err != nil {
		return nil, o, err
	}
	p, err := n.placement(r.Keyspace)
	if err != nil {
		return nil, o, err
	}
	known := n.coord.Datacenters()
	var unknown []string
	for _, dc := range r.Datacenters {
		if !slices.Contains(known, dc) {
			unknown = append(unknown, dc)
		}
	}
	switch {
	case r.Primary && (len(r.Datacenters) > 0 || len(r.Hosts) > 0):
		return nil, o, admin.Failed("Primary range repair should be performed on all nodes in the cluster.")
	case len(unknown) > 0:
		return nil, o, admin.Failed("data center(s) [%s] not found", strings.Join(unknown, ", "))
	case len(r.Datacenters) > 0 && !slices.Contains(r.Datacenters, n.identity.Datacenter):
		return nil, o, admin.Failed("the local data center must be part of the repair; requested [%s] but DC is %s", strings.Join(r.Datacenters, ", "), n.identity.Datacenter)
	case len(r.Hosts) > 0 && !slices.Contains(r.Hosts, n.address.Addr().String()) && !slices.Contains(r.Hosts, n.address.String()):
		return nil, o, admin.Failed("The current host must be part of the repair")
	}
	if r.StartToken != "" || r.EndToken != "" {
		var one token.Range
		if _, err := fmt.Sscan(r.StartToken+" "+r.EndToken, (*int64)(&one.Start), (*int64)(&one.End)); err != nil {
			return nil, o, admin.Usage("start and end token must be numbers")
		}
		o.Ranges = []token.Range{one}
	}
	return p, o, nil
}

func (n *Node) repairRanges(r admin.Repair, p *ring.Placement) int {
	self := p.Ring().Host(n.identity.HostID)
	switch {
	case self == nil:
		return 0
	case r.StartToken != "" || r.EndToken != "":
		return 1
	case r.Primary && r.Local:
		return len(p.PrimaryInDatacenter(self))
	case r.Primary:
		return len(p.Primary(self))
	}
	return len(p.RangesOf(self))
}

// describeRepair is RepairOption.toString.
func describeRepair(r admin.Repair, ranges int) string {
	parallelism := "parallel"
	switch {
	case r.Sequential:
		parallelism = "sequential"
	case r.DatacenterParallel:
		parallelism = "dc_parallel"
	}
	preview := "NONE"
	switch {
	case r.Validate:
		preview = "REPAIRED"
	case r.Preview && r.Full:
		preview = "ALL"
	case r.Preview:
		preview = "UNREPAIRED"
	}
	list := func(l []string) string { return "[" + strings.Join(l, ", ") + "]" }
	return fmt.Sprintf("parallelism: %s, primary range: %t, incremental: %t, job threads: %d, ColumnFamilies: %s, dataCenters: %s, hosts: %s, "+
		"previewKind: %s, # of ranges: %d, pull repair: %t, force repair: %t, optimise streams: %t, ignore unreplicated keyspaces: %t, repairPaxos: %t, paxosOnly: %t",
		parallelism, r.Primary, !r.Full, max(r.JobThreads, 1), list(r.Tables), list(r.Datacenters), list(r.Hosts), preview, ranges, r.Pull, r.Force,
		r.OptimiseStreams, r.IgnoreUnreplicated, !r.SkipPaxos, r.PaxosOnly)
}

// snapshotDir is where snapshots lie: beside the store, so that files can be linked.
func (n *Node) snapshotDir() string {
	return filepath.Join(filepath.Dir(n.cfg.DataFileDirectories[0]), "snapshots")
}

func validTag(tag string) error {
	if tag == "" || strings.ContainsAny(tag, `/\`) || strings.HasPrefix(tag, ".") {
		return admin.Usage("Snapshot name cannot be empty, begin with a dot or contain %q", "/")
	}
	return nil
}

// Snapshot implements admin.Operations: a copy of the whole store that costs no space at first.
func (n *Node) Snapshot(_ context.Context, r admin.Snapshot) (admin.None, error) {
	if err := validTag(r.Tag); err != nil {
		return admin.None{}, err
	}
	if err := os.MkdirAll(n.snapshotDir(), 0o755); err != nil {
		return admin.None{}, err
	}
	dir := filepath.Join(n.snapshotDir(), r.Tag)
	if _, err := os.Stat(dir); err == nil {
		return admin.None{}, admin.Failed("Snapshot %s already exists.", r.Tag)
	}
	return admin.None{}, n.store.Snapshot(dir)
}

// ClearSnapshot implements admin.Operations.
func (n *Node) ClearSnapshot(ctx context.Context, r admin.Snapshot) (admin.None, error) {
	tags := []string{r.Tag}
	if r.All {
		list, err := n.Snapshots(ctx, admin.None{})
		if err != nil {
			return admin.None{}, err
		}
		tags = nil
		for _, s := range list {
			tags = append(tags, s.Tag)
		}
	}
	for _, tag := range tags {
		if err := validTag(tag); err != nil {
			return admin.None{}, err
		}
		if err := os.RemoveAll(filepath.Join(n.snapshotDir(), tag)); err != nil {
			return admin.None{}, err
		}
	}
	return admin.None{}, nil
}

// Snapshots implements admin.Operations.
func (n *Node) Snapshots(context.Context, admin.None) ([]admin.SnapshotInfo, error) {
	entries, err := os.ReadDir(n.snapshotDir())
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []admin.SnapshotInfo
	for _, e := range entries {
		one := admin.SnapshotInfo{Tag: e.Name()}
		if info, err := e.Info(); err == nil {
			one.Created = info.ModTime()
		}
		files, _ := os.ReadDir(filepath.Join(n.snapshotDir(), e.Name()))
		for _, f := range files {
			if info, err := f.Info(); err == nil {
				one.Bytes += info.Size()
			}
		}
		out = append(out, one)
	}
	return out, nil
}
