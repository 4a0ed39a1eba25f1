package testnode

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"alexandra/internal/config"
	"alexandra/storage"
)

// Option changes how a cluster is made.
type Option interface{ apply(*options) }

type options struct {
	datacenters map[string]int
	yaml        []map[string]any
	nodeYAML    map[int][]map[string]any
	disk        bool
	configure   []func(i int, c *config.Config)
	properties  map[string]string
	prepare     func(dir string, addresses []string) error
	fs          func(i int) storage.FS
	later       bool
	replicate   bool
	racks       []string
	joining     func(ctx context.Context, i int)
}

// Datacenters says how many nodes each datacenter has. The default is one node in dc1.
type Datacenters map[string]int

func (d Datacenters) apply(o *options) { o.datacenters = d }

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

// YAML is a piece of cassandra.yaml for all nodes. A later piece wins over an earlier one, option by option; blocks are
// not merged.
type YAML string

func (y YAML) apply(o *options) { o.yaml = append(o.yaml, mustParse(string(y))) }

// NodeYAML is a piece of cassandra.yaml for node i alone; it wins over YAML.
func NodeYAML(i int, text string) Option {
	return optionFunc(func(o *options) { o.nodeYAML[i] = append(o.nodeYAML[i], mustParse(text)) })
}

// Configure changes what was read from the yaml, before it is checked.
func Configure(f func(i int, c *config.Config)) Option {
	return optionFunc(func(o *options) { o.configure = append(o.configure, f) })
}

// Property sets a -D property.
func Property(name, value string) Option {
	return optionFunc(func(o *options) { o.properties[name] = value })
}

// Prepare runs before the nodes' yaml is read, with the folder that "$DIR" stands for in it and the nodes' addresses:
// the place to write certificates. "$ADDRESS" in a yaml stands for the node's address.
func Prepare(f func(dir string, addresses []string) error) Option {
	return optionFunc(func(o *options) { o.prepare = f })
}

// FS chooses the file system of node i's store.
func FS(f func(i int) storage.FS) Option { return optionFunc(func(o *options) { o.fs = f }) }

const (
	// Auth turns on logins, permissions and datacenter access.
	Auth = YAML("authenticator: PasswordAuthenticator\nauthorizer: CassandraAuthorizer\nnetwork_authorizer: CassandraNetworkAuthorizer\n")
	// LoginOnly turns on logins and permissions, but every role may use every datacenter.
	LoginOnly = YAML("authenticator: PasswordAuthenticator\nauthorizer: CassandraAuthorizer\n")
)

// ReplicatedAuth is Auth on a cluster whose operator did what Cassandra's manual asks for: every node is a replica of
// system_auth, so that logins work at each of them.
var ReplicatedAuth Option = optionFunc(func(o *options) {
	Auth.apply(o)
	o.replicate = true
})

// OnDisk keeps files in the test's temporary folder.
var OnDisk Option = optionFunc(func(o *options) { o.disk = true })

// NotStarted leaves all nodes to Start.
var NotStarted Option = optionFunc(func(o *options) { o.later = true })

// base is what every node of a test has in its cassandra.yaml. Password hashes are the cheapest there are.
const base = `
cluster_name: Test Cluster
num_tokens: 4
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: GossipingPropertyFileSnitch
commitlog_sync: periodic
commitlog_sync_period: 10s
alexandra_failure_detector_timeout: 700ms
`

func newOptions(opts []Option) *options {
	o := &options{
		datacenters: map[string]int{"dc1": 1}, nodeYAML: map[int][]map[string]any{}, yaml: []map[string]any{mustParse(base)},
		properties: map[string]string{"cassandra.auth_bcrypt_gensalt_log2_rounds": "4"},
		fs:         func(int) storage.FS { return storage.MemFS() },
	}
	for _, opt := range opts {
		opt.apply(o)
	}
	if o.disk {
		o.fs = func(int) storage.FS { return storage.DiskFS() }
	}
	return o
}

// places lists the datacenter of each node.
func (o *options) places() []string {
	var out []string
	for _, dc := range slices.Sorted(maps.Keys(o.datacenters)) {
		for range o.datacenters[dc] {
			out = append(out, dc)
		}
	}
	return out
}

// merged is the yaml of node i.
func (o *options) merged(i int, fixed map[string]any) map[string]any {
	out := maps.Clone(fixed)
	for _, part := range slices.Concat(o.yaml, o.nodeYAML[i]) {
		for k, v := range part {
			out[k] = v
		}
	}
	return out
}

// replication is NetworkTopologyStrategy with a replica on every node.
func (o *options) replication() string {
	text := "{'class': 'NetworkTopologyStrategy'"
	for _, dc := range slices.Sorted(maps.Keys(o.datacenters)) {
		text += fmt.Sprintf(", '%s': %d", dc, o.datacenters[dc])
	}
	return text + "}"
}
