package main

var invalidatecredentialscacheCommand = command{
	name: "invalidatecredentialscache", summary: "Invalidate the credentials cache", run: invalidateRoles("CredentialsCache"),
	args: &arguments{usage: "[<role>...]", help: "List of roles to invalidate. By default, all roles"},
}
