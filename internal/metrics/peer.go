package metrics

import (
	"net/netip"
	"sync"
)

// Peer is the traffic with one node: what this node sent and what it got.
type Peer struct {
	// Outbound. Pending, PendingBytes and Connections are gauges: what waits and what is open now.
	Sent, SentBytes, Pending, PendingBytes, Expired, ExpiredBytes, Errors, ErrorBytes Counter
	Connections, Attempts, Connected                                                  Counter

	// Inbound. Scheduled and ScheduledBytes are gauges: what is being worked on now.
	Received, ReceivedBytes, Processed, ProcessedBytes, Scheduled, ScheduledBytes Counter
	InboundExpired, InboundExpiredBytes, InboundErrors, InboundErrorBytes         Counter
}

// Peer finds the figures of the node with that broadcast address and storage port.
func (m *Metrics) Peer(address netip.AddrPort) *Peer { return load[Peer](&m.peers, address) }

// Stage is one kind of work that runs beside other work: Cassandra's thread pool of that name.
type Stage struct {
	Limit                    Counter // how much may run at once; 0: no limit
	Active, Pending, Blocked Counter // gauges
	Completed, AllBlocked    Counter
}

// Begin notes the start of a task; call what it returns when the task is over.
func (s *Stage) Begin() (end func()) {
	s.Active.Add(1)
	return s.end
}

func (s *Stage) end() {
	s.Active.Add(-1)
	s.Completed.Add(1)
}

// Stage finds a stage by name; it comes to be with the first call.
func (m *Metrics) Stage(name string) *Stage { return load[Stage](&m.stages, name) }

// EachStage calls f for every stage that Stage was asked for.
func (m *Metrics) EachStage(f func(name string, s *Stage)) {
	m.stages.Range(func(k, v any) bool {
		f(k.(string), v.(*Stage))
		return true
	})
}

// load finds or makes the value of a key.
func load[V any](m *sync.Map, key any) *V {
	v, ok := m.Load(key)
	if !ok {
		v, _ = m.LoadOrStore(key, new(V))
	}
	return v.(*V)
}
