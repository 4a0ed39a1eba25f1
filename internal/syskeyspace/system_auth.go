package syskeyspace

// systemAuth: roles and what they may do; the cluster has one copy of them.
var systemAuth = definition{
	name:    "system_auth",
	factor:  1,
	options: "gc_grace_seconds = 7776000",
	tables: []string{
		`CREATE TABLE cidr_groups (
			cidr_group text PRIMARY KEY,
			cidrs frozen<set<frozen<tuple<inet, smallint>>>>
		) WITH comment = 'cidr groups to cidrs mapping'`,
		`CREATE TABLE cidr_permissions (
			role text PRIMARY KEY,
			cidr_groups frozen<set<text>>
		) WITH comment = 'user cidr permissions'`,
		`CREATE TABLE identity_to_role (
			identity text PRIMARY KEY,
			role text
		) WITH comment = 'mtls authorized identities lookup table'`,
		`CREATE TABLE network_permissions (
			role text PRIMARY KEY,
			dcs frozen<set<text>>
		) WITH comment = 'user network permissions'`,
		`CREATE TABLE resource_role_permissons_index (
			resource text,
			role text,
			PRIMARY KEY (resource, role)
		) WITH comment = 'index of db roles with permissions granted on a resource'`,
		`CREATE TABLE role_members (
			role text,
			member text,
			PRIMARY KEY (role, member)
		) WITH comment = 'role memberships lookup table'`,
		`CREATE TABLE role_permissions (
			role text,
			resource text,
			permissions set<text>,
			PRIMARY KEY (role, resource)
		) WITH comment = 'permissions granted to db roles'`,
		`CREATE TABLE roles (
			role text PRIMARY KEY,
			can_login boolean,
			is_superuser boolean,
			member_of set<text>,
			salted_hash text
		) WITH comment = 'role definitions'`,
	},
}
