package main

import (
	"alexandra/internal/admin"
)

var setlogginglevelCommand = command{
	name: "setlogginglevel", summary: "Set the log level threshold for a given component or class. Will reset to the initial configuration if called with no parameters.", run: runSetLoggingLevel,
	args: &arguments{usage: "<component|class> <level>", help: "The component or class to change the level for and the log level threshold to set. Will reset to initial level if omitted. Available components: bootstrap, compaction, repair, streaming, cql, ring"},
}

// runSetLoggingLevel knows one logger: the level of any of them is the level of all.
func runSetLoggingLevel(c *call) error {
	level := c.arg(1)
	if len(c.args) == 1 {
		level = ""
	}
	_, err := ask(c, admin.LogLevelOp, admin.LogLevel{Set: true, Level: level})
	return err
}
