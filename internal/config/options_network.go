package config

import "time"

// NetworkOptions say where this node listens and what it tells the others about it.
type NetworkOptions struct {
	// The address for the other nodes. Absent, with listen_interface absent too: the address of this host's name.
	ListenAddress string `yaml:"listen_address"`
	// The network interface whose first address is the listen address; instead of listen_address.
	ListenInterface string `yaml:"listen_interface"`
	// Whether an IPv6 address of listen_interface is preferred.
	ListenInterfacePreferIPv6 bool `yaml:"listen_interface_prefer_ipv6"`
	// Whether to listen on broadcast_address as well as on listen_address.
	ListenOnBroadcastAddress bool `yaml:"listen_on_broadcast_address"`
	// The address that other nodes are told to use. Absent: the listen address.
	BroadcastAddress string `yaml:"broadcast_address"`
	// The address for clients; 0.0.0.0 needs broadcast_rpc_address. Absent, with rpc_interface absent too: this host's.
	RPCAddress string `yaml:"rpc_address"`
	// The network interface whose first address is the client address; instead of rpc_address.
	RPCInterface string `yaml:"rpc_interface"`
	// Whether an IPv6 address of rpc_interface is preferred.
	RPCInterfacePreferIPv6 bool `yaml:"rpc_interface_prefer_ipv6"`
	// The address that drivers are told to use. Absent: rpc_address.
	BroadcastRPCAddress string `yaml:"broadcast_rpc_address"`
	// Whether client connections are kept alive by TCP.
	RPCKeepalive bool `yaml:"rpc_keepalive"`
	// The port for the other nodes, gossip included; encrypted when server_encryption_options says so.
	StoragePort int `yaml:"storage_port"`
	// The port of old nodes for encrypted traffic; listened on only with legacy_ssl_storage_port_enabled.
	SSLStoragePort int `yaml:"ssl_storage_port"`
	// How long connecting to another node may take.
	InternodeTCPConnectTimeout time.Duration `yaml:"internode_tcp_connect_timeout"`
	// How long data sent to another node may stay unacknowledged before the connection is closed.
	InternodeTCPUserTimeout time.Duration `yaml:"internode_tcp_user_timeout"`
	// The largest message between nodes, in bytes. Absent: 128MiB.
	InternodeMaxMessageSize int64 `yaml:"internode_max_message_size"`
	// Whether traffic between nodes is compressed: all, dc (only between datacenters) or none.
	InternodeCompression string `yaml:"internode_compression"`
	// Whether a replica drops a request that has waited longer than its timeout; needs synchronised clocks.
	InternodeTimeout bool `yaml:"internode_timeout"`
	// How fast data streams to another node, in bytes per second; 0 is unlimited.
	StreamThroughputOutbound int64 `yaml:"stream_throughput_outbound"`
	// How fast data streams to another datacenter, in bytes per second; 0 is unlimited.
	InterDCStreamThroughputOutbound int64 `yaml:"inter_dc_stream_throughput_outbound"`
}

// NativeTransportOptions say how clients are served.
type NativeTransportOptions struct {
	// Whether the node serves clients as soon as it has started; nodetool enablebinary does it later.
	StartNativeTransport bool `yaml:"start_native_transport"`
	// The port for clients.
	NativeTransportPort int `yaml:"native_transport_port"`
	// A second, encrypted port for clients (deprecated): native_transport_port then takes no TLS. 0 or absent: none.
	NativeTransportPortSSL int `yaml:"native_transport_port_ssl"`
	// How many requests run at the same time.
	NativeTransportMaxThreads int `yaml:"native_transport_max_threads"`
	// How many logins run at the same time: hashing passwords must not starve requests. 0: they share the threads above.
	NativeTransportMaxAuthThreads int `yaml:"native_transport_max_auth_threads"`
	// The largest frame of protocol 4 and older, in bytes.
	NativeTransportMaxFrameSize int64 `yaml:"native_transport_max_frame_size"`
	// The largest message of protocol 5, in bytes. Absent: the smallest of max_mutation_size and the in-flight limits.
	NativeTransportMaxMessageSize int64 `yaml:"native_transport_max_message_size"`
	// How many client connections may be open; -1: no limit.
	NativeTransportMaxConcurrentConnections int64 `yaml:"native_transport_max_concurrent_connections"`
	// How many client connections one address may have open; -1: no limit.
	NativeTransportMaxConcurrentConnectionsPerIP int64 `yaml:"native_transport_max_concurrent_connections_per_ip"`
	// How long a silent client connection stays open; 0: for ever.
	NativeTransportIdleTimeout time.Duration `yaml:"native_transport_idle_timeout"`
	// Whether clients may use protocol versions older than the newest.
	NativeTransportAllowOlderProtocols bool `yaml:"native_transport_allow_older_protocols"`
	// Whether native_transport_max_requests_per_second is applied.
	NativeTransportRateLimitingEnabled bool `yaml:"native_transport_rate_limiting_enabled"`
	// How many requests a second this node takes when rate limiting is on.
	NativeTransportMaxRequestsPerSecond int `yaml:"native_transport_max_requests_per_second"`
	// How many bytes of requests may be in work. Absent: a tenth of the memory that the node counts on.
	NativeTransportMaxRequestDataInFlight int64 `yaml:"native_transport_max_request_data_in_flight"`
	// How many bytes of requests of one address may be in work. Absent: a fortieth of that memory.
	NativeTransportMaxRequestDataInFlightPerIP int64 `yaml:"native_transport_max_request_data_in_flight_per_ip"`
	// Whether an overloaded node answers OVERLOADED, for every client, instead of reading more slowly.
	NativeTransportThrowOnOverload bool `yaml:"native_transport_throw_on_overload"`
	// How long after its arrival a request may still be worked on.
	NativeTransportTimeout time.Duration `yaml:"native_transport_timeout"`
	// From when on timeouts count: REQUEST (work has begun) or QUEUE (it has arrived).
	CQLStartTime string `yaml:"cql_start_time"`
	// How many bytes of prepared statements are kept. Absent: 10MiB or a 256th of the memory, the larger one.
	PreparedStatementsCacheSize int64 `yaml:"prepared_statements_cache_size"`
	// How many broken messages in a row close a connection; negative: never.
	ConsecutiveMessageErrorsThreshold int `yaml:"consecutive_message_errors_threshold"`
}
