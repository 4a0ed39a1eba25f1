package main

var bootstrapCommand = command{
	name: "bootstrap", summary: "Monitor/manage node's bootstrap process", run: unsupported("'nodetool bootstrap resume' is disabled."),
	text: "NAME\n        nodetool bootstrap - Monitor/manage node's bootstrap process\n",
	args: &arguments{usage: "[<command>]", help: ""},
}
