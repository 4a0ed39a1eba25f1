package config

import (
	"fmt"
	"os"
)

// Directories are all folders that the node writes to.
func (c *Config) Directories() []string {
	return append([]string{c.CommitLogDirectory, c.HintsDirectory, c.SavedCachesDirectory}, c.DataFileDirectories...)
}

// CreateDirectories makes the folders that do not exist yet, readable by this user's group at most.
func (c *Config) CreateDirectories() error {
	for _, directory := range c.Directories() {
		if err := os.MkdirAll(directory, 0o750); err != nil {
			return Refuse(fmt.Sprintf("Bad configuration; unable to start server: %v", err))
		}
	}
	return nil
}
