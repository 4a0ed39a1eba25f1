package exec

import (
	"encoding/hex"
	"maps"
	"slices"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

func hexText(b []byte) string { return hex.EncodeToString(b) }

// sameShape says that a prepared statement stays right when table a becomes b: the same table with the same columns and
// indexes. Other options do not matter.
func sameShape(a, b *schema.Table) bool {
	if a == b {
		return true
	}
	if b == nil || a.ID != b.ID || a.Compact != b.Compact {
		return false
	}
	return maps.EqualFunc(a.Columns, b.Columns, sameColumn) &&
		maps.EqualFunc(a.Indexes, b.Indexes, func(x, y *schema.Index) bool {
			return x.Kind == y.Kind && maps.Equal(x.Options, y.Options)
		})
}

func sameColumn(a, b *schema.Column) bool {
	if a == b {
		return true
	}
	return a.Kind == b.Kind && a.Position == b.Position && a.Desc == b.Desc && cqltype.Equal(a.Type, b.Type) && sameMask(a.Mask, b.Mask)
}

func sameMask(a, b *schema.Mask) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Keyspace == b.Keyspace && a.Function == b.Function &&
		slices.EqualFunc(a.ArgTypes, b.ArgTypes, cqltype.Equal) &&
		slices.EqualFunc(a.ArgValues, b.ArgValues, func(x, y []byte) bool { return string(x) == string(y) && (x == nil) == (y == nil) })
}
