package main

var reloadtriggersCommand = command{
	name: "reloadtriggers", summary: "Reload trigger classes", run: nothing,
}
