package server

import (
	"context"

	"alexandra/internal/cql/exec"
)

// executeMessage is the body of EXECUTE.
type executeMessage struct {
	id      []byte
	options exec.Options
	few     [4]exec.BoundValue // memory for as many values as most statements have
}

func decodeExecute(d *decoder) any {
	m := &executeMessage{id: d.shortBytes()}
	var metadataID []byte
	if d.version >= 5 {
		metadataID = d.shortBytes()
	}
	d.queryOptions(&m.options, m.few[:])
	m.options.ResultMetadataID = metadataID
	return m
}

// handleExecute runs a prepared statement.
func handleExecute(ctx context.Context, c *conn, r *request) (*response, error) {
	m := r.message.(*executeMessage)
	m.options.Tracing = c.startTrace(r)
	m.options.CustomPayload = r.payload
	res, err := c.srv.exec.Execute(ctx, c.session, m.id, &m.options)
	if err != nil {
		return nil, err
	}
	return resultResponse(res, r.version), nil
}
