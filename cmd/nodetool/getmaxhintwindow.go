package main

import (
	"alexandra/internal/admin"
)

var getmaxhintwindowCommand = command{
	name: "getmaxhintwindow", summary: "Print the max hint window in ms", run: runGetMaxHintWindow,
}

func runGetMaxHintWindow(c *call) error {
	t, err := ask(c, admin.MaxHintWindowOp, admin.Timeout{})
	if err == nil {
		c.printf("Current max hint window: %d ms\n", t.Value.Milliseconds())
	}
	return err
}
