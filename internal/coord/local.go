package coord

import (
	"context"

	"alexandra/storage"
)

// Disk is this node's storage as the coordinator wants it.
type Disk struct {
	*storage.DB
}

var _ Local = Disk{}

// Get implements KV.
func (d Disk) Get(key []byte) ([]byte, error) {
	value, ok, err := d.Local().Get(key)
	if !ok {
		return nil, err
	}
	return value, err
}

// Set implements KV.
func (d Disk) Set(key, value []byte) error { return d.Local().Set(key, value, storage.Lazy) }

// Delete implements KV.
func (d Disk) Delete(key []byte) error { return d.Local().Delete(key, storage.Lazy) }

// Scan implements KV.
func (d Disk) Scan(prefix []byte, visit func(key, value []byte) bool) error {
	return d.ScanAfter(nil, prefix, visit)
}

// ScanAfter implements KV.
func (d Disk) ScanAfter(after, prefix []byte, visit func(key, value []byte) bool) error {
	return d.Local().Scan(context.Background(), prefix, after, visit)
}
