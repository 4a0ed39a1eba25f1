package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"alexandra/auth"
	"alexandra/gossip"
	"alexandra/internal/config"
	"alexandra/internal/coord"
	"alexandra/internal/cql/exec"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/syskeyspace"
	"alexandra/internal/tlsconf"
	"alexandra/internal/token"
	"alexandra/server"
	"alexandra/storage"
)

func (n *Node) openTLS(Options) (err error) {
	o := tlsconf.Options{Clock: n.clock, Log: n.log}
	if n.clientTLS, err = tlsconf.OpenClient(n.cfg, o); err != nil {
		return err
	}
	n.internodeTLS, err = tlsconf.OpenInternode(n.cfg, o)
	return err
}

// openAddresses resolves the four addresses and the snitch.
func (n *Node) openAddresses(Options) error {
	listen, err := resolve("listen_address", n.cfg.ListenAddress, n.cfg.ListenInterface, n.cfg.ListenInterfacePreferIPv6)
	if err != nil {
		return err
	}
	rpcAddr, err := resolve("rpc_address", n.cfg.RPCAddress, n.cfg.RPCInterface, n.cfg.RPCInterfacePreferIPv6)
	if err != nil {
		return err
	}
	broadcast, native := listen, rpcAddr
	if n.cfg.BroadcastAddress != "" {
		if broadcast, err = resolve("broadcast_address", n.cfg.BroadcastAddress, "", false); err != nil {
			return err
		}
	}
	if n.cfg.BroadcastRPCAddress != "" {
		if native, err = resolve("broadcast_rpc_address", n.cfg.BroadcastRPCAddress, "", false); err != nil {
			return err
		}
	}
	n.listen = netip.AddrPortFrom(listen, uint16(n.cfg.StoragePort))
	n.address = netip.AddrPortFrom(broadcast, uint16(n.cfg.StoragePort))
	n.nativeOwn = netip.AddrPortFrom(rpcAddr, uint16(n.cfg.NativeTransportPort))
	n.native = netip.AddrPortFrom(native, uint16(n.cfg.NativeTransportPort))
	n.snitch, err = ring.OpenSnitch(ring.SnitchConfig{
		Class: n.cfg.EndpointSnitch, Address: n.address, Log: n.log, Now: n.clock.Now,
		RackDC: n.rackDCFile(), Topology: filepath.Join(n.cfg.ConfDir(), config.TopologyFile),
	})
	if err != nil {
		return config.Refuse(err.Error())
	}
	return nil
}

func (n *Node) rackDCFile() string {
	if f := n.cfg.Properties.RackDCFile; f != "" {
		return f
	}
	return filepath.Join(n.cfg.ConfDir(), config.RackDCFile)
}

// resolve finds the address of an option: literal, host name, or the first address of an interface.
func resolve(option, name, iface string, ipv6 bool) (netip.Addr, error) {
	if iface != "" {
		return interfaceAddress(option, iface, ipv6)
	}
	if name == "" {
		name = "127.0.0.1"
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a.Unmap(), nil
	}
	found, err := net.LookupIP(name)
	if err != nil || len(found) == 0 {
		return netip.Addr{}, config.Refuse(fmt.Sprintf("Unknown %s '%s'", option, name))
	}
	a, _ := netip.AddrFromSlice(found[0])
	return a.Unmap(), nil
}

func interfaceAddress(option, name string, ipv6 bool) (netip.Addr, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return netip.Addr{}, config.Refuse(fmt.Sprintf("Configured %s_interface %q could not be found", option[:len(option)-len("_address")], name))
	}
	addrs, err := i.Addrs()
	if err != nil {
		return netip.Addr{}, fmt.Errorf("addresses of %s: %w", name, err)
	}
	var first netip.Addr
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		if p.Addr().Is6() == ipv6 {
			return p.Addr(), nil
		}
		if !first.IsValid() {
			first = p.Addr()
		}
	}
	if !first.IsValid() {
		return first, config.Refuse(fmt.Sprintf("Configured %s_interface %q was found, but had no addresses", option[:len(option)-len("_address")], name))
	}
	return first, nil
}

