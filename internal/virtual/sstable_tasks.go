package virtual

import (
	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// Task is work on the files of the storage that is under way.
type Task struct {
	Keyspace, Table string    // empty: work on no table in particular, shown as *
	ID              uuid.UUID // a timeuuid
	Kind            string    // compaction, validation, index build, ...
	Progress, Total int64
	Files           int
	Unit            string // bytes, ranges, ...
	Directory       string
}

var sstableTasks = &definition{
	name: "sstable_tasks", comment: "current sstable tasks",
	columns: []column{
		key("keyspace_name", cqltype.Text), clustering("table_name", cqltype.Text), clustering("task_id", cqltype.Timeuuid),
		regular("completion_ratio", cqltype.Double), regular("kind", cqltype.Text), regular("progress", cqltype.Bigint),
		regular("sstables", cqltype.Int), regular("total", cqltype.Bigint), regular("unit", cqltype.Text), regular("target_directory", cqltype.Text),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, k := range call(t.config.Tasks) {
			ratio := 1.0
			if k.Total > 0 {
				ratio = float64(k.Progress) / float64(k.Total)
			}
			rows = append(rows, record{anyName(k.Keyspace), anyName(k.Table), k.ID, ratio, k.Kind, k.Progress, k.Files, k.Total, k.Unit, k.Directory})
		}
		return rows
	},
}

func anyName(s string) string {
	if s == "" {
		return "*"
	}
	return s
}
