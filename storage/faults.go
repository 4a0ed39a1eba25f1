package storage

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// FaultKind is what can be made to fail.
type FaultKind uint8

// The kinds of fault. Reads and Writes fail whole calls, as a disk does whose errors the store survives: the caller gets
// the error, and nothing was read or written. Disk fails single accesses to files, those of the commit log included,
// which a store does not survive: see Config.Fatal.
const (
	Reads FaultKind = iota
	Writes
	Disk
	faultKinds
)

// String is the kind's name.
func (k FaultKind) String() string { return [...]string{"read", "write", "disk"}[min(k, Disk)] }

// ParseFaultKind is the inverse of String.
func ParseFaultKind(text string) (FaultKind, bool) {
	for k := range faultKinds {
		if k.String() == text {
			return k, true
		}
	}
	return 0, false
}

// Faults make a store fail on purpose. The zero value does nothing. Safe for concurrent use, also while the store is open.
type Faults struct{ oneIn [faultKinds]atomic.Int64 }

// Set makes one of oneIn calls fail, at random; 0 ends that.
func (f *Faults) Set(k FaultKind, oneIn int) { f.oneIn[k].Store(int64(oneIn)) }

// Rate is what was set.
func (f *Faults) Rate(k FaultKind) int { return int(f.oneIn[k].Load()) }

// Clear ends all of it.
func (f *Faults) Clear() {
	for k := range faultKinds {
		f.Set(k, 0)
	}
}

// fail decides about one call. A nil Faults lets everything pass.
func (f *Faults) fail(k FaultKind) error {
	if f == nil {
		return nil
	}
	n := f.oneIn[k].Load()
	if n <= 0 || n > 1 && rand.Int64N(n) != 0 {
		return nil
	}
	return fmt.Errorf("%s of the store: %w (asked for by the operator)", k, syscall.EIO)
}

// wrap puts the disk's faults around a file system.
func (f *Faults) wrap(fs FS) FS {
	if f == nil {
		return fs
	}
	return errorfs.Wrap(fs, errorfs.InjectorFunc(func(errorfs.Op) error { return f.fail(Disk) }))
}
