package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// derive fills in what depends on the machine or on other options, as DatabaseDescriptor.applyAll does: once, and only
// what is absent. Values that are shown but not used follow Cassandra's formulas with memory in the place of the heap.
func (c *Config) derive() {
	c.deriveDirectories()
	c.deriveThreads()
	c.deriveSizes()
	client, server := &c.ClientEncryption.EncryptionOptions, &c.ServerEncryption.EncryptionOptions
	c.deriveEncryption("client_encryption_options", client, client.Enabled)
	mode := c.ServerEncryption.InternodeEncryption
	c.deriveEncryption("server_encryption_options", server, mode != "" && mode != "none")
	if c.NumTokens == 0 && c.isNull("num_tokens") {
		c.fill("num_tokens", "1")
	}
	c.fill("crypto_provider", "org.apache.cassandra.security.JREProvider")
	c.fill("paxos_state_purging", "legacy")
	c.fill("file_cache_round_up", strconv.FormatBool(c.text("disk_optimization_strategy") == "spinning"))
	if mode := c.text("disk_access_mode"); mode == "mmap_index_only" || mode == "auto" {
		c.replace("disk_access_mode", "standard")
	}
	if !c.written["audit_logging_options.audit_logs_dir"] {
		c.replace("audit_logging_options.audit_logs_dir", filepath.Join(c.Properties.LogDir, "audit"))
	}
}

func (c *Config) deriveDirectories() {
	parent := c.Properties.StorageDir
	if parent == "" {
		return
	}
	if len(c.DataFileDirectories) == 0 {
		c.DataFileDirectories = []string{filepath.Join(parent, "data")}
	}
	for option, folder := range map[string]string{
		"commitlog_directory":    "commitlog",
		"hints_directory":        "hints",
		"saved_caches_directory": "saved_caches",
		"cdc_raw_directory":      "cdc_raw",
	} {
		c.fill(option, filepath.Join(parent, folder))
	}
}

func (c *Config) deriveThreads() {
	directories := len(c.DataFileDirectories)
	c.fill("concurrent_compactors", strconv.Itoa(min(8, max(2, min(runtime.NumCPU(), directories)))))
	if c.number("concurrent_validations") < 1 {
		c.replace("concurrent_validations", strconv.Itoa(c.ConcurrentCompactors))
	}
	if c.number("repair_command_pool_size") < 1 {
		c.replace("repair_command_pool_size", c.text("concurrent_validations"))
	}
	if c.number("memtable_flush_writers") == 0 {
		writers := "1"
		if directories == 1 {
			writers = "2"
		}
		c.replace("memtable_flush_writers", writers)
	}
	if writers := c.number("memtable_flush_writers"); writers > 0 {
		c.fill("memtable_cleanup_threshold", javaFloat(1/(1+float64(writers)), true))
	}
	if c.number("paxos_repair_parallelism") <= 0 {
		c.replace("paxos_repair_parallelism", strconv.Itoa(max(1, c.ConcurrentWrites/8)))
	}
	c.fill("repair_session_max_tree_depth", "20")
}

func (c *Config) deriveSizes() {
	heap := memory()
	inMiB := func(n int64) string { return strconv.FormatInt(n/mib, 10) + "MiB" }
	inBytes := func(n int64) string { return strconv.FormatInt(n, 10) + "B" }
	c.fill("memtable_heap_space", inMiB(heap/4))
	c.fill("memtable_offheap_space", inMiB(heap/4))
	c.fill("file_cache_size", inMiB(min(512*mib, heap/4)))
	c.fill("networking_cache_size", inMiB(min(128*mib, heap/16)))
	c.fill("index_summary_capacity", inMiB(max(mib, heap/20)))
	c.fill("key_cache_size", inMiB(min(max(mib, heap/20), 100*mib)))
	c.fill("counter_cache_size", inMiB(min(max(mib, heap/40), 50*mib)))
	c.fill("repair_session_space", inMiB(max(mib, heap/16)))
	c.fill("prepared_statements_cache_size", inMiB(max(10*mib, heap/256)))
	c.fill("internode_max_message_size", inBytes(128*mib))
	c.fill("native_transport_max_request_data_in_flight", inBytes(heap/10))
	c.fill("native_transport_max_request_data_in_flight_per_ip", inBytes(heap/40))
	c.fill("max_mutation_size", strconv.FormatInt(c.CommitLogSegmentSize/2/kib, 10)+"KiB")
	c.fill("native_transport_max_message_size",
		inBytes(min(c.MaxMutationSize, c.NativeTransportMaxRequestDataInFlight, c.NativeTransportMaxRequestDataInFlightPerIP)))
	c.fill("commitlog_total_space", inMiB(c.commitLogSpace()))
}

// commitLogSpace is a quarter of the volume, at most 8 GiB.
func (c *Config) commitLogSpace() int64 {
	total, _, ok := diskSpace(c.CommitLogDirectory)
	if !ok {
		return 8 * gib
	}
	return min(8*gib, total/4)
}

// deriveEncryption decides whether plain text is taken beside TLS where the file does not say: only from who did not ask
// for TLS, but has a keystore.
func (c *Config) deriveEncryption(block string, e *EncryptionOptions, asked bool) {
	if e.Optional == nil {
		_, err := os.Stat(e.Keystore)
		c.replace(block+".optional", strconv.FormatBool(!asked && err == nil))
	}
	if !e.Enabled {
		c.replace(block+".enabled", "false")
	}
}

// memory is what the node counts on: GOMEMLIMIT, or what Cassandra's start script would give to the heap.
func memory() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < 1<<50 {
		return limit
	}
	physical := int64(4 * gib)
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		var n int64
		if _, err := fmt.Sscanf(string(data), "MemTotal: %d kB", &n); err == nil && n > 0 && n < 1<<40 {
			physical = n * kib
		}
	}
	return max(min(physical/2, gib), min(physical/4, 8*gib))
}

// isNull says that an option has no value, also not one that was put into its field.
func (c *Config) isNull(full string) bool {
	field := c.field(full)
	return c.values[full].Null && (!field.IsValid() || field.IsZero())
}

// fill sets an option that has no value.
func (c *Config) fill(full, text string) {
	if c.isNull(full) {
		c.replace(full, text)
	}
}

func (c *Config) replace(full, text string) { c.setText(table().byName[full], text) }

// number is the value of an integer option that may not be read.
func (c *Config) number(full string) int64 {
	if field := c.field(full); field.IsValid() {
		return field.Int()
	}
	return amountOf(c.values[full])
}

// text is the value of a string or enum option that may not be read.
func (c *Config) text(full string) string {
	if field := c.field(full); field.IsValid() {
		return strings.TrimSpace(field.String())
	}
	return c.values[full].Text
}
