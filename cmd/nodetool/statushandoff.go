package main

import (
	"strings"

	"alexandra/internal/admin"
)

var statushandoffCommand = command{
	name: "statushandoff", summary: "Status of storing future hints on the current node", run: runStatusHandoff,
}

func runStatusHandoff(c *call) error {
	s, err := ask(c, admin.SwitchOp, admin.Switch{Name: admin.Handoff})
	if err != nil {
		return err
	}
	word := "not running"
	if s.On {
		word = "running"
	}
	c.println("Hinted handoff is " + word)
	disabled, err := ask(c, admin.SettingOp, admin.Name{Name: "hinted_handoff_disabled_datacenters"})
	if list := strings.Trim(disabled.Value, "[]{} "); err == nil && list != "" {
		for _, dc := range strings.Split(list, ",") {
			c.println("Data center " + strings.TrimSpace(dc) + " is disabled")
		}
	}
	return err
}
