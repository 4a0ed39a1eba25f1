// Package virtual serves the tables whose rows are computed when they are asked for: the keyspaces system_views and
// system_virtual_schema.
//
// Each table has a file of its own: columns and comment as in Cassandra 5.0.5, the small piece of the node that it
// looks at (a field of Config), and a function that makes the rows. The table of tables is registry.go. What this node
// does not have stays empty, and what nobody measures stays zero; no number is made up.
//
// Partitions come in the order of their keys by type, not of tokens: Cassandra gives virtual tables a partitioner that
// keeps that order, and token() of their keys is the key itself. Partition.Token is zero. Cells carry no timestamp
// (row.NoTimestamp), because WRITETIME of them is null.
//
// The package knows neither server nor gossip nor auth: internal/node hands it functions. exec calls Read and Write.
package virtual
