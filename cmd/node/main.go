// Command alexandra is the server: one process, one node, one cassandra.yaml.
//
//	alexandra -config conf/cassandra.yaml    run a node until it is told to end
//	alexandra -t                             check the configuration and exit
//	alexandra -D listen_address=127.0.0.2    override an option
//
// All of it is package daemon, which ccm contains as well.
package main

import (
	"os"

	"alexandra/internal/node/daemon"
)

func main() { os.Exit(daemon.Main(os.Args[1:], os.Stdout, os.Stderr)) }
