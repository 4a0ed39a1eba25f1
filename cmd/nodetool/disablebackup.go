package main

import (
	"alexandra/internal/admin"
)

var disablebackupCommand = command{
	name: "disablebackup", summary: "Disable incremental backup", run: turn(admin.Backup, off),
}
