package main

var invalidaterolescacheCommand = command{
	name: "invalidaterolescache", summary: "Invalidate the roles cache", run: invalidateRoles("RolesCache"),
	args: &arguments{usage: "[<role>...]", help: "List of roles to invalidate. By default, all roles"},
}
