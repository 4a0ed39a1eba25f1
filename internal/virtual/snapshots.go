package virtual

import (
	"time"

	"alexandra/internal/cqltype"
)

// Snapshot is the files of one table that were kept under a name.
type Snapshot struct {
	Name, Keyspace, Table string
	Created               time.Time
	Expires               time.Time // zero: never
	Ephemeral             bool
	DiskSize, TrueSize    int64 // bytes; TrueSize is what only the snapshot holds
}

var snapshots = &definition{
	name: "snapshots", comment: "available snapshots",
	columns: []column{
		key("name", cqltype.Text), clustering("keyspace_name", cqltype.Text), clustering("table_name", cqltype.Text),
		regular("true_size", cqltype.Bigint), regular("size_on_disk", cqltype.Bigint), regular("created_at", cqltype.Timestamp),
		regular("expires_at", cqltype.Timestamp), regular("ephemeral", cqltype.Boolean),
	},
	rows: func(t *Tables) []record {
		var rows []record
		for _, s := range call(t.config.Snapshots) {
			rows = append(rows, record{s.Name, s.Keyspace, s.Table, s.TrueSize, s.DiskSize, s.Created, s.Expires, s.Ephemeral})
		}
		return rows
	},
}
