package server

import (
	"context"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
)

// handleBatch runs several modifications as one.
func handleBatch(ctx context.Context, c *conn, r *request) (*response, error) {
	kind := r.d.byte()
	if r.d.err == nil && kind > byte(exec.CounterBatch) {
		return nil, cqlerr.Protocol("Invalid BATCH message type %d", kind)
	}
	items := make([]exec.BatchItem, 0, 8)
	for range r.d.count(5) {
		items = append(items, r.d.batchItem())
		if r.d.err != nil {
			return nil, r.d.err
		}
	}
	o := &exec.Options{Consistency: r.d.consistency()}
	r.d.commonOptions(o, r.d.queryFlags())
	if r.d.err != nil {
		return nil, r.d.err
	}
	o.Tracing = c.startTrace(r)
	o.CustomPayload = r.payload
	res, err := c.srv.exec.Batch(ctx, c.session, exec.BatchType(kind), items, o)
	if err != nil {
		return nil, err
	}
	return resultResponse(res, r.version), nil
}

func (d *decoder) batchItem() exec.BatchItem {
	var item exec.BatchItem
	switch kind := d.byte(); {
	case d.err != nil:
		return item
	case kind == 0:
		item.Query = d.longString()
	case kind == 1:
		item.ID = d.shortBytes()
	default:
		d.fail(cqlerr.Protocol("Invalid query kind in BATCH messages. Must be 0 or 1 but got %d", kind))
		return item
	}
	n := d.count(4)
	item.Values = make([]exec.BoundValue, 0, n)
	for range n {
		item.Values = append(item.Values, d.boundValue())
	}
	return item
}
