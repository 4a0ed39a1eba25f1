// Package parse turns CQL text into statements (cql/ast): a hand-written lexer and recursive descent parser for all of
// CQL 3.4.7.
//
// The parser knows the grammar, not the schema: it accepts what Cassandra 5.0.5's parser accepts and leaves the rest to
// cql/plan. It also makes those few checks that Cassandra makes while it parses, such as options given twice.
//
// Errors are *cqlerr.Error with code SYNTAX_ERROR and Cassandra's words. Those words come from ANTLR's LL(*) prediction:
// where a rule has alternatives, ANTLR looks ahead with an automaton and says "no viable alternative" at the token where
// it is stuck, elsewhere it says which token it expected. The functions named predict... and the follow sets here
// reproduce these decisions; so does the look-ahead itself, because the query snippet in a message ends at the last token
// that was read.
//
// Parsing takes linear time and bounded stack, whatever the input. Results are immutable and safe to share.
package parse
