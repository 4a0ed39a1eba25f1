package plan

import (
	"fmt"
	"math"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

const (
	// MaxTTL is the longest time to live, 20 years.
	MaxTTL = 20 * 365 * 24 * 60 * 60
	// maxExpiry is the last second, since 1970, at which something may expire: the largest 32 bit number but one, as a
	// node that still stores in the format of Cassandra 4 has it.
	maxExpiry = math.MaxInt32 - 1
)

// Attributes are the USING clause of a modification or batch.
type Attributes struct {
	timestamp, ttl Term
}

// bindUsing binds a USING clause; keyspace and table are those that its bind markers are listed with.
func bindUsing(b *Binder, u ast.Using, keyspace, table string) (a Attributes, err error) {
	if u.Timestamp != nil {
		a.timestamp, err = bindTerm(b, u.Timestamp, Receiver{Keyspace: keyspace, Table: table, Name: "[timestamp]", Type: cqltype.Bigint})
	}
	if err == nil && u.TTL != nil {
		a.ttl, err = bindTerm(b, u.TTL, Receiver{Keyspace: keyspace, Table: table, Name: "[ttl]", Type: cqltype.Int})
	}
	return a, err
}

// HasTimestamp says whether USING TIMESTAMP was written.
func (a Attributes) HasTimestamp() bool { return a.timestamp != nil }

// HasTTL says whether USING TTL was written.
func (a Attributes) HasTTL() bool { return a.ttl != nil }

// Timestamp is the write timestamp in microseconds: that of the clause, else ctx.Timestamp.
func (a Attributes) Timestamp(ctx *EvalContext) (int64, error) {
	ts := ctx.Timestamp
	if a.timestamp != nil {
		v, err := a.timestamp.Eval(ctx)
		switch {
		case err != nil:
			return 0, err
		case v == nil:
			return 0, cqlerr.Invalid("Invalid null value of timestamp")
		case !IsUnset(v):
			ts = cqltype.DecodeBigint(v)
		}
	}
	if ts == math.MinInt64 {
		return 0, cqlerr.Invalid("Out of bound timestamp, must be in [%d, %d]", int64(math.MinInt64+1), int64(math.MaxInt64))
	}
	return ts, nil
}

// TTL is the time to live in seconds, 0 for ever: that of the clause, else the table's.
func (a Attributes) TTL(ctx *EvalContext, t *schema.Table) (int32, error) {
	ttl, named := int64(t.Options.DefaultTTL), "default ttl"
	if a.ttl != nil {
		v, err := a.ttl.Eval(ctx)
		switch {
		case err != nil:
			return 0, err
		case v == nil:
			return 0, nil
		case !IsUnset(v):
			ttl, named = int64(cqltype.DecodeInt(v)), "ttl"
		}
	}
	switch {
	case ttl < 0:
		return 0, cqlerr.Invalid("A TTL must be greater or equal to 0, but was %d", ttl)
	case ttl > MaxTTL:
		return 0, cqlerr.Invalid("ttl is too large. requested (%d) maximum (%d)", ttl, MaxTTL)
	case ttl > 0 && ctx.NowSeconds+ttl > maxExpiry:
		return int32(ttl), ctx.expiryOverflow(t, named, ttl)
	}
	return int32(ttl), nil
}

// expiryOverflow is what happens to a time to live that ends too late: RowWriter ends it at maxExpiry, unless the
// operator wants an error (ExpirationDateOverflowHandling).
func (ctx *EvalContext) expiryOverflow(t *schema.Table, named string, ttl int64) error {
	switch ctx.ExpiryOverflow {
	case "CAP_NOWARN":
	case "CAP":
		ctx.Warn(fmt.Sprintf("Request on table %s.%s with %s of %d seconds exceeds maximum supported expiration date of 2038-01-19T03:14:06+00:00 "+
			"and will have its expiration capped to that date. In order to avoid this use a lower TTL or upgrade to a version where this limitation is fixed. "+
			"See CASSANDRA-14092 and CASSANDRA-14227 for more details.", t.Keyspace, t.Name, named, ttl))
	default:
		return cqlerr.Invalid("Request on table %s.%s with %s of %d seconds exceeds maximum supported expiration date of 2038-01-19T03:14:06+00:00. "+
			"In order to avoid this use a lower TTL, change the expiration date overflow policy or upgrade to a version where this limitation is fixed. "+
			"See CASSANDRA-14092 and CASSANDRA-14227 for more details.", t.Keyspace, t.Name, named, ttl)
	}
	return nil
}
