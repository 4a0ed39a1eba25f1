package main

var disablehintsfordcCommand = command{
	name: "disablehintsfordc", summary: "Disable hints for a data center", run: hintsForDatacenter("disablehintsfordc", off),
	args: &arguments{usage: "<datacenter>", help: "The data center to disable"},
}
