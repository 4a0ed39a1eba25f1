package main

var rangekeysampleCommand = command{
	name: "rangekeysample", summary: "Shows the sampled keys held across all keyspaces", run: runRangeKeySample,
}

// runRangeKeySample has no samples to show: the store keeps no index summaries.
func runRangeKeySample(c *call) error {
	c.println("RangeKeySample: ")
	return nil
}
