// Package admin is what nodetool talks to, in the place of Cassandra's JMX: operations, server, client.
//
// Every operation is one row in ops.go: a name, and the method of Operations that does it. The server takes
// POST /<name> with a JSON request and answers with a stream of JSON lines: any number of progress lines, then one result
// or one error. The client side of a row is its Call. internal/node implements Operations, internal/node/daemon serves it,
// cmd/nodetool and cmd/ccm call it; how things are printed is nodetool's alone.
//
// There is no login unless the server listens beyond the loopback interface; then a password file is required. Requests
// are limited in size and time, and neither requests nor passwords are logged.
package admin

import (
	"context"
	"time"
)

// Operations is what an operator may ask of a node. Implementations are safe for concurrent use. An error made by Usage
// is the operator's mistake; any other is the node's.
type Operations interface {
	// Cluster describes all nodes that gossip knows, and the keyspaces.
	Cluster(context.Context, None) (*Cluster, error)
	// Ownership says how much of the data each node holds.
	Ownership(context.Context, Keyspace) (*Ownership, error)
	// Ring lists the ranges of a keyspace with their replicas.
	Ring(context.Context, Keyspace) (*Ring, error)
	// Endpoints are the replicas of a partition, as address:port.
	Endpoints(context.Context, PartitionKey) ([]string, error)
	Info(context.Context, None) (*Info, error)
	Clients(context.Context, None) ([]Client, error)

	// Flush makes everything durable in files; Compact collects garbage, of some tables or of all.
	Flush(context.Context, Tables) (None, error)
	Compact(context.Context, Tables) (None, error)
	Cleanup(context.Context, Tables) (None, error)
	RebuildIndex(context.Context, Indexes) (None, error)
	TableStats(context.Context, Tables) ([]KeyspaceStats, error)
	// ViewBuilt says whether a materialized view exists; they are built before the statement that creates them returns.
	ViewBuilt(context.Context, PartitionKey) (bool, error)
	// Stats are counters of the node as a whole.
	Stats(context.Context, None) (*Stats, error)
	// Repair tells what it does by progress lines.
	Repair(context.Context, Repair, Progress) (None, error)
	Snapshot(context.Context, Snapshot) (None, error)
	ClearSnapshot(context.Context, Snapshot) (None, error)
	Snapshots(context.Context, None) ([]SnapshotInfo, error)

	// Switch reads or changes something that is on or off.
	Switch(context.Context, Switch) (*Switch, error)
	DrainNode(context.Context, None) (None, error)
	StopDaemon(context.Context, None) (None, error)
	// Timeout reads or changes a timeout; Setting reads an option, by its name in cassandra.yaml.
	Timeout(context.Context, Timeout) (*Timeout, error)
	Setting(context.Context, Name) (*Setting, error)
	LogLevel(context.Context, LogLevel) (*LogLevel, error)
	ReloadTLS(context.Context, None) (None, error)
	ReloadSchema(context.Context, None) (None, error)
	Seeds(context.Context, None) ([]string, error)
	ReplayBatchlog(context.Context, None) (None, error)

	Hints(context.Context, None) ([]Hints, error)
	TruncateHints(context.Context, Hosts) (None, error)
	PauseHints(context.Context, Pause) (None, error)
	HintsForDatacenter(context.Context, DatacenterSwitch) (None, error)
	MaxHintWindow(context.Context, Timeout) (*Timeout, error)

	AuthCache(context.Context, AuthCache) (*AuthCache, error)
	InvalidateAuthCache(context.Context, Invalidate) (None, error)
	// Explain says why a role would be let in or refused here.
	Explain(context.Context, Name) (string, error)

	CIDRGroups(context.Context, None) ([]CIDRGroup, error)
	SetCIDRGroup(context.Context, CIDRGroup) (None, error)
	DropCIDRGroup(context.Context, Name) (None, error)
	// CIDRGroupsOfIP and ReloadCIDRGroups answer with nil and false where no CIDR authorizer is at work.
	CIDRGroupsOfIP(context.Context, Name) (*CIDRGroupsOf, error)
	ReloadCIDRGroups(context.Context, None) (bool, error)

	CIDRStats(context.Context, None) (*CIDRStats, error)

	// InjectFaults changes what is done to the traffic with other nodes, and lists it.
	InjectFaults(context.Context, FaultChange) ([]Fault, error)
	// Harm changes what is done to the node on purpose, and says what is. Image keeps or puts back all of its data.
	// Both only work where the port is open to this machine alone.
	Harm(context.Context, HarmChange) (*Harm, error)
	Image(context.Context, ImageRequest) (None, error)
	// Process is for nodes that share a process.
	Process(context.Context, Process) (None, error)
	// Membership changes who belongs to the ring, this node included.
	Membership(context.Context, Membership, Progress) (None, error)
}

