package cqltype

import (
	"encoding/hex"
	"strings"
)

// formatOdd prints what is not a well-formed value: null for null and for the
// empty value, and hex for malformed bytes.
func formatOdd(v []byte) string {
	if len(v) == 0 {
		return "null"
	}
	return "0x" + hex.EncodeToString(v)
}

// EmptyIsNull says that the empty value of t means nothing: functions see null,
// and it prints as null.
func EmptyIsNull(t Type) bool {
	switch t.Kind() {
	case KindText, KindAscii, KindBlob, KindCustom, KindList, KindSet, KindMap, KindTuple, KindUDT, KindVector:
		return t == LegacyTimeuuid
	}
	return true
}

// GetString is the value without the quotes of its literal, as CAST AS text
// and Cassandra's messages show it.
func GetString(t Type, v []byte) string {
	switch t.Kind() {
	case KindText, KindAscii:
		return string(v)
	case KindTimestamp, KindDate, KindTime, KindInet:
		return strings.Trim(t.Format(v), "'")
	}
	return t.Format(v)
}

// formatNullable prints a component that may be null.
func formatNullable(t Type, v []byte) string {
	if v == nil {
		return "null"
	}
	return t.Format(v)
}

// formatElems prints a list or a set.
func formatElems(elem Type, v []byte, left, right string) string {
	elems, err := DecodeList(v)
	if err != nil {
		return formatOdd(v)
	}
	return formatList(elem, elems, left, right)
}

func formatList(elem Type, elems [][]byte, left, right string) string {
	texts := make([]string, len(elems))
	for i, e := range elems {
		texts[i] = elem.Format(e)
	}
	return left + strings.Join(texts, ", ") + right
}

// QuoteName is an identifier as CQL needs it: in double quotes unless it is
// lower case and no reserved word.
func QuoteName(name string) string {
	if isPlainName(name) && !reserved[name] {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func isPlainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// reserved are the words that cannot be names without quotes.
var reserved = wordSet(`add allow alter and apply asc authorize batch begin by columnfamily create default delete desc
	describe drop entries execute from full grant if in index infinity insert into is keyspace limit materialized
	mbean mbeans modify nan norecursive not null of on or order primary rename replace revoke schema select set
	table to token truncate unlogged unset update use using view where with`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
