package config

import "time"

// AuthOptions say who may log in, and what is checked and cached about them. Class names may leave out
// org.apache.cassandra.auth; which ones exist and go together is checked by package auth.
type AuthOptions struct {
	// Who checks logins: AllowAllAuthenticator, PasswordAuthenticator, MutualTlsAuthenticator or
	// MutualTlsWithPasswordFallbackAuthenticator.
	Authenticator ParameterizedClass `yaml:"authenticator"`
	// Who checks permissions: AllowAllAuthorizer or CassandraAuthorizer.
	Authorizer ParameterizedClass `yaml:"authorizer"`
	// Who keeps roles: CassandraRoleManager.
	RoleManager ParameterizedClass `yaml:"role_manager"`
	// Who checks other nodes: AllowAllInternodeAuthenticator or MutualTlsInternodeAuthenticator.
	InternodeAuthenticator ParameterizedClass `yaml:"internode_authenticator"`
	// Who checks the datacenters that a role may use: AllowAllNetworkAuthorizer or CassandraNetworkAuthorizer.
	NetworkAuthorizer ParameterizedClass `yaml:"network_authorizer"`
	// Who checks the client addresses that a role may use: AllowAllCIDRAuthorizer or CassandraCIDRAuthorizer.
	CIDRAuthorizer ParameterizedClass `yaml:"cidr_authorizer"`
	// The consistency level of reading roles and permissions.
	AuthReadConsistencyLevel string `yaml:"auth_read_consistency_level"`
	// The consistency level of changing roles and permissions.
	AuthWriteConsistencyLevel string `yaml:"auth_write_consistency_level"`
	// Whether the caches below are filled before clients are served.
	AuthCacheWarmingEnabled bool `yaml:"auth_cache_warming_enabled"`
	// Whether permissions are looked up from the widest resource to the narrowest.
	TraverseAuthFromRoot bool `yaml:"traverse_auth_from_root"`
	// How long roles stay in the cache; 0: no cache.
	RolesValidity time.Duration `yaml:"roles_validity"`
	// After which age a used cache entry is read anew in the background. Absent: the validity.
	RolesUpdateInterval time.Duration `yaml:"roles_update_interval"`
	// How many roles the cache holds.
	RolesCacheMaxEntries int `yaml:"roles_cache_max_entries"`
	// Whether entries are also read anew while nobody uses them.
	RolesCacheActiveUpdate bool `yaml:"roles_cache_active_update"`
	// How long permissions stay in the cache; 0: no cache.
	PermissionsValidity time.Duration `yaml:"permissions_validity"`
	// After which age a used cache entry is read anew in the background. Absent: the validity.
	PermissionsUpdateInterval time.Duration `yaml:"permissions_update_interval"`
	// How many permissions the cache holds.
	PermissionsCacheMaxEntries int `yaml:"permissions_cache_max_entries"`
	// Whether entries are also read anew while nobody uses them.
	PermissionsCacheActiveUpdate bool `yaml:"permissions_cache_active_update"`
	// How long password hashes stay in the cache; 0: no cache.
	CredentialsValidity time.Duration `yaml:"credentials_validity"`
	// After which age a used cache entry is read anew in the background. Absent: the validity.
	CredentialsUpdateInterval time.Duration `yaml:"credentials_update_interval"`
	// How many password hashes the cache holds.
	CredentialsCacheMaxEntries int `yaml:"credentials_cache_max_entries"`
	// Whether entries are also read anew while nobody uses them.
	CredentialsCacheActiveUpdate bool `yaml:"credentials_cache_active_update"`
}

// EncryptionSections are the two blocks about TLS.
type EncryptionSections struct {
	// TLS for clients.
	ClientEncryption ClientEncryptionOptions `yaml:"client_encryption_options"`
	// TLS between nodes.
	ServerEncryption ServerEncryptionOptions `yaml:"server_encryption_options"`
}

// EncryptionOptions are the keys that both blocks have. Package tlsconf turns them into a *tls.Config.
type EncryptionOptions struct {
	// Whether TLS is required. For server_encryption_options it has no effect: use internode_encryption.
	Enabled bool `yaml:"enabled"`
	// Whether plain connections are taken beside TLS ones. Absent: only when TLS is not enabled but the keystore exists.
	Optional *bool `yaml:"optional"`
	// The file with this node's key and certificate chain: JKS, PKCS12, or PEM with PEMBasedSslContextFactory.
	Keystore string `yaml:"keystore"`
	// The password of the keystore and of the key in it.
	KeystorePassword Secret `yaml:"keystore_password"`
	// The file with the certificate authorities that the other side's certificate is checked against.
	Truststore string `yaml:"truststore"`
	// The password of the truststore; absent: the store's integrity is not checked.
	TruststorePassword Secret `yaml:"truststore_password"`
	// JKS or PKCS12; each is recognised under either name. Ignored for PEM.
	StoreType string `yaml:"store_type"`
	// Java's name of a key manager algorithm; accepted, without effect.
	Algorithm string `yaml:"algorithm"`
	// A single protocol version, e.g. TLSv1.2; absent or TLS: TLSv1.2 and TLSv1.3.
	Protocol string `yaml:"protocol"`
	// The protocol versions that are taken, e.g. [TLSv1.2, TLSv1.3].
	AcceptedProtocols []string `yaml:"accepted_protocols"`
	// The TLS 1.2 cipher suites that are taken, by their IANA names. Those of TLS 1.3 are always all on.
	CipherSuites []string `yaml:"cipher_suites"`
	// Whether the other side must show a certificate that the truststore vouches for.
	RequireClientAuth bool `yaml:"require_client_auth"`
	// Whether the other side's certificate must also hold its address.
	RequireEndpointVerification bool `yaml:"require_endpoint_verification"`
	// Where key and certificates come from: DefaultSslContextFactory (JKS, PKCS12) or PEMBasedSslContextFactory (PEM files,
	// or PEM text in the parameters private_key, private_key_password and trusted_certificates).
	SSLContextFactory ParameterizedClass `yaml:"ssl_context_factory"`
}

// ClientEncryptionOptions is TLS for clients.
type ClientEncryptionOptions struct {
	EncryptionOptions
}

// ServerEncryptionOptions is TLS between nodes.
type ServerEncryptionOptions struct {
	EncryptionOptions
	// Which traffic is encrypted: none, rack (between racks), dc (between datacenters) or all.
	InternodeEncryption string `yaml:"internode_encryption"`
	// The keystore for connections to other nodes. Absent: keystore.
	OutboundKeystore string `yaml:"outbound_keystore"`
	// The password of outbound_keystore. Absent: keystore_password.
	OutboundKeystorePassword Secret `yaml:"outbound_keystore_password"`
	// Whether ssl_storage_port is listened on as well.
	LegacySSLStoragePortEnabled bool `yaml:"legacy_ssl_storage_port_enabled"`
}
