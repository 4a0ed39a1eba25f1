package main

import (
	"strings"

	"alexandra/internal/admin"
)

var viewbuildstatusCommand = command{
	name: "viewbuildstatus", summary: "Show progress of a materialized view build", run: runViewBuildStatus,
	args: &arguments{usage: "<keyspace> <view> | <keyspace.view>", help: "The keyspace and view name"},
}

func runViewBuildStatus(c *call) error {
	keyspace, view, ok := strings.Cut(c.arg(0), ".")
	if len(c.args) == 2 {
		keyspace, view, ok = c.args[0], c.args[1], true
	}
	if !ok {
		return admin.Usage("viewbuildstatus requires keyspace and view name arguments")
	}
	built, err := ask(c, admin.ViewBuiltOp, admin.PartitionKey{Keyspace: keyspace, Table: view})
	if err != nil {
		return err
	}
	if built {
		c.printf("%s.%s has finished building\n", keyspace, view)
		return nil
	}
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return err
	}
	c.printf("%s.%s has not finished building; node status is below.\n\n", keyspace, view)
	rows := [][]string{{"Host", "Info"}}
	for _, n := range members(cluster) {
		rows = append(rows, []string{"/" + c.host(n.Address), "UNKNOWN"})
	}
	c.printf("%s", columns(rows, " "))
	return silent(1)
}
