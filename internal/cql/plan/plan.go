// Package plan binds statements to a schema.
//
// Prepare takes a parsed statement and an Env (schema, current keyspace, what is enabled) and returns a Statement:
// tables and columns are found, types are checked, bind variables are listed, restrictions and selectors are ready to
// run, and the permissions that are needed are there as data. All of Cassandra's refusals that do not need values are
// given here. What needs bound values happens in the methods that internal/cql/exec calls with an EvalContext.
//
// A Statement is immutable: a prepared one is run by many requests at once. It keeps pointers into the Schema that it
// was bound to; whoever caches it must drop it when that part of the schema changes.
//
// There is one file per statement. The package reads no rows and knows no cluster.
package plan

import (
	"time"

	"alexandra/auth"
	"alexandra/internal/cql/fn"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// Need is a permission that a role must hold to run a statement.
type Need struct {
	Permission auth.Permission
	Resource   auth.Resource
}

// ColumnSpec is one column of a result or one bind variable.
type ColumnSpec struct {
	Keyspace, Table, Name string
	Type                  cqltype.Type
}

// BoundValue is one bound variable: wire bytes, null, or unset.
type BoundValue struct {
	Bytes []byte // nil is null unless Unset
	Unset bool
}

// Values are the bound variables of one request, in the order of the markers.
type Values []BoundValue

// Statement is a statement that is bound to a schema and ready to run.
type Statement interface {
	// Needs are the permissions to check before each execution.
	Needs() []Need
	// BindVariables are the markers, in their order.
	BindVariables() []ColumnSpec
	// PartitionKeyIndices are the markers of each partition key column; nil unless all have one.
	PartitionKeyIndices() []int
	// Tables are what the statement depends on: when one of them changes, the statement must be prepared again.
	Tables() []*schema.Table
}

// Base implements Statement; every kind of statement embeds it.
type Base struct {
	needs     []Need
	variables []ColumnSpec
	keys      []int
	tables    []*schema.Table
}

// Needs implements Statement.
func (b *Base) Needs() []Need { return b.needs }

// BindVariables implements Statement.
func (b *Base) BindVariables() []ColumnSpec { return b.variables }

// PartitionKeyIndices implements Statement.
func (b *Base) PartitionKeyIndices() []int { return b.keys }

// Tables implements Statement.
func (b *Base) Tables() []*schema.Table { return b.tables }

// need adds a permission.
func (b *Base) need(p auth.Permission, r auth.Resource) { b.needs = append(b.needs, Need{p, r}) }

// bind takes over what the binder found, at the end of Prepare. t is the only table of the statement, or nil.
func (b *Base) bind(binder *Binder, t *schema.Table) {
	b.variables = binder.Variables()
	for i, v := range b.variables {
		if v.Type == nil { // a marker in a place that does not count, such as a field that is given twice
			b.variables[i] = ColumnSpec{Name: "?", Type: cqltype.Blob}
		}
	}
	if t != nil {
		b.tables = append(b.tables, t)
		b.keys = binder.PartitionKeyIndices(t)
	}
}

// Receiver is the place that a value is for: its type, and the name in messages and in the metadata of a bind marker.
type Receiver struct {
	Keyspace, Table, Name string
	Type                  cqltype.Type
	// Column is set when the receiver is that column itself: partition key columns are told to drivers.
	Column *schema.Column
}

// ColumnReceiver is the receiver for a whole column.
func ColumnReceiver(c *schema.Column) Receiver {
	return Receiver{Keyspace: c.Keyspace, Table: c.Table, Name: c.Name, Type: c.Type, Column: c}
}

// With is a receiver of another name and type in the same table.
func (r Receiver) With(name string, t cqltype.Type) Receiver {
	return Receiver{Keyspace: r.Keyspace, Table: r.Table, Name: name, Type: t}
}

// Spec is the receiver as a bind variable.
func (r Receiver) Spec() ColumnSpec { return ColumnSpec{r.Keyspace, r.Table, r.Name, r.Type} }

// Term is a value that is ready to be computed. It is immutable and safe for concurrent use.
type Term interface {
	// Eval returns wire bytes: nil for null, Unset for a bind marker that was left unset. The caller must not change
	// them. Bytes of a bound value are checked against the receiver's type.
	Eval(ctx *EvalContext) ([]byte, error)
}

// unset is told from values by its identity.
var unset = make([]byte, 1)

// Unset is what a Term answers for a bind marker that the client left unset. Ask IsUnset.
func Unset() []byte { return unset }

// IsUnset says whether v is the mark of an unset value.
func IsUnset(v []byte) bool { return len(v) == 1 && &v[0] == &unset[0] }

// EvalContext is what one request gives to terms and selectors.
type EvalContext struct {
	Values Values
	// Time is when the request came; NowSeconds is the same in seconds, or what the client asked for.
	Time       time.Time
	NowSeconds int64
	// Version is the client's protocol version.
	Version int
	Fn      *fn.Context
	// Timestamp is the default write timestamp in microseconds; only writes need it.
	Timestamp int64
	// ExpiryOverflow is cassandra.expiration_date_overflow_policy: REJECT, CAP or CAP_NOWARN.
	ExpiryOverflow string
	// Warn collects warnings for the client; never nil.
	Warn func(text string)
	// json keeps the documents of INSERT ... JSON that were read for this execution.
	json map[*jsonSource]map[string][]byte
}
