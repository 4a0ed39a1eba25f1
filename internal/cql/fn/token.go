package fn

import (
	"encoding/binary"

	"alexandra/internal/cqltype"
	"alexandra/internal/token"
)

const tokenName = "token"

// tokenFunction is token() for a table with that partition key.
func tokenFunction(key []cqltype.Type) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: tokenName, Args: key, Return: cqltype.Bigint, Native: true, Deterministic: true,
		Call: func(_ *Context, args [][]byte) ([]byte, error) {
			for _, a := range args {
				if a == nil {
					return nil, nil
				}
			}
			return cqltype.EncodeBigint(int64(token.Of(joinKey(args)))), nil
		},
	}
}

// localTokenFunction is token() for a virtual table: its partitioner keeps the order of the keys, and the token is the
// key itself, or the tuple of its columns.
func localTokenFunction(key []cqltype.Type) *Function {
	f := &Function{Keyspace: SystemKeyspace, Name: tokenName, Args: key, Return: LocalToken(key), Native: true, Deterministic: true}
	f.Call = func(_ *Context, args [][]byte) ([]byte, error) {
		for _, a := range args {
			if a == nil {
				return nil, nil
			}
		}
		if len(args) == 1 {
			return args[0], nil
		}
		return cqltype.EncodeTuple(args), nil
	}
	return f
}

// LocalToken is the type of the tokens of a virtual table with this partition key.
func LocalToken(key []cqltype.Type) cqltype.Type {
	if len(key) == 1 {
		return key[0]
	}
	return cqltype.NewTuple(key...)
}

// joinKey is the serialized partition key: one component as it is, several each with a length and a zero byte.
func joinKey(parts [][]byte) []byte {
	if len(parts) == 1 {
		return parts[0]
	}
	var key []byte
	for _, p := range parts {
		key = binary.BigEndian.AppendUint16(key, uint16(len(p)))
		key = append(append(key, p...), 0)
	}
	return key
}
