package storage

import (
	"slices"
	"sync"

	"alexandra/internal/token"
)

const lockStripes = 256

// partitionLocks keep blind writes (shared) away from the few writes that read first (exclusive): counters, garbage
// collection, removal of stale index entries. Partitions share stripes.
type partitionLocks struct{ stripes [lockStripes]sync.RWMutex }

func stripe(t token.Token) int { return int(uint64(t) >> (64 - 8)) }

// exclusive locks one partition and returns the unlock.
func (l *partitionLocks) exclusive(t token.Token) func() {
	m := &l.stripes[stripe(t)]
	m.Lock()
	return m.Unlock
}

// lockSet is a sorted set of stripes, small enough for the stack in the usual case.
type lockSet []int

func (s lockSet) add(t token.Token) lockSet {
	n := stripe(t)
	at, found := slices.BinarySearch(s, n)
	if found {
		return s
	}
	return slices.Insert(s, at, n)
}

func (l *partitionLocks) lockShared(set lockSet) {
	for _, n := range set {
		l.stripes[n].RLock()
	}
}

func (l *partitionLocks) unlockShared(set lockSet) {
	for _, n := range set {
		l.stripes[n].RUnlock()
	}
}

// lockAll locks stripes exclusively, in order.
func (l *partitionLocks) lockAll(set lockSet) {
	for _, n := range set {
		l.stripes[n].Lock()
	}
}

func (l *partitionLocks) unlockAll(set lockSet) {
	for _, n := range set {
		l.stripes[n].Unlock()
	}
}

// barrier waits until every write that is under way has ended.
func (l *partitionLocks) barrier() {
	for i := range l.stripes {
		one := lockSet{i}
		l.lockAll(one)
		l.unlockAll(one)
	}
}
