package ast

// AlterType is ALTER TYPE with one action.
type AlterType struct {
	IfExists bool
	Name     QualifiedName
	Action   AlterTypeAction
}

// AlterTypeAction is what ALTER TYPE does: AddField, RenameFields or AlterFieldType.
type AlterTypeAction interface {
	String() string
	alterType()
}

// AddField is ADD [IF NOT EXISTS] field type.
type AddField struct {
	IfNotExists bool
	Field       FieldDef
}

// RenameFields is RENAME [IF EXISTS] a TO b AND c TO d.
type RenameFields struct {
	IfExists bool
	Renames  []Rename
}

// AlterFieldType is ALTER field TYPE type.
type AlterFieldType struct {
	Field string
	Type  Type
}

func (*AlterType) statement() {}

func (AddField) alterType()       {}
func (RenameFields) alterType()   {}
func (AlterFieldType) alterType() {}

// String prints the statement.
func (s *AlterType) String() string {
	var p printer
	p.WriteString("ALTER TYPE ")
	p.when(s.IfExists, ifExists)
	p.words(s.Name.String(), " ", s.Action.String())
	return p.String()
}

// String prints the action.
func (a AddField) String() string {
	var p printer
	p.WriteString("ADD ")
	p.when(a.IfNotExists, ifNotExists)
	p.WriteString(a.Field.String())
	return p.String()
}

// String prints the action.
func (a RenameFields) String() string { return RenameColumns(a).String() }

// String prints the action.
func (a AlterFieldType) String() string { return "ALTER " + name(a.Field) + " TYPE " + a.Type.String() }
