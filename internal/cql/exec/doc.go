// Package exec runs statements.
//
// An Executor takes requests as the protocol has them (QUERY, PREPARE, EXECUTE, BATCH) and answers with results. The
// way of each is the same: parse, check the login, bind to the schema (internal/cql/plan), check permissions, run. The
// checks are in guard.go and nowhere else. There is one file per kind of statement.
//
// The package knows neither disk nor network: it reaches data through the interfaces Coordinator and VirtualTables, and
// roles through Authority, all of which are implemented above it. The server, and the node for its own statements, call
// it. Reads come back from the coordinator merged and purged; filtering, ordering, grouping, paging and the
// computation of selectors happen here.
//
// Prepared statements live in a cache of limited size (prepared.go). They are bound to a schema and bound again, or
// forgotten, when it changes.
package exec
