// Package ast holds CQL 3.4.7 statements as pure data.
//
// The parser (cql/parse) builds these values, cql/plan binds them to a schema. Nothing here knows a schema, checks a
// rule or talks to a client: a tree may well name tables that do not exist. Names are stored the way Cassandra compares
// them: folded to lower case unless they were quoted.
//
// Every statement, term, selector and type prints itself as valid CQL, and parse(print(x)) == x holds for every tree
// that the parser can build. The family interfaces (Statement, Term, Selector, Type, Resource, AlterTableAction) are
// closed: a type switch over the types of their files is complete.
//
// Trees are immutable after parsing and may be shared between goroutines.
package ast
