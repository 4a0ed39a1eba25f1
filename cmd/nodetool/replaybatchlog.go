package main

import (
	"alexandra/internal/admin"
)

var replaybatchlogCommand = command{
	name: "replaybatchlog", summary: "Kick off batchlog replay and wait for finish", run: simple(admin.ReplayBatchlogOp),
}
