package integration

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/config"
	"alexandra/internal/testnode"
)

const authPackage = "org.apache.cassandra.auth."

// TestStartRefused is auth 1.1, 1.2, 3.5, 7.5, 7.6 and 7.7: configurations that cannot work, with Cassandra's sentence
// and exit code 3. Number 12 of auth 9.3 is among them.
func TestStartRefused(t *testing.T) {
	t.Parallel()
	const cidr = "cidr_authorizer:\n  class_name: CassandraCIDRAuthorizer\n"
	mtls := func(class, parameters string) string {
		return "authenticator:\n  class_name: " + class + "\n" + parameters
	}
	const validator = "  parameters:\n    validator_class_name: SpiffeCertificateValidator\n"
	const internode = "internode_authenticator:\n  class_name: MutualTlsInternodeAuthenticator\n"
	const needsTLS = "MutualTlsAuthenticator requires client_encryption_options.enabled to be true & client_encryption_options.require_client_auth to be true"
	for name, test := range map[string]struct{ yaml, want string }{
		"1.1 unknown class": {"authenticator: NoSuchAuthenticator", `Unable to find class NoSuchAuthenticator in packages ["","org.apache.cassandra.auth"]`},
		"1.1 unknown full class": {
			"authorizer: com.example.Authorizer", `Unable to find class com.example.Authorizer in packages ["","org.apache.cassandra.auth"]`,
		},
		"1.1 unknown network authorizer": {
			"authenticator: PasswordAuthenticator\nnetwork_authorizer: Nope", `Unable to find class Nope in packages ["","org.apache.cassandra.auth"]`,
		},
		"1.1 wrong kind": {"authenticator: CassandraAuthorizer", "CassandraAuthorizer cannot be used as authenticator: it is an authorizer"},
		"1.2-3 authorizer": {
			"authorizer: CassandraAuthorizer",
			authPackage + "CassandraAuthorizer has authorization enabled which requires " + authPackage + "AllowAllAuthenticator to enable authentication",
		},
		"1.2-6 network authorizer": {
			"authenticator: AllowAllAuthenticator\nnetwork_authorizer: CassandraNetworkAuthorizer", "CassandraNetworkAuthorizer{} can't be used with AllowAllAuthenticator",
		},
		"1.2-6 without authenticator (DO)": {"network_authorizer: CassandraNetworkAuthorizer", "CassandraNetworkAuthorizer{} can't be used with AllowAllAuthenticator"},
		"1.2-6 full name and parameters": {
			"authenticator: AllowAllAuthenticator\nnetwork_authorizer:\n  class_name: " + authPackage + "CassandraNetworkAuthorizer\n  parameters:\n    k: v\n",
			authPackage + "CassandraNetworkAuthorizer{k=v} can't be used with AllowAllAuthenticator",
		},
		"1.2-6 block without parameters": {
			"authenticator: AllowAllAuthenticator\nnetwork_authorizer:\n  class_name: CassandraNetworkAuthorizer\n",
			"CassandraNetworkAuthorizernull can't be used with AllowAllAuthenticator",
		},
		"1.2-7 cidr authorizer": {
			"authenticator:\n  class_name: AllowAllAuthenticator\n" + cidr + "  parameters:\n    cidr_authorizer_mode: ENFORCE\n",
			"CassandraCIDRAuthorizer{cidr_authorizer_mode=ENFORCE} can't be used with AllowAllAuthenticatornull",
		},
		"3.5 cidr mode": {
			"authenticator: PasswordAuthenticator\n" + cidr + "  parameters:\n    cidr_authorizer_mode: STRICT\n",
			"Failed to instantiate class CassandraCIDRAuthorizer: No enum constant org.apache.cassandra.auth.ICIDRAuthorizer.CIDRAuthorizerMode.STRICT",
		},
		"7.7 no validator": {
			mtls("MutualTlsAuthenticator", ""), "Failed to instantiate class MutualTlsAuthenticator: authenticator.parameters.validator_class_name is not set",
		},
		"7.7 no TLS":            {mtls("MutualTlsAuthenticator", validator), "Failed to instantiate class MutualTlsAuthenticator: " + needsTLS},
		"7.7 fallback, no TLS":  {mtls(authPackage+"MutualTlsWithPasswordFallbackAuthenticator", validator), "Failed to instantiate class " + authPackage + "MutualTlsWithPasswordFallbackAuthenticator: " + needsTLS},
		"7.6 no validator":      {internode, "Failed to instantiate class MutualTlsInternodeAuthenticator: internode_authenticator.parameters.validator_class_name is not set"},
		"7.6 no internode TLS":  {internode + validator, "Failed to instantiate class MutualTlsInternodeAuthenticator: MutualTlsInternodeAuthenticator requires server_encryption_options.internode_encryption to be enabled & server_encryption_options.require_client_auth to be true"},
		"7.5 no password":       {"client_encryption_options:\n  enabled: true\n  keystore: $DIR/node.jks\n", "Failed to initialize SSL|Failed to create SSL context using Native transport|'keystore_password' must be specified"},
		"7.5 keystore missing":  {"client_encryption_options:\n  enabled: true\n  keystore: $DIR/nope\n  keystore_password: x\n", "Failed to initialize SSL|Failed to create SSL context using Native transport|failed to build key manager store for secure connections"},
		"7.5 wrong password":    {"client_encryption_options:\n  enabled: true\n  keystore: $DIR/node.jks\n  keystore_password: x\n", "Failed to initialize SSL|failed to build key manager store for secure connections|Keystore was tampered with, or password was incorrect"},
		"7.5 no truststore":     {"client_encryption_options:\n  enabled: true\n  require_client_auth: true\n  keystore: $DIR/node.jks\n  keystore_password: cassandra\n", "Failed to initialize SSL|failed to build trust manager store for secure connections"},
		"7.5 unknown protocol":  {string(clientTLS("  enabled: true\n  accepted_protocols: [TLSv9]\n")), "Failed to initialize SSL|Protocol TLSv9 is not supported."},
		"7.1 no cipher left":    {string(clientTLS("  enabled: true\n  cipher_suites: [NO_SUCH_CIPHER]\n")), "Failed to initialize SSL|No ciphers left after filtering supported cipher suite"},
		"7.2 keystore is there": {"client_encryption_options:\n  keystore: $DIR/node.jks\n  keystore_password: x\n", "Failed to initialize SSL|Keystore was tampered with, or password was incorrect"},
		"7.5 unknown factory":   {"client_encryption_options:\n  enabled: true\n  ssl_context_factory:\n    class_name: Bogus\n", "Unable to create instance of ISslContextFactory for org.apache.cassandra.security.Bogus"},
		"7.5 internode": {
			"server_encryption_options:\n  internode_encryption: all\n  keystore: $DIR/nope\n  keystore_password: x\n",
			"Failed to initialize SSL|Failed to create SSL context using Internode messaging",
		},
		"7.2 second port": {
			"native_transport_port_ssl: 9142\nclient_encryption_options:\n  enabled: false\n",
			"Encryption must be enabled in client_encryption_options for native_transport_port_ssl",
		},
		"7.6 legacy port": {
			"server_encryption_options:\n  internode_encryption: none\n  legacy_ssl_storage_port_enabled: true\n",
			"legacy_ssl_storage_port_enabled is true (enabled) with internode encryption disabled (none). Enable encryption or disable the legacy ssl storage port.",
		},
		"7.1 client auth is a boolean": {"client_encryption_options:\n  require_client_auth: optional\n", "Invalid yaml: "},
		"1.1 list of parameters":       {"authenticator:\n  class_name: PasswordAuthenticator\n  parameters:\n    - a: b\n", "Invalid yaml: "},
		"8 negative validity":          {"roles_validity: -1s", "Invalid yaml: "},
		"4.2 unknown consistency (DO)": {"auth_read_consistency_level: SOMETIMES", "SOMETIMES"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, files := newPKI(t)
			c := testnode.RunT(t, testnode.NotStarted, files, testnode.YAML(test.yaml))
			checkRefusal(t, c.TryStart(1), test.want)
		})
	}
}

