package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

type startCommand struct {
	Nodes []string `arg:"" optional:"" help:"Nodes, such as node2; all of them when none is named."`
}

// Run is called by kong.
func (s *startCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.pick(s.Nodes)
	if err != nil {
		return err
	}
	down := 0
	for _, n := range nodes {
		if n.pid() == 0 {
			down++
		}
	}
	if down == 0 {
		fmt.Fprintf(a.out, "Cluster %s: what you want to start is already running.\n", c.Name)
		return nil
	}
	return a.bringUp(c, nodes)
}

type stopCommand struct {
	Nodes []string `arg:"" optional:"" help:"Nodes, such as node2; all of them when none is named."`
}

// Run is called by kong.
func (s *stopCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	nodes, err := c.pick(s.Nodes)
	if err != nil {
		return err
	}
	return a.stopNodes(c, nodes)
}

// stopAll stops nodes at the same time.
func stopAll(nodes []*node) error {
	errs := make([]error, len(nodes))
	var group sync.WaitGroup
	for i, n := range nodes {
		group.Go(func() { errs[i] = n.terminate() })
	}
	group.Wait()
	return errors.Join(errs...)
}

type removeCommand struct{}

// Run is called by kong.
func (*removeCommand) Run(a *app) error {
	name := a.chosen()
	dir := filepath.Join(a.home, name)
	c, err := a.load(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no cluster %s in %s", name, a.home)
	case err == nil:
		err = a.stopNodes(c, c.nodes())
	case validName.MatchString(name):
		err = stopAll(strays(dir))
	}
	if err != nil {
		return err
	}
	if text, err := os.ReadFile(filepath.Join(a.home, currentFile)); err == nil && string(text) == name+"\n" {
		_ = os.Remove(filepath.Join(a.home, currentFile))
	}
	return os.RemoveAll(dir)
}

// strays are the nodes of a folder without a readable cluster.json.
func strays(dir string) []*node {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []*node
	for _, e := range entries {
		if nodeName.MatchString(e.Name()) {
			out = append(out, &node{Name: e.Name(), dir: filepath.Join(dir, e.Name())})
		}
	}
	return out
}
