package schema

import (
	"sort"
	"unicode/utf16"
)

// hashOrder lists the keys in the order in which a java.util.HashMap of them iterates: some of Cassandra's answers
// (the datacenters of DESCRIBE KEYSPACE, unknown options in messages) show it. Keys that share a bucket come by name.
func hashOrder[V any](m map[string]V) []string { return hashOrderOf(m, len(m)) }

// hashOrderOf is the order in a map that was made for size entries.
func hashOrderOf[V any](m map[string]V, size int) []string { return bucketOrder(m, size, stringHash) }

// bufferOrder is the order in a map whose keys are the bytes of the names, as that of dropped columns.
func bufferOrder[V any](m map[string]V) []string { return bucketOrder(m, len(m), bufferHash) }

func bucketOrder[V any](m map[string]V, size int, hash func(string) uint32) []string {
	buckets := uint32(1)
	for float64(buckets) < float64(size)/0.75+1 {
		buckets <<= 1
	}
	bucket := func(key string) uint32 {
		h := hash(key)
		return (h ^ h>>16) & (buckets - 1) // HashMap.hash
	}
	keys := sortedKeys(m)
	sort.SliceStable(keys, func(i, j int) bool { return bucket(keys[i]) < bucket(keys[j]) })
	return keys
}

// stringHash is String.hashCode.
func stringHash(s string) uint32 {
	var h uint32
	for _, c := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(c)
	}
	return h
}

// bufferHash is ByteBuffer.hashCode.
func bufferHash(s string) uint32 {
	h := uint32(1)
	for i := len(s) - 1; i >= 0; i-- {
		h = 31*h + uint32(int32(int8(s[i])))
	}
	return h
}
