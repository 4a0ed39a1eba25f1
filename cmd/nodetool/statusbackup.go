package main

import (
	"alexandra/internal/admin"
)

var statusbackupCommand = command{
	name: "statusbackup", summary: "Status of incremental backup", run: showSwitch(admin.Backup, "running", "not running"),
}
