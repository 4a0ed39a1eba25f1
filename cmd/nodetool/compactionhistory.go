package main

var compactionhistoryCommand = command{
	name: "compactionhistory", summary: "Print history of compaction", run: runCompactionHistory,
	options: []option{
		{names: []string{"-F", "--format"}, value: "<format>", help: "Output format (json, yaml)"},
	},
}

// runCompactionHistory has nothing to tell: the store counts its compactions, see compactionstats, but keeps no list.
func runCompactionHistory(c *call) error {
	c.println("There is no compaction history")
	return nil
}