// checkRefusal compares the message, then looks for further texts in what is printed; an end like "yaml: " is a prefix.
func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *config.ConfigurationError
	require.True(t, errors.As(err, &refusal), "%v", err)
	require.Equal(t, config.ExitConfiguration, refusal.ExitCode)
	message, details, _ := strings.Cut(want, "|")
	switch {
	case details != "":
		require.Equal(t, message, refusal.Msg)
		for _, d := range strings.Split(details, "|") {
			require.Contains(t, refusal.Details, d)
		}
	case strings.HasSuffix(message, ": "):
		require.True(t, strings.HasPrefix(refusal.Msg, message), refusal.Msg)
	case !strings.Contains(message, " "):
		require.Contains(t, refusal.Error(), message)
	default:
		require.Equal(t, message, refusal.Msg)
	}
}

// TestStartAllowed is the paragraph below the table of auth 1.2, and the spellings of 1.1: what is easily assumed to be
// refused.
func TestStartAllowed(t *testing.T) {
	t.Parallel()
	for name, yaml := range map[string]string{
		"network authorizer without permissions": "authenticator: PasswordAuthenticator\nauthorizer: AllowAllAuthorizer\nnetwork_authorizer: CassandraNetworkAuthorizer",
		"role manager without logins":            "authenticator: AllowAllAuthenticator\nrole_manager: CassandraRoleManager",
		"full names":                             "authenticator: " + authPackage + "PasswordAuthenticator\nauthorizer: " + authPackage + "CassandraAuthorizer",
		"block":                                  "authenticator:\n  class_name: PasswordAuthenticator\n  parameters: {}\n",
		"list of one block":                      "authenticator:\n  - class_name: PasswordAuthenticator\n    parameters:\n      - k: v\n",
		"block without class":                    "authenticator:\n  parameters: {}\n",
		"monitor":                                "authenticator: PasswordAuthenticator\ncidr_authorizer:\n  class_name: CassandraCIDRAuthorizer\n  parameters:\n    cidr_authorizer_mode: monitor\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := testnode.RunT(t, testnode.YAML(yaml))
			if name == "block without class" || strings.HasPrefix(name, "role manager") {
				exec(t, c.Client(1, "", ""), "SELECT key FROM system.local")
				return
			}
			exec(t, root(c, 1), "SELECT key FROM system.local")
		})
	}
}
