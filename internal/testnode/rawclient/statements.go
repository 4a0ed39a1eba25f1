package rawclient

import (
	"bytes"
	"fmt"

	"github.com/datastax/go-cassandra-native-protocol/frame"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// Rows are the rows of a result; other results have none.
type Rows struct {
	Columns []string
	Values  [][][]byte
	// PagingState is what the next page starts with; nil on the last page.
	PagingState []byte
	// Result is the whole answer.
	Result message.Message
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.Values) }

// Column is a column's values as text; null is empty.
func (r *Rows) Column(name string) []string {
	out := make([]string, 0, len(r.Values))
	for i := range r.Values {
		out = append(out, string(r.Value(i, name)))
	}
	return out
}

// Value is the value of a column in row i; nil when it is null or there is no such column or row.
func (r *Rows) Value(i int, name string) []byte {
	for j, c := range r.Columns {
		if c == name && i < len(r.Values) && j < len(r.Values[i]) {
			return r.Values[i][j]
		}
	}
	return nil
}

// Find is the first row whose column has this text, as a map of texts; nil when there is none.
func (r *Rows) Find(column, text string) map[string]string {
	for i := range r.Values {
		if string(r.Value(i, column)) == text {
			row := map[string]string{}
			for j, c := range r.Columns {
				row[c] = string(r.Values[i][j])
			}
			return row
		}
	}
	return nil
}

func rowsOf(m message.Message) *Rows {
	r := &Rows{Result: m}
	if rows, ok := m.(*message.RowsResult); ok {
		r.PagingState = rows.Metadata.PagingState
		for _, c := range rows.Metadata.Columns {
			r.Columns = append(r.Columns, c.Name)
		}
		r.Values = append(r.Values, rows.Data...)
	}
	return r
}

func queryOptions(cl primitive.ConsistencyLevel, values [][]byte) *message.QueryOptions {
	o := &message.QueryOptions{Consistency: cl}
	for _, v := range values {
		if v == nil {
			o.PositionalValues = append(o.PositionalValues, primitive.NewNullValue())
		} else {
			o.PositionalValues = append(o.PositionalValues, primitive.NewValue(v))
		}
	}
	return o
}

// Query runs a statement at LOCAL_ONE.
func (c *Client) Query(cql string, values ...[]byte) (*Rows, error) {
	return c.QueryAt(primitive.ConsistencyLevelLocalOne, cql, values...)
}

// QueryAt runs a statement at a consistency level.
func (c *Client) QueryAt(cl primitive.ConsistencyLevel, cql string, values ...[]byte) (*Rows, error) {
	m, err := c.Request(&message.Query{Query: cql, Options: queryOptions(cl, values)})
	if err != nil {
		return nil, err
	}
	return rowsOf(m), nil
}

// Run runs a statement with any options.
func (c *Client) Run(cql string, o *message.QueryOptions) (*Rows, error) {
	m, err := c.Request(&message.Query{Query: cql, Options: o})
	if err != nil {
		return nil, err
	}
	return rowsOf(m), nil
}

// Prepare prepares a statement.
func (c *Client) Prepare(cql string) (*message.PreparedResult, error) {
	m, err := c.Request(&message.Prepare{Query: cql})
	if err != nil {
		return nil, err
	}
	p, ok := m.(*message.PreparedResult)
	if !ok {
		return nil, fmt.Errorf("unexpected answer to PREPARE: %v", m)
	}
	return p, nil
}

// Execute runs a prepared statement at LOCAL_ONE.
func (c *Client) Execute(p *message.PreparedResult, values ...[]byte) (*Rows, error) {
	m, err := c.Request(&message.Execute{
		QueryId: p.PreparedQueryId, ResultMetadataId: p.ResultMetadataId, Options: queryOptions(primitive.ConsistencyLevelLocalOne, values),
	})
	if err != nil {
		return nil, err
	}
	return rowsOf(m), nil
}

// Batch runs statements without values as a logged batch.
func (c *Client) Batch(cql ...string) error {
	b := &message.Batch{Consistency: primitive.ConsistencyLevelLocalOne}
	for _, q := range cql {
		b.Children = append(b.Children, &message.BatchChild{Query: q})
	}
	_, err := c.Request(b)
	return err
}

// Trace runs a statement with the tracing flag set.
func (c *Client) Trace(cql string) (*Rows, error) {
	var out bytes.Buffer
	f := frame.NewFrame(c.version, 1, &message.Query{Query: cql, Options: queryOptions(primitive.ConsistencyLevelLocalOne, nil)})
	if err := c.codec.EncodeFrame(f, &out); err != nil {
		return nil, err
	}
	out.Bytes()[1] |= byte(primitive.HeaderFlagTracing) // the codec would count a tracing id that requests do not have
	if err := c.Write(out.Bytes()); err != nil {
		return nil, err
	}
	m, _, err := c.Receive()
	if err != nil {
		return nil, err
	}
	return rowsOf(m), nil
}
