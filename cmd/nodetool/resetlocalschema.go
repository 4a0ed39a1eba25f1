package main

import (
	"alexandra/internal/admin"
)

var resetlocalschemaCommand = command{
	name: "resetlocalschema", summary: "Reset node's local schema and resync", run: simple(admin.ReloadSchemaOp),
}
