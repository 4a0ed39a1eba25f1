package main

import (
	"cmp"

	"alexandra/internal/admin"
)

var getcompactionthresholdCommand = command{
	name: "getcompactionthreshold", summary: "Print min and max compaction thresholds for a given table", run: runGetCompactionThreshold,
	args: &arguments{usage: "<keyspace> <table>", help: "The keyspace with a table"},
}

func runGetCompactionThreshold(c *call) error {
	if len(c.args) != 2 {
		return admin.Usage("getcompactionthreshold requires ks and cf args")
	}
	stats, err := ask(c, admin.TableStatsOp, admin.Tables{Keyspace: c.args[0], Tables: c.args[1:]})
	if err != nil {
		return err
	}
	options := stats[0].Tables[0].Compaction
	c.printf("Current compaction thresholds for %s/%s: \n min = %s,  max = %s\n", c.args[0], c.args[1], cmp.Or(options["min_threshold"], "4"), cmp.Or(options["max_threshold"], "32"))
	return nil
}
