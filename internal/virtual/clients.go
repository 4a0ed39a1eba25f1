package virtual

import (
	"net/netip"

	"alexandra/internal/cqltype"
)

// Client is one open connection of the native protocol.
type Client struct {
	Remote                    netip.AddrPort
	Hostname                  string // empty: the address
	Username                  string
	Stage                     string // established, authenticating, ready
	Version                   int    // of the protocol
	Options                   map[string]string
	DriverName, DriverVersion string
	Keyspace                  string // empty: none in use
	Requests                  int64
	TLS                       bool
	TLSProtocol, TLSCipher    string
}

var clients = &definition{
	name: "clients", comment: "currently connected clients",
	columns: []column{
		key("address", cqltype.Inet), clustering("port", cqltype.Int),
		regular("hostname", cqltype.Text), regular("username", cqltype.Text), regular("connection_stage", cqltype.Text),
		regular("protocol_version", cqltype.Int), regular("client_options", cqltype.NewMap(cqltype.Text, cqltype.Text, true)),
		regular("driver_name", cqltype.Text), regular("driver_version", cqltype.Text), regular("keyspace_name", cqltype.Text),
		regular("request_count", cqltype.Bigint), regular("ssl_enabled", cqltype.Boolean), regular("ssl_protocol", cqltype.Text),
		regular("ssl_cipher_suite", cqltype.Text),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, c := range call(t.config.Clients) {
			host := c.Hostname
			if host == "" {
				host = c.Remote.Addr().Unmap().String()
			}
			rows = append(rows, record{
				c.Remote.Addr(), int(c.Remote.Port()), host, optional(c.Username), c.Stage, c.Version, c.Options,
				optional(c.DriverName), optional(c.DriverVersion), optional(c.Keyspace), c.Requests, c.TLS, optional(c.TLSProtocol), optional(c.TLSCipher),
			})
		}
		return rows
	},
}

// optional is null for an empty string.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}
