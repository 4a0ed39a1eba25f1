// Package tlsconf turns client_encryption_options and server_encryption_options into *tls.Config, and keeps them
// fresh while the node runs.
//
// A Store holds one of the two blocks: OpenClient for the native transport, OpenInternode for the other nodes. It reads
// the key material (JKS or PKCS12 whatever store_type says, PEM files, or PEM text inside the yaml), refuses a bad
// one with Cassandra's message and exit code 3, and answers the policy: unencrypted, optionally encrypted, encrypted.
// Material that changes on disk is read again every ten minutes, or at once by Reload; what does not load is
// reported and the old material stays. Connections keep what they were opened with.
//
// Known differences from Cassandra, which come from crypto/tls: cipher suites of TLS 1.3 cannot be chosen (without
// any of them in cipher_suites, TLS 1.3 is off, as in Cassandra); suites without forward secrecy (TLS_RSA_*) and
// CBC with ECDSA are only on when cipher_suites names them; an unknown authority is answered with alert unknown_ca
// instead of internal_error; algorithm has no effect.
//
// Subpackage certgen makes certificates for tests and for "ccm create --tls". The package knows nothing of roles:
// SpiffeIdentity only reads a name from a certificate.
package tlsconf