// Progress is told what goes on, line by line.
type Progress func(line string)

// None is an empty request or an empty answer.
type None struct{}

// Name is a request about one named thing.
type Name struct{ Name string }

// Keyspace is a request about one keyspace; the zero value lets the node choose.
type Keyspace struct{ Keyspace string }

// Tables is a request about some tables; without tables all of the keyspace, without keyspace all.
type Tables struct {
	Keyspace string
	Tables   []string
}

// Indexes is a request about some indexes of one table.
type Indexes struct {
	Keyspace, Table string
	Indexes         []string
}

// PartitionKey names a partition by the text of its key; components of a composite key are joined by colons.
type PartitionKey struct{ Keyspace, Table, Key string }

// Hosts is a request about some nodes, by address; none means all.
type Hosts struct{ Hosts []string }

// Cluster is the ring as one node sees it.
type Cluster struct {
	Name          string
	Snitch        string // fully qualified
	DynamicSnitch bool
	Partitioner   string
	Self          string // host id
	Nodes         []Node
	Keyspaces     []KeyspaceInfo
	// MeaningfulOwnership is false when user keyspaces are replicated differently.
	MeaningfulOwnership bool
}

// Node is one node as gossip knows it.
type Node struct {
	HostID           string
	Address          string // broadcast address and storage port
	Native           string // broadcast rpc address and native port
	Datacenter, Rack string
	Live             bool
	// State is Normal, Joining, Leaving, Moving or Left.
	State         string
	Tokens        []int64
	Load          float64
	HasLoad       bool
	SchemaVersion string
	Release       string
	Generation    int64
	Heartbeat     uint64
	States        []GossipState
	// Phi is how much the node is suspected to be dead: 0 while it answers, Cassandra's conviction threshold when it is found
	// dead, and growing with its silence.
	Phi float64
}

// GossipState is one application state, in the order of gossipinfo.
type GossipState struct {
	Name    string
	Version uint64
	Value   string
}

// KeyspaceInfo is a keyspace's replication. Options are in the order in which Cassandra shows them.
type KeyspaceInfo struct {
	Name     string
	Class    string // short
	Options  []Option
	System   bool // the server's own
	HasRing  bool // false for LocalStrategy and virtual keyspaces
	Replicas int
}

// Option is a name and a value.
type Option struct{ Name, Value string }

// Ownership is the share of data of each node, by address; 1 is all of it.
type Ownership struct {
	// Keyspace is the one whose replication was used; empty when only primary ranges were counted.
	Keyspace string
	// Shares are missing for nodes that own nothing yet.
	Shares map[string]float64
	// Note says why the shares mean little.
	Note string
}

// Ring is a keyspace's ranges.
type Ring struct {
	SchemaVersion string
	Ranges        []Range
}

// Range is (Start, End] and its replicas in strategy order.
type Range struct {
	Start, End int64
	Replicas   []Node // without tokens and states
}

// Info is what nodetool info shows.
type Info struct {
	HostID, Datacenter, Rack  string
	Gossip, Native            bool
	Load                      int64
	Generation                int64
	Uptime                    time.Duration
	HeapUsed, HeapMax         int64
	OffHeap                   int64
	Tokens                    []int64
	Joined, Bootstrapped      bool
	Mode                      string // NORMAL, DRAINED, ...
	CacheBytes, CacheCapacity int64
	CacheHits, CacheMisses    int64
	Exceptions                int64
	Release                   string
	PreparedStatements        int64
}

// Client is one client connection.
type Client struct {
	Address       string
	TLS           bool
	Cipher        string
	Protocol      string // of TLS
	Version       int
	User          string
	Keyspace      string
	Requests      int64
	DriverName    string
	DriverVersion string
	Options       []Option
	Stage         string
}

// KeyspaceStats are the statistics of some tables of a keyspace.
type KeyspaceStats struct {
	Keyspace string
	Tables   []TableStats
}

// TableStats describe one table: estimates of its size, and what was measured since the start.
type TableStats struct {
	Table            string
	Partitions       int64
	DiskBytes        int64
	Compaction       map[string]string // the table's options
	Read, Write      Latency           // in this node's storage
	Rows, Tombstones Spread            // that one read saw
}

// Latency is how long something took, in microseconds, over the last minutes; Count and Sum are since the start.
type Latency struct {
	Count                             int64
	Sum                               time.Duration
	P50, P75, P95, P98, P99, Min, Max int64
}

