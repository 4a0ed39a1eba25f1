package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

type statusCommand struct{}

// Run is called by kong.
func (*statusCommand) Run(a *app) error {
	c, err := a.open()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Cluster %s in %s\n", c.Name, c.dir)
	a.table(c)
	a.faults(c)
	return nil
}

// table shows the nodes.
func (a *app) table(c *cluster) {
	t := table.NewWriter()
	t.SetOutputMirror(a.out)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"node", "datacenter", "address", "state"})
	for _, n := range c.nodes() {
		t.AppendRow(table.Row{n.Name, n.Datacenter, n.Address, n.state()})
	}
	t.Render()
}

// state is one word, or one sentence when something is wrong.
func (n *node) state() string {
	switch {
	case n.killed():
		return "KILLED"
	case n.paused():
		return "PAUSED"
	case n.died():
		return "DEAD: its process ended by itself, see " + n.logFile()
	case n.pid() == 0:
		return "STOPPED"
	}
	conn, err := net.DialTimeout("tcp", n.native().String(), time.Second)
	if err != nil {
		return "RUNNING, but serves no clients"
	}
	_ = conn.Close()
	return "UP"
}

type listCommand struct{}

// Run is called by kong.
func (*listCommand) Run(a *app) error {
	names, err := a.names()
	if err != nil {
		return err
	}
	current := a.chosen()
	for _, name := range names {
		mark := " "
		if name == current {
			mark = "*"
		}
		c, err := a.load(name)
		if err != nil {
			fmt.Fprintf(a.out, "%s%s: %v\n", mark, name, err)
			continue
		}
		up := 0
		for _, n := range c.nodes() {
			if n.pid() != 0 {
				up++
			}
		}
		fmt.Fprintf(a.out, "%s%s: %s from %s, %d of %d nodes run\n", mark, name, c.layout(), c.Nodes[0].Address, up, len(c.Nodes))
	}
	return nil
}

type switchCommand struct {
	Cluster string `arg:"" help:"The cluster."`
}

// Run is called by kong.
func (s *switchCommand) Run(a *app) error {
	a.name = s.Cluster
	c, err := a.open()
	if err != nil {
		return err
	}
	return a.choose(c.Name)
}

// show prints where everything of a node is.
func (a *app) show(c *cluster, n *node) {
	pid := "none"
	if p := n.pid(); p != 0 {
		pid = fmt.Sprint(p)
	}
	rows := [][2]string{
		{"node", n.Name},
		{"cluster", c.Name},
		{"state", n.state()},
		{"datacenter", n.Datacenter},
		{"rack", n.Rack},
		{"clients", n.native().String()},
		{"other nodes", fmt.Sprintf("%s:%d", n.Address, storagePort)},
		{"nodetool", fmt.Sprintf("%s:%d", n.Address, adminPort)},
		{"process", pid},
		{"configuration", n.conf()},
		{"data", filepath.Join(n.dir, "data")},
		{"log", n.logFile()},
		{"command", c.binary() + " " + strings.Join(c.arguments(n), " ")},
		{"cqlsh", "cqlsh " + strings.Join(c.cqlsh(n), " ")},
	}
	for _, r := range rows {
		fmt.Fprintf(a.out, "%-14s %s\n", r[0], r[1])
	}
}
