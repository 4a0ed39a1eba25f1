package main

import (
	"alexandra/internal/admin"
)

var disablebinaryCommand = command{
	name: "disablebinary", summary: "Disable native transport (binary protocol)", run: turn(admin.Binary, off),
	options: []option{
		{names: []string{"-f", "--force"}, help: "Use -f to interrupt client requests that have already started"},
	},
}
