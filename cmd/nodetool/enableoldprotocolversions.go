package main

import (
	"alexandra/internal/admin"
)

var enableoldprotocolversionsCommand = command{
	name: "enableoldprotocolversions", summary: "Enable old protocol versions", run: turn(admin.OldProtocols, on),
}
