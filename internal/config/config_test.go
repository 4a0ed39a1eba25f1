package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const shippedYAML = "../../conf/cassandra.yaml"

// required is the least that a file must say.
const required = `
commitlog_sync: periodic
commitlog_sync_period: 10000ms
partitioner: Murmur3Partitioner
endpoint_snitch: SimpleSnitch
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
seed_provider:
  class_name: SimpleSeedProvider
  parameters: {seeds: "127.0.0.1"}
`

// without is the required lines less the ones of an option.
func without(option string) string {
	return regexp.MustCompile(`(?m)^`+option+`:.*\n(?:  .*\n)*`).ReplaceAllString(required, "")
}

// exported is everything but how the options were written.
func exported(c *Config) Config {
	plain := *c
	plain.values, plain.written, plain.Source = nil, nil, ""
	plain.SeedProvider.order = nil
	return plain
}

func TestShippedFileIsDefault(t *testing.T) {
	data, err := os.ReadFile(shippedYAML)
	require.NoError(t, err)
	loaded, _, err := Load(shippedYAML, nil)
	require.NoError(t, err)
	want := Default()
	_, err = want.Validate()
	require.NoError(t, err)
	require.Equal(t, exported(want), exported(loaded))

	// The defaults that stand in comments are the right ones, too.
	all := regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`).ReplaceAll(data, []byte("$1$2"))
	uncommented, _, err := Parse(all, "all", nil)
	require.NoError(t, err)
	classes := uncommented.AuthOptions
	for want, class := range map[string]ParameterizedClass{
		"AllowAllAuthenticator":          classes.Authenticator,
		"AllowAllAuthorizer":             classes.Authorizer,
		"CassandraRoleManager":           classes.RoleManager,
		"AllowAllInternodeAuthenticator": classes.InternodeAuthenticator,
		"AllowAllNetworkAuthorizer":      classes.NetworkAuthorizer,
		"AllowAllCIDRAuthorizer":         classes.CIDRAuthorizer,
	} {
		require.Equal(t, want, class.ClassName)
	}
	// Absent classes are null, and their names stand in the comments for the reader.
	none := ParameterizedClass{}
	uncommented.Authenticator, uncommented.Authorizer, uncommented.RoleManager = none, none, none
	uncommented.InternodeAuthenticator, uncommented.NetworkAuthorizer, uncommented.CIDRAuthorizer = none, none, none
	require.Equal(t, exported(Default()), exported(uncommented))

	for option := range fieldIndex() {
		name := option[strings.LastIndexByte(option, '.')+1:]
		require.Regexp(t, `(?m)^ *#?`+name+`:`, string(data), "conf/cassandra.yaml does not document "+option)
	}
}

func TestNamesOfAllKindsMeanTheSame(t *testing.T) {
	for name, text := range map[string]string{
		"new name":      "read_request_timeout: 1234ms",
		"old name":      "read_request_timeout_in_ms: 1234",
		"quoted":        `read_request_timeout: "1234ms"`,
		"anchor":        "write_request_timeout: &t 1234ms\nread_request_timeout: *t",
		"last one wins": "read_request_timeout: 1s\nread_request_timeout: 1234ms",
		"octal":         "read_request_timeout_in_ms: 02322",
		"merge":         "sstable: &m {selected_format: big}\n<<: {read_request_timeout: 1234ms}",
	} {
		c, _, err := Parse([]byte(text), "x", nil)
		require.NoError(t, err, name)
		require.Equal(t, 1234*time.Millisecond, c.ReadRequestTimeout, name)
	}
	for name, pairs := range map[string]map[string]string{
		"bare":    {"read_request_timeout": "1234ms"},
		"setting": {"cassandra.settings.read_request_timeout_in_ms": "1234", "cassandra.config.allow_system_properties": "true"},
	} {
		c, _, err := Parse([]byte("read_request_timeout: 9s"), "x", pairs)
		require.NoError(t, err, name)
		require.Equal(t, 1234*time.Millisecond, c.ReadRequestTimeout, name)
	}
	c, _, err := Parse(nil, "x", map[string]string{"cassandra.settings.read_request_timeout": "1s", "unknown": "x"})
	require.NoError(t, err)
	require.Equal(t, 5*time.Second, c.ReadRequestTimeout)
}

