package gossip

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is a connection with faults at one end.
func pair(t *testing.T, f *Faults, peer netip.AddrPort) (faulty, plain net.Conn, over chan struct{}) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	b, err := l.Accept()
	require.NoError(t, err)
	over = make(chan struct{})
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return f.wrap(a, peer, over), b, over
}

var farPeer = netip.MustParseAddrPort("127.0.0.9:7000")

// TestDelay: a delay is latency, not a brake: many writes arrive together, in order, also those after the delay ended,
// and also when the connection was closed behind them.
func TestDelay(t *testing.T) {
	const delay = 300 * time.Millisecond
	f := NewFaults()
	f.Set(farPeer, Fault{Delay: delay})
	a, b, _ := pair(t, f, farPeer)
	start, want := time.Now(), ""
	for i := range 20 {
		if i == 15 {
			f.Clear()
		}
		_, err := a.Write([]byte{byte('a' + i)})
		require.NoError(t, err)
		want += string(rune('a' + i))
	}
	require.Less(t, time.Since(start), delay)
	require.NoError(t, a.Close())
	_, err := a.Write([]byte("late"))
	require.ErrorIs(t, err, net.ErrClosed)
	got, err := io.ReadAll(b)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
	took := time.Since(start)
	require.True(t, took >= delay && took < 10*delay, took)
}

// TestCutBehindDelay: what waits behind a cut arrives when it is healed, and is lost when the connection is closed before.
func TestCutBehindDelay(t *testing.T) {
	f := NewFaults()
	for _, heal := range []bool{true, false} {
		f.Set(farPeer, Fault{Delay: time.Millisecond})
		a, b, over := pair(t, f, farPeer)
		_, err := a.Write([]byte("x"))
		require.NoError(t, err)
		f.Set(farPeer, Fault{Cut: true})
		if heal {
			f.Clear()
		}
		require.NoError(t, a.Close())
		_ = b.SetReadDeadline(time.Now().Add(5 * time.Second))
		got, err := io.ReadAll(b)
		require.NoError(t, err)
		if heal {
			require.Equal(t, "x", string(got))
		}
		close(over)
	}
}
