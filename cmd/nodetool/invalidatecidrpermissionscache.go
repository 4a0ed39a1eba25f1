package main

var invalidatecidrpermissionscacheCommand = command{
	name: "invalidatecidrpermissionscache", summary: "Invalidate the cidr permissions cache", run: runInvalidateCIDR,
	args: &arguments{usage: "[<role>...]", help: "List of roles to invalidate. By default, all roles"},
}

func runInvalidateCIDR(c *call) error {
	if err := needsCIDRAuthorizer(c, "Invalidate CIDR permissions cache operation not supported by AllowAllCIDRAuthorizer"); err != nil {
		return err
	}
	return invalidateRoles("CidrPermissionsCache")(c)
}
