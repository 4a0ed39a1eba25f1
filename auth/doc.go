// Package auth says who a client is, what it may do, and from which datacenter.
//
// It holds the authenticators, the role manager, the authorizers for permissions, datacenters and client addresses,
// their caches, and the registry that turns the class names of cassandra.yaml into them. Roles and permissions are rows
// of the keyspace system_auth; they are read and written through Store, as CQL, and replicate like all other data. The
// package never sees the disk, the network, or a statement: cql/exec asks it, in one place (guard.go).
package auth
