package daemon

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The garbage collector of an idle node keeps the process small. While much is allocated it runs less often: a
// collection costs the same however little it finds.
const (
	// idlePercent is GOGC of an idle node, and the least of a busy one.
	idlePercent = 50
	// busyRoom is how much a busy node may allocate between two collections.
	busyRoom = 40 << 20
	// memoryTick is how often the rate of allocation is looked at.
	memoryTick = time.Second
	// busyRate and idleRate are bytes allocated a tick; in between nothing changes.
	busyRate, idleRate = 16 << 20, 4 << 20
	// idleTicks is how long a node has to be idle before its memory goes back to the machine.
	idleTicks = 3
)

// tuneMemory keeps an idle node at some tens of MiB and a busy one below half the memory of the machine, and returns what
// ends that. The environment's GOGC and GOMEMLIMIT win.
func tuneMemory() (stop func()) {
	if os.Getenv("GOMEMLIMIT") == "" {
		if total := machineMemory(); total > 0 {
			debug.SetMemoryLimit(total / 2)
		}
	}
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	debug.SetGCPercent(idlePercent)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		followLoad(quit)
	}()
	return func() {
		close(quit)
		<-done
	}
}

// followLoad sets GOGC by how much is allocated.
func followLoad(quit <-chan struct{}) {
	ticker := time.NewTicker(memoryTick)
	defer ticker.Stop()
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	last, percent, quiet := samples[0].Value.Uint64(), idlePercent, 0
	for {
		select {
		case <-quit:
			return
		case <-ticker.C:
		}
		metrics.Read(samples)
		allocated := samples[0].Value.Uint64() - last
		last += allocated
		switch {
		case allocated >= busyRate:
			quiet = 0
			want := max(idlePercent, int(busyRoom*100/max(samples[1].Value.Uint64(), 1<<20)))
			if want > percent*5/4 || want < percent*4/5 {
				percent = want
				debug.SetGCPercent(percent)
			}
		case allocated < idleRate && percent != idlePercent:
			if quiet++; quiet == idleTicks {
				percent, quiet = idlePercent, 0
				debug.SetGCPercent(percent)
				debug.FreeOSMemory()
			}
		}
	}
}

// machineMemory is the memory of the machine in bytes; 0 when it cannot be told.
func machineMemory() int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	var kib int64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return 0
	}
	return kib << 10
}
