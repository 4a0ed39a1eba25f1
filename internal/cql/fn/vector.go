package fn

import (
	"math"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

func vectorFactories() []*factory {
	return []*factory{
		similarity("similarity_cosine", cosine),
		similarity("similarity_euclidean", euclidean),
		similarity("similarity_dot_product", dotProduct),
	}
}

// floatVectorParam takes vectors of float. An array literal is one with as many elements as it has, and an unknown
// type that of the other argument.
func floatVectorParam() parameter {
	return parameter{
		text: "vector<float, n>",
		infer: func(a Arg, _ cqltype.Type, previous []cqltype.Type) cqltype.Type {
			if n := a.ArrayLen(); n > 0 {
				return cqltype.NewVector(cqltype.Float, n)
			}
			if t := a.Type(); t != nil {
				return t
			}
			for _, t := range previous {
				if t != nil && t.Kind() == cqltype.KindVector {
					return t
				}
			}
			return nil
		},
		check: func(name string, a Arg, t cqltype.Type) error {
			if v, ok := t.(*cqltype.VectorType); ok && v.Elem.Kind() == cqltype.KindFloat {
				return nil
			}
			return cqlerr.Invalid("Function %s requires a float vector argument, but found argument %s of type %s", name, a, t)
		},
	}
}

func similarity(name string, compute func(a, b []float32) (float32, bool)) *factory {
	return &factory{
		name: name, params: []parameter{floatVectorParam(), floatVectorParam()},
		build: func(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
			a, b := args[0].(*cqltype.VectorType), args[1].(*cqltype.VectorType)
			if a.Dim != b.Dim {
				return nil, cqlerr.Invalid("All arguments must have the same vector dimensions")
			}
			return &Function{
				Keyspace: SystemKeyspace, Name: name, Args: args, Return: cqltype.Float, Native: true, Deterministic: true,
				Call: call2(func(x, y []byte) ([]byte, error) {
					v, ok := compute(floats(a, x), floats(b, y))
					if !ok {
						return nil, cqlerr.Invalid("Function %s.%s doesn't support all-zero vectors.", SystemKeyspace, name)
					}
					return cqltype.EncodeFloat(v), nil
				}),
			}, nil
		},
	}
}

func floats(t *cqltype.VectorType, v []byte) []float32 {
	out := make([]float32, t.Dim)
	elems, err := t.Decode(v)
	if err != nil {
		return out
	}
	for i, e := range elems {
		out[i] = cqltype.DecodeFloat(e)
	}
	return out
}

// The similarities lie between 0 and 1 for vectors of length one; these are the formulas of the index library that
// Cassandra uses. The boolean is false when there is no answer.
func cosine(a, b []float32) (float32, bool) {
	var dot, lengthA, lengthB float32
	for i := range a {
		dot += a[i] * b[i]
		lengthA += a[i] * a[i]
		lengthB += b[i] * b[i]
	}
	if lengthA == 0 || lengthB == 0 {
		return 0, false
	}
	cos := float32(float64(dot) / math.Sqrt(float64(lengthA*lengthB)))
	return (1 + cos) / 2, true
}

func euclidean(a, b []float32) (float32, bool) {
	var square float32
	for i := range a {
		d := a[i] - b[i]
		square += d * d
	}
	return 1 / (1 + square), true
}

func dotProduct(a, b []float32) (float32, bool) {
	var dot float32
	for i := range a {
		dot += a[i] * b[i]
	}
	return (1 + dot) / 2, true
}
