package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Properties are the -D system properties that mean something here. Durations are given in milliseconds. Unknown
// properties are ignored, as a JVM does.
type Properties struct {
	// Config is the place of cassandra.yaml: a path, or a file:/// URL.
	Config string `property:"cassandra.config"`
	// StorageDir holds data, commitlog, hints, saved_caches and cdc_raw when the yaml does not name them. The start
	// script of Cassandra sets it to $CASSANDRA_HOME/data; here it is the folder data of the working directory.
	StorageDir string `property:"cassandra.storagedir" default:"data"`
	// LogDir is where log files go.
	LogDir string `property:"cassandra.logdir" default:"."`
	// PidFile receives the process id.
	PidFile string `property:"cassandra-pidfile"`
	// Foreground is set by the start script.
	Foreground string `property:"cassandra-foreground"`
	// RackDCFile is the place of cassandra-rackdc.properties: a path, or a file:/// URL.
	RackDCFile string `property:"cassandra-rackdc.properties"`

	// AllowSystemProperties makes -Dcassandra.settings.<option> count.
	AllowSystemProperties bool `property:"cassandra.config.allow_system_properties" default:"false"`
	// AllowDuplicateConfigKeys lets the last of two equal keys win.
	AllowDuplicateConfigKeys bool `property:"cassandra.allow_duplicate_config_keys" default:"true"`
	// AllowNewOldConfigKeys lets the last of an old and a new name win.
	AllowNewOldConfigKeys bool `property:"cassandra.allow_new_old_config_keys" default:"false"`

	// JoinRing is whether the node takes part in the ring at once, or only when nodetool join says so.
	JoinRing bool `property:"cassandra.join_ring" default:"true"`
	// LoadRingState is whether the peers of the last run are known from the start.
	LoadRingState bool `property:"cassandra.load_ring_state" default:"true"`
	// RingDelay is how long a joining node waits for the others to notice.
	RingDelay time.Duration `property:"cassandra.ring_delay_ms" default:"30000"`
	// ReplaceAddress is the dead node whose place this one takes.
	ReplaceAddress string `property:"cassandra.replace_address"`
	// ReplaceAddressFirstBoot is the same, ignored once the node has started.
	ReplaceAddressFirstBoot string `property:"cassandra.replace_address_first_boot"`
	// ConsistentRangeMovement is whether only one node may join or leave at a time.
	ConsistentRangeMovement bool `property:"cassandra.consistent.rangemovement" default:"true"`
	// OverrideDecommission lets a node join again that had left.
	OverrideDecommission bool `property:"cassandra.override_decommission" default:"false"`
	// IgnoreDC lets a node start in another datacenter than last time.
	IgnoreDC bool `property:"cassandra.ignore_dc" default:"false"`
	// IgnoreRack lets a node start in another rack than last time.
	IgnoreRack bool `property:"cassandra.ignore_rack" default:"false"`

	// SystemAuthDefaultRF, SystemTracesDefaultRF and SystemDistributedDefaultRF are the replication factors that these
	// keyspaces are created with, unless default_keyspace_rf is larger.
	SystemAuthDefaultRF        int `property:"cassandra.system_auth.default_rf" default:"1"`
	SystemTracesDefaultRF      int `property:"cassandra.system_traces.default_rf" default:"2"`
	SystemDistributedDefaultRF int `property:"cassandra.system_distributed.default_rf" default:"3"`
	// ExpirationDateOverflowPolicy is what a TTL beyond the last date does: REJECT, CAP or CAP_NOWARN.
	ExpirationDateOverflowPolicy string `property:"cassandra.expiration_date_overflow_policy" default:"REJECT"`
	// BcryptLog2Rounds is the cost of password hashes, from 4 to 30.
	BcryptLog2Rounds int `property:"cassandra.auth_bcrypt_gensalt_log2_rounds" default:"10"`

	// QueryHandler is the class that answers requests. Drivers' tests name CustomPayloadMirroringQueryHandler; any other
	// is taken for Cassandra's own.
	QueryHandler string `property:"cassandra.custom_query_handler_class"`
	// FailWritesKeyspace is a keyspace whose writes all fail, for drivers' tests.
	FailWritesKeyspace string `property:"cassandra.test.fail_writes_ks"`
}

// fixedOverrides are the properties that are read instead of one option; one that yields counts only when the option is
// not set.
var fixedOverrides = []struct {
	property, option string
	yields           bool
}{
	{"cassandra.allocate_tokens_for_keyspace", "allocate_tokens_for_keyspace", false},
	{"cassandra.auto_bootstrap", "auto_bootstrap", false},
	{"cassandra.autocompaction_on_startup_enabled", "autocompaction_on_startup_enabled", true},
	{"cassandra.available_processors", "available_processors", false},
	{"cassandra.initial_token", "initial_token", false},
	{"cassandra.native_transport_port", "native_transport_port", false},
	{"cassandra.partitioner", "partitioner", false},
	{"cassandra.ssl_storage_port", "ssl_storage_port", false},
	{"cassandra.start_native_transport", "start_native_transport", false},
	{"cassandra.storage_port", "storage_port", false},
	{"cassandra.test.storage_compatibility_mode", "storage_compatibility_mode", true},
}

// parseProperties fills Properties from -D name=value pairs.
func parseProperties(overrides map[string]string) (Properties, error) {
	var p Properties
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name, text := tag.Get("property"), tag.Get("default")
		if given, ok := overrides[name]; ok {
			text = given
		}
		if err := parseProperty(v.Field(i), text); err != nil {
			return p, Fatal(err.Error(), "-D"+name)
		}
	}
	if p.BcryptLog2Rounds < 4 || p.BcryptLog2Rounds > 30 {
		return p, Fatal("cassandra.auth_bcrypt_gensalt_log2_rounds must be between 4 and 30, but was " +
			strconv.Itoa(p.BcryptLog2Rounds))
	}
	return p, nil
}

func parseProperty(field reflect.Value, text string) error {
	switch {
	case field.Kind() == reflect.String:
		field.SetString(text)
	case field.Kind() == reflect.Bool:
		field.SetBool(strings.EqualFold(text, "true"))
	default:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return fmt.Errorf("Invalid value for system property: expected integer value but got '%s'", text)
		}
		if field.Type() == durationType {
			n *= int64(time.Millisecond)
		}
		field.SetInt(n)
	}
	return nil
}