func TestOverrides(t *testing.T) {
	c, _, err := Parse([]byte("storage_port: 1"), "x", map[string]string{
		"cassandra.storage_port":                          "7100",
		"cassandra.auth_bcrypt_gensalt_log2_rounds":       "4",
		"cassandra.superuser_setup_delay_ms":              "0",
		"cassandra.join_ring":                             "True",
		"client_encryption_options.accepted_protocols":    "[TLSv1.3]",
		"client_encryption_options.require_client_auth":   "true",
		"authenticator":                                   "PasswordAuthenticator",
		"seed_provider":                                   "{class_name: SimpleSeedProvider, parameters: {seeds: 127.0.0.9}}",
		"internode_compression":                           "dc",
		"client_encryption_options.optional":              "false",
		"server_encryption_options.keystore_password":     "pässword",
		"server_encryption_options.outbound_keystore":     "",
		"cassandra.consistent.rangemovement":              "false",
		"cassandra.test.storage_compatibility_mode":       "NONE",
		"cassandra.settings.native_transport_max_threads": "7",
	})
	require.NoError(t, err)
	require.Equal(t, 7100, c.StoragePort)
	require.Equal(t, 4, c.Properties.BcryptLog2Rounds)
	require.True(t, c.Properties.JoinRing)
	require.False(t, c.Properties.ConsistentRangeMovement)
	require.Equal(t, []string{"TLSv1.3"}, c.ClientEncryption.AcceptedProtocols)
	require.True(t, c.ClientEncryption.RequireClientAuth)
	require.False(t, *c.ClientEncryption.Optional)
	require.Equal(t, "pässword", c.ServerEncryption.KeystorePassword.Reveal())
	require.Equal(t, "PasswordAuthenticator{}", c.Authenticator.String())
	require.Equal(t, "127.0.0.9", c.SeedProvider.Parameters["seeds"])
	require.Equal(t, "NONE", c.StorageCompatibilityMode)
	require.Equal(t, 128, c.NativeTransportMaxThreads)

	_, _, err = Parse(nil, "x", map[string]string{"cassandra.ring_delay_ms": "soon"})
	require.ErrorContains(t, err, "Invalid value for system property: expected integer value but got 'soon'")
	_, _, err = Parse(nil, "x", map[string]string{"storage_port": "soon"})
	require.ErrorContains(t, err, `For input string: "soon"`)
}

func TestClassSpellings(t *testing.T) {
	for text, want := range map[string]string{
		"authenticator: PasswordAuthenticator":                                                     "PasswordAuthenticator{}",
		"authenticator: {class_name: PasswordAuthenticator}":                                       "PasswordAuthenticatornull",
		"authenticator: {class_name: P, parameters: {b: 1, a: x}}":                                 "P{b=1, a=x}",
		"authenticator:\n  - class_name: P\n    parameters:\n      - a: x\n        b: y":           "P{a=x, b=y}",
		"authenticator: {class_name: P, parameters: {}}":                                           "P{}",
		"authenticator: {parameters: {a: x}}":                                                      "null",
		"authenticator:":                                                                           "null",
		"authenticator: {class_name: P, parameters: {private_key_password: x}}":                    "P{private_key_password=<REDACTED>}",
		"authenticator:\n- class_name: org.apache.cassandra.auth.P\n  parameters:\n  - a.b: \"q\"": "org.apache.cassandra.auth.P{a.b=q}",
	} {
		c, _, err := Parse([]byte(text), "x", nil)
		require.NoError(t, err, text)
		require.Equal(t, want, c.Authenticator.String(), text)
	}

	known := func(name string) bool { return name == "org.apache.cassandra.auth.PasswordAuthenticator" }
	for _, name := range []string{"PasswordAuthenticator", "org.apache.cassandra.auth.PasswordAuthenticator"} {
		full, err := Class(name).Resolve("org.apache.cassandra.auth", known)
		require.NoError(t, err)
		require.Equal(t, "org.apache.cassandra.auth.PasswordAuthenticator", full)
		require.Equal(t, "PasswordAuthenticator", Class(name).Simple())
	}
	_, err := Class("Bogus").Resolve("org.apache.cassandra.auth", known)
	require.EqualError(t, err, `Unable to find class Bogus in packages ["","org.apache.cassandra.auth"]`)
}

func TestSecretsStayHidden(t *testing.T) {
	const secret = "s3cr3t"
	text := required + `
client_encryption_options:
  keystore_password: s3cr3t
  ssl_context_factory: {class_name: X, parameters: {private_key: s3cr3t}}
server_encryption_options: {outbound_keystore_password: s3cr3t}
`
	c, _, err := Parse([]byte(text), "x", nil)
	require.NoError(t, err)
	require.Equal(t, secret, c.ClientEncryption.KeystorePassword.Reveal())

	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	log.Info("x", "password", c.ClientEncryption.KeystorePassword, "options", c.ClientEncryption, "class", c.ClientEncryption.SSLContextFactory)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "options", c.ServerEncryption)
	fmt.Fprintf(&out, "%v %+v %s %q %x %d %v", c.ClientEncryption, c.ServerEncryption,
		c.ClientEncryption.KeystorePassword, c.ClientEncryption.KeystorePassword, c.ClientEncryption.KeystorePassword,
		c.ClientEncryption.KeystorePassword, c.Dump())
	for _, row := range c.Settings() {
		if row.Value != nil {
			fmt.Fprintln(&out, row.Name, *row.Value)
		}
	}
	require.NotContains(t, out.String(), secret)
	require.NotContains(t, out.String(), fmt.Sprintf("%x", secret))

	_, _, err = Parse([]byte("client_encryption_options: {keystore_password: [s3cr3t]}"), "x", nil)
	require.ErrorContains(t, err, "needs a single value")
	require.NotContains(t, err.Error(), secret)
}

