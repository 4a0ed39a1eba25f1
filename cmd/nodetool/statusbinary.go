package main

import (
	"alexandra/internal/admin"
)

var statusbinaryCommand = command{
	name: "statusbinary", summary: "Status of native transport (binary protocol)", run: showSwitch(admin.Binary, "running", "not running"),
}
