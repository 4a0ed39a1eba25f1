package main

import "alexandra/internal/admin"

var explainloginCommand = command{
	name: "explainlogin", summary: "Say why a role would be let in or refused at this node", run: runExplainLogin, own: true,
	args: &arguments{usage: "<role>", help: "The role", required: "role"},
}

func runExplainLogin(c *call) error {
	text, err := ask(c, admin.ExplainOp, admin.Name{Name: c.args[0]})
	if err == nil {
		c.println(text)
	}
	return err
}
