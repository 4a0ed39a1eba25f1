package main

var refreshsizeestimatesCommand = command{
	name: "refreshsizeestimates", summary: "Refresh system.size_estimates", run: nothing,
}
