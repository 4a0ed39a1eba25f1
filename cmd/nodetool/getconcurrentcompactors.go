package main

var getconcurrentcompactorsCommand = command{
	name: "getconcurrentcompactors", summary: "Get the number of concurrent compactors in the system.", run: showSetting("concurrent_compactors", "Current concurrent compactors in the system is: \n%s\n"),
}
