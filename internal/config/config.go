// Package config reads cassandra.yaml as Cassandra 5.0.5 does.
//
// Every option of Cassandra 5.0.5 is known, old names included: options.json holds one row for each, with type,
// unit, default and old names, and Alexandra's own options beside them (alexandra_*). An option with a field in
// Config is read; every other one is type-checked, kept for system_views.settings and named once in a Notice, so
// that a cassandra.yaml from a Cassandra cluster starts an Alexandra node unchanged. An unknown name is refused,
// with its place in the file and the nearest known name.
//
// To add an option: one row in options.json (the default lives only there), one field with its yaml tag and
// doc in the options_*.go file of its topic, and its paragraph in conf/cassandra.yaml (a test compares them).
//
// Load reads a file, applies -D overrides, fills in the computed defaults and checks everything in Cassandra's
// order and with Cassandra's messages; Default is what conf/cassandra.yaml says. A Config is not changed after
// Load; whatever may change while the node runs belongs to the package that uses it.
//
// Cassandra's places, for readers who know it: YamlConfigurationLoader, DatabaseDescriptor.applyAll,
// GuardrailsOptions, CassandraRelevantProperties.
package config

import "time"

// Config is the whole configuration of one node. The embedded structs only sort the fields by topic.
//
// Durations are time.Duration, sizes are bytes and rates are bytes per second, whatever unit the file uses. Where
// Cassandra distinguishes null from a value, the zero value stands for null, except for the *bool fields.
type Config struct {
	ClusterOptions
	NetworkOptions
	NativeTransportOptions
	AuthOptions
	EncryptionSections
	TimeoutOptions
	HintOptions
	StorageOptions
	FeatureOptions
	LimitOptions
	GuardrailOptions
	AlexandraOptions

	// Properties are the -Dcassandra.* system properties.
	Properties Properties

	// Source is the file that was read, or the name given to Parse.
	Source string

	// values holds every known option by its full name, as written or as computed later.
	values map[string]value
	// written names the options that the file or an override set.
	written map[string]bool
}

// ClusterOptions say which ring this node belongs to and how it takes its place there.
type ClusterOptions struct {
	// The name of the cluster; a node refuses to join a cluster, or to open a data directory, of another name.
	ClusterName string `yaml:"cluster_name"`
	// How many tokens this node takes on its first start; absent means 1. Later starts keep the saved tokens.
	NumTokens int `yaml:"num_tokens"`
	// The tokens of the first start, comma separated, instead of num_tokens chosen ones.
	InitialToken string `yaml:"initial_token"`
	// Chooses the tokens of the first start so that they balance this keyspace's replicas.
	AllocateTokensForKeyspace string `yaml:"allocate_tokens_for_keyspace"`
	// Chooses the tokens of the first start for this replication factor in the node's datacenter; 0 or absent: random tokens.
	AllocateTokensForLocalReplicationFactor int `yaml:"allocate_tokens_for_local_replication_factor"`
	// How partition keys become tokens; only Murmur3Partitioner exists here.
	Partitioner string `yaml:"partitioner"`
	// Whether a new node fetches the data of its token ranges from the others before it serves them. Seeds never do.
	AutoBootstrap bool `yaml:"auto_bootstrap"`
	// Who knows datacenters and racks: SimpleSnitch, GossipingPropertyFileSnitch, PropertyFileSnitch, RackInferringSnitch.
	EndpointSnitch string `yaml:"endpoint_snitch"`
	// Whether reads prefer the replicas that answered fastest lately.
	DynamicSnitch bool `yaml:"dynamic_snitch"`
	// How much worse, as a fraction, the nearest replica must be before another one is preferred; 1.0 is twice as slow.
	DynamicSnitchBadnessThreshold float64 `yaml:"dynamic_snitch_badness_threshold"`
	// How often the scores of the dynamic snitch are computed.
	DynamicSnitchUpdateInterval time.Duration `yaml:"dynamic_snitch_update_interval"`
	// How often the scores of the dynamic snitch are forgotten, so that a slow node gets another chance.
	DynamicSnitchResetInterval time.Duration `yaml:"dynamic_snitch_reset_interval"`
	// The nodes that a starting node asks first: SimpleSeedProvider with a comma separated list "seeds" of host[:port].
	SeedProvider ParameterizedClass `yaml:"seed_provider"`
	// The replication factor of CREATE KEYSPACE without one, and of new system keyspaces at least.
	DefaultKeyspaceRF int `yaml:"default_keyspace_rf"`
	// Cassandra's suspicion level for convicting a node, from 5 to 16. Checked; alexandra_failure_detector_timeout decides.
	PhiConvictThreshold float64 `yaml:"phi_convict_threshold"`
	// CASSANDRA_4 (the default) caps expiration dates at 2038-01-19; UPGRADING and NONE at 2106.
	StorageCompatibilityMode string `yaml:"storage_compatibility_mode"`
	// Start-up checks by name (check_dc, check_rack, check_filesystem_ownership, check_data_resurrection), e.g.
	// {check_dc: {enabled: false}}.
	StartupChecks map[string]map[string]string `yaml:"startup_checks"`
}

// AlexandraOptions are the few options that Cassandra does not have.
type AlexandraOptions struct {
	// The port that nodetool talks to, in the place of Cassandra's JMX_PORT.
	AdminPort int `yaml:"alexandra_admin_port"`
	// The address that nodetool talks to. Absent: listen_address when it is a loopback address, else 127.0.0.1, so
	// that the port is reachable from this machine only.
	AdminAddress string `yaml:"alexandra_admin_address"`
	// A file of names and passwords, one pair a line, that nodetool has to give one of (-u, -pw). Required when
	// alexandra_admin_address is no loopback address.
	AdminPasswordFile string `yaml:"alexandra_admin_password_file"`
	// How long a node may stay silent before the others hold it for down.
	FailureDetectorTimeout time.Duration `yaml:"alexandra_failure_detector_timeout"`
	// How many client connections may be open that have not logged in; the oldest makes room. 0 or less: no limit.
	MaxUnauthenticatedConnections int `yaml:"alexandra_max_unauthenticated_connections"`
	// How long a connection may take for its TLS handshake, and again for its login.
	HandshakeTimeout time.Duration `yaml:"alexandra_handshake_timeout"`
}

// Default is the configuration that conf/cassandra.yaml describes: Cassandra's shipped cassandra.yaml, a single
// node on localhost. Call Validate after changing fields; it fills in what depends on them.
func Default() *Config {
	c := builtin()
	for _, o := range table().leaves {
		if o.Shipped != "" {
			c.setText(o, o.Shipped)
		}
	}
	return c
}

// builtin is what an empty file means. It does not start: a partitioner, a snitch, seeds and commitlog_sync are required.
func builtin() *Config {
	c := &Config{Source: "built-in defaults", values: map[string]value{}, written: map[string]bool{}}
	c.Properties, _ = parseProperties(nil)
	for _, o := range table().leaves {
		if o.Default == nil {
			c.set(o, value{Null: true})
			continue
		}
		c.setText(o, *o.Default)
	}
	return c
}
