package main

import (
	"alexandra/internal/admin"
)

var enablehandoffCommand = command{
	name: "enablehandoff", summary: "Reenable future hints storing on the current node", run: turn(admin.Handoff, on),
}
