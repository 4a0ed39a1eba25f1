package config

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// lookupTimeout bounds one question to the name service.
const lookupTimeout = 5 * time.Second

// Addresses are the four addresses of a node, resolved.
type Addresses struct {
	// Listen is for the other nodes.
	Listen netip.Addr
	// Broadcast is what the other nodes are told.
	Broadcast netip.Addr
	// RPC is for clients.
	RPC netip.Addr
	// BroadcastRPC is what drivers are told.
	BroadcastRPC netip.Addr
}

// Addresses resolves listen_address, broadcast_address, rpc_address and broadcast_rpc_address, or the interfaces
// that stand in their place.
func (c *Config) Addresses() (Addresses, error) {
	var a Addresses
	var err error
	if a.Listen, err = c.listenAddress(); err != nil {
		return a, err
	}
	if a.Broadcast, err = broadcast("broadcast_address", c.BroadcastAddress, a.Listen); err != nil {
		return a, err
	}
	if a.RPC, err = c.rpcAddress(a.Listen); err != nil {
		return a, err
	}
	if a.BroadcastRPC, err = broadcast("broadcast_rpc_address", c.BroadcastRPCAddress, a.RPC); err != nil {
		return a, err
	}
	if a.BroadcastRPC.IsUnspecified() {
		return a, refusef("If rpc_address is set to a wildcard address (%s), then you must set broadcast_rpc_address to a value other than %s", c.RPCAddress, c.RPCAddress)
	}
	return a, nil
}

func (c *Config) listenAddress() (netip.Addr, error) {
	switch {
	case c.ListenAddress != "" && c.ListenInterface != "":
		return netip.Addr{}, refusef("Set listen_address OR listen_interface, not both")
	case c.ListenInterface != "":
		return interfaceAddress("listen_interface", c.ListenInterface, c.ListenInterfacePreferIPv6)
	case c.ListenAddress == "":
		return localHost(), nil
	}
	address, ok := resolveHost(c.ListenAddress)
	if !ok {
		return address, refusef("Unknown listen_address '%s'", c.ListenAddress)
	}
	if address.IsUnspecified() {
		return address, refusef("listen_address cannot be a wildcard address (%s)!", c.ListenAddress)
	}
	return address, nil
}

func (c *Config) rpcAddress(listen netip.Addr) (netip.Addr, error) {
	switch {
	case c.RPCAddress != "" && c.RPCInterface != "":
		return netip.Addr{}, refusef("Set rpc_address OR rpc_interface, not both")
	case c.RPCInterface != "":
		return interfaceAddress("rpc_interface", c.RPCInterface, c.RPCInterfacePreferIPv6)
	case c.RPCAddress == "":
		return listen, nil
	}
	address, ok := resolveHost(c.RPCAddress)
	if !ok {
		return address, refusef("Unknown host in rpc_address %s", c.RPCAddress)
	}
	return address, nil
}

func broadcast(option, host string, absent netip.Addr) (netip.Addr, error) {
	if host == "" {
		return absent, nil
	}
	address, ok := resolveHost(host)
	if !ok {
		return address, refusef("Unknown %s '%s'", option, host)
	}
	if address.IsUnspecified() {
		return address, refusef("%s cannot be a wildcard address (%s)!", option, host)
	}
	return address, nil
}

// resolveHost prefers IPv4, as a JVM does.
func resolveHost(host string) (netip.Addr, bool) {
	all := resolveAll(host)
	if len(all) == 0 {
		return netip.Addr{}, false
	}
	for _, address := range all {
		if address.Is4() {
			return address, true
		}
	}
	return all[0], true
}

func resolveAll(host string) []netip.Addr {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address.Unmap()}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found
}