// openAuth makes the service and the executor that it reads its tables with; the coordinator joins them later. It comes
// before the disk is touched, as Cassandra refuses combinations of classes first.
func (n *Node) openAuth(Options) (err error) {
	n.exec = exec.New(exec.Config{
		Clock: n.clock, Timestamps: n.stamps, Settings: n.cfg, Logger: n.log, Address: n.address,
		PreparedStore: preparedStore{n},
	})
	n.auth, err = auth.New(n.cfg, auth.Config{
		Store: n.exec.AuthStore(), LocalDatacenter: n.snitch.Local().Datacenter, Clock: n.clock, Log: n.log,
		Announce: n.announceRoles, BcryptCost: n.cfg.Properties.BcryptLog2Rounds, BcryptParallel: max(1, runtime.GOMAXPROCS(0)/2),
	})
	if err != nil {
		return err
	}
	n.exec.Authority, n.exec.Auth = n.auth, n.auth
	return nil
}

func (n *Node) openStore(o Options) (err error) {
	if err := n.cfg.CreateDirectories(); err != nil {
		return err
	}
	n.store, err = storage.Open(storage.Config{
		Dir: n.cfg.DataFileDirectories[0], FS: o.FS, Faults: n.diskFaults, Clock: n.clock, Logger: n.log, Fatal: n.fatal,
		Sync: storage.SyncMode(n.cfg.CommitLogSync), SyncPeriod: n.cfg.CommitLogSyncPeriod,
		TombstoneFailure: int(n.cfg.TombstoneFailureThreshold), PurgeInterval: purgeInterval,
	})
	if errors.Is(err, syscall.EAGAIN) {
		return config.Refuse("The data directory "+n.cfg.DataFileDirectories[0]+" is in use by another process", err.Error())
	}
	return wrap("open the store", err)
}

func (n *Node) openTransport(o Options) (err error) {
	n.transport, err = gossip.Listen(gossip.TransportConfig{
		Cluster: n.cfg.ClusterName, Listen: n.listen, Broadcast: n.address, Encryption: n.encryption(), Faults: o.Faults, Log: n.log,
	})
	if err != nil {
		return config.Refuse(fmt.Sprintf("%s is in use by another process.  Change listen_address:storage_port in cassandra.yaml to values that do not conflict with other services", n.listen), err.Error())
	}
	n.listen = netip.AddrPortFrom(n.listen.Addr(), n.transport.Address().Port())
	n.address = n.transport.Address()
	n.exec.Address = n.address
	return nil
}

func (n *Node) encryption() gossip.Encryption {
	o := n.cfg.ServerEncryption
	e := gossip.Encryption{Mode: gossip.EncryptionMode(o.InternodeEncryption), Optional: o.Optional != nil && *o.Optional}
	if n.internodeTLS.Policy() == tlsconf.Unencrypted {
		return e
	}
	e.Server = n.internodeTLS.Inbound
	e.Client = func(peer netip.AddrPort) *tls.Config { return n.internodeTLS.Outbound(peer.Addr().String()) }
	return e
}

