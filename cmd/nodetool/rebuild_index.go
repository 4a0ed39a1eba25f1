package main

import (
	"alexandra/internal/admin"
)

var rebuildIndexCommand = command{
	name: "rebuild_index", summary: "A full rebuild of native secondary indexes for a given table", run: runRebuildIndex,
	args: &arguments{usage: "<keyspace> <table> <indexName...>", help: "The keyspace and table name followed by a list of index names"},
}

func runRebuildIndex(c *call) error {
	if len(c.args) < 3 {
		return admin.Usage("rebuild_index requires ks, cf and idx args")
	}
	_, err := ask(c, admin.RebuildIndexOp, admin.Indexes{Keyspace: c.args[0], Table: c.args[1], Indexes: c.args[2:]})
	return err
}
