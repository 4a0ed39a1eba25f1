package main

import (
	"alexandra/internal/admin"
)

var enablebinaryCommand = command{
	name: "enablebinary", summary: "Reenable native transport (binary protocol)", run: turn(admin.Binary, on),
}
