package exec

import (
	"math"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// checkIndexedValues refuses values that a secondary index cannot hold.
func (e *Executor) checkIndexedValues(q *request, m *row.Mutation) error {
	for _, idx := range m.Table.Indexes {
		target := row.ParseIndexTarget(idx)
		column := m.Table.Columns[target.Column]
		if column == nil {
			continue
		}
		rows := m.Rows
		if m.Static != nil {
			rows = append([]*row.Row{m.Static}, rows...)
		}
		for _, r := range rows {
			for i := range r.Cells {
				c := &r.Cells[i]
				if c.Column != column.Name || c.Kind != row.Value {
					continue
				}
				if err := e.checkIndexedValue(q, idx, column, c.Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkIndexedValue: an index of old holds values of less than 64 KiB (CassandraIndex.validate), and one over vectors
// those that have a direction (SAI's VectorValidator, whose refusal comes back as a failed write).
func (e *Executor) checkIndexedValue(q *request, idx *schema.Index, column *schema.Column, value []byte) error {
	if idx.Kind != "CUSTOM" {
		if len(value) >= row.MaxKeyLength {
			return cqlerr.Invalid("Cannot index value of size %d for index %s on %s.%s(%s) (maximum allowed size=%d)",
				len(value), idx.Name, column.Keyspace, column.Table, cqltype.QuoteName(column.Name), row.MaxKeyLength)
		}
		return nil
	}
	vector, ok := column.Type.(*cqltype.VectorType)
	if !ok || vector.Elem.Kind() != cqltype.KindFloat || indexable(vector, idx, value) {
		return nil
	}
	failed := cqlerr.New(cqlerr.WriteFailure, "Operation failed - received 0 responses and 1 failures: UNKNOWN from /%s", e.Address)
	failed.Detail = &cqlerr.Failure{
		Consistency: uint16(q.options.Consistency), BlockFor: 1, WriteType: "SIMPLE",
		Reasons: map[string]uint16{e.Address.Addr().String(): 0},
	}
	return failed
}

// maxIndexedElement is the largest absolute value of an element of an indexed vector (JVector's VectorUtil).
const maxIndexedElement = float64(float32(1e17))

// indexable says that no element is beyond the largest and, for cosine similarity, not all of them are zero.
func indexable(t *cqltype.VectorType, idx *schema.Index, value []byte) bool {
	elems, err := t.Decode(value)
	if err != nil {
		return true
	}
	length := 0.0
	for _, elem := range elems {
		f := float64(cqltype.DecodeFloat(elem))
		if math.IsNaN(f) || math.Abs(f) > maxIndexedElement {
			return false
		}
		length += f * f
	}
	function := strings.ToLower(idx.Options["similarity_function"])
	return length > 0 || function != "" && function != "cosine"
}
