package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJavaProperties(t *testing.T) {
	require.Equal(t, map[string]string{
		"dc": "dc 1", "rack": "r1", "a": "", "long": "onetwo", "::1": "DC1:RAC1", "tab": "x\ty", "u": "Aé", "k": "v=w",
	}, javaProperties("# no\n! no\n dc = dc 1\r\nrack:r1\na\nlong=one\\\n   two\n\\:\\:1=DC1:RAC1\ntab=x\\ty\nu=\\u0041\\u00e9\nk v=w\n"))
}

func TestRackDC(t *testing.T) {
	r, notices, err := ReadRackDC("../../conf/" + RackDCFile)
	require.NoError(t, err)
	require.Empty(t, notices)
	require.Equal(t, RackDC{DC: "dc1", Rack: "rack1"}, r)

	path := filepath.Join(t.TempDir(), RackDCFile)
	require.NoError(t, os.WriteFile(path, []byte("dc= dc2 \nrack=r\nprefer_local=true\ndc_suffix=_x\n"), 0o600))
	c, _, err := Parse(nil, "x", map[string]string{"cassandra-rackdc.properties": "file://" + path})
	require.NoError(t, err)
	r, _, err = c.LoadRackDC()
	require.NoError(t, err)
	require.Equal(t, RackDC{DC: "dc2", Rack: "r", DCSuffix: "_x", PreferLocal: true}, r)

	_, notices, err = ReadRackDC(path + ".none")
	require.ErrorContains(t, err, "DC or rack not found in snitch properties, check your configuration in: cassandra-rackdc.properties")
	require.Equal(t, "Unable to read cassandra-rackdc.properties", notices[0].Msg)
}

func TestTopology(t *testing.T) {
	path := filepath.Join(t.TempDir(), TopologyFile)
	require.NoError(t, os.WriteFile(path, []byte("127.0.0.1=DC1:RAC1\n127.0.0.2\\:7000 = DC2 : RAC2\ndefault=DC1:r\n\\:\\:1=DC3:r\n"), 0o600))
	c, _, err := Parse(nil, "file:"+filepath.Dir(path)+"/cassandra.yaml", nil)
	require.NoError(t, err)
	topology, err := c.LoadTopology()
	require.NoError(t, err)
	for address, want := range map[string]Place{
		"127.0.0.1": {"DC1", "RAC1"}, "127.0.0.2": {"DC2", "RAC2"}, "::1": {"DC3", "r"}, "127.0.0.9": {"DC1", "r"},
	} {
		place, ok := topology.Place(netip.MustParseAddr(address))
		require.True(t, ok)
		require.Equal(t, want, place, address)
	}
	_, ok := Topology{}.Place(netip.MustParseAddr("127.0.0.1"))
	require.False(t, ok)
}
