package main

var getconcurrentviewbuildersCommand = command{
	name: "getconcurrentviewbuilders", summary: "Get the number of concurrent view builders in the system", run: showSetting("concurrent_materialized_view_builders", "Current number of concurrent view builders in the system is: \n%s\n"),
}
