package cqltype

// natives are the types with a name of their own in CQL.
var natives = map[string]Type{
	"ascii":     Ascii,
	"bigint":    Bigint,
	"blob":      Blob,
	"boolean":   Boolean,
	"counter":   Counter,
	"date":      Date,
	"decimal":   Decimal,
	"double":    Double,
	"duration":  Duration,
	"empty":     Empty,
	"float":     Float,
	"inet":      Inet,
	"int":       Int,
	"smallint":  Smallint,
	"text":      Text,
	"time":      Time,
	"timestamp": Timestamp,
	"timeuuid":  Timeuuid,
	"tinyint":   Tinyint,
	"uuid":      Uuid,
	"varchar":   Text,
	"varint":    Varint,
}

// classes are further names of types: old ones, and what aggregates answer with.
var classes = map[string]Type{
	classPrefix + "DateType":           Timestamp,
	classPrefix + "LegacyTimeUUIDType": LegacyTimeuuid,
}

// Native finds a native type by its lower case CQL name.
func Native(name string) (Type, bool) {
	t, ok := natives[name]
	return t, ok
}

// nativeClass finds a type without parameters by its class name, which has the
// prefix.
func nativeClass(class string) (Type, bool) {
	for _, t := range natives {
		if t.Class() == class {
			return t, true
		}
	}
	t, ok := classes[class]
	return t, ok
}
