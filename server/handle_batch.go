package server

import (
	"context"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
)

// batchMessage is the body of BATCH.
type batchMessage struct {
	kind    exec.BatchType
	items   []exec.BatchItem
	options *exec.Options
}

func decodeBatch(d *decoder) any {
	kind := int8(d.byte())
	if d.err == nil && (kind < 0 || kind > int8(exec.CounterBatch)) {
		d.fail(cqlerr.Protocol("Invalid BATCH message type %d", kind))
	}
	m := batchMessage{kind: exec.BatchType(kind)}
	for range d.short() {
		if d.err != nil {
			return m
		}
		m.items = append(m.items, d.batchItem())
	}
	m.options = &exec.Options{Consistency: d.consistency()}
	d.commonOptions(m.options, d.queryFlags())
	return m
}

// handleBatch runs several modifications as one.
func handleBatch(ctx context.Context, c *conn, r *request) (*response, error) {
	m := r.message.(batchMessage)
	m.options.Tracing = c.startTrace(r)
	m.options.CustomPayload = r.payload
	res, err := c.srv.exec.Batch(ctx, c.session, m.kind, m.items, m.options)
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
