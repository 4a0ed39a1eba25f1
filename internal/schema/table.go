package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"alexandra/internal/cqltype"
)

// NewTable is a table without columns, with default options. Add columns while nobody else sees it.
func NewTable(keyspace, name string, id uuid.UUID) *Table {
	return &Table{
		Keyspace: keyspace, Name: name, ID: id, Compound: true, Options: DefaultOptions(),
		Columns: map[string]*Column{}, Dropped: map[string]*DroppedColumn{},
		Indexes: map[string]*Index{}, Triggers: map[string]*Trigger{},
	}
}

// Add puts a column of a table under construction into its place. Key and clustering columns come in their order.
func (t *Table) Add(c *Column) {
	c.Keyspace, c.Table = t.Keyspace, t.Name
	t.Columns[c.Name] = c
	switch c.Kind {
	case PartitionKey:
		c.Position = len(t.PartitionKey)
		t.PartitionKey = append(t.PartitionKey, c)
	case Clustering:
		c.Position = len(t.Clustering)
		t.Clustering = append(t.Clustering, c)
	case Static:
		c.Position = -1
		t.Statics = insertColumn(t.Statics, c)
	default:
		c.Position = -1
		t.Regulars = insertColumn(t.Regulars, c)
	}
}

func insertColumn(list []*Column, c *Column) []*Column {
	i, _ := slices.BinarySearchFunc(list, c, func(a, b *Column) int { return cmp.Compare(a.Name, b.Name) })
	return slices.Insert(list, i, c)
}

// Copy is a copy of t that may be changed before it is published: columns, dropped columns, indexes and triggers are
// its own, what they point to is not.
func (t *Table) Copy() *Table {
	out := *t
	out.PartitionKey, out.Clustering = slices.Clone(t.PartitionKey), slices.Clone(t.Clustering)
	out.Statics, out.Regulars = slices.Clone(t.Statics), slices.Clone(t.Regulars)
	out.Columns, out.Dropped = cloneMap(t.Columns), cloneMap(t.Dropped)
	out.Indexes, out.Triggers = cloneMap(t.Indexes), cloneMap(t.Triggers)
	return &out
}

// replace swaps a column of a table under construction for another in the same place, which may have another name.
func (t *Table) replace(old, c *Column) {
	delete(t.Columns, old.Name)
	t.Columns[c.Name] = c
	for _, list := range [][]*Column{t.PartitionKey, t.Clustering, t.Statics, t.Regulars} {
		if i := slices.Index(list, old); i >= 0 {
			list[i] = c
		}
	}
	byName := func(a, b *Column) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(t.Statics, byName)
	slices.SortFunc(t.Regulars, byName)
}

// remove takes a static or regular column out of a table under construction.
func (t *Table) remove(c *Column) {
	delete(t.Columns, c.Name)
	is := func(x *Column) bool { return x == c }
	t.Statics = slices.DeleteFunc(t.Statics, is)
	t.Regulars = slices.DeleteFunc(t.Regulars, is)
}

// mapTypes is t with f applied to the type of each column; t itself when nothing changes.
func (t *Table) mapTypes(f func(cqltype.Type) cqltype.Type) *Table {
	var out *Table
	for _, name := range sortedKeys(t.Columns) {
		c := t.Columns[name]
		typ := f(c.Type)
		if cqltype.Equal(typ, c.Type) {
			continue
		}
		if out == nil {
			out = t.Copy()
		}
		changed := *c
		changed.Type = typ
		out.replace(c, &changed)
	}
	if out == nil {
		return t
	}
	return out
}

// Column finds a column by its exact name, or nil.
func (t *Table) Column(name string) *Column { return t.Columns[name] }

// PrimaryKey is the partition key and the clustering columns.
func (t *Table) PrimaryKey() []*Column {
	return append(slices.Clone(t.PartitionKey), t.Clustering...)
}

// IsView says whether t is a materialized view.
func (t *Table) IsView() bool { return t.View != nil }

// IsPrimaryKey says whether the column identifies rows.
func (c *Column) IsPrimaryKey() bool { return c.Kind == PartitionKey || c.Kind == Clustering }

// IsStaticCompact says whether t is WITH COMPACT STORAGE and without clustering columns of its own: its columns are
// static, and a clustering column and a value that CQL does not show exist beside them.
func (t *Table) IsStaticCompact() bool { return t.Compact && !t.Dense && !t.Compound }

// Hidden says whether SELECT * leaves the column out: the technical columns of tables WITH COMPACT STORAGE.
func (t *Table) Hidden(c *Column) bool {
	switch {
	case t.IsStaticCompact():
		return c.Kind == Clustering || c.Kind == Regular
	case t.Compact && t.Dense:
		return c.Kind == Regular && c.Type.Kind() == cqltype.KindEmpty
	}
	return false
}

// CompactValue is the only regular column of a table WITH COMPACT STORAGE, else nil.
func (t *Table) CompactValue() *Column {
	if !t.Compact || len(t.Regulars) == 0 {
		return nil
	}
	return t.Regulars[0]
}

// AllColumns lists the columns in the order of SELECT *: partition key, clustering, static, regular; the last two by
// name.
func (t *Table) AllColumns() []*Column {
	out := make([]*Column, 0, len(t.Columns))
	for _, list := range [][]*Column{t.PartitionKey, t.Clustering, t.Statics, t.Regulars} {
		for _, c := range list {
			if !t.Hidden(c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// IndexTarget is the part of a column that an index covers.
type IndexTarget struct {
	Kind   string // simple, values, keys, entries or full
	Column string
}

// ParseIndexTarget reads the option "target" of an index, as it was stored.
func ParseIndexTarget(target string) IndexTarget {
	out := IndexTarget{Kind: "simple", Column: target}
	if kind, rest, ok := strings.Cut(target, "("); ok && strings.HasSuffix(rest, ")") && !strings.HasPrefix(target, `"`) {
		out.Kind, out.Column = kind, strings.TrimSuffix(rest, ")")
	}
	if n := len(out.Column); n >= 2 && out.Column[0] == '"' && out.Column[n-1] == '"' {
		out.Column = strings.ReplaceAll(out.Column[1:n-1], `""`, `"`)
	}
	return out
}

// Target is what the index covers.
func (i *Index) Target() IndexTarget { return ParseIndexTarget(i.Options["target"]) }

// IndexesOn lists the indexes that cover the column, by name.
func (t *Table) IndexesOn(column string) []*Index {
	var out []*Index
	for _, name := range sortedKeys(t.Indexes) {
		if i := t.Indexes[name]; i.Target().Column == column {
			out = append(out, i)
		}
	}
	return out
}

// IsSAI says whether the index is a storage-attached one, by whichever name its class was given.
func (i *Index) IsSAI() bool {
	if i.Kind != KindCustom {
		return false
	}
	return isSAIClass(i.Options["class_name"])
}

// The kinds of indexes.
const (
	KindComposites = "COMPOSITES"
	KindKeys       = "KEYS"
	KindCustom     = "CUSTOM"
)

// IsStorageAttached says whether an index is storage-attached (SAI).
func (i *Index) IsStorageAttached() bool { return isSAIClass(i.Options["class_name"]) }

// IsSASI says whether an index is an SSTable-attached one (SASI).
func (i *Index) IsSASI() bool { return i.Kind == KindCustom && i.Options["class_name"] == sasiClass }

func isSAIClass(class string) bool {
	switch strings.ToLower(class) {
	case "sai", "storageattachedindex":
		return true
	}
	return class == "org.apache.cassandra.index.sai.StorageAttachedIndex"
}
