package server

import "context"

// prepareKeyspace is the only flag of PREPARE: a keyspace follows.
const prepareKeyspace = 0x01

// handlePrepare parses a statement and keeps it under its id.
func handlePrepare(ctx context.Context, c *conn, r *request) (*response, error) {
	text, keyspace := r.d.longString(), ""
	if r.version >= 5 && r.d.int()&prepareKeyspace != 0 {
		keyspace = r.d.string()
	}
	if r.d.err != nil {
		return nil, r.d.err
	}
	p, err := c.srv.exec.Prepare(ctx, c.session, text, keyspace, c.startTrace(r))
	if err != nil {
		return nil, err
	}
	return preparedResponse(p, r.version), nil
}
