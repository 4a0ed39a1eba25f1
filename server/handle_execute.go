package server

import "context"

// handleExecute runs a prepared statement.
func handleExecute(ctx context.Context, c *conn, r *request) (*response, error) {
	id := r.d.shortBytes()
	var metadataID []byte
	if r.version >= 5 {
		metadataID = r.d.shortBytes()
	}
	o := r.d.queryOptions()
	if r.d.err != nil {
		return nil, r.d.err
	}
	o.ResultMetadataID = metadataID
	o.Tracing = c.startTrace(r)
	o.CustomPayload = r.payload
	res, err := c.srv.exec.Execute(ctx, c.session, id, o)
	if err != nil {
		return nil, err
	}
	return resultResponse(res, r.version), nil
}
