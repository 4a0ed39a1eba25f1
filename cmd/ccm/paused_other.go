//go:build !linux

package main

import (
	"os/exec"
	"strconv"
	"strings"
)

// paused says whether the node's process is stopped by a signal.
func (n *node) paused() bool {
	pid := n.pid()
	if pid == 0 || n.inProcess {
		return false
	}
	text, err := exec.Command("ps", "-o", "state=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(text)), "T")
}
