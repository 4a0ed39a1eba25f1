package ast

// ColumnDef defines a column of CREATE TABLE or ALTER TABLE ADD. PrimaryKey (CREATE TABLE only) is the short form
// "column type PRIMARY KEY".
type ColumnDef struct {
	Name       string
	Type       Type
	Static     bool
	Mask       *Mask
	PrimaryKey bool
}

// String prints the definition.
func (c ColumnDef) String() string {
	var p printer
	p.words(name(c.Name), " ", c.Type.String())
	p.when(c.Static, " STATIC")
	if c.Mask != nil {
		p.words(" ", c.Mask.String())
	}
	p.when(c.PrimaryKey, " PRIMARY KEY")
	return p.String()
}

// CreateTable is CREATE TABLE. A correct statement has one primary key: one column that is marked or one PrimaryKeys.
// The grammar allows any number of both, and columns of the same name.
type CreateTable struct {
	IfNotExists     bool
	Name            QualifiedName
	Columns         []ColumnDef
	PrimaryKeys     []PrimaryKey
	ClusteringOrder []ClusteringOrder
	CompactStorage  bool
	Properties      []Property
}

func (*CreateTable) statement() {}

// String prints the statement.
func (s *CreateTable) String() string {
	var p printer
	p.WriteString("CREATE TABLE ")
	p.when(s.IfNotExists, ifNotExists)
	p.words(s.Name.String(), " (")
	join(&p, s.Columns, ", ", str[ColumnDef])
	p.when(len(s.Columns) > 0 && len(s.PrimaryKeys) > 0, ", ")
	join(&p, s.PrimaryKeys, ", ", str[PrimaryKey])
	parts := clusteringOrder(s.ClusteringOrder)
	if s.CompactStorage {
		parts = append(parts, "COMPACT STORAGE")
	}
	p.words(")", with(append(parts, properties(s.Properties)...)))
	return p.String()
}
