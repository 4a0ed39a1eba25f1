package fn

import "alexandra/internal/cqltype"

func collectionFactories() []*factory {
	return []*factory{
		{name: "map_keys", params: []parameter{mapParam()}, build: mapKeys},
		{name: "map_values", params: []parameter{mapParam()}, build: mapValues},
		{name: "collection_count", params: []parameter{checkedParam("collection", "collection", isCollection)}, build: collectionCount},
		{name: "collection_min", params: []parameter{setOrListParam()}, build: elementExtreme(-1)},
		{name: "collection_max", params: []parameter{setOrListParam()}, build: elementExtreme(1)},
		{name: "collection_sum", params: []parameter{numericCollectionParam()}, build: elementSum(false)},
		{name: "collection_avg", params: []parameter{numericCollectionParam()}, build: elementSum(true)},
	}
}

func isCollection(t cqltype.Type) bool {
	return t.Kind() == cqltype.KindList || t.Kind() == cqltype.KindSet || t.Kind() == cqltype.KindMap
}

func mapParam() parameter {
	return checkedParam("map", "map", func(t cqltype.Type) bool { return t.Kind() == cqltype.KindMap })
}

func setOrListParam() parameter {
	return checkedParam("numeric_set_or_list", "set or list", func(t cqltype.Type) bool { return elementType(t) != nil })
}

func numericCollectionParam() parameter {
	return checkedParam("numeric_set_or_list", "numeric set/list", func(t cqltype.Type) bool {
		return elementType(t) != nil && isNumeric(elementType(t))
	})
}

// elementType is the type of the elements of a set or list, else nil.
func elementType(t cqltype.Type) cqltype.Type {
	switch t := t.(type) {
	case *cqltype.ListType:
		return t.Elem
	case *cqltype.SetType:
		return t.Elem
	}
	return nil
}

func newScalar(name string, args []cqltype.Type, ret cqltype.Type, compute func(v []byte) ([]byte, error)) *Function {
	return &Function{Keyspace: SystemKeyspace, Name: name, Args: args, Return: ret, Native: true, Deterministic: true, Call: call1(compute)}
}

func mapKeys(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newScalar(name, args, cqltype.NewSet(args[0].(*cqltype.MapType).Key, true), func(v []byte) ([]byte, error) {
		entries, err := cqltype.DecodeMap(v)
		if err != nil {
			return nil, err
		}
		keys := make([][]byte, len(entries))
		for i, e := range entries {
			keys[i] = e.Key
		}
		return cqltype.EncodeList(keys), nil
	}), nil
}

func mapValues(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newScalar(name, args, cqltype.NewList(args[0].(*cqltype.MapType).Value, true), func(v []byte) ([]byte, error) {
		entries, err := cqltype.DecodeMap(v)
		if err != nil {
			return nil, err
		}
		values := make([][]byte, len(entries))
		for i, e := range entries {
			values[i] = e.Value
		}
		return cqltype.EncodeList(values), nil
	}), nil
}

func collectionCount(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newScalar(name, args, cqltype.Int, func(v []byte) ([]byte, error) {
		if args[0].Kind() == cqltype.KindMap {
			entries, err := cqltype.DecodeMap(v)
			return cqltype.EncodeInt(int32(len(entries))), err
		}
		elems, err := cqltype.DecodeList(v)
		return cqltype.EncodeInt(int32(len(elems))), err
	}), nil
}

// elementExtreme and elementSum run the aggregates over the elements.
func elementExtreme(sign int) func(string, []cqltype.Type, cqltype.Type) (*Function, error) {
	return func(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
		elem := elementType(args[0])
		return newScalar(name, args, elem, func(v []byte) ([]byte, error) {
			return overElements(v, &extremeState{typ: elem, sign: sign})
		}), nil
	}
}

func elementSum(average bool) func(string, []cqltype.Type, cqltype.Type) (*Function, error) {
	return func(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
		elem := elementType(args[0])
		return newScalar(name, args, elem, func(v []byte) ([]byte, error) {
			return overElements(v, newSum(elem, average))
		}), nil
	}
}

func overElements(v []byte, s State) ([]byte, error) {
	elems, err := cqltype.DecodeList(v)
	if err != nil {
		return nil, err
	}
	for _, e := range elems {
		if err := s.Add([][]byte{e}); err != nil {
			return nil, err
		}
	}
	return s.Result()
}
