package main

var invalidatekeycacheCommand = command{
	name: "invalidatekeycache", summary: "Invalidate the key cache", run: nothing,
}
