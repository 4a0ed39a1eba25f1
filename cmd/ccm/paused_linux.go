package main

import (
	"bytes"
	"fmt"
	"os"
)

// paused says whether the node's process is stopped by a signal.
func (n *node) paused() bool {
	pid := n.pid()
	if pid == 0 || n.inProcess {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in parentheses and may hold any.
	_, rest, _ := bytes.Cut(text[max(bytes.LastIndexByte(text, ')'), 0):], []byte(" "))
	return len(rest) > 0 && rest[0] == 'T'
}