func TestSettingsFollowFields(t *testing.T) {
	c := Default()
	c.StoragePort, c.ReadRequestTimeout, c.BatchSizeWarnThreshold = 7999, 1500*time.Millisecond, 7*kib
	c.HintedHandoffDisabledDatacenters = []string{"dc2"}
	c.Authenticator = Class("PasswordAuthenticator")
	got := map[string]string{}
	for _, row := range c.Settings() {
		if row.Value != nil {
			got[row.Name] = *row.Value
		}
	}
	for name, want := range map[string]string{
		"storage_port": "7999", "read_request_timeout": "1500ms", "read_request_timeout_in_ms": "1500",
		"batch_size_warn_threshold": "7KiB", "hinted_handoff_disabled_datacenters": "[dc2]",
		"authenticator.class_name": "PasswordAuthenticator", "authenticator.parameters": "{}",
	} {
		require.Equal(t, want, got[name], name)
	}
	require.Contains(t, c.Dump(), "; authenticator=PasswordAuthenticator{}; authorizer=null; ")
	require.Contains(t, c.Dump(), "; client_encryption_options=<REDACTED>; ")
}

func TestNotices(t *testing.T) {
	_, notices, err := Parse([]byte("otc_coalescing_strategy: DISABLED\nenable_materialized_views: true\nkey_cache_save_period: 14400\nmemtable: {configurations: {a: {class_name: B}}}"), "x", nil)
	require.NoError(t, err)
	require.Len(t, notices, 2)
	require.Equal(t, "[otc_coalescing_strategy, enable_materialized_views] parameters have been deprecated. They have new names and/or value format; For more information, please refer to NEWS.txt", notices[0].Msg)
	require.Equal(t, slog.LevelWarn, notices[0].Level)
	require.Equal(t, []string{"key_cache_save_period", "memtable", "otc_coalescing_strategy"}, notices[1].Options)

	_, notices, err = Load(write(t, required+"read_request_timeout: 1ms\n"), nil)
	require.NoError(t, err)
	require.Contains(t, notices, info("found read_request_timeout::1ms less than lowest acceptable value 10ms, continuing with 10ms", "read_request_timeout"))
}

func TestStartupChecks(t *testing.T) {
	c, _, err := Parse([]byte("startup_checks: {check_dc: {enabled: false}, check_rack: }"), "x", nil)
	require.NoError(t, err)
	require.Equal(t, map[string]map[string]string{"check_dc": {"enabled": "false"}, "check_rack": {}}, c.StartupChecks)
}

func TestDirectoriesLieUnderTheStorageDirectory(t *testing.T) {
	root := t.TempDir()
	c, _, err := Load(write(t, required), map[string]string{"cassandra.storagedir": root})
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(root, "data")}, c.DataFileDirectories)
	require.NoError(t, c.CreateDirectories())
	for _, folder := range []string{"data", "commitlog", "hints", "saved_caches"} {
		require.DirExists(t, filepath.Join(root, folder))
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o600))
	c.HintsDirectory = filepath.Join(root, "file", "hints")
	require.ErrorContains(t, c.CreateDirectories(), "Bad configuration; unable to start server: ")
}

func TestAdminAddressIsLocal(t *testing.T) {
	c := Default()
	c.ListenAddress = "127.0.0.7"
	_, err := c.Validate()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.7", c.AdminAddress)

	c = Default()
	c.ListenAddress = "192.0.2.1"
	_, err = c.Validate()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1", c.AdminAddress)
}

func TestSeeds(t *testing.T) {
	c := Default()
	c.SeedProvider = Class("org.apache.cassandra.locator.SimpleSeedProvider", "seeds", "127.0.0.1, 127.0.0.2:7001,[::1]:9,::2,, no.such.host.invalid")
	seeds, notices, err := c.Seeds()
	require.NoError(t, err)
	require.Equal(t, "[127.0.0.1:7000 127.0.0.2:7001 [::1]:9 [::2]:7000]", fmt.Sprint(seeds))
	require.Equal(t, []Notice{warn("Seed provider couldn't lookup host no.such.host.invalid")}, notices)
}

func TestOptionTableIsSound(t *testing.T) {
	previous := ""
	for _, o := range table().top {
		require.Less(t, previous, o.Name, "sorted")
		previous = o.Name
	}
	for _, o := range table().leaves {
		for _, old := range o.Old {
			text := "1"
			if old.As == "same" || strings.HasPrefix(old.As, "storage") {
				continue
			}
			_, err := parseOld(o, old, text)
			require.NoError(t, err, old.Name)
		}
		if o.Class != "" {
			require.NotEmpty(t, o.Values, o.full)
		}
	}
	for full := range fieldIndex() {
		require.Contains(t, table().byName, full, "a field without a row in options.json")
	}
}

// write puts text into a cassandra.yaml of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cassandra.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
