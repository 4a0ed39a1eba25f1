package fn

import "alexandra/internal/cqltype"

func uuidFunctions() []*Function {
	return []*Function{{
		Keyspace: SystemKeyspace, Name: "uuid", Return: cqltype.Uuid, Native: true,
		Call: func(ctx *Context, _ [][]byte) ([]byte, error) {
			u := ctx.UUID()
			return u[:], nil
		},
	}}
}
