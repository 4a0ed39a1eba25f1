package main

import (
	"strings"

	"alexandra/internal/admin"
)

var describeringCommand = command{
	name: "describering", summary: "Shows the token ranges info of a given keyspace", run: runDescribeRing,
	args: &arguments{usage: "<keyspace>", help: "The keyspace name", one: true},
}

func runDescribeRing(c *call) error {
	ring, err := ask(c, admin.RingOp, admin.Keyspace{Keyspace: c.arg(0)})
	if err != nil {
		// Cassandra prints the version before it looks for the keyspace.
		if cluster, other := ask(c, admin.ClusterOp, admin.None{}); other == nil {
			for _, n := range cluster.Nodes {
				if n.HostID == cluster.Self {
					c.printf("Schema Version:%s\nTokenRange: \n", n.SchemaVersion)
				}
			}
		}
		return err
	}
	c.printf("Schema Version:%s\nTokenRange: \n", ring.SchemaVersion)
	for _, r := range ring.Ranges {
		var hosts, natives, details []string
		for _, n := range r.Replicas {
			hosts = append(hosts, c.host(n.Address))
			natives = append(natives, c.host(n.Native))
			details = append(details, "EndpointDetails(host:"+c.host(n.Address)+", datacenter:"+n.Datacenter+", rack:"+n.Rack+")")
		}
		c.printf("\tTokenRange(start_token:%d, end_token:%d, endpoints:[%s], rpc_endpoints:[%s], endpoint_details:[%s])\n", r.Start, r.End,
			strings.Join(hosts, ", "), strings.Join(natives, ", "), strings.Join(details, ", "))
	}
	return nil
}
