package fn

// fixed are the functions whose argument types are known, by name; factories make the others. Both are filled once,
// from the lists of the families.
var (
	fixed = byName(
		uuidFunctions(),
		timeFunctions(),
		floorFunctions(),
		blobFunctions(),
		mathFunctions(),
		castFunctions(),
		operations(),
		aggregates(),
	)
	factories = factoriesByName(
		jsonFactories(),
		collectionFactories(),
		maskFactories(),
		vectorFactories(),
		extremeFactories(),
	)
)

func byName(families ...[]*Function) map[string][]*Function {
	index := map[string][]*Function{}
	for _, family := range families {
		for _, f := range family {
			index[f.Name] = append(index[f.Name], f)
		}
	}
	return index
}

func factoriesByName(families ...[]*factory) map[string]*factory {
	index := map[string]*factory{}
	for _, family := range families {
		for _, f := range family {
			index[f.name] = f
		}
	}
	return index
}

// NativeNames are the names of all native functions that CQL text can write.
func NativeNames() []string {
	var names []string
	for name := range fixed {
		if name[0] != '_' {
			names = append(names, name)
		}
	}
	for name := range factories {
		names = append(names, name)
	}
	return append(names, tokenName)
}
