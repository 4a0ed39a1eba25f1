package main

import (
	"alexandra/internal/admin"
)

var getlogginglevelsCommand = command{
	name: "getlogginglevels", summary: "Get the runtime logging levels", run: runGetLoggingLevels,
}

func runGetLoggingLevels(c *call) error {
	l, err := ask(c, admin.LogLevelOp, admin.LogLevel{})
	if err == nil {
		c.printf("\n%-50s%10s\n%-50s%10s\n", "Logger Name", "Log Level", "ROOT", l.Level)
	}
	return err
}
