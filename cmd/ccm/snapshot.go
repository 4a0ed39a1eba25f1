package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"alexandra/internal/admin"
	server "alexandra/internal/node"
)

// created is the snapshot that 'ccm up' makes of a new cluster. No user's snapshot can have its name.
const created = ".created"

type snapshotCommand struct {
	Snapshot string `arg:"" optional:"" name:"snapshot" help:"Its name; without one the snapshots are listed."`
	Delete   bool   `help:"Delete it."`
}

// Run is called by kong.
func (s *snapshotCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	switch {
	case s.Snapshot == "" && s.Delete:
		return errors.New("say which snapshot is to be deleted")
	case s.Snapshot == "":
		for _, name := range c.snapshots() {
			fmt.Fprintln(a.out, name)
		}
		return nil
	case !validName.MatchString(s.Snapshot):
		return fmt.Errorf("%q is no name for a snapshot: letters, digits, '.', '_' and '-' are", s.Snapshot)
	case s.Delete:
		if err := c.mustHave(s.Snapshot); err != nil {
			return err
		}
		return c.deleteSnapshot(s.Snapshot)
	}
	begun := time.Now()
	if slices.Contains(c.snapshots(), s.Snapshot) {
		return fmt.Errorf("there is a snapshot %s already: choose another name, or delete it with 'ccm snapshot --delete %s'", s.Snapshot, s.Snapshot)
	}
	if err := mustAnswer(c.nodes()); err != nil {
		return err
	}
	err = c.held(a.ctx, c.nodes(), func() error { return c.saveAll(a.ctx, s.Snapshot) })
	if err != nil {
		return errors.Join(err, c.deleteSnapshot(s.Snapshot))
	}
	fmt.Fprintf(a.out, "Snapshot %s of cluster %s was made in %d ms.\n", s.Snapshot, c.Name, time.Since(begun).Milliseconds())
	return nil
}

type restoreCommand struct {
	Snapshot string `arg:"" name:"snapshot" help:"The snapshot to go back to."`
}

// Run is called by kong.
func (r *restoreCommand) Run(a *app) error {
	begun := time.Now()
	c, err := a.open()
	if err != nil {
		return err
	}
	if err := c.mustHave(r.Snapshot); err != nil {
		return err
	}
	if err := a.restore(c, r.Snapshot); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Cluster %s is as it was at snapshot %s after %d ms.\n", c.Name, r.Snapshot, time.Since(begun).Milliseconds())
	return nil
}

type resetCommand struct{}

// Run is called by kong.
func (*resetCommand) Run(a *app) error {
	begun := time.Now()
	c, err := a.open()
	if err != nil {
		return err
	}
	if !slices.Contains(c.snapshots(), created) {
		return fmt.Errorf("cluster %s was never ready, so there is nothing to go back to: 'ccm up' finishes it", c.Name)
	}
	if err := a.heal(c); err != nil {
		return err
	}
	if err := a.restore(c, created); err != nil {
		return err
	}
	if !c.allRun() {
		if err := a.bringUp(c, c.nodes()); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.out, "Cluster %s is as it was created after %d ms.\n", c.Name, time.Since(begun).Milliseconds())
	return nil
}

func (n *node) images() string { return filepath.Join(n.dir, "images") }

// snapshots lists what every node has, by name.
func (c *cluster) snapshots() []string {
	var out []string
	for i, n := range c.nodes() {
		entries, _ := os.ReadDir(n.images())
		var names []string
		for _, e := range entries {
			if i == 0 || slices.Contains(out, e.Name()) {
				names = append(names, e.Name())
			}
		}
		out = names
	}
	return out
}

func (c *cluster) mustHave(name string) error {
	list := slices.DeleteFunc(c.snapshots(), func(s string) bool { return s == created })
	switch {
	case slices.Contains(list, name):
		return nil
	case len(list) == 0:
		return fmt.Errorf("cluster %s has no snapshot %s, nor any other: make one with 'ccm snapshot %s'", c.Name, name, name)
	}
	return fmt.Errorf("cluster %s has no snapshot %s: there is %s", c.Name, name, strings.Join(list, ", "))
}

func (c *cluster) deleteSnapshot(name string) error {
	return each(c.nodes(), func(n *node) error { return os.RemoveAll(filepath.Join(n.images(), name)) })
}

func image(ctx context.Context, n *node, action, name string) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	_, err := admin.ImageOp.Call(ctx, n.admin(), admin.ImageRequest{Action: action, Name: name})
	return err
}

// held does something while the clients of these nodes wait.
func (c *cluster) held(ctx context.Context, nodes []*node, do func() error) error {
	err := each(nodes, func(n *node) error { return image(ctx, n, admin.ImageHold, "") })
	if err == nil {
		err = do()
	}
	return errors.Join(err, each(nodes, func(n *node) error { return image(context.WithoutCancel(ctx), n, admin.ImageRelease, "") }))
}

// saveAll makes the part of a snapshot of every node.
func (c *cluster) saveAll(ctx context.Context, name string) error {
	return each(c.nodes(), func(n *node) error { return image(ctx, n, admin.ImageSave, name) })
}

// restore puts a snapshot back: into nodes that run while they run, and into the files of those that do not.
func (a *app) restore(c *cluster, name string) error {
	running := answering(c.nodes())
	for _, n := range c.nodes() {
		if n.paused() {
			return mustAnswer([]*node{n})
		}
	}
	var otherRing atomic.Bool
	err := c.held(a.ctx, running, func() error {
		return each(c.nodes(), func(n *node) error {
			if !slices.Contains(running, n) {
				return n.putBack(name)
			}
			err := image(a.ctx, n, admin.ImageRestore, name)
			if err != nil && err.Error() == server.ErrOtherRing.Error() {
				otherRing.Store(true)
			}
			return err
		})
	})
	if otherRing.Load() {
		return a.restoreStopped(c, name, running)
	}
	return err
}

// restoreStopped is for a cluster that has other members than the snapshot: all nodes are stopped meanwhile.
func (a *app) restoreStopped(c *cluster, name string, running []*node) error {
	if err := a.stopNodes(c, c.nodes()); err != nil {
		return err
	}
	if err := each(c.nodes(), func(n *node) error { return n.putBack(name) }); err != nil {
		return err
	}
	if len(running) == 0 {
		return nil
	}
	return a.bringUp(c, running)
}

func (n *node) putBack(name string) error {
	return server.PutBack(filepath.Join(n.images(), name), filepath.Join(n.dir, "data"))
}
