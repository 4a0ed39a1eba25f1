package virtual

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// PendingHint is what is kept for one node that was down.
type PendingHint struct {
	Host             uuid.UUID
	Address          netip.AddrPort // of the node's storage port; invalid when it is unknown
	Datacenter, Rack string
	Status           string // UP, DOWN; empty when the node is unknown
	Files            int
	Oldest, Newest   time.Time
}

var pendingHints = &definition{
	name: "pending_hints", comment: "Pending hints that this node has for other nodes",
	columns: []column{
		key("host_id", cqltype.Uuid),
		regular("address", cqltype.Inet), regular("port", cqltype.Int), regular("rack", cqltype.Text), regular("dc", cqltype.Text),
		regular("status", cqltype.Text), regular("files", cqltype.Int), regular("newest", cqltype.Timestamp), regular("oldest", cqltype.Timestamp),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, h := range call(t.config.PendingHints) {
			var port any
			if h.Address.IsValid() {
				port = int(h.Address.Port())
			}
			rows = append(rows, record{
				h.Host, h.Address.Addr(), port, known(h.Rack), known(h.Datacenter), known(h.Status), h.Files, h.Newest, h.Oldest,
			})
		}
		return rows
	},
}

// known is the word for what nobody knows any more.
func known(s string) string {
	if s == "" {
		return "Unknown"
	}
	return s
}
