package main

var invalidatenetworkpermissionscacheCommand = command{
	name: "invalidatenetworkpermissionscache", summary: "Invalidate the network permissions cache", run: invalidateRoles("NetworkPermissionsCache"),
	args: &arguments{usage: "[<role>...]", help: "List of roles to invalidate. By default, all roles"},
}
