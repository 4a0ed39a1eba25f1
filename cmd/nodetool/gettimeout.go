package main

import (
	"strings"

	"alexandra/internal/admin"
)

var gettimeoutCommand = command{
	name: "gettimeout", summary: "Print the timeout of the given type in ms", run: runGetTimeout,
	args: &arguments{usage: "<timeout_type>", help: "The timeout type, one of (read, range, write, counterwrite, cascontention, truncate, internodeconnect, internodeuser, internodestreaminguser, misc (general rpc_timeout_in_ms))"},
}

// timeoutTypes is the list that messages show.
const timeoutTypes = "read, range, write, counterwrite, cascontention, truncate, internodeconnect, internodeuser, internodestreaminguser, misc (general rpc_timeout_in_ms)"

func runGetTimeout(c *call) error {
	if len(c.args) != 1 {
		return admin.Usage("gettimeout requires a timeout type, one of (%s)", timeoutTypes)
	}
	t, err := ask(c, admin.TimeoutOp, admin.Timeout{Type: c.args[0]})
	if err != nil {
		return wrongTimeout(err)
	}
	c.printf("Current timeout for type %s: %d ms\n", t.Type, t.Value.Milliseconds())
	return nil
}

// wrongTimeout shows the types when the node does not know one.
func wrongTimeout(err error) error {
	if strings.HasPrefix(err.Error(), "unknown timeout type") {
		return admin.Usage("Timeout type requires one of (%s)", timeoutTypes)
	}
	return err
}
