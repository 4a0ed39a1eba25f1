// Package syskeyspace holds the keyspaces that come with the program: system, system_auth, system_distributed,
// system_schema and system_traces, as the CREATE TABLE texts of Cassandra 5.0.5, one file per keyspace.
//
// It also turns a schema into the rows of system_schema and back (Encode, Decode): the node stores the schema there,
// and spreads changes as mutations of these tables. Rows of the local keyspaces are written for clients to read, but
// not read back: their definition is the program's own.
//
// The virtual keyspaces belong to internal/virtual, which adds them with WithVirtual. Everybody who starts a node, or
// tests something with a schema, calls Load.
package syskeyspace

import (
	"fmt"
	"math"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// keyspace is a keyspace as text.
type keyspace struct {
	name        string
	replication schema.Replication
	options     string // what all its tables have in common, for WITH
	tables      []string
}

func all() []keyspace {
	return []keyspace{system, systemAuth, systemDistributed, systemSchema, systemTraces}
}

// Load is the schema of a node that has never been started: the keyspaces of the program, without the virtual ones.
func Load() (*schema.Schema, error) {
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	for _, text := range all() {
		k, err := text.load()
		if err != nil {
			return nil, fmt.Errorf("keyspace %s: %w", text.name, err)
		}
		s.Keyspaces[k.Name] = k
	}
	if local := s.Table("system", "local"); local != nil {
		// A column of old versions whose data must never come back.
		local.Dropped["thrift_version"] = &schema.DroppedColumn{Name: "thrift_version", Type: cqltype.Text, Kind: schema.Regular, Time: math.MaxInt64}
	}
	return s.WithVersion(), nil
}

func (text keyspace) load() (*schema.Keyspace, error) {
	k := schema.NewKeyspace(text.name, text.replication)
	for _, create := range text.tables {
		if text.options != "" {
			create += " AND " + text.options
		}
		t, err := ParseTable(create)
		if err != nil {
			return nil, err
		}
		k = k.WithTable(t)
	}
	return k, nil
}

// ParseTable makes a table from a CREATE TABLE statement that names its keyspace and uses no user types.
func ParseTable(create string) (*schema.Table, error) {
	result, err := parse.Statement(create)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, create)
	}
	st, ok := result.Statement.(*ast.CreateTable)
	if !ok {
		return nil, fmt.Errorf("not a table: %s", create)
	}
	t, err := schema.BuildTable(st)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, create)
	}
	return t, nil
}

// WithVirtual is s with a virtual keyspace of these tables. The tables become virtual ones.
func WithVirtual(s *schema.Schema, name string, tables []*schema.Table) *schema.Schema {
	k := schema.NewKeyspace(name, schema.Replication{Class: schema.LocalStrategy, Options: map[string]string{}})
	k.Virtual = true
	for _, t := range tables {
		t = t.Copy()
		t.Virtual = true
		k = k.WithTable(t)
	}
	return s.WithKeyspace(k)
}
