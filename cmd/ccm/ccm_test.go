package main

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"alexandra/internal/config"
)

func TestPlans(t *testing.T) {
	p := plan{datacenters: []string{"dc1=2", "east"}, firstIP: netip.MustParseAddr("127.0.0.254")}
	nodes, err := p.nodes()
	require.NoError(t, err)
	require.Equal(t, []node{
		{Name: "node1", Address: netip.MustParseAddr("127.0.0.254"), Datacenter: "dc1", Rack: "rack1"},
		{Name: "node2", Address: netip.MustParseAddr("127.0.0.255"), Datacenter: "dc1", Rack: "rack1"},
		{Name: "node3", Address: netip.MustParseAddr("127.0.1.0"), Datacenter: "east", Rack: "rack1"},
	}, nodes)
	c := cluster{Nodes: nodes}
	require.Equal(t, "dc1=2 east=1", c.layout())
	require.Equal(t, "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'east': 1}", c.replication())
	for _, wrong := range []string{"dc1=0", "dc1=x", "=1", "dc1=251", "a b=1", "dc'=1"} {
		_, err := plan{datacenters: []string{wrong}, firstIP: p.firstIP}.nodes()
		require.Error(t, err, wrong)
	}
}

func TestOptions(t *testing.T) {
	got, err := parseOptions([]string{"num_tokens=32", "client_encryption_options.enabled=true", "cluster_name=a=b", "startup_checks={check_dc: {enabled: false}}"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"num_tokens": 32, "client_encryption_options": map[string]any{"enabled": true}, "cluster_name": "a=b",
		"startup_checks": map[string]any{"check_dc": map[string]any{"enabled": false}},
	}, got)
	_, err = parseOptions([]string{"num_tokens"})
	require.Error(t, err)
	base := map[string]any{"a": map[string]any{"x": 1, "y": 2}, "b": 1}
	merge(base, map[string]any{"a": map[string]any{"y": 3}, "b": 2})
	require.Equal(t, map[string]any{"a": map[string]any{"x": 1, "y": 3}, "b": 2}, base)
}

// TestConfigurationsAreAccepted loads what ccm writes for a node of each kind.
func TestConfigurationsAreAccepted(t *testing.T) {
	for _, p := range []plan{{auth: true}, {}, {auth: true, tls: true}} {
		c := &cluster{Name: "demo", Auth: p.auth, TLS: p.tls, dir: t.TempDir()}
		c.Nodes = []node{{Name: "node1", Address: netip.MustParseAddr("127.0.0.1"), Datacenter: "dc1", Rack: "rack1", dir: filepath.Join(c.dir, "node1")}}
		if p.tls {
			require.NoError(t, c.makeCertificates())
		}
		require.NoError(t, c.writeNode(&c.Nodes[0], nil))
		cfg, notices, err := config.Load(c.Nodes[0].conf(), nil)
		require.NoError(t, err)
		require.Equal(t, "demo", cfg.ClusterName)
		for _, n := range notices {
			// How much room the disk has is the machine's business.
			require.True(t, n.Level < slog.LevelWarn || strings.HasPrefix(n.Msg, "Only "), "%v", n)
		}
		require.NoError(t, c.save())
		c.Nodes[0].fresh = true
		again, err := (&app{home: filepath.Dir(c.dir)}).load(filepath.Base(c.dir))
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
}

func TestHalfMadeFolders(t *testing.T) {
	home := t.TempDir()
	var out, errOut bytes.Buffer
	ccm := func(args ...string) int {
		out.Reset()
		errOut.Reset()
		return run(append([]string{"--dir", home}, args...), &out, &errOut)
	}
	require.Equal(t, 1, ccm("status"))
	require.Equal(t, "ccm: there is no cluster demo in "+home+": make it with 'ccm up --name demo'\n", errOut.String())
	require.NoError(t, os.MkdirAll(filepath.Join(home, "demo", "node1"), 0o755))
	require.Equal(t, 1, ccm("node1", "show"))
	require.Contains(t, errOut.String(), "is only half made, because 'ccm up' was interrupted: delete it with 'ccm remove --name demo'")
	require.Equal(t, 0, ccm("list"))
	require.Equal(t, 0, ccm("remove"))
	require.NoDirExists(t, filepath.Join(home, "demo"))
	require.Equal(t, 1, ccm("up", "--name", "../x"))
	require.Contains(t, errOut.String(), "is no name for a cluster")
}

func TestNodesAreCommands(t *testing.T) {
	for want, args := range map[string][]string{
		"node node1 cqlsh":             {"node1", "cqlsh"},
		"--name x node node12 show":    {"--name", "x", "node12", "show"},
		"--name node1 status":          {"--name", "node1", "status"},
		"stop node1":                   {"stop", "node1"},
		"-n a --dir b node node1 log ": {"-n", "a", "--dir", "b", "node1", "log", ""},
	} {
		var got bytes.Buffer
		for i, a := range expand(args) {
			if i > 0 {
				got.WriteByte(' ')
			}
			got.WriteString(a)
		}
		require.Equal(t, want, got.String())
	}
}

func TestPortsInUse(t *testing.T) {
	require.ErrorContains(t, checkPorts([]node{{Name: "node1", Address: netip.MustParseAddr("192.0.2.1")}}), "192.0.2.1 is no address of this machine")
}

func TestStoppedNodes(t *testing.T) {
	n := &node{Name: "node1", dir: t.TempDir()}
	require.Equal(t, "STOPPED", n.state())
	require.NoError(t, os.WriteFile(n.pidFile(), []byte("1\n"), 0o600))
	require.Zero(t, n.pid(), "the number of another program's process")
	require.Contains(t, n.state(), "DEAD")
	require.NoError(t, n.terminate())
	require.NoFileExists(t, n.pidFile())
}

func FuzzServerErrors(f *testing.F) {
	f.Add(binary.BigEndian.AppendUint32(nil, 0x2100))
	f.Add([]byte{0, 0, 0x21, 0, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) { require.Error(t, readError(b)) })
}

// TestYAMLIsStable keeps the file readable for tools that edit it.
func TestYAMLIsStable(t *testing.T) {
	c := &cluster{Name: "demo", Nodes: []node{{Name: "node1", Address: netip.MustParseAddr("127.0.0.1")}}}
	text, err := yaml.Marshal(c.options(&c.Nodes[0]))
	require.NoError(t, err)
	require.Contains(t, string(text), "seed_provider:\n    - class_name: org.apache.cassandra.locator.SimpleSeedProvider\n      parameters:\n        - seeds: 127.0.0.1:7000\n")
}
