package main

import (
	"alexandra/internal/admin"
)

var enablebackupCommand = command{
	name: "enablebackup", summary: "Enable incremental backup", run: turn(admin.Backup, on),
}
