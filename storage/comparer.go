package storage

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"
)

// newComparer orders keys as bytes. It also tells Pebble where a partition's prefix ends, so that bloom filters work
// on partitions.
func newComparer() *pebble.Comparer {
	c := *pebble.DefaultComparer
	c.Name = "alexandra.keys.v1"
	c.Compare = bytes.Compare
	c.Equal = bytes.Equal
	c.ComparePointSuffixes = bytes.Compare
	c.CompareRangeSuffixes = bytes.Compare
	c.Split = splitPrefix
	return &c
}

// splitPrefix is the partition prefix of a data key, and all of any other key.
func splitPrefix(key []byte) int {
	if len(key) > dataPrefixLen && key[0] == spaceData {
		if n := escapedLen(key[dataPrefixLen:]); n > 0 {
			return dataPrefixLen + n
		}
	}
	return len(key)
}
