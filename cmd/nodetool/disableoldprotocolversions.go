package main

import (
	"alexandra/internal/admin"
)

var disableoldprotocolversionsCommand = command{
	name: "disableoldprotocolversions", summary: "Disable old protocol versions", run: turn(admin.OldProtocols, off),
}
