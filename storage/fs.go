package storage

import (
	"math/rand/v2"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// FS is the file system of a store.
type FS = vfs.FS

// DiskFS is the machine's disk.
func DiskFS() FS { return vfs.Default }

// MemFS is a file system in memory, for tests.
func MemFS() FS { return vfs.NewMem() }

// CrashFS is a file system in memory that knows what was synced, for tests of power loss.
type CrashFS struct{ *vfs.MemFS }

// NewCrashFS is empty.
func NewCrashFS() CrashFS { return CrashFS{vfs.NewCrashableMem()} }

// Crash is what a power loss at this moment leaves: all that was synced, and unsynced of a hundred parts of the rest.
func (c CrashFS) Crash(unsynced int, rng *rand.Rand) CrashFS {
	return CrashFS{c.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced, RNG: rng})}
}
