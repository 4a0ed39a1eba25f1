package main

import (
	"time"

	"alexandra/internal/admin"
)

var setmaxhintwindowCommand = command{
	name: "setmaxhintwindow", summary: "Set the specified max hint window in ms", run: runSetMaxHintWindow,
	args: &arguments{usage: "<value_in_ms>", help: "Value of maxhintwindow in ms", required: "max_hint_window"},
}

func runSetMaxHintWindow(c *call) error {
	ms, err := number(c.args[0])
	if err != nil {
		return err
	}
	_, err = ask(c, admin.MaxHintWindowOp, admin.Timeout{Set: true, Value: time.Duration(ms) * time.Millisecond})
	return err
}
