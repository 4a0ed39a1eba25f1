package virtual

import (
	"math"

	"alexandra/internal/cqltype"
)

// Cache is the state of one cache.
type Cache struct {
	Name           string // counters, keys, rows, ...
	Capacity, Size int64  // bytes
	Entries        int
	Hits, Requests int64
	RecentHits     int64 // a second
	RecentRequests int64 // a second
}

// caches always shows Cassandra's three: those that the node does not have are without capacity and never asked.
var caches = &definition{
	name: "caches", comment: "system caches",
	columns: []column{
		key("name", cqltype.Text),
		regular("capacity_bytes", cqltype.Bigint), regular("size_bytes", cqltype.Bigint), regular("entry_count", cqltype.Int),
		regular("request_count", cqltype.Bigint), regular("hit_count", cqltype.Bigint), regular("hit_ratio", cqltype.Double),
		regular("recent_request_rate_per_second", cqltype.Bigint), regular("recent_hit_rate_per_second", cqltype.Bigint),
	},
	rows: func(t *Tables) []record {
		list := []Cache{{Name: "counters"}, {Name: "keys"}, {Name: "rows"}}
		rows := []record{}
		for _, c := range append(list, call(t.config.Caches)...) {
			ratio := math.NaN()
			if c.Requests > 0 {
				ratio = float64(c.Hits) / float64(c.Requests)
			}
			rows = append(rows, record{c.Name, c.Capacity, c.Size, c.Entries, c.Requests, c.Hits, ratio, c.RecentRequests, c.RecentHits})
		}
		return rows
	},
}

// call is f(), or nothing when there is no f.
func call[R any](f func() []R) []R {
	if f == nil {
		return nil
	}
	return f()
}
