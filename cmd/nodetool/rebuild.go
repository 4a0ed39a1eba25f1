package main

import (
	"alexandra/internal/admin"
)

var rebuildCommand = command{
	name: "rebuild", summary: "Rebuild data by streaming from other nodes (similarly to bootstrap)", run: runRebuild,
	options: []option{
		{names: []string{"--exclude-local-dc"}, help: "Use --exclude-local-dc to exclude nodes in local data center as source for streaming."},
		{names: []string{"-ks", "--keyspace"}, value: "<specific_keyspace>", help: "Use -ks to rebuild specific keyspace."},
		{names: []string{"-s", "--sources"}, value: "<specific_sources>", help: "Use -s to specify hosts that this node should stream from when -ts is used. Multiple hosts should be separated using commas (e.g. 127.0.0.1,127.0.0.2,...)"},
		{names: []string{"-ts", "--tokens"}, value: "<specific_tokens>", help: "Use -ts to rebuild specific token ranges, in the format of \"(start_token_1,end_token_1],(start_token_2,end_token_2],...(start_token_n,end_token_n]\"."},
	},
	args: &arguments{usage: "<src-dc-name>", help: "Name of DC from which to select sources for streaming. By default, pick any DC (except local DC when --exclude-local-dc is set)"},
}

func runRebuild(c *call) error {
	_, err := ask(c, admin.MembershipOp, admin.Membership{Action: "rebuild", Source: c.arg(0)})
	return err
}