// localHost is the address of this host's name, or 127.0.0.1.
func localHost() netip.Addr {
	if name, err := os.Hostname(); err == nil {
		if address, ok := resolveHost(name); ok {
			return address
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func interfaceAddress(option, name string, preferIPv6 bool) (netip.Addr, error) {
	device, err := net.InterfaceByName(name)
	if err != nil {
		return netip.Addr{}, refusef("Configured %s \"%s\" could not be found", option, name)
	}
	addresses, err := device.Addrs()
	if err != nil {
		return netip.Addr{}, refusef("Configured %s \"%s\" caused an exception", option, name)
	}
	var first netip.Addr
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		address := prefix.Addr().Unmap()
		if address.Is6() == preferIPv6 {
			return address, nil
		}
		if !first.IsValid() {
			first = address
		}
	}
	if !first.IsValid() {
		return first, refusef("Configured %s \"%s\" was found, but had no addresses", option, name)
	}
	return first, nil
}

func (v *validation) checkAddresses() error {
	a, err := v.Addresses()
	if err != nil {
		return err
	}
	if v.ListenAddress == "" && v.ListenInterface == "" {
		name, _ := os.Hostname()
		v.notices = append(v.notices, info(fmt.Sprintf("InetAddress.getLocalHost() was used to resolve listen_address to %s/%s, double check this is correct. Please check this node's config and set the listen_address in cassandra.yaml accordingly if applicable.", name, a.Listen)))
	}
	if v.AdminAddress == "" {
		admin := "127.0.0.1"
		if a.Listen.IsLoopback() {
			admin = a.Listen.String()
		}
		v.replace("alexandra_admin_address", admin)
	}
	return nil
}

func (v *validation) checkPartitioner() error {
	switch v.Partitioner {
	case "":
		return refusef("Missing directive: partitioner")
	case "Murmur3Partitioner", "org.apache.cassandra.dht.Murmur3Partitioner":
		return nil
	}
	name := qualified("org.apache.cassandra.dht", v.Partitioner)
	return Fatal("Invalid partitioner class "+v.Partitioner, fmt.Sprintf("Unable to find partitioner class '%s'", name))
}

// qualified puts a package in front of a class name that has none.
func qualified(pkg, class string) string {
	if strings.Contains(class, ".") {
		return class
	}
	return pkg + "." + class
}

const snitchPackage = "org.apache.cassandra.locator"

// Snitch is the simple class name of endpoint_snitch, e.g. GossipingPropertyFileSnitch.
func (c *Config) Snitch() string {
	return strings.TrimPrefix(c.EndpointSnitch, snitchPackage+".")
}

func (v *validation) checkSnitch() error {
	switch v.Snitch() {
	case "":
		return refusef("Missing endpoint_snitch directive")
	case "SimpleSnitch", "GossipingPropertyFileSnitch", "PropertyFileSnitch", "RackInferringSnitch":
		return nil
	}
	return fatalf("Unable to find snitch class '%s'", qualified(snitchPackage, v.EndpointSnitch))
}

// InitialTokens are the tokens of initial_token; empty when it is absent.
func (c *Config) InitialTokens() ([]int64, error) {
	var tokens []int64
	for text := range strings.SplitSeq(c.InitialToken, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			e := Fatal(fmt.Sprintf("Invalid token for Murmur3Partitioner. Got %s but expected a long value (unsigned 8 bytes integer).", text))
			e.JavaClass = "java.lang.IllegalArgumentException"
			return nil, e
		}
		tokens = append(tokens, n)
	}
	return tokens, nil
}

func (v *validation) checkTokens() error {
	tokens, err := v.InitialTokens()
	if err != nil {
		return err
	}
	if len(tokens) == 0 {
		return nil
	}
	if !v.written["num_tokens"] && v.NumTokens == 1 && len(tokens) > 1 {
		return refusef("initial_token was set but num_tokens is not!")
	}
	if len(tokens) != v.NumTokens {
		return refusef("The number of initial tokens (by initial_token) specified (%d) is different from num_tokens value (%d)", len(tokens), v.NumTokens)
	}
	return nil
}

// Seeds resolves the list of seed_provider, in its order. Hosts that cannot be found are left out, each with a notice.
func (c *Config) Seeds() ([]netip.AddrPort, []Notice, error) {
	if c.SeedProvider.IsZero() {
		return nil, nil, refusef("seeds configuration is missing; a minimum of one seed is required.")
	}
	if name := strings.TrimPrefix(c.SeedProvider.ClassName, snitchPackage+"."); name != "SimpleSeedProvider" {
		return nil, nil, Fatal(c.SeedProvider.ClassName, "Fatal configuration error; unable to start server.  See log for stacktrace.")
	}
	list, given := c.SeedProvider.Parameters["seeds"]
	if !given {
		list = "127.0.0.1"
	}
	every := strings.EqualFold(c.SeedProvider.Parameters["resolve_multiple_ip_addresses_per_dns_record"], "true")
	var seeds []netip.AddrPort
	var notices []Notice
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		host, port := splitHostPort(entry, c.StoragePort)
		found := resolveAll(host)
		if address, ok := resolveHost(host); ok && !every {
			found = []netip.Addr{address}
		}
		if len(found) == 0 {
			notices = append(notices, warn("Seed provider couldn't lookup host "+entry))
		}
		for _, address := range found {
			seeds = append(seeds, netip.AddrPortFrom(address, uint16(port)))
		}
	}
	if len(seeds) == 0 {
		return nil, notices, refusef("The seed provider lists no seeds.")
	}
	return seeds, notices, nil
}

// splitHostPort takes host, host:port, [v6]:port and a bare IPv6 address.
func splitHostPort(entry string, absent int) (host string, port int) {
	if _, err := netip.ParseAddr(entry); err == nil {
		return entry, absent
	}
	h, p, err := net.SplitHostPort(entry)
	if err != nil {
		return strings.Trim(entry, "[]"), absent
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return entry, absent
	}
	return h, int(n)
}

func (v *validation) checkSeeds() error {
	seeds, notices, err := v.Seeds()
	v.notices = append(v.notices, notices...)
	if len(seeds) > 20 {
		v.notices = append(v.notices, warn(fmt.Sprintf("Seed provider returned more than 20 seeds (%d); a few per datacenter are enough.", len(seeds))))
	}
	return err
}
