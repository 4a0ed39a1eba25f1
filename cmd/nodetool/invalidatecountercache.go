package main

var invalidatecountercacheCommand = command{
	name: "invalidatecountercache", summary: "Invalidate the counter cache", run: nothing,
}
