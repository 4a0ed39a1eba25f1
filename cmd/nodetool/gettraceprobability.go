package main

var gettraceprobabilityCommand = command{
	name: "gettraceprobability", summary: "Print the current trace probability value", run: runGetTraceProbability,
}

// runGetTraceProbability tells the truth: only what clients ask for is traced.
func runGetTraceProbability(c *call) error {
	c.println("Current trace probability: 0.0")
	return nil
}