// Spread is a distribution of numbers.
type Spread struct {
	Mean     float64
	Max      int64
	Recorded bool
}

// Stats are counters since the start of the node.
type Stats struct {
	Mode                                    string
	ReadRepairAttempted, ReadRepairBlocking int64
	HintsStored, HintsDelivered             int64
	PendingBatches                          int64
	Compactions, PendingCompactionBytes     int64
	Flushes, Files                          int64
	MemtableBytes, LogBytes, DiskBytes      int64
	ConcurrentCompactors                    int
	LoginsSucceeded, LoginsFailed           int64
	MessagesSent, MessagesPending           int64
	Goroutines                              int
	GCs                                     int64
	GCPauseTotal, GCPauseMax                time.Duration
	Uptime                                  time.Duration
	DataDirectories                         []string
	Stages                                  []Stage
	Latencies                               map[string]Latency // Read, Write, Range, CAS Read, CAS Write, View Write
	Dropped                                 map[string]int64   // messages by verb
}

// Stage is one kind of work, Cassandra's thread pool of that name.
type Stage struct {
	Name                                            string
	Active, Pending, Completed, Blocked, AllBlocked int64
}

// CIDRStats count what the CIDR authorizer decided, by group.
type CIDRStats struct {
	Accepted, Rejected map[string]int64
	// Nanoseconds.
	Checks, Lookups, Reloads Latency
}

// DatacenterSwitch turns something on or off for a datacenter.
type DatacenterSwitch struct {
	Datacenter string
	On         bool
}

// Repair is a request for repair, with the options of nodetool repair.
type Repair struct {
	Keyspace              string
	Tables                []string
	Primary, Local, Force bool
	Datacenters, Hosts    []string
	StartToken, EndToken  string
	// What is accepted because every repair here is full, parallel and without streams of files.
	Full, Sequential, DatacenterParallel, Pull, Preview, Validate bool
	OptimiseStreams, IgnoreUnreplicated, PaxosOnly, SkipPaxos     bool
	JobThreads                                                    int
}

// Snapshot is a request about snapshots.
type Snapshot struct {
	Tag       string
	Keyspaces []string
	All       bool
}

// SnapshotInfo is one snapshot. It holds all tables of the node.
type SnapshotInfo struct {
	Tag     string
	Bytes   int64
	Created time.Time
}

// The names of Switch.
const (
	Binary         = "binary"
	Gossip         = "gossip"
	Handoff        = "handoff"
	OldProtocols   = "oldprotocols"
	Backup         = "backup"
	AutoCompaction = "autocompaction"
)

// Switch is something that is on or off. Set changes it to On.
type Switch struct {
	Name    string
	Set, On bool
}

// Timeout is a timeout of nodetool gettimeout. Set changes it.
type Timeout struct {
	Type  string
	Set   bool
	Value time.Duration
}

// Setting is the value of an option; Null without one.
type Setting struct {
	Name, Value string
	Null        bool
}

// LogLevel is the level of the log. Set changes it; an empty Level is the level of the start.
type LogLevel struct {
	Level string
	Set   bool
}

// Hints are hints that wait for one node.
type Hints struct {
	HostID, Address, Datacenter, Rack string
	Live                              bool
	Count                             int
	Oldest, Newest                    time.Time
}

// Pause stops or resumes something.
type Pause struct{ Paused bool }

// AuthCache is the configuration of a cache of package auth. Only what is set is changed.
type AuthCache struct {
	Name                           string
	Validity, UpdateInterval       time.Duration
	MaxEntries                     int
	ActiveUpdate                   bool
	SetValidity, SetUpdateInterval bool
	SetMaxEntries, SetActiveUpdate bool
}

// Invalidate names entries of a cache; none means all.
type Invalidate struct {
	Cache string
	Keys  [][]string
}

// CIDRGroup is a group of client addresses, as prefixes.
type CIDRGroup struct {
	Name  string
	CIDRs []string
}

// CIDRGroupsOf are the groups of one address; Active is false under AllowAllCIDRAuthorizer.
type CIDRGroupsOf struct {
	Active bool
	Groups []string
}

// Fault is what is done to the traffic with a peer.
type Fault struct {
	Peer          string
	Cut           bool
	Delay, Jitter time.Duration
	Drop          float64
}

// FaultChange replaces the fault of one peer, or clears all. The zero value changes nothing.
type FaultChange struct {
	Set   bool
	Clear bool
	Fault Fault
}

// Membership is a change of the ring.
type Membership struct {
	// Action is decommission, removenode, assassinate, move, join, rebuild or bootstrap.
	Action string
	Host   string // host id or address
	Token  string
	Source string // datacenter of rebuild
	Force  bool
}
