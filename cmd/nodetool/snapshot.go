package main

import (
	"strconv"
	"strings"
	"time"

	"alexandra/internal/admin"
)

var snapshotCommand = command{
	name: "snapshot", summary: "Take a snapshot of specified keyspaces or a snapshot of the specified table", run: runSnapshot,
	options: []option{
		{names: []string{"-cf", "--column-family", "--table"}, value: "<table>", help: "The table name (you must specify one and only one keyspace for using this option)"},
		{names: []string{"-kt", "--kt-list", "-kc", "--kc.list"}, value: "<ktlist>", help: "The list of Keyspace.table to take snapshot.(you must not specify only keyspace)"},
		{names: []string{"-sf", "--skip-flush"}, help: "Do not flush memtables before snapshotting (snapshot will not contain unflushed data)"},
		{names: []string{"-t", "--tag"}, value: "<tag>", help: "The name of the snapshot"},
		{names: []string{"--ttl"}, value: "<ttl>", help: "Specify a TTL of created snapshot"},
	},
	args: &arguments{usage: "[<keyspaces...>]", help: "List of keyspaces. By default, all keyspaces"},
}

// runSnapshot takes one snapshot of everything: the tables share one store.
func runSnapshot(c *call) error {
	tag := c.option("-t")
	if tag == "" {
		tag = strconv.FormatInt(time.Now().UnixMilli(), 10)
	}
	what := "all keyspaces"
	if len(c.args) > 0 {
		what = strings.Join(c.args, ", ")
	}
	c.printf("Requested creating snapshot(s) for [%s] with snapshot name [%s] and options {skipFlush=%t}\n", what, tag, c.has("-sf"))
	if len(c.args) > 0 || c.has("-cf") || c.has("-kt") {
		return admin.Failed("a snapshot holds the whole node: leave keyspaces and tables away")
	}
	if _, err := ask(c, admin.SnapshotOp, admin.Snapshot{Tag: tag}); err != nil {
		return err
	}
	c.println("Snapshot directory: " + tag)
	return nil
}
