package gossip

import (
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/netip"
)

// Every connection between nodes starts with a preface, and every packet with a short one, so that the two kinds of
// traffic share a port and nothing of another cluster is listened to:
//
//	connection: "ALX1" kind (1) length (1) cluster name, length (1) sender's storage address
//	packet:     "ALX1" hash of the cluster name (4)
const (
	magic        = "ALX1"
	packetHeader = len(magic) + 4
	maxPacket    = 60 << 10
)

// kind says what follows a connection's preface.
type kind byte

const (
	kindGossip  kind = 'g' // one exchange of memberlist's
	kindPackets kind = 'p' // memberlist's packets, each behind its length (2 bytes); where UDP is not used
	kindRPC     kind = 'r'
	kindShadow  kind = 's' // the accepting side sends all states and closes
	kindOwn     kind = 'o' // the accepting side sends its own states and closes
)

func preface(k kind, cluster string, from netip.AddrPort) []byte {
	out := append([]byte(magic), byte(k))
	cluster = cluster[:min(len(cluster), 255)]
	out = append(append(out, byte(len(cluster))), cluster...)
	addr := from.String()
	return append(append(out, byte(len(addr))), addr...)
}

// hello is a preface taken apart.
type hello struct {
	kind    kind
	cluster string
	from    netip.AddrPort
}

func readPreface(r io.Reader) (hello, error) {
	var h hello
	var fixed [len(magic) + 1]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return h, err
	}
	if string(fixed[:len(magic)]) != magic {
		return h, fmt.Errorf("connection without a node's preface")
	}
	h.kind = kind(fixed[len(magic)])
	cluster, err := readShort(r)
	if err != nil {
		return h, err
	}
	from, err := readShort(r)
	if err != nil {
		return h, err
	}
	h.cluster = cluster
	h.from, err = netip.ParseAddrPort(from)
	return h, err
}

func readShort(r io.Reader) (string, error) {
	var n [1]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return "", err
	}
	b := make([]byte, n[0])
	_, err := io.ReadFull(r, b)
	return string(b), err
}

// packetPreface is what a cluster's packets start with.
func packetPreface(cluster string) []byte {
	h := fnv.New32a()
	h.Write([]byte(cluster))
	return h.Sum([]byte(magic))
}

// peekedConn gives back the byte by which TLS was told from plain text.
type peekedConn struct {
	net.Conn
	first []byte
}

func (c *peekedConn) Read(b []byte) (int, error) {
	if len(c.first) > 0 {
		n := copy(b, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}
