package row

import (
	"bytes"
	"fmt"

	"alexandra/internal/schema"
)

// Scan is what a replica met on the way to an answer: one for each partition of a read by keys, one for a whole range.
type Scan struct {
	Key              []byte // the partition, or the last one of a range
	Live, Tombstones int    // rows; deleted or expired cells, deleted rows, ends of deleted ranges
}

// AddScans joins what was met later to what was met before.
func (r *Read) AddScans(to, scans []Scan) []Scan {
	for _, s := range scans {
		n := len(to)
		if n == 0 || r.Keys != nil && !bytes.Equal(to[n-1].Key, s.Key) {
			to = append(to, s)
			continue
		}
		to[n-1] = Scan{Key: s.Key, Live: to[n-1].Live + s.Live, Tombstones: to[n-1].Tombstones + s.Tombstones}
	}
	return to
}

// MaxScans is what replicas met that read the same, as one answer: the most of each.
func (r *Read) MaxScans(a, b []Scan) []Scan {
	out := append([]Scan(nil), a...)
	for _, s := range b {
		i := 0
		for i < len(out) && r.Keys != nil && !bytes.Equal(out[i].Key, s.Key) {
			i++
		}
		switch {
		case i == len(out):
			out = append(out, s)
		case s.Tombstones > out[i].Tombstones:
			out[i] = s
		}
	}
	return out
}

// TombstonesError says that a read met more tombstones than tombstone_failure_threshold allows, and was given up.
type TombstonesError struct {
	Table *schema.Table
	Scan
}

// Error describes the read in an operator's terms.
func (e *TombstonesError) Error() string {
	return fmt.Sprintf("scanned over %d tombstones in %s.%s: the read is aborted", e.Tombstones, e.Table.Keyspace, e.Table.Name)
}

// CountTombstones is how many tombstones of a settled row a reader has to pass, as Cassandra counts
// (ReadCommand.withMetricsRecording): dead cells of the wanted columns (nil: all), or the row as a whole when it has
// none. What is old enough to be forgotten does not count.
func (g Garbage) CountTombstones(r *Row, columns []string) int {
	n := 0
	dead := !g.Deletion(r.Deletion).IsLive()
	alive := r.Liveness.IsLive(g.Now)
	for _, c := range r.Columns {
		dead = dead || isWanted(columns, c.Column) && !g.Deletion(c.Deletion).IsLive()
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.IsLive(g.Now) {
			alive = true
			continue
		}
		if _, stays := g.cell(*c); stays && isWanted(columns, c.Column) {
			n++
		}
	}
	if l := r.Liveness; !l.IsEmpty() && !l.IsLive(g.Now) && !g.liveness(l).IsEmpty() {
		dead = true
	}
	if n == 0 && dead && !alive {
		return 1
	}
	return n
}

func isWanted(columns []string, name string) bool {
	if columns == nil {
		return true
	}
	for _, c := range columns {
		if c == name {
			return true
		}
	}
	return false
}
