package clock

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var start = time.Unix(1_700_000_000, 0)

func TestManualFiresTimersInSetAndAdvance(t *testing.T) {
	m := NewManual(start)
	timer := m.NewTimer(time.Second)
	require.Equal(t, 1, m.Timers())

	m.Advance(999 * time.Millisecond)
	require.Empty(t, timer.C())
	m.Advance(time.Millisecond)
	require.Equal(t, start.Add(time.Second), <-timer.C())
	require.False(t, timer.Stop())

	require.False(t, timer.Reset(time.Hour))
	require.True(t, timer.Stop())
	m.Set(start.Add(2 * time.Hour))
	require.Empty(t, timer.C())
	require.Zero(t, m.Timers())

	require.Len(t, m.NewTimer(0).C(), 1)
}

func TestOffset(t *testing.T) {
	m := NewManual(start)
	o := NewOffset(m, time.Hour)
	require.Equal(t, start.Add(time.Hour), o.Now())
	o.SetSkew(-time.Minute)
	require.Equal(t, start.Add(-time.Minute), o.Now())

	timer := o.NewTimer(time.Second)
	m.Advance(time.Second)
	require.Len(t, timer.C(), 1)
}

func TestSystem(t *testing.T) {
	before := time.Now()
	require.False(t, System{}.Now().Before(before))
	<-System{}.NewTimer(0).C()
}

func TestTimestampsNeverRepeatNorGoBack(t *testing.T) {
	m := NewManual(start)
	ts := NewTimestamps(m)
	first := ts.Next()
	require.Equal(t, start.UnixMicro(), first)
	require.Equal(t, first+1, ts.Next())

	m.Set(start.Add(-time.Hour))
	require.Equal(t, first+2, ts.Next())
	require.Equal(t, first+101, ts.NextAfter(first+100))

	m.Set(start.Add(time.Hour))
	require.Equal(t, start.Add(time.Hour).UnixMicro(), ts.Next())
}

func TestTimestampsAreUniqueAcrossGoroutines(t *testing.T) {
	const workers, each = 8, 500
	ts := NewTimestamps(NewManual(start))
	var seen sync.Map
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			previous := int64(0)
			for range each {
				next := ts.Next()
				_, taken := seen.LoadOrStore(next, true)
				if taken || next <= previous {
					t.Errorf("timestamp %d after %d, taken %v", next, previous, taken)
				}
				previous = next
			}
		})
	}
	wg.Wait()
}
