package row

import (
	"encoding/binary"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"alexandra/internal/schema"
)

// IndexTarget is what a secondary index looks at: the function around the column in its "target" option.
type IndexTarget struct {
	Column   string
	Function string // "" for the plain value; "values", "keys", "entries" or "full"
}

// ParseIndexTarget reads the "target" option of an index: v, "V", values(v), keys("V") and so on.
func ParseIndexTarget(idx *schema.Index) IndexTarget {
	target := strings.TrimSpace(idx.Options["target"])
	out := IndexTarget{Column: target}
	if open := strings.IndexByte(target, '('); open > 0 && target[0] != '"' && strings.HasSuffix(target, ")") {
		out.Function = strings.ToLower(target[:open])
		out.Column = target[open+1 : len(target)-1]
	}
	if n := len(out.Column); n >= 2 && out.Column[0] == '"' && out.Column[n-1] == '"' {
		out.Column = strings.ReplaceAll(out.Column[1:n-1], `""`, `"`)
	}
	return out
}

// IndexTerm is the form in which an index keeps a text value: as its options case_sensitive, normalize and ascii ask.
// Whoever checks a row against an indexed restriction passes both sides through it.
func IndexTerm(idx *schema.Index, value []byte) []byte {
	option := func(name string) string { return strings.ToLower(idx.Options[name]) }
	if option("normalize") == "true" {
		value = norm.NFC.Bytes(value)
	}
	if option("case_sensitive") == "false" {
		value = []byte(strings.ToLower(string(value)))
	}
	if option("ascii") == "true" {
		value = foldASCII(value)
	}
	return value
}

// foldASCII takes the marks off letters: é becomes e, as far as Unicode decomposes them.
func foldASCII(value []byte) []byte {
	plain := true
	for _, b := range value {
		plain = plain && b < 0x80
	}
	if plain {
		return value
	}
	return []byte(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(string(value))))
}

// EntryTerm is the IndexRead.Value for an index on the entries of a map: the key's length, the key, the value.
func EntryTerm(key, value []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(key)+len(value)), uint32(len(key)))
	return append(append(out, key...), value...)
}

// EntryTermSize is how long the term of an entry is for Cassandra, which serializes it as a composite of two.
func EntryTermSize(key, value []byte) int { return len(key) + len(value) + 2*(2+1) }

// SplitEntryTerm is the inverse of EntryTerm.
func SplitEntryTerm(term []byte) (key, value []byte, ok bool) {
	if len(term) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(term)
	if uint64(n) > uint64(len(term)-4) {
		return nil, nil, false
	}
	return term[4 : 4+n], term[4+n:], true
}
