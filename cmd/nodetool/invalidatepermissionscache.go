package main

import (
	"alexandra/internal/admin"
)

var invalidatepermissionscacheCommand = command{
	name: "invalidatepermissionscache", summary: "Invalidate the permissions cache", run: runInvalidatePermissions,
	options: []option{
		{names: []string{"--all-functions"}, help: "Invalidate permissions for 'ALL FUNCTIONS'"},
		{names: []string{"--all-keyspaces"}, help: "Invalidate permissions for 'ALL KEYSPACES'"},
		{names: []string{"--all-mbeans"}, help: "Invalidate permissions for 'ALL MBEANS'"},
		{names: []string{"--all-roles"}, help: "Invalidate permissions for 'ALL ROLES'"},
		{names: []string{"--all-tables"}, help: "Invalidate permissions for 'ALL TABLES'"},
		{names: []string{"--function"}, value: "<function>", help: "Function to invalidate permissions for (you must specify --functions-in-keyspace for using this option; function format: name[arg1^..^agrN], for example: foo[Int32Type^DoubleType])"},
		{names: []string{"--functions-in-keyspace"}, value: "<functions-in-keyspace>", help: "Keyspace to invalidate permissions for"},
		{names: []string{"--keyspace"}, value: "<keyspace>", help: "Keyspace to invalidate permissions for"},
		{names: []string{"--mbean"}, value: "<mbean>", help: "MBean to invalidate permissions for"},
		{names: []string{"--role"}, value: "<role>", help: "Role to invalidate permissions for"},
		{names: []string{"--table"}, value: "<table>", help: "Table to invalidate permissions for (you must specify --keyspace for using this option)"},
	},
	args: &arguments{usage: "[<role>]", help: "A role for which permissions to specified resources need to be invalidated"},
}

// resourceOptions are the options that name a resource, and how its internal name begins.
var resourceOptions = []struct{ option, path string }{
	{"--all-keyspaces", "data"}, {"--all-roles", "roles"}, {"--all-functions", "functions"}, {"--all-mbeans", "mbean"},
}

func runInvalidatePermissions(c *call) error {
	var paths []string
	for _, r := range resourceOptions {
		if c.has(r.option) {
			paths = append(paths, r.path)
		}
	}
	keyspace := c.option("--keyspace")
	switch {
	case c.has("--table") && keyspace == "":
		return admin.Usage("--table option should be passed along with --keyspace option")
	case c.has("--table"):
		paths = append(paths, "data/"+keyspace+"/"+c.option("--table"))
	case c.has("--all-tables") && keyspace != "":
		paths = append(paths, "data/"+keyspace+"/*")
	case keyspace != "":
		paths = append(paths, "data/"+keyspace)
	}
	if role := c.option("--role"); role != "" {
		paths = append(paths, "roles/"+role)
	}
	if ks := c.option("--functions-in-keyspace"); ks != "" {
		path := "functions/" + ks
		if f := c.option("--function"); f != "" {
			path += "/" + f
		}
		paths = append(paths, path)
	}
	if bean := c.option("--mbean"); bean != "" {
		paths = append(paths, "mbean/"+bean)
	}
	r := admin.Invalidate{Cache: "PermissionsCache"}
	switch {
	case len(c.args) == 0 && len(paths) > 0:
		return admin.Usage("No resource options allowed without a <role> being specified")
	case len(c.args) > 0 && len(paths) == 0:
		return admin.Usage("No resource options specified")
	case len(c.args) > 1:
		return admin.Usage("A single <role> is only supported / you have a typo in the resource options spelling")
	}
	for _, p := range paths {
		r.Keys = append(r.Keys, []string{c.args[0], p})
	}
	_, err := ask(c, admin.InvalidateOp, r)
	return err
}
