package row

import (
	"crypto/md5"

	"alexandra/internal/schema"
)

// Digest sums up a result so that replicas can compare answers without sending them. Replicas that hold the same
// data give the same digest, whatever they have compacted so far: expired cells count as tombstones, and tombstones
// that are old enough to be forgotten do not count.
func Digest(r *Result, t *schema.Table, now int64) [16]byte {
	g := Garbage{Now: now, Before: now - int64(t.Options.GCGraceSeconds)}
	e := encoder{}
	for _, p := range r.Partitions {
		if kept := Compact(p, t, g); kept != nil {
			e.partition(kept)
		}
	}
	return md5.Sum(e.buf)
}
