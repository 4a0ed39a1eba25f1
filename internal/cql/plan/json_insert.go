package plan

import (
	"fmt"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// jsonSource is the document of INSERT ... JSON: known at PREPARE, or bound.
type jsonSource struct {
	table        *schema.Table
	term         Term
	fixed        map[string][]byte // column to value, when the document is a literal
	defaultUnset bool
}

// jsonTerm is the value of one column in the document.
type jsonTerm struct {
	source *jsonSource
	column string
}

// Eval implements Term. The document is read once an execution.
func (t jsonTerm) Eval(ctx *EvalContext) ([]byte, error) {
	values := t.source.fixed
	if values == nil {
		var err error
		if values, err = t.source.read(ctx); err != nil {
			return nil, err
		}
	}
	v, ok := values[t.column]
	if !ok && t.source.defaultUnset {
		return Unset(), nil
	}
	return v, nil
}

func (s *jsonSource) read(ctx *EvalContext) (map[string][]byte, error) {
	if values, ok := ctx.json[s]; ok {
		return values, nil
	}
	v, err := s.term.Eval(ctx)
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, cqlerr.Invalid("Got null for INSERT JSON values")
	case IsUnset(v):
		return nil, cqlerr.Invalid("Got unset for INSERT JSON values")
	}
	values, err := parseRow(s.table, string(v))
	if err != nil {
		return nil, err
	}
	if ctx.json == nil {
		ctx.json = map[*jsonSource]map[string][]byte{}
	}
	ctx.json[s] = values
	return values, nil
}

// insertJSON gives every column of the table a term: which of them the document names shows when it is read.
func (m *Modification) insertJSON(s *ast.Insert, b *Binder) ([]keyValue, error) {
	source := &jsonSource{table: m.Table, defaultUnset: s.DefaultUnset}
	if l, ok := s.JSON.(ast.Literal); ok {
		values, err := parseRow(m.Table, l.Text)
		if err != nil {
			return nil, err
		}
		source.fixed = values
	} else {
		recv := Receiver{Keyspace: m.Table.Keyspace, Table: m.Table.Name, Name: "[json]", Type: cqltype.Text}
		term, err := bindTerm(b, s.JSON, recv)
		if err != nil {
			return nil, err
		}
		source.term = term
	}
	var keys []keyValue
	for _, list := range [][]*schema.Column{m.Table.PartitionKey, m.Table.Clustering} {
		for _, c := range list {
			keys = append(keys, keyValue{c, jsonTerm{source, c.Name}})
		}
	}
	for _, list := range [][]*schema.Column{m.Table.Statics, m.Table.Regulars} {
		for _, c := range list {
			o, err := newSet(c, jsonTerm{source, c.Name})
			if err != nil {
				return nil, err
			}
			m.add(o)
		}
	}
	return keys, nil
}

// parseRow reads a document whose keys are columns.
func parseRow(t *schema.Table, text string) (map[string][]byte, error) {
	j, err := cqltype.ParseJSON(text)
	if err != nil {
		return nil, undecodable(fmt.Sprintf("com.fasterxml.jackson.core.JsonParseException: %s", err), text)
	}
	if j == nil {
		return nil, cqlerr.Invalid("Got null for INSERT JSON values")
	}
	object, ok := j.(*cqltype.JSONObject)
	if !ok {
		return nil, undecodable("com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize value of type `java.util.LinkedHashMap<java.lang.Object,java.lang.Object>`", text)
	}
	fields := make(map[string]any, len(object.Keys))
	for i, key := range object.Keys {
		fields[cqltype.NormalizeJSONName(key)] = object.Values[i]
	}
	values := make(map[string][]byte, len(fields))
	for _, list := range [][]*schema.Column{t.PartitionKey, t.Clustering, t.Statics, t.Regulars} {
		for _, c := range list {
			field, ok := fields[c.Name]
			if !ok {
				continue
			}
			v, err := c.Type.FromJSON(field)
			if err != nil {
				return nil, valueError(c, err)
			}
			values[c.Name] = v
			delete(fields, c.Name)
		}
	}
	for _, key := range object.Keys {
		if _, left := fields[cqltype.NormalizeJSONName(key)]; left {
			return nil, cqlerr.Invalid("JSON values map contains unrecognized column: %s", cqltype.NormalizeJSONName(key))
		}
	}
	return values, nil
}

// valueError says which column's value could not be read. What is no complaint of the type itself stays as it is.
func valueError(c *schema.Column, err error) error {
	e, ok := err.(*cqlerr.Error) //nolint:errorlint // wrapped ones are the others
	if !ok || e.Code != cqlerr.InvalidRequest {
		return clientError(err)
	}
	return cqlerr.Invalid("Error decoding JSON value for %s: %s", c.Name, err.Error())
}

func undecodable(why, text string) error {
	return cqlerr.Invalid("Could not decode JSON string as a map: %s. (String was: %s)", why, text)
}
