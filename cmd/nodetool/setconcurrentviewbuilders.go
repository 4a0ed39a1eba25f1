package main

var setconcurrentviewbuildersCommand = command{
	name: "setconcurrentviewbuilders", summary: "Set the number of concurrent view builders in the system", run: unsupported("views are built when they are created"),
	args: &arguments{usage: "<value>", help: "Number of concurrent view builders, greater than 0."},
}
