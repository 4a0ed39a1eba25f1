package plan

import (
	"alexandra/internal/config"
	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/schema"
)

// Env is what a statement is bound to.
type Env struct {
	Schema *schema.Schema
	// Keyspace is the current keyspace, from USE or the request; empty when there is none.
	Keyspace string
	// Settings is the node's configuration: what is enabled, guardrails, limits. Never nil.
	Settings *config.Config
}

// NoKeyspace is the refusal of an unqualified name without a current keyspace.
func NoKeyspace() error {
	return cqlerr.Invalid("No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename")
}

// Qualify fills in the current keyspace.
func (e *Env) Qualify(n ast.QualifiedName) (ast.QualifiedName, error) {
	if n.Keyspace == "" {
		n.Keyspace = e.Keyspace
	}
	if n.Keyspace == "" {
		return n, NoKeyspace()
	}
	return n, nil
}

// Table finds the table, view or virtual table that a statement reads or writes.
func (e *Env) Table(n ast.QualifiedName) (*schema.Table, error) {
	n, err := e.Qualify(n)
	if err != nil {
		return nil, err
	}
	ks := e.Schema.Keyspace(n.Keyspace)
	if ks == nil {
		return nil, cqlerr.Invalid("keyspace %s does not exist", n.Keyspace)
	}
	if t := ks.Tables[n.Name]; t != nil {
		return t, nil
	}
	return nil, cqlerr.Invalid("table %s does not exist", n.Name)
}

// Column finds a column of a table by its exact name.
func Column(t *schema.Table, name string) (*schema.Column, error) {
	if c := t.Columns[name]; c != nil {
		return c, nil
	}
	return nil, cqlerr.Invalid("Undefined column name %s in table %s.%s", ast.QuoteName(name), ast.QuoteName(t.Keyspace), ast.QuoteName(t.Name))
}
