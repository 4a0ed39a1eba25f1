package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/config"
	"alexandra/internal/ring"
	"alexandra/storage"
)

// purgeInterval is how often the store collects garbage.
const purgeInterval = 10 * time.Minute

// identity is what a node remembers of itself over restarts. It is one JSON value among the store's local keys.
type identity struct {
	HostID      uuid.UUID `json:"host_id"`
	ClusterName string    `json:"cluster_name"`
	Datacenter  string    `json:"data_center"`
	Rack        string    `json:"rack"`
	Tokens      []int64   `json:"tokens"`
	Generation  int64     `json:"generation"`
	// Bootstrapped is set once the node was a full member of the ring.
	Bootstrapped bool `json:"bootstrapped"`
	// Decommissioned is set when it has left.
	Decommissioned bool `json:"decommissioned,omitempty"`
}

var (
	identityKey = []byte("node/identity")
	peersKey    = []byte("node/peers")
)

// openIdentity loads who this node is, or makes it up on the first start, and refuses to be somebody else than last time.
func (n *Node) openIdentity(Options) error {
	raw, found, err := n.store.Local().Get(identityKey)
	if err != nil {
		return wrap("read the node's identity", err)
	}
	here := n.snitch.Local()
	if !found {
		n.identity = identity{HostID: uuid.New(), ClusterName: n.cfg.ClusterName, Datacenter: here.Datacenter, Rack: here.Rack}
	} else if err := json.Unmarshal(raw, &n.identity); err != nil {
		return config.Fatal("The node's identity in the data directory cannot be read", err.Error())
	}
	if err := n.checkIdentity(here); err != nil {
		return err
	}
	if n.identity.Decommissioned {
		n.identity.Decommissioned, n.identity.Bootstrapped = false, false // cassandra.override_decommission: joins anew
	}
	n.identity.Generation = max(n.identity.Generation+1, n.clock.Now().Unix())
	return n.saveIdentity()
}

// checkIdentity compares what is on disk with what the configuration says now.
func (n *Node) checkIdentity(here ring.Location) error {
	id, p := n.identity, n.cfg.Properties
	refuse := func(code int, format string, args ...any) error {
		e := config.Refuse(fmt.Sprintf(format, args...))
		e.ExitCode = code
		return e
	}
	wrong := func(format string, args ...any) error { return refuse(config.ExitWrongState, format, args...) }
	switch {
	case id.ClusterName != n.cfg.ClusterName:
		return refuse(config.ExitConfiguration, "Saved cluster name %s != configured name %s", id.ClusterName, n.cfg.ClusterName)
	case id.Datacenter != here.Datacenter && !p.IgnoreDC:
		return wrong("Cannot start node if snitch's data center (%s) differs from previous data center (%s). "+
			"Please fix the snitch configuration, decommission and rebootstrap this node or use the flag -Dcassandra.ignore_dc=true.", here.Datacenter, id.Datacenter)
	case id.Rack != here.Rack && !p.IgnoreRack:
		return wrong("Cannot start node if snitch's rack (%s) differs from previous rack (%s). "+
			"Please fix the snitch configuration, decommission and rebootstrap this node or use the flag -Dcassandra.ignore_rack=true.", here.Rack, id.Rack)
	case id.Decommissioned && !p.OverrideDecommission:
		return refuse(config.ExitJoin, "This node was decommissioned and will not rejoin the ring unless -Dcassandra.override_decommission=true has been set, "+
			"or all existing data is removed and the node is bootstrapped again")
	case len(id.Tokens) > 0 && n.cfg.NumTokens > 0 && len(id.Tokens) != n.cfg.NumTokens:
		return refuse(config.ExitJoin, "Cannot change the number of tokens from %d to %d", len(id.Tokens), n.cfg.NumTokens)
	}
	n.identity.Datacenter, n.identity.Rack = here.Datacenter, here.Rack
	return nil
}

func (n *Node) saveIdentity() error {
	raw, err := json.Marshal(n.remembered())
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return wrap("save the node's identity", n.store.Local().Set(identityKey, raw, storage.Durable))
}

// remembered is the identity as it is now. What of it changes while the node runs is guarded by mu.
func (n *Node) remembered() identity {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.identity
}

// remember changes the identity and saves it.
func (n *Node) remember(change func(*identity)) error {
	n.mu.Lock()
	change(&n.identity)
	n.mu.Unlock()
	return n.saveIdentity()
}

// seeds are the addresses of the seed provider, this node's own included.
func (n *Node) seeds() []netip.AddrPort {
	var out []netip.AddrPort
	for _, s := range strings.Split(n.cfg.SeedProvider.Parameters["seeds"], ",") {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddrPort(s); err == nil {
			out = append(out, a)
			continue
		}
		if a, err := resolve("seeds", s, "", false); err == nil && s != "" {
			out = append(out, netip.AddrPortFrom(a, uint16(n.cfg.StoragePort)))
		}
	}
	return out
}

// isSeed says whether this node is one of its own seeds: then it may start alone.
func (n *Node) isSeed() bool {
	for _, s := range n.seeds() {
		if s == n.address {
			return true
		}
	}
	return false
}

// peerStore keeps what gossip knows of peers; whether it is loaded again is cassandra.load_ring_state.
type peerStore struct {
	storage.Local
	loads bool
}

// LoadPeers implements gossip.Store.
func (s peerStore) LoadPeers() ([]byte, error) {
	if !s.loads {
		return nil, nil
	}
	v, _, err := s.Get(peersKey)
	return v, err
}

// SavePeers implements gossip.Store.
func (s peerStore) SavePeers(b []byte) error {
	if old, found, err := s.Get(peersKey); err == nil && found && bytes.Equal(old, b) {
		return nil
	}
	return s.Set(peersKey, b, storage.Lazy)
}
