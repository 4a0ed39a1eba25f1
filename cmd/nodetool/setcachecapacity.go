package main

var setcachecapacityCommand = command{
	name: "setcachecapacity", summary: "Set global key, row, and counter cache capacities (in MB units)", run: unsupported("Setting capacity of NopCache is not permitted as this cache is disabled. Check your yaml settings if you want to enable it."),
	args: &arguments{usage: "<key-cache-capacity> <row-cache-capacity> <counter-cache-capacity>", help: "Key cache, row cache, and counter cache (in MB)"},
}
