package gossip

import (
	"crypto/tls"
	"net/netip"
)

// Encryption is server_encryption_options, for the transport. The zero value is no TLS at all.
type Encryption struct {
	Mode EncryptionMode
	// Optional accepts plain text as well where the mode would refuse it.
	Optional bool
	// Server is the configuration for connections that come in; nil refuses TLS. It is asked for each connection, so
	// that reloaded key stores count.
	Server func() *tls.Config
	// Client is the configuration for connections that go out to a peer.
	Client func(peer netip.AddrPort) *tls.Config
}

// EncryptionMode is internode_encryption.
type EncryptionMode string

// The modes.
const (
	EncryptNone EncryptionMode = "none"
	EncryptRack EncryptionMode = "rack" // between racks
	EncryptDC   EncryptionMode = "dc"   // between datacenters
	EncryptAll  EncryptionMode = "all"
)

func (e *Encryption) on() bool { return e.Mode != "" && e.Mode != EncryptNone }

// place is where a node is, as far as encryption is concerned.
type place struct{ dc, rack string }

// outbound says whether a connection from own to a peer is encrypted. A peer of which nothing is known counts as far
// away.
func (e *Encryption) outbound(own, peer place) bool {
	switch e.Mode {
	case EncryptAll:
		return true
	case EncryptDC:
		return own.dc != peer.dc
	case EncryptRack:
		return own != peer
	}
	return false
}

// plainAllowed says whether a peer may speak plain text to this node.
func (e *Encryption) plainAllowed(own, peer place) bool {
	return e.Optional || !e.outbound(own, peer)
}
