package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	maxNodes = 250
	numToken = 16
)

// plan is what a new cluster is to be.
type plan struct {
	name        string
	datacenters []string // dc=n
	firstIP     netip.Addr
	auth, tls   bool
	inProcess   bool
	options     []string // key=value
}

var validDatacenter = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// nodes lays the nodes out: addresses count up from the first one.
func (p plan) nodes() ([]node, error) {
	var out []node
	address := p.firstIP
	seen := map[string]bool{}
	for _, part := range p.datacenters {
		dc, text, ok := strings.Cut(part, "=")
		n, err := 1, error(nil)
		if ok {
			n, err = strconv.Atoi(text)
		}
		switch {
		case err != nil || n < 1 || !validDatacenter.MatchString(dc):
			return nil, fmt.Errorf("%q is no datacenter: write its name and its number of nodes, such as dc1=3", part)
		case seen[dc]:
			return nil, fmt.Errorf("datacenter %s is named twice", dc)
		case len(out)+n > maxNodes:
			return nil, fmt.Errorf("more than %d nodes are too many for one machine", maxNodes)
		}
		seen[dc] = true
		for range n {
			out = append(out, node{Name: fmt.Sprintf("node%d", len(out)+1), Address: address, Datacenter: dc, Rack: "rack1"})
			address = address.Next()
		}
	}
	return out, nil
}

// create makes the folder of a new cluster.
func (a *app) create(p plan) (*cluster, error) {
	c := &cluster{Name: p.name, Auth: p.auth, TLS: p.tls, InProcess: p.inProcess, dir: filepath.Join(a.home, p.name)}
	var err error
	if c.Nodes, err = p.nodes(); err != nil {
		return nil, err
	}
	extra, err := parseOptions(p.options)
	if err != nil {
		return nil, err
	}
	if err := checkPorts(c.Nodes); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(a.home, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder of clusters: %w", err)
	}
	if err := os.Mkdir(c.dir, 0o755); errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("another ccm makes the cluster %s at this moment", p.name)
	} else if err != nil {
		return nil, err
	}
	if p.tls {
		if err := c.makeCertificates(); err != nil {
			return nil, err
		}
	}
	for i := range c.Nodes {
		c.Nodes[i].dir, c.Nodes[i].inProcess, c.Nodes[i].fresh = filepath.Join(c.dir, c.Nodes[i].Name), c.InProcess, true
		if err := c.writeNode(&c.Nodes[i], extra); err != nil {
			return nil, err
		}
	}
	return c, c.save()
}

// parseOptions reads key=value pairs; values are yaml, keys may lead into blocks: client_encryption_options.enabled=true.
func parseOptions(pairs []string) (map[string]any, error) {
	out := map[string]any{}
	for _, pair := range pairs {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q is no option: write key=value, with a key of cassandra.yaml", pair)
		}
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("the value of option %s is no yaml: %w", key, err)
		}
		setOption(out, strings.Split(key, "."), value)
	}
	return out, nil
}

func setOption(m map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		inner, ok := m[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[key] = inner
		}
		m = inner
	}
	m[path[len(path)-1]] = value
}

// merge puts extra over base, block by block.
func merge(base, extra map[string]any) {
	for key, value := range extra {
		inner, isBlock := value.(map[string]any)
		old, wasBlock := base[key].(map[string]any)
		if isBlock && wasBlock {
			merge(old, inner)
			continue
		}
		base[key] = value
	}
}

// writeNode makes the folders and the configuration of a node.
func (c *cluster) writeNode(n *node, extra map[string]any) error {
	for _, d := range []string{"conf", "data", "logs"} {
		if err := os.MkdirAll(filepath.Join(n.dir, d), 0o755); err != nil {
			return err
		}
	}
	options := c.options(n)
	merge(options, extra)
	text, err := yaml.Marshal(options)
	if err != nil {
		return err
	}
	if err := os.WriteFile(n.conf(), text, 0o644); err != nil {
		return err
	}
	rackDC := fmt.Sprintf("dc=%s\nrack=%s\n", n.Datacenter, n.Rack)
	return os.WriteFile(filepath.Join(n.dir, "conf", "cassandra-rackdc.properties"), []byte(rackDC), 0o644)
}

// options is the cassandra.yaml of a node.
func (c *cluster) options(n *node) map[string]any {
	data := filepath.Join(n.dir, "data")
	o := map[string]any{
		"cluster_name":           c.Name,
		"num_tokens":             numToken,
		"partitioner":            "org.apache.cassandra.dht.Murmur3Partitioner",
		"endpoint_snitch":        "GossipingPropertyFileSnitch",
		"listen_address":         n.Address.String(),
		"rpc_address":            n.Address.String(),
		"storage_port":           storagePort,
		"native_transport_port":  nativePort,
		"alexandra_admin_port":   adminPort,
		"data_file_directories":  []string{data},
		"commitlog_directory":    filepath.Join(n.dir, "commitlog"),
		"hints_directory":        filepath.Join(n.dir, "hints"),
		"saved_caches_directory": filepath.Join(n.dir, "saved_caches"),
		"cdc_raw_directory":      filepath.Join(n.dir, "cdc_raw"),
		"commitlog_sync":         "periodic",
		"commitlog_sync_period":  "10000ms",
		"seed_provider": []any{map[string]any{
			"class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
			"parameters": []any{map[string]any{"seeds": c.seeds()}},
		}},
		// What drivers' test suites need beside the defaults.
		"materialized_views_enabled":     true,
		"user_defined_functions_enabled": true,
		"dynamic_data_masking_enabled":   true,
		"sasi_indexes_enabled":           true,
		"drop_compact_storage_enabled":   true,
		"transient_replication_enabled":  false,
		"authenticator":                  "AllowAllAuthenticator",
		"authorizer":                     "AllowAllAuthorizer",
	}
	if c.Auth {
		o["authenticator"], o["authorizer"] = "PasswordAuthenticator", "CassandraAuthorizer"
		o["role_manager"], o["network_authorizer"] = "CassandraRoleManager", "CassandraNetworkAuthorizer"
	}
	if c.TLS {
		o["client_encryption_options"] = c.encryption(n, map[string]any{"enabled": true, "optional": false, "require_client_auth": true})
		o["server_encryption_options"] = c.encryption(n, map[string]any{"internode_encryption": "all", "require_client_auth": true})
	}
	return o
}

// seeds is the first node: the others ask it who is there.
func (c *cluster) seeds() string { return fmt.Sprintf("%s:%d", c.Nodes[0].Address, storagePort) }
