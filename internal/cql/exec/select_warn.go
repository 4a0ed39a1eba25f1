package exec

import (
	"fmt"

	"alexandra/internal/cql/plan"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// columns are the names of the columns that the read looks at; nil for all.
func (r *selectRun) columns() []string {
	list := r.s.ReadColumns()
	if len(list) == 0 {
		return nil
	}
	if r.scan.wantStatic {
		list = append(list, r.s.Table.Statics...)
	}
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Name
	}
	return names
}

// warnTombstones tells the client and the operator which reads had to pass much that is deleted.
func (r *selectRun) warnTombstones() {
	threshold := r.e.Settings.TombstoneWarnThreshold
	if threshold < 0 || schema.IsLocal(r.s.Table.Keyspace) {
		return
	}
	limits := plan.ReadLimits{Rows: r.limit, PerPartition: r.scan.perPartition}
	if r.pageSize > 0 {
		limits.Rows = min(limits.Rows, r.pageSize)
	}
	for _, s := range r.scan.scans {
		if s.Tombstones > threshold {
			var key []byte
			if r.scan.read.Keys != nil {
				key = s.Key
			}
			text := fmt.Sprintf("Read %d live rows and %d tombstone cells for query %.512s; token %s (see tombstone_warn_threshold)",
				s.Live, s.Tombstones, r.s.ReadText(&r.q.eval, key, r.scan.read.Range, r.scan.filter, limits), token.Of(s.Key))
			r.q.warn(text)
			r.e.Logger.Warn(text)
		}
		if limits.Rows < plan.NoLimit {
			limits.Rows -= s.Live
		}
	}
}
