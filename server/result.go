package server

import (
	"alexandra/internal/cql/exec"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// Kinds of RESULT, section 4.2.5.
const (
	resultVoid         = 1
	resultRows         = 2
	resultSetKeyspace  = 3
	resultPrepared     = 4
	resultSchemaChange = 5
)

// Flags of result metadata.
const (
	metaGlobalSpec = 0x01
	metaMorePages  = 0x02
	metaNone       = 0x04
	metaChanged    = 0x08
)

// resultResponse encodes what a statement answered.
func resultResponse(res *exec.Result, version int) *response {
	r := newResponse(opResult)
	r.warnings = res.Warnings
	switch {
	case res.Rows != nil:
		r.body = appendRows(appendInt(r.body, resultRows), res.Rows, version)
	case res.SetKeyspace != "":
		r.body = appendString(appendInt(r.body, resultSetKeyspace), res.SetKeyspace)
	case res.SchemaChange != nil:
		r.body = appendSchemaChange(appendInt(r.body, resultSchemaChange), res.SchemaChange, version)
	default:
		r.body = appendInt(r.body, resultVoid)
	}
	return r
}

func appendRows(b []byte, rows *exec.Rows, version int) []byte {
	flags := 0
	if rows.PagingState != nil {
		flags |= metaMorePages
	}
	if rows.MetadataChanged && version >= 5 {
		flags |= metaChanged
	}
	global := oneTable(rows.Columns)
	if global {
		flags |= metaGlobalSpec
	}
	if rows.NoMetadata {
		flags |= metaNone
	}
	b = appendInt(appendInt(b, flags), len(rows.Columns))
	if rows.PagingState != nil {
		b = appendBytes(b, rows.PagingState)
	}
	if flags&metaChanged != 0 {
		b = appendShortBytes(b, rows.MetadataID)
	}
	if !rows.NoMetadata {
		b = appendColumns(b, rows.Columns, global, version)
	}
	b = appendInt(b, len(rows.Rows))
	for _, row := range rows.Rows {
		for _, v := range row {
			b = appendBytes(b, v)
		}
	}
	return b
}

// oneTable says whether the keyspace and table need to be told only once.
func oneTable(cols []exec.ColumnSpec) bool {
	for _, c := range cols {
		if c.Keyspace != cols[0].Keyspace || c.Table != cols[0].Table {
			return false
		}
	}
	return len(cols) > 0
}

func appendColumns(b []byte, cols []exec.ColumnSpec, global bool, version int) []byte {
	if global {
		b = appendString(appendString(b, cols[0].Keyspace), cols[0].Table)
	}
	for _, c := range cols {
		if !global {
			b = appendString(appendString(b, c.Keyspace), c.Table)
		}
		b = appendType(appendString(b, c.Name), c.Type, version)
	}
	return b
}

// sinceVersion is the first version that knows a native type; older clients see it as a custom type.
var sinceVersion = map[cqltype.Kind]int{
	cqltype.KindDate: 4, cqltype.KindTime: 4, cqltype.KindSmallint: 4, cqltype.KindTinyint: 4, cqltype.KindDuration: 5,
}

// appendType writes the [option] that describes a type.
func appendType(b []byte, t cqltype.Type, version int) []byte {
	code := t.Kind().Code()
	if code == 0 || sinceVersion[t.Kind()] > version {
		return appendString(appendShort(b, 0), t.Class())
	}
	b = appendShort(b, int(code))
	switch t := t.(type) {
	case *cqltype.ListType:
		return appendType(b, t.Elem, version)
	case *cqltype.SetType:
		return appendType(b, t.Elem, version)
	case *cqltype.MapType:
		return appendType(appendType(b, t.Key, version), t.Value, version)
	case *cqltype.TupleType:
		b = appendShort(b, len(t.Elems))
		for _, e := range t.Elems {
			b = appendType(b, e, version)
		}
	case *cqltype.UserType:
		b = appendShort(appendString(appendString(b, t.Keyspace), t.Name), len(t.Fields))
		for _, f := range t.Fields {
			b = appendType(appendString(b, f.Name), f.Type, version)
		}
	}
	return b
}

// preparedResponse encodes the answer to PREPARE.
func preparedResponse(p *exec.PreparedResult, version int) *response {
	r := newResponse(opResult)
	r.warnings = p.Warnings
	b := appendShortBytes(appendInt(r.body, resultPrepared), p.ID)
	if version >= 5 {
		b = appendShortBytes(b, p.ResultMetadataID)
	}
	global := oneTable(p.Variables)
	flags := 0
	if global {
		flags = metaGlobalSpec
	}
	b = appendInt(appendInt(b, flags), len(p.Variables))
	if version >= 4 {
		b = appendInt(b, len(p.PKIndices))
		for _, i := range p.PKIndices {
			b = appendShort(b, i)
		}
	}
	b = appendColumns(b, p.Variables, global, version)
	if !p.HasResult {
		r.body = appendInt(appendInt(b, metaNone), 0)
		return r
	}
	global, flags = oneTable(p.ResultColumns), 0
	if global {
		flags = metaGlobalSpec
	}
	b = appendInt(appendInt(b, flags), len(p.ResultColumns))
	r.body = appendColumns(b, p.ResultColumns, global, version)
	return r
}

// appendSchemaChange writes the body that results and events share. Version 3 knows no functions: their changes become
// an update of the keyspace, followed by the empty string that Cassandra sends there.
func appendSchemaChange(b []byte, ch *schema.Change, version int) []byte {
	function := ch.Target == "FUNCTION" || ch.Target == "AGGREGATE"
	if function && version < 4 {
		b = appendString(appendString(b, string(schema.Updated)), "KEYSPACE")
		return appendString(appendString(b, ch.Keyspace), "")
	}
	b = appendString(appendString(b, string(ch.Kind)), ch.Target)
	b = appendString(b, ch.Keyspace)
	if ch.Target != "KEYSPACE" {
		b = appendString(b, ch.Name)
	}
	if function {
		b = appendStringList(b, ch.ArgTypes)
	}
	return b
}
