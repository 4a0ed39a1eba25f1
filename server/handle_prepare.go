package server

import "context"

// prepareKeyspace is the only flag of PREPARE: a keyspace follows.
const prepareKeyspace = 0x01

// prepareMessage is the body of PREPARE.
type prepareMessage struct{ text, keyspace string }

func decodePrepare(d *decoder) any {
	m := prepareMessage{text: d.longString()}
	if d.version >= 5 && d.int()&prepareKeyspace != 0 {
		m.keyspace = d.string()
	}
	return m
}

// handlePrepare parses a statement and keeps it under its id.
func handlePrepare(ctx context.Context, c *conn, r *request) (*response, error) {
	m := r.message.(prepareMessage)
	p, err := c.srv.exec.Prepare(ctx, c.session, m.text, m.keyspace, c.startTrace(r))
	if err != nil {
		return nil, err
	}
	return preparedResponse(p, r.version), nil
}
