package fn

import (
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

// blobFunctions are x_as_blob and blob_as_x for every native type, also under the names without underscores that
// Cassandra deprecated.
func blobFunctions() []*Function {
	names := []string{
		"ascii", "bigint", "boolean", "counter", "date", "decimal", "double", "duration", "float", "inet", "int", "smallint",
		"text", "time", "timestamp", "timeuuid", "tinyint", "uuid", "varchar", "varint",
	}
	var list []*Function
	for _, name := range names {
		t, _ := cqltype.Native(name)
		list = append(list,
			toBlob(name+"_as_blob", t), toBlob(name+"asblob", t),
			fromBlob("blob_as_"+name, t), fromBlob("blobas"+name, t))
	}
	return list
}

func toBlob(name string, t cqltype.Type) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{t}, Return: cqltype.Blob, Native: true, Deterministic: true,
		Call: func(_ *Context, args [][]byte) ([]byte, error) { return args[0], nil },
	}
}

func fromBlob(name string, t cqltype.Type) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{cqltype.Blob}, Return: t, Native: true, Deterministic: true,
		Call: call1(func(v []byte) ([]byte, error) {
			if t.Validate(v) != nil {
				return nil, cqlerr.Invalid("In call to function %s.%s, value 0x%x is not a valid binary representation for type %s", SystemKeyspace, name, v, t)
			}
			return v, nil
		}),
	}
}
