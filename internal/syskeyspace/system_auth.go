package syskeyspace

import "alexandra/internal/schema"

// systemAuth is the keyspace of roles, permissions and identities.
var systemAuth = keyspace{
	name:        "system_auth",
	replication: schema.Replication{Class: schema.SimpleStrategy, Options: map[string]string{"replication_factor": "1"}},
	options:     "gc_grace_seconds = 7776000",
	tables: []string{
		`CREATE TABLE system_auth.cidr_groups (
	cidr_group text,
	cidrs frozen<set<tuple<inet, smallint>>>,
	PRIMARY KEY (cidr_group)
) WITH id = 9c48af00-13f6-3059-bb0e-8fcabba6eecb
	AND comment = 'cidr groups to cidrs mapping'`,
		`CREATE TABLE system_auth.cidr_permissions (
	role text,
	cidr_groups frozen<set<text>>,
	PRIMARY KEY (role)
) WITH id = b8b43d5f-d6c0-331c-8f7d-765ea658f4c4
	AND comment = 'user cidr permissions'`,
		`CREATE TABLE system_auth.identity_to_role (
	identity text,
	role text,
	PRIMARY KEY (identity)
) WITH id = 0bd47a48-d6ba-3c8e-b442-0f6349329bda
	AND comment = 'mtls authorized identities lookup table'`,
		`CREATE TABLE system_auth.network_permissions (
	role text,
	dcs frozen<set<text>>,
	PRIMARY KEY (role)
) WITH id = d46780c2-2f1c-3db9-b4c1-b8d9fbc0cc23
	AND comment = 'user network permissions'`,
		`CREATE TABLE system_auth.resource_role_permissons_index (
	resource text,
	role text,
	PRIMARY KEY (resource, role)
) WITH id = 5f2fbdad-91f1-3946-bd25-d5da3a5c35ec
	AND comment = 'index of db roles with permissions granted on a resource'`,
		`CREATE TABLE system_auth.role_members (
	role text,
	member text,
	PRIMARY KEY (role, member)
) WITH id = 0ecdaa87-f8fb-3e60-88d1-74fb36fe5c0d
	AND comment = 'role memberships lookup table'`,
		`CREATE TABLE system_auth.role_permissions (
	role text,
	resource text,
	permissions set<text>,
	PRIMARY KEY (role, resource)
) WITH id = 3afbe79f-2194-31a7-add7-f5ab90d8ec9c
	AND comment = 'permissions granted to db roles'`,
		`CREATE TABLE system_auth.roles (
	role text,
	can_login boolean,
	is_superuser boolean,
	member_of set<text>,
	salted_hash text,
	PRIMARY KEY (role)
) WITH id = 5bc52802-de25-35ed-aeab-188eecebb090
	AND comment = 'role definitions'`,
	},
}
