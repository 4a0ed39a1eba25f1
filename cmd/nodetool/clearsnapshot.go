package main

import (
	"alexandra/internal/admin"
)

var clearsnapshotCommand = command{
	name: "clearsnapshot", summary: "Remove the snapshot with the given name from the given keyspaces", run: runClearSnapshot,
	options: []option{
		{names: []string{"--all"}, help: "Removes all snapshots"},
		{names: []string{"--older-than"}, value: "<older_than>", help: "Clear snapshots older than specified time period."},
		{names: []string{"--older-than-timestamp"}, value: "<older_than_timestamp>", help: "Clear snapshots older than specified timestamp. It has to be a string in ISO format, for example '2022-12-03T10:15:30Z'"},
		{names: []string{"-t"}, value: "<snapshot_name>", help: "Remove the snapshot with a given name"},
	},
	args: &arguments{usage: "[<keyspaces>...]", help: "Remove snapshots from the given keyspaces"},
}

func runClearSnapshot(c *call) error {
	tag, all := c.option("-t"), c.has("--all")
	switch {
	case tag == "" && !all:
		return admin.Usage("Specify snapshot name or --all")
	case tag != "" && all:
		return admin.Usage("Specify only one of snapshot name or --all")
	case len(c.args) > 0:
		return admin.Failed("a snapshot holds the whole node: leave keyspaces away")
	}
	what := "[" + tag + "]"
	if all {
		c.println("Requested clearing snapshot(s) for [all keyspaces] with [all snapshots]")
	} else {
		c.println("Requested clearing snapshot(s) for [all keyspaces] with snapshot name " + what)
	}
	_, err := ask(c, admin.ClearSnapshotOp, admin.Snapshot{Tag: tag, All: all})
	return err
}
