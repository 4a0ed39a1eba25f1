package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// nodeCommand is "ccm nodeN ACTION ...".
type nodeCommand struct {
	Name   string   `arg:"" help:"The node, such as node1."`
	Action string   `arg:"" help:"nodetool, cqlsh, log, show, start, stop, kill, pause or resume."`
	Args   []string `arg:"" optional:"" passthrough:"" help:"Arguments of nodetool and cqlsh; log -f follows."`
}

// nodeActions are what can be done with a node.
var nodeActions = map[string]func(*app, *cluster, *node, []string) error{
	"nodetool": (*app).nodetool,
	"cqlsh":    (*app).runCqlsh,
	"log":      (*app).printLog,
	"show":     func(a *app, c *cluster, n *node, _ []string) error { a.show(c, n); return nil },
	"start":    func(a *app, c *cluster, n *node, _ []string) error { return a.bringUp(c, []*node{n}) },
	"stop":     func(a *app, c *cluster, n *node, _ []string) error { return a.stopNodes(c, []*node{n}) },
	"kill":     func(a *app, _ *cluster, n *node, _ []string) error { return a.strike([]string{n.Name}, a.kill) },
	"pause":    func(a *app, _ *cluster, n *node, _ []string) error { return a.strike([]string{n.Name}, (*node).pause) },
	"resume":   func(a *app, _ *cluster, n *node, _ []string) error { return (&resumeCommand{[]string{n.Name}}).Run(a) },
}

// Run is called by kong.
func (k *nodeCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.pick([]string{k.Name})
	if err != nil {
		return err
	}
	do, ok := nodeActions[k.Action]
	if !ok {
		return fmt.Errorf("a node can do nodetool, cqlsh, log, show, start, stop, kill, pause and resume, but not %s", k.Action)
	}
	return do(a, c, nodes[0], k.Args)
}

func (a *app) nodetool(_ *cluster, n *node, args []string) error {
	command, err := findNodetool()
	if err != nil {
		return err
	}
	return a.execute(append(command, append([]string{"-h", n.Address.String(), "-p", strconv.Itoa(adminPort)}, args...)...))
}

// findNodetool looks beside this program, in bin of the source folder, on PATH, and last lets Go run it from its source.
func findNodetool() ([]string, error) {
	if self, err := os.Executable(); err == nil && exists(filepath.Join(filepath.Dir(self), "nodetool")) {
		return []string{filepath.Join(filepath.Dir(self), "nodetool")}, nil
	}
	source := upward("go.mod")
	if source != "" {
		if _, err := exec.LookPath("go"); err == nil && exists(filepath.Join(filepath.Dir(source), "cmd", "nodetool")) {
			return []string{"go", "run", "-C", filepath.Dir(source), "./cmd/nodetool"}, nil
		}
	}
	return nil, errors.New("there is no nodetool beside ccm: build it with 'make build'")
}

// upward finds a file in the working directory or one above it.
func upward(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if path := filepath.Join(dir, name); exists(path) {
			return path
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

func (a *app) runCqlsh(c *cluster, n *node, args []string) error {
	program := upward(filepath.Join(".tools", "python", "bin", "cqlsh"))
	if program == "" {
		found, err := exec.LookPath("cqlsh")
		if err != nil {
			return errors.New("cqlsh is not installed: 'make .tools/python/.done' puts it into .tools, or 'pip install cqlsh'")
		}
		program = found
	}
	base := c.cqlsh(n)
	if i := slices.Index(base, "-u"); i >= 0 && slices.ContainsFunc(args, func(s string) bool { return s == "-u" || strings.HasPrefix(s, "--username") }) {
		base = slices.Delete(base, i, i+4)
	}
	return a.execute(append(append([]string{program}, args...), base...))
}

// execute runs a program at this terminal and passes its status on.
func (a *app) execute(command []string) error {
	cmd := exec.CommandContext(a.ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, a.out, a.errOut
	// An interrupt goes to the whole group: cqlsh decides for itself whether it ends.
	cmd.Cancel = func() error { return nil }
	err := cmd.Run()
	var status *exec.ExitError
	if errors.As(err, &status) {
		return exitCode(max(status.ExitCode(), 1))
	}
	return err
}

// printLog prints system.log; with -f it waits for more.
func (a *app) printLog(_ *cluster, n *node, args []string) error {
	file, err := os.Open(n.logFile())
	if err != nil {
		return fmt.Errorf("%s has no log yet: %w", n.Name, err)
	}
	defer file.Close()
	for {
		if _, err := io.Copy(a.out, file); err != nil {
			return err
		}
		if !slices.Contains(args, "-f") {
			return nil
		}
		select {
		case <-a.ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}
