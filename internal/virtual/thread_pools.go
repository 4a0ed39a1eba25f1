package virtual

import (
	"alexandra/internal/cqltype"
	"alexandra/internal/metrics"
)

// ThreadPool is the state of one kind of work that runs beside other work, under the name of Cassandra's pool for it.
type ThreadPool struct {
	Name                           string
	Active, Limit, Pending         int
	Completed, Blocked, AllBlocked int64
}

// threadPools shows the stages of metrics.Metrics and what the provider adds.
var threadPools = &definition{
	name: "thread_pools",
	columns: []column{
		key("name", cqltype.Text),
		regular("active_tasks", cqltype.Int), regular("active_tasks_limit", cqltype.Int), regular("pending_tasks", cqltype.Int),
		regular("completed_tasks", cqltype.Bigint), regular("blocked_tasks", cqltype.Bigint), regular("blocked_tasks_all_time", cqltype.Bigint),
	},
	rows: func(t *Tables) []record {
		var rows []record
		t.config.Metrics.EachStage(func(name string, s *metrics.Stage) {
			rows = append(rows, record{
				name, s.Active.Load(), s.Limit.Load(), s.Pending.Load(), s.Completed.Load(), s.Blocked.Load(), s.AllBlocked.Load(),
			})
		})
		for _, p := range call(t.config.ThreadPools) {
			rows = append(rows, record{p.Name, p.Active, p.Limit, p.Pending, p.Completed, p.Blocked, p.AllBlocked})
		}
		return rows
	},
}
