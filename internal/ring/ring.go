// Package ring says which nodes hold which data.
//
// A Ring is an immutable snapshot of the cluster: endpoints with their tokens, datacenters and racks. Replica sets are a
// pure function of it and of a keyspace's replication strategy; whether a node is up plays no part here. When gossip
// reports a change, its listener builds a new Ring and publishes it; a request takes one Ring at its start and keeps it.
//
// The package also holds the snitches (who is in which datacenter and rack), the order of proximity, the choice of
// tokens for a new node, and the ownership figures of nodetool. It knows nothing of the network or of storage. The
// coordinator, the node and nodetool's server side use it. Behaviour follows Cassandra's TokenMetadata,
// NetworkTopologyStrategy and BootStrapper.
package ring

import (
	"net/netip"
	"slices"
	"sort"
	"sync"

	"github.com/google/uuid"

	"alexandra/internal/token"
)

// Status is where a node stands in its life as a token owner.
type Status uint8

// The states of a node. Only Normal, Leaving and Moving nodes own ranges; Joining ones receive writes.
const (
	Normal Status = iota
	Joining
	Leaving
	Moving
	Left
)

// String is the state as nodetool ring writes it.
func (s Status) String() string {
	return [...]string{"Normal", "Joining", "Leaving", "Moving", "Left"}[min(s, Left)]
}

// Endpoint is one node as placement sees it. It is not changed once it is part of a Ring.
type Endpoint struct {
	HostID     uuid.UUID
	Address    netip.AddrPort // broadcast address and storage port
	Datacenter string
	Rack       string
	Tokens     []token.Token
	Status     Status
	// Target is the token that a Moving node goes to.
	Target token.Token
	// Replaces is the dead node whose tokens a Joining one takes over; zero: none.
	Replaces uuid.UUID
	// Generation is when the node's process started; of two owners of one token the larger wins.
	Generation int64
}

// String is the node's name in messages: "/127.0.0.1:7000".
func (e *Endpoint) String() string { return "/" + e.Address.String() }

// owner is one place of the token ring.
type owner struct {
	token token.Token
	node  *Endpoint
}

// Conflict is a token that two nodes claim.
type Conflict struct {
	Token         token.Token
	Winner, Loser *Endpoint
}

// Ring is the cluster at one moment. All methods are safe for concurrent use.
type Ring struct {
	endpoints []*Endpoint
	byHost    map[uuid.UUID]*Endpoint
	byAddress map[netip.AddrPort]*Endpoint
	owners    []owner // by token, without Joining and Left nodes
	nodes     map[string]int
	racks     map[string]map[string]bool
	joining   []*Endpoint
	changing  bool // some node is joining, leaving or moving
	conflicts []Conflict

	mu         sync.Mutex
	placements map[string]*Placement
	futures    map[uuid.UUID]*Ring
}

// New makes the ring of these endpoints. Nodes that have Left are dropped.
func New(endpoints []Endpoint) *Ring {
	r := &Ring{
		byHost:     make(map[uuid.UUID]*Endpoint, len(endpoints)),
		byAddress:  make(map[netip.AddrPort]*Endpoint, len(endpoints)),
		nodes:      map[string]int{},
		racks:      map[string]map[string]bool{},
		placements: map[string]*Placement{},
	}
	for _, e := range endpoints {
		if e.Status == Left {
			continue
		}
		e.Tokens = slices.Clone(e.Tokens)
		slices.Sort(e.Tokens)
		r.add(&e)
	}
	slices.SortFunc(r.endpoints, func(a, b *Endpoint) int { return a.Address.Compare(b.Address) })
	r.buildOwners()
	return r
}

func (r *Ring) add(e *Endpoint) {
	r.endpoints = append(r.endpoints, e)
	r.byHost[e.HostID] = e
	r.byAddress[e.Address] = e
	if e.Status == Joining {
		r.joining = append(r.joining, e)
	}
	if e.Status != Normal {
		r.changing = true
	}
}

