package main

var decommissionCommand = command{
	name: "decommission", summary: "Decommission the *node I am connecting to*", run: membership("decommission"),
	options: []option{
		{names: []string{"-f", "--force"}, help: "Force decommission of this node even when it reduces the number of replicas to below configured RF"},
	},
}
