package cqltype

// Empty is the type of the value column that compact tables without one have;
// only the empty value belongs to it.
var Empty Type = &emptyType{native{KindEmpty, "EmptyType"}, byteKey{}}

type emptyType struct {
	native
	byteKey
}

func (t *emptyType) Freeze() Type { return t }

func (t *emptyType) Validate(v []byte) error {
	if len(v) > 0 {
		return invalid("EmptyType only accept empty values")
	}
	return nil
}

func (t *emptyType) Parse(text string) ([]byte, error) {
	if text != "" {
		return nil, invalid("'%s' is not empty", text)
	}
	return []byte{}, nil
}

func (t *emptyType) Format(v []byte) string { return formatOdd(v) }

func (t *emptyType) ToJSON([]byte) ([]byte, error) { return []byte(`""`), nil }

func (t *emptyType) FromJSON(j any) ([]byte, error) {
	switch j := j.(type) {
	case nil:
		return nil, nil
	case string:
		return t.Parse(j)
	}
	return nil, invalid("'%s' is not empty", javaString(j))
}