func (r *Ring) buildOwners() {
	for _, e := range r.endpoints {
		if e.Status == Joining || len(e.Tokens) == 0 {
			continue
		}
		r.nodes[e.Datacenter]++
		if r.racks[e.Datacenter] == nil {
			r.racks[e.Datacenter] = map[string]bool{}
		}
		r.racks[e.Datacenter][e.Rack] = true
		for _, t := range e.Tokens {
			r.owners = append(r.owners, owner{t, e})
		}
	}
	// The newer node comes first among equals, so that compaction keeps it.
	slices.SortStableFunc(r.owners, func(a, b owner) int {
		switch {
		case a.token != b.token:
			return compare(a.token, b.token)
		case a.node.Generation != b.node.Generation:
			return compare(b.node.Generation, a.node.Generation)
		}
		return a.node.Address.Compare(b.node.Address)
	})
	kept := r.owners[:0]
	for _, o := range r.owners {
		if n := len(kept); n > 0 && kept[n-1].token == o.token {
			r.conflicts = append(r.conflicts, Conflict{o.token, kept[n-1].node, o.node})
			continue
		}
		kept = append(kept, o)
	}
	r.owners = kept
}

func compare[T ~int64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Endpoints are all nodes that have not left, by address. The slice is shared: do not change it.
func (r *Ring) Endpoints() []*Endpoint { return r.endpoints }

// Host finds a node by its host id, or nil.
func (r *Ring) Host(id uuid.UUID) *Endpoint { return r.byHost[id] }

// At finds a node by its address, or nil.
func (r *Ring) At(address netip.AddrPort) *Endpoint { return r.byAddress[address] }

// Conflicts are the tokens that two nodes claim.
func (r *Ring) Conflicts() []Conflict { return r.conflicts }

// Changing says whether any node is joining, leaving or moving.
func (r *Ring) Changing() bool { return r.changing }

// Owners are the nodes that own tokens, by address.
func (r *Ring) Owners() []*Endpoint {
	var out []*Endpoint
	for _, e := range r.endpoints {
		if e.Status != Joining && len(e.Tokens) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// Datacenters are the names of the datacenters that have nodes, sorted.
func (r *Ring) Datacenters() []string {
	seen := map[string]bool{}
	var out []string
	for _, e := range r.endpoints {
		if !seen[e.Datacenter] {
			seen[e.Datacenter] = true
			out = append(out, e.Datacenter)
		}
	}
	sort.Strings(out)
	return out
}

// NodesPerDatacenter counts token owners.
func (r *Ring) NodesPerDatacenter() map[string]int {
	out := make(map[string]int, len(r.nodes))
	for dc, n := range r.nodes {
		out[dc] = n
	}
	return out
}

// Tokens are all ring tokens, ascending.
func (r *Ring) Tokens() []token.Token {
	out := make([]token.Token, len(r.owners))
	for i, o := range r.owners {
		out[i] = o.token
	}
	return out
}

// Owner is the primary owner of a token, or nil when nobody owns anything.
func (r *Ring) Owner(t token.Token) *Endpoint {
	if len(r.owners) == 0 {
		return nil
	}
	return r.owners[r.index(t)].node
}

// index finds the smallest ring token >= t, wrapping to the first.
func (r *Ring) index(t token.Token) int {
	i := sort.Search(len(r.owners), func(i int) bool { return r.owners[i].token >= t })
	if i == len(r.owners) {
		return 0
	}
	return i
}

// Future is the ring as host has to be prepared for it: all that is leaving has left, all that is moving is where it goes,
// and host has joined if it is joining, but no other node that joins has: those may fail.
func (r *Ring) Future(host uuid.UUID) *Ring {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.byHost[host]; e == nil || e.Status != Joining {
		host = uuid.Nil
	}
	if f := r.futures[host]; f != nil {
		return f
	}
	replaced := uuid.Nil
	if e := r.byHost[host]; e != nil {
		replaced = e.Replaces
	}
	var es []Endpoint
	for _, e := range r.endpoints {
		if e.Status == Leaving || e.HostID == replaced {
			continue
		}
		f := *e
		if f.Status == Moving {
			f.Tokens = []token.Token{f.Target}
		}
		if f.HostID == host || f.Status == Moving {
			f.Status = Normal
		}
		es = append(es, f)
	}
	f := New(es)
	if r.futures == nil {
		r.futures = map[uuid.UUID]*Ring{}
	}
	r.futures[host] = f
	return f
}
