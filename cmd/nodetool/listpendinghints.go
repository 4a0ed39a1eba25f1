package main

import (
	"time"

	"alexandra/internal/admin"
)

var listpendinghintsCommand = command{
	name: "listpendinghints", summary: "Print all pending hints that this node has", run: runListPendingHints,
}

func runListPendingHints(c *call) error {
	list, err := ask(c, admin.HintsOp, admin.None{})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.println("This node does not have any pending hints")
		return nil
	}
	stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	rows := [][]string{{"Host ID", "Address", "Rack", "DC", "Status", "Total files", "Newest", "Oldest"}}
	for _, h := range list {
		status := "DOWN"
		if h.Live {
			status = "UP"
		}
		rows = append(rows, []string{h.HostID, "/" + c.host(h.Address), h.Rack, h.Datacenter, status, "1", stamp(h.Newest), stamp(h.Oldest)})
	}
	c.printf("%s", columns(rows, " "))
	return nil
}
