package exec

import (
	"crypto/rand"
	"encoding/binary"
	"sync"

	"alexandra/internal/clock"
)

// gregorianOffset is from 1582-10-15 to 1970-01-01 in units of 100 ns.
const gregorianOffset = 0x01B21DD213814000

// timeUUIDs makes version 1 UUIDs that never repeat within the process.
type timeUUIDs struct {
	clock clock.Clock
	node  [8]byte // clock sequence and node id, both random

	mu   sync.Mutex
	last uint64
}

func newTimeUUIDs(c clock.Clock) *timeUUIDs {
	t := &timeUUIDs{clock: c}
	_, _ = rand.Read(t.node[:])       // never fails, see crypto/rand
	t.node[0] = t.node[0]&0x3F | 0x80 // variant
	t.node[2] |= 0x01                 // not a hardware address
	return t
}

// next is a UUID of the current time, later than all before.
func (t *timeUUIDs) next() (u [16]byte) {
	ticks := uint64(t.clock.Now().UnixNano()/100) + gregorianOffset
	t.mu.Lock()
	ticks = max(ticks, t.last+1)
	t.last = ticks
	t.mu.Unlock()
	binary.BigEndian.PutUint32(u[:], uint32(ticks))
	binary.BigEndian.PutUint16(u[4:], uint16(ticks>>32))
	binary.BigEndian.PutUint16(u[6:], uint16(ticks>>48)&0x0FFF|0x1000)
	copy(u[8:], t.node[:])
	return u
}
