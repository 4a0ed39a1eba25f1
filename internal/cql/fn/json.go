package fn

import (
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func jsonFactories() []*factory {
	var list []*factory
	for _, name := range []string{"to_json", "tojson"} {
		list = append(list, &factory{name: name, params: []parameter{anyParam(false)}, build: toJSON})
	}
	for _, name := range []string{"from_json", "fromjson"} {
		list = append(list, &factory{name: name, params: []parameter{fixedParam("text", cqltype.Text)}, build: fromJSON})
	}
	return list
}

func toJSON(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Args: args, Return: cqltype.Text, Native: true, Deterministic: true,
		Call: func(_ *Context, values [][]byte) ([]byte, error) {
			if values[0] == nil || len(values[0]) == 0 && !hasEmptyValue(args[0]) {
				return []byte("null"), nil
			}
			return args[0].ToJSON(values[0])
		},
	}, nil
}

// hasEmptyValue says that a value without bytes means something other than null.
func hasEmptyValue(t cqltype.Type) bool {
	switch t.Kind() {
	case cqltype.KindText, cqltype.KindAscii, cqltype.KindBlob, cqltype.KindCustom, cqltype.KindTuple, cqltype.KindUDT:
		return true
	}
	return false
}

func fromJSON(name string, _ []cqltype.Type, recv cqltype.Type) (*Function, error) {
	if recv == nil {
		return nil, cqlerr.Invalid("%s() cannot be used in the selection clause of a SELECT statement", name)
	}
	f := &Function{
		Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{cqltype.Text}, Return: recv, Native: true, Deterministic: true, FromJSON: true,
	}
	f.Call = call1(func(v []byte) ([]byte, error) {
		j, err := cqltype.ParseJSON(string(v))
		if err != nil {
			return nil, f.failed("Could not decode JSON string '%s': %s", v, jacksonClass(err))
		}
		value, err := recv.FromJSON(j)
		if plain := cqltype.PlainJSON(err); plain != nil {
			return nil, plain
		}
		if err != nil {
			e := cqlerr.New(cqlerr.FunctionFailure, "org.apache.cassandra.serializers.MarshalException: %s", err.Error())
			e.Detail = &cqlerr.Function{Keyspace: SystemKeyspace, Name: name, ArgTypes: []string{"text"}}
			return nil, e
		}
		return value, nil
	})
	return f, nil
}

// jacksonClass puts the Java class of the parser's exception before its message.
func jacksonClass(err error) string {
	class := "JsonParseException"
	if strings.HasPrefix(err.Error(), "Unexpected end-of-input") {
		class = "io.JsonEOFException"
	}
	return "com.fasterxml.jackson.core." + class + ": " + err.Error()
}
