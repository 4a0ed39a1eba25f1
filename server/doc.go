// Package server speaks the native protocol: it listens, frames, checks, and answers.
//
// Versions 3, 4 and 5 are served, and 6 to clients that ask for the beta. Bytes become a request in three steps: an
// envelope is cut from the stream (envelope.go; inside segments for version 5, segment.go), its opcode is looked up in
// one table (opcodes.go), and the handler of that row (handle_*.go) decodes the body and calls the executor. What the
// executor answers, a result or an error, is encoded for the client's version and queued on the connection.
//
// Nothing is allocated because a peer claims a length: limits come first, and bodies grow as their bytes arrive. A
// panic in a request ends that request with SERVER_ERROR and nothing else. The package knows no storage and no gossip;
// internal/node gives it an executor, an authenticator and listeners' addresses. See DESIGN.md.
package server
