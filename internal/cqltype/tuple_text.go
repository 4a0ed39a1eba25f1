package cqltype

import "strings"

// parseColons reads components between colons; @ is null, and a backslash
// keeps the meaning of colon and @ away.
func (t *TupleType) parseColons(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	parts := splitColons(text)
	if len(parts) > len(t.Elems) {
		return nil, invalid("Invalid tuple literal: too many elements. Type %s expects %d but got %d", t, len(t.Elems), len(parts))
	}
	elems := make([][]byte, len(parts))
	for i, part := range parts {
		if part == "@" {
			continue
		}
		v, err := t.Elems[i].Parse(strings.NewReplacer(`\:`, ":", `\@`, "@").Replace(part))
		if err != nil {
			return nil, err
		}
		elems[i] = v
	}
	return EncodeTuple(elems), nil
}

// splitColons cuts at each colon without a backslash before it.
func splitColons(text string) []string {
	var parts []string
	start := 0
	for i := range len(text) {
		if text[i] == ':' && (i == 0 || text[i-1] != '\\') {
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}
