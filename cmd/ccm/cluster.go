package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	stateFile   = "cluster.json"
	currentFile = "current"
	defaultName = "demo"

	nativePort  = 9042
	storagePort = 7000
	adminPort   = 7199

	superuser = "cassandra"

	// maxReplicas is how many replicas of system_auth a datacenter gets at most.
	maxReplicas = 3
)

// cluster is what cluster.json holds; it is written last, so that a folder without it is half made.
type cluster struct {
	Name string `json:"name"`
	Auth bool   `json:"auth"`
	TLS  bool   `json:"tls"`
	// InProcess says that all nodes share one process.
	InProcess bool   `json:"in_process,omitempty"`
	Nodes     []node `json:"nodes"`
	// Ready is set once the cluster was up and system_auth replicated.
	Ready bool `json:"ready"`

	dir string
}

// node is one member. Its folder holds conf, data and logs.
type node struct {
	Name       string     `json:"name"`
	Address    netip.Addr `json:"address"`
	Datacenter string     `json:"datacenter"`
	Rack       string     `json:"rack"`

	dir       string
	inProcess bool
	// fresh says that the cluster was never ready: there is nothing that a node could fetch when it joins.
	fresh bool
}

func (n *node) conf() string    { return filepath.Join(n.dir, "conf", "cassandra.yaml") }
func (n *node) pidFile() string { return filepath.Join(n.dir, "node.pid") }
func (n *node) logFile() string { return filepath.Join(n.dir, "logs", "system.log") }
func (n *node) startup() string { return filepath.Join(n.dir, "logs", "startup.log") }
func (n *node) native() netip.AddrPort {
	return netip.AddrPortFrom(n.Address, nativePort)
}

func (c *cluster) binary() string { return filepath.Join(c.dir, "bin", "alexandra") }

// cqlshrc is the file for cqlsh of a cluster with TLS.
func (c *cluster) cqlshrc() string { return filepath.Join(c.dir, "cqlshrc") }

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// open finds the cluster that a command is about.
func (a *app) open() (*cluster, error) {
	name := a.chosen()
	c, err := a.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no cluster %s in %s: make it with 'ccm up --name %s'", name, a.home, name)
	}
	return c, err
}

// chosen is the name of the cluster that commands are about.
func (a *app) chosen() string {
	if a.name != "" {
		return a.name
	}
	if text, err := os.ReadFile(filepath.Join(a.home, currentFile)); err == nil {
		if name := strings.TrimSpace(string(text)); validName.MatchString(name) && exists(filepath.Join(a.home, name)) {
			return name
		}
	}
	return defaultName
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// choose makes a cluster the one that commands without --name mean.
func (a *app) choose(name string) error {
	return os.WriteFile(filepath.Join(a.home, currentFile), []byte(name+"\n"), 0o644)
}

// load reads a cluster; fs.ErrNotExist says that its folder is not there.
func (a *app) load(name string) (*cluster, error) {
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("%q is no name for a cluster: letters, digits, '.', '_' and '-' are", name)
	}
	dir := filepath.Join(a.home, name)
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder %s is only half made, because 'ccm up' was interrupted: delete it with 'ccm remove --name %s'", dir, name)
	}
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): delete the cluster with 'ccm remove --name %s'", filepath.Join(dir, stateFile), err, name)
	}
	for i := range c.Nodes {
		c.Nodes[i].dir, c.Nodes[i].inProcess, c.Nodes[i].fresh = filepath.Join(dir, c.Nodes[i].Name), c.InProcess, !c.Ready
	}
	return c, nil
}

func (c *cluster) save() error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(c.dir, stateFile)
	if err := os.WriteFile(file+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// names lists the clusters, half-made ones included.
func (a *app) names() ([]string, error) {
	entries, err := os.ReadDir(a.home)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// pick finds nodes by name; no names mean all.
func (c *cluster) pick(names []string) ([]*node, error) {
	var out []*node
	for i := range c.Nodes {
		if len(names) == 0 || slices.Contains(names, c.Nodes[i].Name) {
			out = append(out, &c.Nodes[i])
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(c.Nodes, func(n node) bool { return n.Name == name }) {
			return nil, fmt.Errorf("cluster %s has no node %s: its nodes are %s to %s", c.Name, name, c.Nodes[0].Name, c.Nodes[len(c.Nodes)-1].Name)
		}
	}
	return out, nil
}

// layout is how many nodes each datacenter has: "dc1=1 dc2=1".
func (c *cluster) layout() string {
	var order []string
	count := map[string]int{}
	for _, n := range c.Nodes {
		if count[n.Datacenter] == 0 {
			order = append(order, n.Datacenter)
		}
		count[n.Datacenter]++
	}
	for i, dc := range order {
		order[i] = fmt.Sprintf("%s=%d", dc, count[dc])
	}
	return strings.Join(order, " ")
}

// replication is NetworkTopologyStrategy over all datacenters, with up to three replicas in each.
func (c *cluster) replication() string {
	out := "{'class': 'NetworkTopologyStrategy'"
	for _, part := range strings.Fields(c.layout()) {
		dc, n, _ := strings.Cut(part, "=")
		count, _ := strconv.Atoi(n)
		out += fmt.Sprintf(", '%s': %d", dc, min(count, maxReplicas))
	}
	return out + "}"
}
