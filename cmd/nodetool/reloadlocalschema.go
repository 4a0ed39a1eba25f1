package main

import (
	"alexandra/internal/admin"
)

var reloadlocalschemaCommand = command{
	name: "reloadlocalschema", summary: "Reload local node schema from system tables", run: simple(admin.ReloadSchemaOp),
}
