package fn

import "alexandra/internal/cqltype"

// extremeFactories are max and min, for values of every type.
func extremeFactories() []*factory {
	return []*factory{extremeFactory("max", 1), extremeFactory("min", -1)}
}

func extremeFactory(name string, sign int) *factory {
	return &factory{
		name: name, params: []parameter{anyParam(false)},
		build: func(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
			t := args[0]
			return &Function{
				Keyspace: SystemKeyspace, Name: name, Args: args, Return: t, Native: true, Deterministic: true,
				New: func() State { return &extremeState{typ: t, sign: sign} },
			}, nil
		},
	}
}

// extremeState keeps the largest value, or with a negative sign the smallest.
type extremeState struct {
	typ  cqltype.Type
	sign int
	best []byte
}

// Add implements State.
func (s *extremeState) Add(args [][]byte) error {
	v := args[0]
	if v != nil && (s.best == nil || s.sign*s.typ.Compare(v, s.best) > 0) {
		s.best = append(make([]byte, 0, len(v)), v...)
	}
	return nil
}

// Result implements State.
func (s *extremeState) Result() ([]byte, error) { return s.best, nil }
