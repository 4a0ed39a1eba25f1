package main

var disableauditlogCommand = command{
	name: "disableauditlog", summary: "Disable the audit log", run: nothing,
}
