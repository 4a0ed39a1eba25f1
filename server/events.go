package server

import (
	"net/netip"
	"sync"

	"alexandra/internal/schema"
)

// NodeChange is what happened to a node, in the protocol's words.
type NodeChange string

// The changes that clients are told of.
const (
	NewNode     NodeChange = "NEW_NODE"
	RemovedNode NodeChange = "REMOVED_NODE"
	MovedNode   NodeChange = "MOVED_NODE"
	NodeUp      NodeChange = "UP"
	NodeDown    NodeChange = "DOWN"
)

// notifier remembers what was said of each node, so that nothing is said twice.
type notifier struct {
	mu       sync.Mutex
	topology map[netip.AddrPort]NodeChange
	status   map[netip.AddrPort]NodeChange
	// held are nodes that joined but do not serve clients yet: NEW_NODE is sent when they come up.
	held map[netip.AddrPort]bool
}

// NodeEvent tells registered clients of a change at a node, named by its native address. serving says whether that
// node serves clients already. Repetitions are dropped, as are events about the address of this node.
func (s *Server) NodeEvent(change NodeChange, node netip.AddrPort, serving bool) {
	for _, e := range s.cfg.Endpoints {
		if e.Addr == node {
			return
		}
	}
	for _, ch := range s.events.note(change, node, serving) {
		kind, name := topologyChange, "TOPOLOGY_CHANGE"
		if ch == NodeUp || ch == NodeDown {
			kind, name = statusChange, "STATUS_CHANGE"
		}
		s.broadcast(kind, func(b []byte, _ int) []byte {
			return appendInet(appendString(appendString(b, name), string(ch)), node)
		})
	}
}

// note returns the events to send now.
func (n *notifier) note(change NodeChange, node netip.AddrPort, serving bool) []NodeChange {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.topology == nil {
		n.topology, n.status, n.held = map[netip.AddrPort]NodeChange{}, map[netip.AddrPort]NodeChange{}, map[netip.AddrPort]bool{}
	}
	switch change {
	case NodeUp, NodeDown:
		if n.status[node] == change {
			return nil
		}
		n.status[node] = change
		delete(n.topology, node)
		if change == NodeUp && n.held[node] {
			delete(n.held, node)
			return []NodeChange{NewNode, NodeUp}
		}
		return []NodeChange{change}
	}
	if n.topology[node] == change {
		return nil
	}
	n.topology[node] = change
	if change == NewNode && !serving {
		n.held[node] = true
		return nil
	}
	delete(n.held, node)
	return []NodeChange{change}
}

// SchemaChanged tells registered clients of schema changes, in order.
func (s *Server) SchemaChanged(changes []schema.Change) {
	for i := range changes {
		s.broadcast(schemaChange, func(b []byte, version int) []byte {
			return appendSchemaChange(appendString(b, "SCHEMA_CHANGE"), &changes[i], version)
		})
	}
}

// eventStream is the stream id of events.
const eventStream = -1

func (s *Server) broadcast(kind eventKind, body func(b []byte, version int) []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if eventKind(c.registered.Load())&kind == 0 {
			continue
		}
		r := newResponse(opEvent)
		r.body = body(r.body, c.protocolVersion())
		c.push(c.finish(r, eventStream, nil))
	}
}
