package main

var setcachekeystosaveCommand = command{
	name: "setcachekeystosave", summary: "Set number of keys saved by each cache for faster post-restart warmup. 0 to disable", run: unsupported("there are no key, row and counter caches to save"),
	args: &arguments{usage: "<key-cache-keys-to-save> <row-cache-keys-to-save> <counter-cache-keys-to-save>", help: "The number of keys saved by each cache. 0 to disable"},
}
