package ast

import "strconv"

// AlterTable is ALTER TABLE with one action.
type AlterTable struct {
	IfExists bool
	Name     QualifiedName
	Action   AlterTableAction
}

// AlterTableAction is what ALTER TABLE does: AddColumns, DropColumns, RenameColumns, AlterColumnType, AlterColumnMask,
// DropCompactStorage or AlterOptions.
type AlterTableAction interface {
	String() string
	alterTable()
}

// AddColumns is ADD [IF NOT EXISTS] (columns); none of them is marked PRIMARY KEY.
type AddColumns struct {
	IfNotExists bool
	Columns     []ColumnDef
}

// DropColumns is DROP [IF EXISTS] (columns) [USING TIMESTAMP n]; Timestamp is nil without USING.
type DropColumns struct {
	IfExists  bool
	Columns   []string
	Timestamp *int64
}

// Rename is one from TO to.
type Rename struct{ From, To string }

// RenameColumns is RENAME [IF EXISTS] a TO b AND c TO d.
type RenameColumns struct {
	IfExists bool
	Renames  []Rename
}

// AlterColumnType is ALTER column TYPE type.
type AlterColumnType struct {
	Column string
	Type   Type
}

// AlterColumnMask is ALTER [IF EXISTS] column MASKED WITH mask, or DROP MASKED when Mask is nil.
type AlterColumnMask struct {
	IfExists bool
	Column   string
	Mask     *Mask
}

// DropCompactStorage is DROP COMPACT STORAGE.
type DropCompactStorage struct{}

// AlterOptions is WITH properties.
type AlterOptions struct{ Properties []Property }

func (*AlterTable) statement() {}

func (AddColumns) alterTable()         {}
func (DropColumns) alterTable()        {}
func (RenameColumns) alterTable()      {}
func (AlterColumnType) alterTable()    {}
func (AlterColumnMask) alterTable()    {}
func (DropCompactStorage) alterTable() {}
func (AlterOptions) alterTable()       {}

// String prints the statement.
func (s *AlterTable) String() string {
	var p printer
	p.WriteString("ALTER TABLE ")
	p.when(s.IfExists, ifExists)
	p.words(s.Name.String(), " ", s.Action.String())
	return p.String()
}

// String prints the action.
func (a AddColumns) String() string {
	var p printer
	p.WriteString("ADD ")
	p.when(a.IfNotExists, ifNotExists)
	p.WriteByte('(')
	join(&p, a.Columns, ", ", str[ColumnDef])
	p.WriteByte(')')
	return p.String()
}

// String prints the action.
func (a DropColumns) String() string {
	var p printer
	p.WriteString("DROP ")
	p.when(a.IfExists, ifExists)
	p.words("(", names(a.Columns), ")")
	if a.Timestamp != nil {
		p.words(" USING TIMESTAMP ", strconv.FormatInt(*a.Timestamp, 10))
	}
	return p.String()
}

// String prints the renaming.
func (r Rename) String() string { return name(r.From) + " TO " + name(r.To) }

// String prints the action.
func (a RenameColumns) String() string {
	var p printer
	p.WriteString("RENAME ")
	p.when(a.IfExists, ifExists)
	join(&p, a.Renames, " AND ", str[Rename])
	return p.String()
}

// String prints the action.
func (a AlterColumnType) String() string {
	return "ALTER " + columnName(a.Column) + " TYPE " + a.Type.String()
}

// String prints the action.
func (a AlterColumnMask) String() string {
	var p printer
	p.WriteString("ALTER ")
	p.when(a.IfExists, ifExists)
	p.WriteString(columnName(a.Column))
	if a.Mask == nil {
		p.WriteString(" DROP MASKED")
	} else {
		p.words(" ", a.Mask.String())
	}
	return p.String()
}

// String prints the action.
func (DropCompactStorage) String() string { return "DROP COMPACT STORAGE" }

// String prints the action.
func (a AlterOptions) String() string { return with(properties(a.Properties))[1:] }
