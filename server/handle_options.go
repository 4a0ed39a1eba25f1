package server

import "context"

// supported is the answer to OPTIONS, in the order in which Cassandra sends it.
var supported = []struct {
	key    string
	values []string
}{
	{"PROTOCOL_VERSIONS", []string{"3/v3", "4/v4", "5/v5", "6/v6-beta"}},
	{"COMPRESSION", []string{"snappy", "lz4"}},
	{"CQL_VERSION", []string{cqlVersion}},
}

// handleOptions says what the server can do. It needs no login and serves as heartbeat.
func handleOptions(context.Context, *conn, *request) (*response, error) {
	r := newResponse(opSupported)
	r.body = appendShort(r.body, len(supported))
	for _, s := range supported {
		r.body = appendStringList(appendString(r.body, s.key), s.values)
	}
	return r, nil
}
