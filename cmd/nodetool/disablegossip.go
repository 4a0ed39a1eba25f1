package main

import (
	"alexandra/internal/admin"
)

var disablegossipCommand = command{
	name: "disablegossip", summary: "Disable gossip (effectively marking the node down)", run: turn(admin.Gossip, off),
}
