package schema

import (
	"crypto/md5"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// EmptyVersion is the schema version of a node without any replicated keyspace.
var EmptyVersion = uuid.UUID(md5.Sum(nil))

// WithVersion is a copy of s with its version computed. Tables that previous has, too, are not digested again; it may be nil.
func (s *Schema) WithVersion(previous *Schema) *Schema {
	out := s.copy()
	if previous != nil {
		out.sums = previous.sums
	}
	out.setVersion()
	return out
}

// tableSums are digests of tables as they stand in system_schema. A table never changes once it is part of a schema, so
// that a new version of a large schema costs what is new in it.
type tableSums map[*Table][md5.Size]byte

// setVersion computes the version; the sums so far are those of another schema.
func (s *Schema) setVersion() {
	known := s.sums
	s.sums = make(tableSums, len(known)+1)
	for name, k := range s.Keyspaces {
		if !isVersioned(name, k) {
			continue
		}
		for _, t := range k.Tables {
			sum, ok := known[t]
			if !ok {
				sum = md5.Sum([]byte(t.canonical(false)))
			}
			s.sums[t] = sum
		}
	}
	s.Version = s.digest()
}

// isVersioned says whether a keyspace counts for the schema version.
func isVersioned(name string, k *Keyspace) bool { return !IsLocal(name) && !k.Virtual }

// IsLocal says whether a keyspace belongs to each node alone: its definition comes with the program, and it does not
// count for the schema version.
func IsLocal(keyspace string) bool {
	switch keyspace {
	case "system", "system_schema", "system_views", "system_virtual_schema", "system_metrics":
		return true
	}
	return false
}

// IsReplicatedSystem says whether a keyspace is the cluster's own.
func IsReplicatedSystem(keyspace string) bool {
	switch keyspace {
	case "system_auth", "system_traces", "system_distributed":
		return true
	}
	return false
}

// digest is a name-based UUID of everything that nodes must agree on. What is not stored in system_schema (cdc, the
// last digits of drop times) does not count, nor does the order in which things were created.
func (s *Schema) digest() uuid.UUID {
	h := md5.New()
	for _, name := range sortedKeys(s.Keyspaces) {
		if k := s.Keyspaces[name]; isVersioned(name, k) {
			s.writeKeyspace(h, k)
		}
	}
	u := uuid.UUID(h.Sum(nil))
	u[6] = u[6]&0x0F | 0x30
	u[8] = u[8]&0x3F | 0x80
	return u
}

func (s *Schema) writeKeyspace(w io.Writer, k *Keyspace) {
	fmt.Fprintln(w, k.properties())
	for _, name := range sortedKeys(k.Tables) {
		sum := s.sums[k.Tables[name]]
		_, _ = w.Write(sum[:]) // a hash takes everything
	}
	for _, name := range sortedKeys(k.Types) {
		fmt.Fprintln(w, canonicalType(k.Types[name]))
	}
	for _, name := range sortedKeys(k.Functions) {
		for _, f := range bySignature(k.Functions[name], (*Function).Signature) {
			fmt.Fprintln(w, f.ToCQL())
		}
	}
	for _, name := range sortedKeys(k.Aggregates) {
		for _, a := range bySignature(k.Aggregates[name], (*Aggregate).Signature) {
			fmt.Fprintln(w, a.ToCQL())
		}
	}
}

func bySignature[T any](list []T, signature func(T) string) []T {
	m := make(map[string]T, len(list))
	for _, e := range list {
		m[signature(e)] = e
	}
	out := make([]T, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

// properties is a keyspace without what is in it.
func (k *Keyspace) properties() string {
	return fmt.Sprintf("keyspace %q %q %s %t %t", k.Name, k.Replication.Class, mapText(k.Replication.Options), k.DurableWrites, k.Virtual)
}

func canonicalType(u *cqltype.UserType) string {
	var b strings.Builder
	fmt.Fprintf(&b, "type %q", u.Name)
	for _, f := range u.Fields {
		fmt.Fprintf(&b, " %q %s", f.Name, f.Type.Class())
	}
	return b.String()
}

// canonical is a text that is equal for equal tables. exact includes what is not stored.
func (t *Table) canonical(exact bool) string {
	var b strings.Builder
	options := t.Options
	if !exact {
		options.CDC = false
	}
	fmt.Fprintf(&b, "table %q %s %t%t%t%t%t %q", t.Name, t.ID, t.Counter, t.Compact, t.Dense, t.Compound, t.Virtual, options.clauses(false))
	for _, c := range t.describedAll() {
		fmt.Fprintf(&b, "\ncolumn %q %d %d %t %s", c.Name, c.Kind, c.Position, c.Desc, c.Type.Class())
		if c.Mask != nil {
			b.WriteString(" " + c.Mask.String())
		}
	}
	for _, name := range sortedKeys(t.Dropped) {
		d := t.Dropped[name]
		at := d.Time
		if !exact {
			at /= 1000
		}
		fmt.Fprintf(&b, "\ndropped %q %d %s %d", name, d.Kind, d.Type.Class(), at)
	}
	for _, name := range sortedKeys(t.Indexes) {
		i := t.Indexes[name]
		fmt.Fprintf(&b, "\nindex %q %s %s", name, i.Kind, mapText(i.Options))
	}
	for _, name := range sortedKeys(t.Triggers) {
		fmt.Fprintf(&b, "\ntrigger %q %q", name, t.Triggers[name].Class)
	}
	if v := t.View; v != nil {
		fmt.Fprintf(&b, "\nview %q %s %q %t", v.BaseTable, v.BaseID, v.WhereClause, v.AllColumns)
	}
	return b.String()
}

// describedAll are all columns, hidden ones included.
func (t *Table) describedAll() []*Column {
	var out []*Column
	for _, list := range [][]*Column{t.PartitionKey, t.Clustering, t.Statics, t.Regulars} {
		out = append(out, list...)
	}
	return out
}
