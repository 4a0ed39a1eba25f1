package main

var enablehintsfordcCommand = command{
	name: "enablehintsfordc", summary: "Enable hints for a data center that was previsouly disabled", run: hintsForDatacenter("enablehintsfordc", on),
	args: &arguments{usage: "<datacenter>", help: "The data center to enable"},
}
