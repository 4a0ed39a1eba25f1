package schema

import (
	"sort"
	"unicode/utf16"
)

// hashOrder lists the keys in the order in which a java.util.HashMap of them iterates: some of Cassandra's answers
// (the datacenters of DESCRIBE KEYSPACE, unknown options in messages) show it. Keys that share a bucket come by name.
func hashOrder[V any](m map[string]V) []string { return hashOrderOf(m, len(m)) }

// hashOrderOf is the order in a map that was made for size entries.
func hashOrderOf[V any](m map[string]V, size int) []string {
	buckets := uint32(1)
	for float64(buckets) < float64(size)/0.75+1 {
		buckets <<= 1
	}
	keys := sortedKeys(m)
	sort.SliceStable(keys, func(i, j int) bool {
		return hashSpread(keys[i])&(buckets-1) < hashSpread(keys[j])&(buckets-1)
	})
	return keys
}

// hashSpread is HashMap.hash of String.hashCode.
func hashSpread(s string) uint32 {
	var h uint32
	for _, c := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(c)
	}
	return h ^ h>>16
}
