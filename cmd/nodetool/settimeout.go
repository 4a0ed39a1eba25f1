package main

import (
	"time"

	"alexandra/internal/admin"
)

var settimeoutCommand = command{
	name: "settimeout", summary: "Set the specified timeout in ms, or 0 to disable timeout", run: runSetTimeout,
	args: &arguments{usage: "<timeout_type> <timeout_in_ms>", help: "Timeout type followed by value in ms (0 disables socket streaming timeout). Type should be one of (read, range, write, counterwrite, cascontention, truncate, internodeconnect, internodeuser, internodestreaminguser, misc (general rpc_timeout_in_ms))"},
}

func runSetTimeout(c *call) error {
	if len(c.args) != 2 {
		return admin.Usage("Timeout type followed by value in ms (0 disables socket streaming timeout). Type should be one of (%s)", timeoutTypes)
	}
	ms, err := number(c.args[1])
	if err != nil {
		return err
	}
	if ms < 0 {
		return admin.Usage("timeout must be non-negative")
	}
	_, err = ask(c, admin.TimeoutOp, admin.Timeout{Type: c.args[0], Set: true, Value: time.Duration(ms) * time.Millisecond})
	if err != nil {
		return wrongTimeout(err)
	}
	return nil
}