// openCoordinator makes the ring of one, the coordinator over it, and gossip that nobody has heard of yet.
func (n *Node) openCoordinator(Options) (err error) {
	n.rpcClient = rpc.NewClient(rpc.ClientConfig{Dial: n.transport.Dial})
	n.gossip, err = gossip.New(gossip.Config{
		Transport: n.transport, HostID: n.identity.HostID, Generation: n.identity.Generation, Initial: n.initialStates(),
		Store: peerStore{n.store.Local(), n.cfg.Properties.LoadRingState}, Detect: n.cfg.FailureDetectorTimeout, OnEvents: n.onGossip, Clock: n.clock, Log: n.log,
	})
	if err != nil {
		return wrap("gossip", err)
	}
	for _, g := range n.gossip.Nodes() {
		if g.HostID != n.identity.HostID {
			n.known[g.HostID] = g
		}
	}
	base, err := syskeyspace.Load()
	if err != nil {
		return wrap("system keyspaces", err)
	}
	base = n.openVirtual(base)
	n.store.SetSchema(base)
	codec := syskeyspace.NewCodec(base)
	if err := n.store.Apply(context.Background(), codec.Own()); err != nil {
		return wrap("describe the node's own keyspaces", err)
	}
	n.coord = coord.New(coord.Config{
		ClusterName: n.cfg.ClusterName, Self: n.identity.HostID, Ring: n.currentRing(), Snitch: n.snitch,
		Class: ring.QualifiedClass(n.cfg.EndpointSnitch), Local: newMeteredLocal(n.disk(), n.metrics, n.clock),
		Liveness: n.gossip, Caller: tracedCaller{meteredCaller{n.rpcClient, n.metrics}, n.address},
		Codec: codec, Timeouts: n.tune.Timeouts, Hints: n.tune.Hints, Clock: n.clock, Stamps: n.stamps, Log: n.log,
		OnSchema: n.onSchema, OnPeerVersion: n.sawPeerVersion, ReadPercentile: n.readPercentile,
	})
	n.exec.Coordinator, n.exec.Virtual = meteredCoordinator{n.coord, n.metrics, n.clock}, n.virtual
	handlers := n.coord.Handlers()
	handlers[rpc.AuthInvalidate] = n.serveAuthInvalidate
	for _, v := range []rpc.Verb{rpc.SchemaPull, rpc.SchemaPush} {
		handlers[v] = n.unlessHeld(handlers[v])
	}
	n.rpcServer = rpc.NewServer(rpc.ServerConfig{Handlers: handlers, Log: n.log, Trace: traceFor, Together: withBarrier})
	if err := n.coord.LoadSchema(context.Background()); err != nil {
		return wrap("load the schema", err)
	}
	n.store.SetSchema(n.coord.Schema()) // from here on onSchema does it
	return nil
}

// openServer makes the native transport; it listens later.
func (n *Node) openServer(Options) error {
	c := n.cfg
	policy := n.clientTLS.Policy()
	endpoints := []server.Endpoint{{Addr: n.nativeOwn, Policy: policy, TLS: n.clientTLS.Inbound()}}
	if p := c.NativeTransportPortSSL; p != 0 && p != c.NativeTransportPort {
		endpoints = []server.Endpoint{
			{Addr: n.nativeOwn},
			{Addr: netip.AddrPortFrom(n.nativeOwn.Addr(), uint16(p)), Policy: policy, TLS: n.clientTLS.Inbound()},
		}
	}
	rate := 0
	if c.NativeTransportRateLimitingEnabled {
		rate = c.NativeTransportMaxRequestsPerSecond
	}
	n.server = server.New(server.Config{
		Endpoints: endpoints, Executor: meteredExecutor{n.exec, n.metrics, n.requests, &n.clientGate}, Authenticator: n.auth.Authenticator(), Log: n.log,
		MaxFrameSize: int(c.NativeTransportMaxFrameSize), MaxMessageSize: int(c.NativeTransportMaxMessageSize),
		MaxConnections: int(c.NativeTransportMaxConcurrentConnections), MaxConnectionsPerIP: int(c.NativeTransportMaxConcurrentConnectionsPerIP),
		MaxUnauthenticated: unlimited(c.MaxUnauthenticatedConnections), HandshakeTimeout: c.HandshakeTimeout, IdleTimeout: c.NativeTransportIdleTimeout,
		RequestTimeout: c.NativeTransportTimeout, MaxThreads: c.NativeTransportMaxThreads, MaxAuthThreads: c.NativeTransportMaxAuthThreads,
		MaxInFlight: c.NativeTransportMaxRequestDataInFlight, MaxInFlightPerIP: c.NativeTransportMaxRequestDataInFlightPerIP,
		RequestsPerSecond: rate, ThrowOnOverload: c.NativeTransportThrowOnOverload, AllowOldVersions: c.NativeTransportAllowOlderProtocols,
		ErrorsPerSegment: c.ConsecutiveMessageErrorsThreshold,
		MirrorPayloads:   strings.HasSuffix(c.Properties.QueryHandler, "CustomPayloadMirroringQueryHandler"),
	})
	return nil
}

// unlimited is how the server spells an option where 0 or less is no limit.
func unlimited(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}

func tokensOf(list []int64) []token.Token {
	out := make([]token.Token, len(list))
	for i, t := range list {
		out[i] = token.Token(t)
	}
	return out
}

// withBarrier lets writes of peers that came together wait for the commit log once.
func withBarrier(ctx context.Context) (together context.Context, wait func() error) {
	b := &row.Barrier{}
	return row.WithBarrier(ctx, b), b.Wait
}
