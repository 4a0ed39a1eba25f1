package main

var sjkCommand = command{
	name: "sjk", summary: "Run commands of 'Swiss Java Knife'. Run 'nodetool sjk --help' for more information.", run: unsupported("there is no Java virtual machine to look into"),
	text: "NAME\n        nodetool sjk - Run commands of 'Swiss Java Knife'. Run 'nodetool sjk --help' for more information.\n",
	args: &arguments{usage: "[<command>]", help: ""},
}
