package gossip

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Key names one application state. The numbers travel.
type Key uint8

// The application states, in the order in which nodetool gossipinfo lists them.
const (
	Status Key = iota
	Load
	Schema
	Datacenter
	Rack
	ReleaseVersion
	RPCReady
	StorageAddress // broadcast address and storage port
	ListenAddress
	NativeAddress // broadcast rpc address and native port
	Tokens
	RemovalCoordinator
	keyCount
)

var keyNames = [keyCount]string{
	"STATUS_WITH_PORT", "LOAD", "SCHEMA", "DC", "RACK", "RELEASE_VERSION", "RPC_READY", "INTERNAL_ADDRESS_AND_PORT",
	"LISTEN_ADDRESS_AND_PORT", "NATIVE_ADDRESS_AND_PORT", "TOKENS", "REMOVAL_COORDINATOR",
}

// String is the state's name as nodetool gossipinfo shows it.
func (k Key) String() string {
	if k < keyCount {
		return keyNames[k]
	}
	return "X_" + strconv.Itoa(int(k))
}

// Value is one application state. Versions rise over all states of a node.
type Value struct {
	Version uint64
	Text    string
}

// Words that a Status value starts with, as in Cassandra.
const (
	StatusBoot        = "BOOT"
	StatusBootReplace = "BOOT_REPLACE"
	StatusNormal      = "NORMAL"
	StatusLeaving     = "LEAVING"
	StatusLeft        = "LEFT"
	StatusMoving      = "MOVING"
	StatusRemoving    = "removing"
	StatusRemoved     = "removed"
	StatusShutdown    = "shutdown"
	StatusHibernate   = "hibernate"
	// StatusReplaced is of a dead node whose place another one has taken; Cassandra forgets such nodes.
	StatusReplaced = "replaced"
)

// state is all that one node has announced.
type state struct {
	host       uuid.UUID
	generation int64
	values     [keyCount]Value
}

// version is the newest version of any value.
func (s *state) version() uint64 {
	var v uint64
	for _, x := range s.values {
		v = max(v, x.Version)
	}
	return v
}

// merge takes over what o knows better and says whether anything changed.
func (s *state) merge(o *state) bool {
	switch {
	case o.generation < s.generation:
		return false
	case o.generation > s.generation:
		s.generation, s.values = o.generation, o.values
		return true
	}
	changed := false
	for k, v := range o.values {
		if v.Version > s.values[k].Version {
			s.values[k] = v
			changed = true
		}
	}
	return changed
}

// Node is what is known of one node. It is a snapshot that many share: it does not change.
type Node struct {
	HostID         uuid.UUID
	Generation     int64
	Heartbeat      uint64 // the newest version of any state
	Address        netip.AddrPort
	Listen         netip.AddrPort
	Native         netip.AddrPort
	Datacenter     string
	Rack           string
	Tokens         []int64
	SchemaVersion  uuid.UUID
	Status         string         // first word of the status: StatusNormal, ...
	Replaces       netip.AddrPort // of a node in StatusBootReplace
	Target         int64          // the token that a node in StatusMoving goes to
	ReleaseVersion string
	NativeReady    bool
	Load           float64
	HasLoad        bool
	// Live says whether the node answers, in this node's opinion; DownSince is when that ended.
	Live      bool
	DownSince time.Time
	// Values are the states as announced, by key; those never announced have version 0.
	Values [keyCount]Value
}

// IsMember says whether the node owns tokens, whatever its state of health.
func (n *Node) IsMember() bool {
	switch n.Status {
	case StatusNormal, StatusLeaving, StatusMoving, StatusShutdown, StatusRemoving, StatusHibernate:
		return len(n.Tokens) > 0
	}
	return false
}

// IsGone says whether the node has left for good.
func (n *Node) IsGone() bool {
	return n.Status == StatusLeft || n.Status == StatusRemoved || n.Status == StatusReplaced
}

// node makes the snapshot of a state. It shares the tokens of the one before, which may be nil, when they are the same.
func (s *state) node(before *Node) *Node {
	n := &Node{
		HostID: s.host, Generation: s.generation, Heartbeat: s.version(),
		Address: addrPort(s.values[StorageAddress].Text), Listen: addrPort(s.values[ListenAddress].Text),
		Native:     addrPort(s.values[NativeAddress].Text),
		Datacenter: s.values[Datacenter].Text, Rack: s.values[Rack].Text,
		ReleaseVersion: s.values[ReleaseVersion].Text,
		NativeReady:    s.values[RPCReady].Text == "true",
		Values:         s.values,
	}
	if before != nil && before.Values[Tokens].Text == s.values[Tokens].Text {
		n.Tokens = before.Tokens
	} else {
		n.Tokens = parseTokens(s.values[Tokens].Text)
	}
	var args string
	n.Status, args, _ = strings.Cut(s.values[Status].Text, ",")
	switch n.Status {
	case StatusBootReplace:
		n.Replaces = addrPort(args)
	case StatusMoving:
		n.Target, _ = strconv.ParseInt(args, 10, 64)
	}
	n.SchemaVersion, _ = uuid.Parse(s.values[Schema].Text)
	if load, err := strconv.ParseFloat(s.values[Load].Text, 64); err == nil {
		n.Load, n.HasLoad = load, true
	}
	return n
}

func addrPort(text string) netip.AddrPort {
	a, _ := netip.ParseAddrPort(text)
	return a
}

// FormatTokens is the text of the Tokens state.
func FormatTokens(tokens []int64) string {
	parts := make([]string, len(tokens))
	for i, t := range tokens {
		parts[i] = strconv.FormatInt(t, 10)
	}
	return strings.Join(parts, ",")
}

func parseTokens(text string) []int64 {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	out := make([]int64, 0, len(parts))
	for _, p := range parts {
		t, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return nil
		}
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

// statusText joins a status word and its arguments.
func statusText(word string, args ...any) string {
	parts := []string{word}
	for _, a := range args {
		parts = append(parts, fmt.Sprint(a))
	}
	return strings.Join(parts, ",")
}
