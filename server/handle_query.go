package server

import (
	"context"
	"math"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
)

// Flags of the query parameters, section 4.1.4.
const (
	queryValues       = 0x01
	querySkipMetadata = 0x02
	queryPageSize     = 0x04
	queryPagingState  = 0x08
	querySerial       = 0x10
	queryTimestamp    = 0x20
	queryNames        = 0x40
	queryKeyspace     = 0x80
	queryNow          = 0x100
)

// queryMessage is the body of QUERY.
type queryMessage struct {
	text    string
	options *exec.Options
}

func decodeQuery(d *decoder) any {
	m := queryMessage{text: d.longString(), options: &exec.Options{}}
	d.queryOptions(m.options, nil)
	return m
}

// handleQuery parses and runs a statement given as text.
func handleQuery(ctx context.Context, c *conn, r *request) (*response, error) {
	m := r.message.(queryMessage)
	m.options.Tracing = c.startTrace(r)
	m.options.CustomPayload = r.payload
	res, err := c.srv.exec.Query(ctx, c.session, m.text, m.options)
	if err != nil {
		return nil, err
	}
	return resultResponse(res, r.version), nil
}

// queryOptions reads the parameters of QUERY and EXECUTE from the consistency on. room is memory for values.
func (d *decoder) queryOptions(o *exec.Options, room []exec.BoundValue) {
	o.Consistency = d.consistency()
	flags := d.queryFlags()
	o.SkipMetadata = flags&querySkipMetadata != 0
	if flags&queryValues != 0 {
		d.boundValues(o, flags&queryNames != 0, room)
	}
	if flags&queryPageSize != 0 {
		o.PageSize = int(d.int())
		if d.err == nil && o.PageSize == 0 {
			d.fail(cqlerr.Protocol("The page size cannot be 0"))
		}
		o.PageSize = max(o.PageSize, 0)
	}
	if flags&queryPagingState != 0 {
		o.PagingState = d.bytes()
		if d.err == nil && o.PagingState != nil && !exec.ValidPagingState(o.PagingState) {
			d.fail(cqlerr.Protocol("Invalid value for the paging state"))
		}
	}
	d.commonOptions(o, flags)
}

func (d *decoder) queryFlags() int32 {
	if d.version >= 5 {
		return d.int()
	}
	return int32(d.byte())
}

// commonOptions reads the parameters that BATCH has, too.
func (d *decoder) commonOptions(o *exec.Options, flags int32) {
	if flags&querySerial != 0 {
		o.Serial = d.consistency()
	}
	if flags&queryTimestamp != 0 {
		o.Timestamp, o.HasTimestamp = d.long(), true
		if d.err == nil && o.Timestamp == math.MinInt64 {
			d.fail(cqlerr.Protocol("Out of bound timestamp, must be in [%d, %d] (got %d)",
				int64(math.MinInt64+1), int64(math.MaxInt64), o.Timestamp))
		}
	}
	if flags&queryKeyspace != 0 {
		o.Keyspace = d.string()
	}
	if flags&queryNow != 0 && d.version >= 5 {
		o.Now, o.HasNow = int64(d.int()), true
	}
}

func (d *decoder) boundValues(o *exec.Options, named bool, room []exec.BoundValue) {
	n := d.count(4)
	if o.Values = room[:0:len(room)]; n > len(room) || n == 0 {
		o.Values = make([]exec.BoundValue, 0, n)
	}
	if named {
		o.Names = make([]string, 0, n)
	}
	for range n {
		if named {
			o.Names = append(o.Names, d.string())
		}
		o.Values = append(o.Values, d.boundValue())
	}
}

// boundValue reads a [value]: null, unset (from version 4 on), or bytes.
func (d *decoder) boundValue() exec.BoundValue {
	n := int(d.int())
	switch {
	case d.err != nil || n == -1 || n < 0 && d.version < 4:
		return exec.BoundValue{}
	case n == -2:
		return exec.BoundValue{Unset: true}
	case n < 0:
		d.fail(cqlerr.Protocol("Invalid ByteBuf length %d", n))
		return exec.BoundValue{}
	}
	return exec.BoundValue{Bytes: d.take(n)}
}
