package virtual

import (
	"net/netip"

	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
)

// Peer is a node that this one speaks with, itself included. What was said is in metrics.Metrics.Peer.
type Peer struct {
	Address          netip.AddrPort // broadcast address and storage port
	Datacenter, Rack string
}

func peerColumns(figures ...string) []column {
	return join([]column{
		key("address", cqltype.Inet), key("port", cqltype.Int), clustering("dc", cqltype.Text), clustering("rack", cqltype.Text),
	}, regulars(cqltype.Bigint, figures...))
}

var internodeInbound = &definition{
	name: "internode_inbound",
	columns: peerColumns("received_count", "received_bytes", "processed_count", "processed_bytes", "expired_count", "expired_bytes",
		"error_count", "error_bytes", "scheduled_count", "scheduled_bytes", "using_bytes", "using_reserve_bytes", "corrupt_frames_recovered",
		"corrupt_frames_unrecovered", "throttled_count", "throttled_nanos"),
	rows: func(t *Tables) []record {
		return peerRows(t, func(p *metrics.Peer) record {
			return record{
				p.Received.Load(), p.ReceivedBytes.Load(), p.Processed.Load(), p.ProcessedBytes.Load(), p.InboundExpired.Load(), p.InboundExpiredBytes.Load(),
				p.InboundErrors.Load(), p.InboundErrorBytes.Load(), p.Scheduled.Load(), p.ScheduledBytes.Load(), 0, 0, 0, 0, 0, 0,
			}
		})
	},
}

var internodeOutbound = &definition{
	name: "internode_outbound",
	columns: peerColumns("sent_count", "sent_bytes", "pending_count", "pending_bytes", "expired_count", "expired_bytes", "error_count", "error_bytes",
		"overload_count", "overload_bytes", "using_bytes", "using_reserve_bytes", "active_connections", "connection_attempts",
		"successful_connection_attempts"),
	rows: func(t *Tables) []record {
		return peerRows(t, func(p *metrics.Peer) record {
			return record{
				p.Sent.Load(), p.SentBytes.Load(), p.Pending.Load(), p.PendingBytes.Load(), p.Expired.Load(), p.ExpiredBytes.Load(),
				p.Errors.Load(), p.ErrorBytes.Load(), 0, 0, 0, 0, p.Connections.Load(), p.Attempts.Load(), p.Connected.Load(),
			}
		})
	},
}

func peerRows(t *Tables, figures func(*metrics.Peer) record) []record {
	var rows []record
	for _, p := range call(t.config.Peers) {
		r := record{p.Address.Addr(), int(p.Address.Port()), p.Datacenter, p.Rack}
		rows = append(rows, append(r, figures(t.config.Metrics.Peer(p.Address))...))
	}
	return rows
}
