package gossip

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/hashicorp/memberlist"
)

// Packets go over UDP, or, when traffic is encrypted, over one connection per peer that is made when first needed.
// Either way they may get lost: memberlist expects that.

// WriteTo implements memberlist.Transport.
func (t *Transport) WriteTo(b []byte, addr string) (time.Time, error) {
	now := time.Now()
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return now, err
	}
	lost, pause := t.config.Faults.packet(to)
	if lost || len(b) > maxPacket {
		return now, nil
	}
	if pause > 0 {
		copied := bytes.Clone(b)
		time.AfterFunc(pause, func() { _ = t.send(copied, to) })
		return now, nil
	}
	return now, t.send(b, to)
}

// WriteToAddress implements memberlist.NodeAwareTransport.
func (t *Transport) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	return t.WriteTo(b, a.Addr)
}

func (t *Transport) send(b []byte, to netip.AddrPort) error {
	if t.udp == nil {
		t.lane(to).send(b)
		return nil
	}
	_, err := t.udp.WriteToUDPAddrPort(append(append(make([]byte, 0, len(b)+packetHeader), t.header...), b...), to)
	return err
}

func (t *Transport) readUDP() {
	defer t.running.Done()
	buf := make([]byte, 64<<10)
	for {
		n, from, err := t.udp.ReadFromUDPAddrPort(buf)
		if err != nil {
			select {
			case <-t.done:
				return
			default:
				continue // an ICMP answer to something sent earlier
			}
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if n <= packetHeader || !bytes.Equal(buf[:packetHeader], t.header) {
			continue
		}
		t.received(bytes.Clone(buf[packetHeader:n]), from)
	}
}

// received passes a packet on, unless the peer is cut off or nobody keeps up.
func (t *Transport) received(b []byte, from netip.AddrPort) {
	if f, _ := t.config.Faults.of(from); f.Cut {
		return
	}
	select {
	case t.packets <- &memberlist.Packet{Buf: b, From: net.UDPAddrFromAddrPort(from), Timestamp: time.Now()}:
	case <-t.done:
	default:
	}
}

// readPackets takes packets from a peer's connection until it ends.
func (t *Transport) readPackets(conn net.Conn, from netip.AddrPort) {
	defer conn.Close()
	var size [2]byte
	for {
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		b := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, b); err != nil {
			return
		}
		if len(b) > 0 {
			t.received(b, from)
		}
	}
}

// lane carries packets to one peer over a connection.
type lane struct {
	queue  chan []byte
	ctx    context.Context
	cancel context.CancelFunc
}

// laneIdle ends a lane that has nothing to carry.
const laneIdle = time.Minute

func (t *Transport) lane(to netip.AddrPort) *lane {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lanes[to]
	if l != nil {
		return l
	}
	l = &lane{queue: make(chan []byte, 64)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	select {
	case <-t.done:
		l.cancel()
		return l
	default:
	}
	t.lanes[to] = l
	t.running.Add(1)
	go func() {
		defer t.running.Done()
		t.carry(l, to)
	}()
	return l
}

func (l *lane) stop() { l.cancel() }

// send queues a packet; a full queue loses it.
func (l *lane) send(b []byte) {
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
	select {
	case l.queue <- framed:
	default:
	}
}

// carry writes a lane's packets. What is queued while no connection can be had is lost.
func (t *Transport) carry(l *lane, to netip.AddrPort) {
	defer func() {
		t.mu.Lock()
		delete(t.lanes, to)
		t.mu.Unlock()
		l.cancel()
	}()
	var conn net.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
	}()
	idle := time.NewTimer(laneIdle)
	defer idle.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-idle.C:
			return
		case b := <-l.queue:
			idle.Reset(laneIdle)
			if conn == nil {
				var err error
				if conn, err = t.dial(l.ctx, to, kindPackets); err != nil {
					t.config.Log.Debug("no connection for packets", "node", to.String(), "error", err)
					conn = nil
					l.drain()
					continue
				}
			}
			_ = conn.SetWriteDeadline(time.Now().Add(t.config.ConnectTimeout))
			if _, err := conn.Write(b); err != nil {
				_ = conn.Close()
				conn = nil
			}
		}
	}
}

func (l *lane) drain() {
	for {
		select {
		case <-l.queue:
		default:
			return
		}
	}
}
