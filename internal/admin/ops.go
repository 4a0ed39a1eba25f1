package admin

import (
	"context"
	"encoding/json"
)

// Op is one operation with the types of its request and its answer.
type Op[Req, Res any] struct {
	Name string
	do   func(Operations, context.Context, Req, Progress) (Res, error)
}

// operation is an Op whose types are known to itself only.
type operation interface {
	name() string
	run(ctx context.Context, o Operations, request []byte, p Progress) (any, error)
}

func op[Req, Res any](name string, do func(Operations, context.Context, Req) (Res, error)) Op[Req, Res] {
	return Op[Req, Res]{name, func(o Operations, ctx context.Context, r Req, _ Progress) (Res, error) { return do(o, ctx, r) }}
}

func streamed[Req, Res any](name string, do func(Operations, context.Context, Req, Progress) (Res, error)) Op[Req, Res] {
	return Op[Req, Res]{name, do}
}

// The operations. To add one: a method of Operations, a line here, and its row in the table below.
var (
	ClusterOp          = op("cluster", Operations.Cluster)
	OwnershipOp        = op("ownership", Operations.Ownership)
	RingOp             = op("ring", Operations.Ring)
	EndpointsOp        = op("endpoints", Operations.Endpoints)
	InfoOp             = op("info", Operations.Info)
	ClientsOp          = op("clients", Operations.Clients)
	FlushOp            = op("flush", Operations.Flush)
	CompactOp          = op("compact", Operations.Compact)
	CleanupOp          = op("cleanup", Operations.Cleanup)
	RebuildIndexOp     = op("rebuildindex", Operations.RebuildIndex)
	TableStatsOp       = op("tablestats", Operations.TableStats)
	StatsOp            = op("stats", Operations.Stats)
	RepairOp           = streamed("repair", Operations.Repair)
	SnapshotOp         = op("snapshot", Operations.Snapshot)
	ClearSnapshotOp    = op("clearsnapshot", Operations.ClearSnapshot)
	SnapshotsOp        = op("snapshots", Operations.Snapshots)
	SwitchOp           = op("switch", Operations.Switch)
	DrainOp            = op("drain", Operations.DrainNode)
	StopDaemonOp       = op("stopdaemon", Operations.StopDaemon)
	TimeoutOp          = op("timeout", Operations.Timeout)
	SettingOp          = op("setting", Operations.Setting)
	LogLevelOp         = op("loglevel", Operations.LogLevel)
	ReloadTLSOp        = op("reloadtls", Operations.ReloadTLS)
	ReloadSchemaOp     = op("reloadschema", Operations.ReloadSchema)
	SeedsOp            = op("seeds", Operations.Seeds)
	ReplayBatchlogOp   = op("replaybatchlog", Operations.ReplayBatchlog)
	HintsOp            = op("hints", Operations.Hints)
	TruncateHintsOp    = op("truncatehints", Operations.TruncateHints)
	PauseHintsOp       = op("pausehints", Operations.PauseHints)
	AuthCacheOp        = op("authcache", Operations.AuthCache)
	InvalidateOp       = op("invalidate", Operations.InvalidateAuthCache)
	ExplainOp          = op("explain", Operations.Explain)
	CIDRGroupsOp       = op("cidrgroups", Operations.CIDRGroups)
	SetCIDRGroupOp     = op("setcidrgroup", Operations.SetCIDRGroup)
	DropCIDRGroupOp    = op("dropcidrgroup", Operations.DropCIDRGroup)
	CIDRGroupsOfIPOp   = op("cidrgroupsofip", Operations.CIDRGroupsOfIP)
	ReloadCIDRGroupsOp = op("reloadcidrgroups", Operations.ReloadCIDRGroups)
	CIDRStatsOp        = op("cidrstats", Operations.CIDRStats)
	HintsForDCOp       = op("hintsfordc", Operations.HintsForDatacenter)
	MaxHintWindowOp    = op("maxhintwindow", Operations.MaxHintWindow)
	ViewBuiltOp        = op("viewbuilt", Operations.ViewBuilt)
	FaultsOp           = op("faults", Operations.InjectFaults)
	HarmOp             = op("harm", Operations.Harm)
	ImageOp            = op("image", Operations.Image)
	ProcessOp          = op("process", Operations.Process)
	MembershipOp       = streamed("membership", Operations.Membership)
)

// operations is what the server offers.
var operations = []operation{
	ClusterOp, OwnershipOp, RingOp, EndpointsOp, InfoOp, ClientsOp, FlushOp, CompactOp, CleanupOp, RebuildIndexOp, TableStatsOp,
	StatsOp, RepairOp, SnapshotOp, ClearSnapshotOp, SnapshotsOp, SwitchOp, DrainOp, StopDaemonOp, TimeoutOp, SettingOp, LogLevelOp,
	ReloadTLSOp, ReloadSchemaOp, SeedsOp, ReplayBatchlogOp, HintsOp, TruncateHintsOp, PauseHintsOp, AuthCacheOp, InvalidateOp,
	ExplainOp, CIDRGroupsOp, SetCIDRGroupOp, DropCIDRGroupOp, CIDRGroupsOfIPOp, ReloadCIDRGroupsOp, CIDRStatsOp, HintsForDCOp, MaxHintWindowOp, ViewBuiltOp,
	FaultsOp, HarmOp, ImageOp, ProcessOp, MembershipOp,
}

func (o Op[Req, Res]) name() string { return o.Name }

func (o Op[Req, Res]) run(ctx context.Context, ops Operations, request []byte, p Progress) (any, error) {
	var r Req
	if len(request) > 0 {
		if err := json.Unmarshal(request, &r); err != nil {
			return nil, Usage("malformed request: %v", err)
		}
	}
	return o.do(ops, ctx, r, p)
}

// Call asks the node at the client's end.
func (o Op[Req, Res]) Call(ctx context.Context, c *Connection, r Req) (Res, error) {
	return o.Follow(ctx, c, r, func(string) {})
}

// Follow is Call for operations that tell their progress.
func (o Op[Req, Res]) Follow(ctx context.Context, c *Connection, r Req, p Progress) (Res, error) {
	var res Res
	raw, err := c.call(ctx, o.Name, r, p)
	if err != nil {
		return res, err
	}
	if err := json.Unmarshal(raw, &res); err != nil {
		return res, Failed("malformed answer to %s: %v", o.Name, err)
	}
	return res, nil
}
