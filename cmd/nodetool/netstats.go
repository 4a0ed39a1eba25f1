package main

import (
	"alexandra/internal/admin"
)

var netstatsCommand = command{
	name: "netstats", summary: "Print network information on provided host (connecting node by default)", run: runNetStats,
	options: []option{
		{names: []string{"-H", "--human-readable"}, help: "Display bytes in human readable form, i.e. KiB, MiB, GiB, TiB"},
	},
}

func runNetStats(c *call) error {
	s, err := ask(c, admin.StatsOp, admin.None{})
	if err != nil {
		return err
	}
	c.printf("Mode: %s\nNot sending any streams.\nRead Repair Statistics:\nAttempted: %d\nMismatch (Blocking): %d\nMismatch (Background): 0\n", s.Mode, s.ReadRepairAttempted, s.ReadRepairBlocking)
	c.printf("%-25s%10s%10s%15s%10s\n", "Pool Name", "Active", "Pending", "Completed", "Dropped")
	dropped := int64(0)
	for _, n := range s.Dropped {
		dropped += n
	}
	line := func(name string, pending, completed, dropped int64) {
		c.printf("%-25s%10s%10d%15d%10d\n", name, "n/a", pending, completed, dropped)
	}
	// There is one connection to each node for all sizes of message, and gossip counts nothing.
	line("Large messages", 0, 0, 0)
	line("Small messages", s.MessagesPending, s.MessagesSent, dropped)
	line("Gossip messages", 0, 0, 0)
	return nil
}
