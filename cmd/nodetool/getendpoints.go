package main

import (
	"alexandra/internal/admin"
)

var getendpointsCommand = command{
	name: "getendpoints", summary: "Print the end points that owns the key", run: runGetEndpoints,
	args: &arguments{usage: "<keyspace> <table> <key>", help: "The keyspace, the table, and the partition key for which we need to find the endpoint"},
}

func runGetEndpoints(c *call) error {
	if len(c.args) != 3 {
		return admin.Usage("getendpoints requires keyspace, table and partition key arguments")
	}
	list, err := ask(c, admin.EndpointsOp, admin.PartitionKey{Keyspace: c.args[0], Table: c.args[1], Key: c.args[2]})
	for _, address := range list {
		c.println(c.host(address))
	}
	return err
}
