// Package syskeyspace knows the system keyspaces and how any schema is stored in one of them.
//
// One file per keyspace holds its tables as the CREATE TABLE text of Cassandra 5.0.5. The keyspaces system and
// system_schema belong to each node and come from this text alone. system_auth, system_distributed and system_traces
// belong to the cluster: their text is what the first node creates, later they are altered like any other keyspace.
//
// Codec turns a schema into the rows of system_schema and back; internal/coord stores, sends and reads these rows,
// internal/node wires the two. Virtual keyspaces are not here, see internal/virtual.
package syskeyspace

import (
	"crypto/md5"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// definition is one system keyspace as text.
type definition struct {
	name    string
	local   bool // belongs to the node
	factor  int  // least replication factor, when it does not
	options string
	// dropped are columns of former versions, "name type" by table.
	dropped map[string]string
	// indexes are those of Cassandra's own making, by table: shown, never used here.
	indexes map[string]schema.Index
	tables  []string
}

// definitions are all system keyspaces, by name.
var definitions = []*definition{&system, &systemAuth, &systemDistributed, &systemSchema, &systemTraces}

// Load makes a schema of all system keyspaces, as a new cluster has it. The virtual ones are not among them.
func Load() (*schema.Schema, error) {
	s := &schema.Schema{Keyspaces: map[string]*schema.Keyspace{}}
	for _, d := range definitions {
		k, err := d.keyspace(d.factor)
		if err != nil {
			return nil, err
		}
		s.Keyspaces[d.name] = k
	}
	return s.WithVersion(nil), nil
}

// WithVirtual is s with a virtual keyspace of these tables, which become virtual ones.
func WithVirtual(s *schema.Schema, name string, tables []*schema.Table) *schema.Schema {
	k := schema.NewKeyspace(name, schema.Replication{Class: schema.LocalStrategy, Options: map[string]string{}})
	k.Virtual = true
	for _, t := range tables {
		t = t.Copy()
		t.Virtual = true
		k.Add(t)
	}
	return s.WithKeyspace(k)
}

// EnsureReplicated makes the schema change that every node tries when it starts: it adds what the schema lacks of
// system_auth, system_distributed and system_traces. Their replication factors are 1, 3 and 2 or those of factors, by
// keyspace, but at least defaultRF (default_keyspace_rf). What is there stays as it is.
func EnsureReplicated(defaultRF int, factors map[string]int) func(*schema.Schema) (*schema.Schema, []schema.Change, error) {
	return func(s *schema.Schema) (*schema.Schema, []schema.Change, error) {
		now := s
		for _, d := range definitions {
			if d.local {
				continue
			}
			factor, other := factors[d.name]
			if !other {
				factor = d.factor
			}
			fresh, err := d.keyspace(max(factor, defaultRF))
			if err != nil {
				return nil, nil, err
			}
			if k := complete(s.Keyspaces[d.name], fresh); k != s.Keyspaces[d.name] {
				now = now.WithKeyspace(k)
			}
		}
		return now, schema.Diff(s, now), nil
	}
}

// complete is k with the tables of fresh that it lacks.
func complete(k, fresh *schema.Keyspace) *schema.Keyspace {
	if k == nil {
		return fresh
	}
	for name, t := range fresh.Tables {
		if k.Tables[name] == nil {
			k = k.WithTable(t)
		}
	}
	return k
}

func (d *definition) keyspace(factor int) (*schema.Keyspace, error) {
	r := schema.Replication{Class: schema.LocalStrategy, Options: map[string]string{}}
	if !d.local {
		r.Class = schema.SimpleStrategy
		r.Options["replication_factor"] = strconv.Itoa(factor)
	}
	k := schema.NewKeyspace(d.name, r)
	for _, text := range d.tables {
		t, err := d.table(text)
		if err != nil {
			return nil, fmt.Errorf("definition of %s: %w", d.name, err)
		}
		k.Add(t)
	}
	return k, nil
}

func (d *definition) table(text string) (*schema.Table, error) {
	t, err := parseTable(text+" AND "+d.options, d.name)
	if err != nil {
		return nil, err
	}
	t.ID = tableID(t.Keyspace, t.Name)
	if index, ok := d.indexes[t.Name]; ok {
		t.Indexes[index.Name] = &index
	}
	if column, ok := d.dropped[t.Name]; ok {
		name, typ, _ := strings.Cut(column, " ")
		old, err := cqltype.ParseCQL(typ, cqltype.NoUserTypes{})
		if err != nil {
			return nil, err
		}
		t.Dropped[name] = &schema.DroppedColumn{Name: name, Type: old, Kind: schema.Regular, Time: math.MaxInt64}
	}
	return t, nil
}

// ParseTable makes a table from a CREATE TABLE statement that names its keyspace and uses no user types.
func ParseTable(create string) (*schema.Table, error) { return parseTable(create, "") }

// parseTable is ParseTable; a keyspace is put in when it is given.
func parseTable(create, keyspace string) (*schema.Table, error) {
	res, err := parse.Statement(create)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, create)
	}
	st, ok := res.Statement.(*ast.CreateTable)
	if !ok {
		return nil, fmt.Errorf("not a table: %s", create)
	}
	if keyspace != "" {
		st.Name.Keyspace = keyspace
	}
	t, err := schema.BuildTable(st)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, create)
	}
	return t, nil
}

// tableID is the id of a system table: that of its name, so that all nodes agree (TableId.forSystemTable).
func tableID(keyspace, table string) uuid.UUID {
	id := uuid.UUID(md5.Sum([]byte(keyspace + table)))
	id[6] = id[6]&0x0F | 0x30
	id[8] = id[8]&0x3F | 0x80
	return id
}
