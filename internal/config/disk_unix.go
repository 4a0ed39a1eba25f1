//go:build unix

package config

import (
	"path/filepath"
	"syscall"
)

// diskSpace is the size of the volume that path is on, or will be on, and what is free there, in bytes.
func diskSpace(path string) (total, free int64, ok bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, 0, false
	}
	for {
		var stat syscall.Statfs_t
		if err := syscall.Statfs(path, &stat); err == nil {
			block := uint64(stat.Bsize)
			return int64(uint64(stat.Blocks) * block), int64(uint64(stat.Bavail) * block), true
		}
		parent := filepath.Dir(path)
		if parent == path {
			return 0, 0, false
		}
		path = parent
	}
}
