package main

var invalidaterowcacheCommand = command{
	name: "invalidaterowcache", summary: "Invalidate the row cache", run: nothing,
}
