package main

import (
	"alexandra/internal/admin"
)

var datapathsCommand = command{
	name: "datapaths", summary: "Print all directories where data of tables are stored", run: runDataPaths,
	options: []option{
		{names: []string{"-F", "--format"}, value: "<format>", help: "Output format (json, yaml)"},
	},
	args: &arguments{usage: "[<keyspace.table>...]", help: "List of table (or keyspace) names"},
}

func runDataPaths(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	var names []string
	stats, err := selectTables(c)
	if err != nil {
		return err
	}
	for _, k := range stats {
		c.printf("Keyspace: %s\n", k.Keyspace)
		for _, t := range k.Tables {
			names = append(names, t.Table)
			c.printf("\tTable: %s\n\tPaths:\n", t.Table)
			for _, d := range s.DataDirectories {
				c.printf("\t\t%s\n", d)
			}
			c.println("")
		}
		c.println("----------------")
	}
	_ = names
	return nil
}
