package main

var disablefullquerylogCommand = command{
	name: "disablefullquerylog", summary: "Disable the full query log", run: nothing,
}
