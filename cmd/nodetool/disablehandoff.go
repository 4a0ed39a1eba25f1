package main

import (
	"alexandra/internal/admin"
)

var disablehandoffCommand = command{
	name: "disablehandoff", summary: "Disable storing hinted handoffs", run: turn(admin.Handoff, off),
}
