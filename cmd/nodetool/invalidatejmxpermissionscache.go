package main

var invalidatejmxpermissionscacheCommand = command{
	name: "invalidatejmxpermissionscache", summary: "Invalidate the JMX permissions cache", run: invalidateRoles("JmxPermissionsCache"),
	args: &arguments{usage: "[<role>...]", help: "List of roles to invalidate. By default, all roles"},
}
