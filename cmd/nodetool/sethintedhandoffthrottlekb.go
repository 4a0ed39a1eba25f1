package main

var sethintedhandoffthrottlekbCommand = command{
	name: "sethintedhandoffthrottlekb", summary: "Set hinted handoff throttle in KiB per second, per delivery thread.", run: unsupported("delivery of hints is not throttled"),
	args: &arguments{usage: "<value_in_kb_per_sec>", help: "Value in KiB per second"},
}
