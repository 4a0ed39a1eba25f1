package main

import (
	"alexandra/internal/admin"
)

var versionCommand = command{
	name: "version", summary: "Print cassandra version", run: runVersion,
	options: []option{
		{names: []string{"-v", "--verbose"}, help: "Include additional information"},
	},
}

func runVersion(c *call) error {
	i, err := ask(c, admin.InfoOp, admin.None{})
	if err == nil {
		c.println("ReleaseVersion: " + i.Release)
	}
	return err
}
