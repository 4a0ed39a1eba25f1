package ring

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/token"
)

func node(n byte, dc, rack string, tokens ...token.Token) Endpoint {
	return Endpoint{
		HostID:     uuid.UUID{15: n},
		Address:    netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, n}), 7000),
		Datacenter: dc, Rack: rack, Tokens: tokens,
	}
}

func names(es []*Endpoint) []byte {
	out := []byte{}
	for _, e := range es {
		out = append(out, e.HostID[15])
	}
	return out
}

func place(t *testing.T, r *Ring, class string, options map[string]string) *Placement {
	t.Helper()
	s, err := NewStrategy(class, options)
	require.NoError(t, err)
	return r.Place(s)
}

func TestStrategies(t *testing.T) {
	r := New([]Endpoint{
		node(1, "a", "r1", 0, 400), node(2, "a", "r1", 100), node(3, "a", "r2", 200), node(4, "b", "r1", 300, 50),
	})
	for _, c := range []struct {
		name, class string
		options     map[string]string
		token       token.Token
		want        []byte
	}{
		{"simple", "SimpleStrategy", map[string]string{"replication_factor": "2"}, 60, []byte{2, 3}},
		{"simple wraps", "SimpleStrategy", map[string]string{"replication_factor": "3"}, 401, []byte{1, 4, 2}},
		{"simple, more than nodes", "SimpleStrategy", map[string]string{"replication_factor": "9"}, 100, []byte{2, 3, 4, 1}},
		{"simple zero", "SimpleStrategy", map[string]string{"replication_factor": "0"}, 100, []byte{}},
		{"racks are kept apart", "org.apache.cassandra.locator.NetworkTopologyStrategy", map[string]string{"a": "2"}, 0, []byte{1, 3}},
		{"rack repeats are greedy", "NetworkTopologyStrategy", map[string]string{"a": "3"}, 0, []byte{1, 2, 3}},
		{"walk order mixes datacenters", "NetworkTopologyStrategy", map[string]string{"a": "2", "b": "1"}, 1, []byte{4, 2, 3}},
		{"unknown datacenter", "NetworkTopologyStrategy", map[string]string{"zz": "2", "b": "1"}, 1, []byte{4}},
		{"token of the ring belongs to it", "SimpleStrategy", map[string]string{"replication_factor": "1"}, 200, []byte{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, names(place(t, r, c.class, c.options).Replicas(c.token)))
		})
	}
}

// referenceNTS is a second, plain reading of the rules: per datacenter, then put together in walk order.
func referenceNTS(r *Ring, rf map[string]int, t token.Token) []byte {
	chosen := map[byte]bool{}
	used := map[string]bool{}
	left, repeats := map[string]int{}, map[string]int{}
	for dc, n := range rf {
		left[dc] = min(n, r.nodes[dc])
		repeats[dc] = n - len(r.racks[dc])
	}
	out := []byte{}
	start := r.index(t)
	for i := range r.owners {
		e := r.owners[(start+i)%len(r.owners)].node
		id, rack := e.HostID[15], e.Datacenter+"/"+e.Rack
		if left[e.Datacenter] == 0 || chosen[id] {
			continue
		}
		if used[rack] {
			if repeats[e.Datacenter] <= 0 {
				continue
			}
			repeats[e.Datacenter]--
		}
		used[rack], chosen[id] = true, true
		left[e.Datacenter]--
		out = append(out, id)
	}
	return out
}

func TestNetworkTopologyLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var es []Endpoint
		n := rapid.IntRange(1, 9).Draw(t, "nodes")
		for i := range n {
			tokens := rapid.SliceOfN(rapid.Int64(), 1, 4).Draw(t, "tokens")
			e := node(byte(i+1), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "dc"), rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "rack"))
			for _, x := range tokens {
				e.Tokens = append(e.Tokens, token.Token(x))
			}
			es = append(es, e)
		}
		r := New(es)
		rf := map[string]int{"a": rapid.IntRange(0, 4).Draw(t, "rfa"), "b": rapid.IntRange(0, 4).Draw(t, "rfb")}
		s := &networkTopology{factors: rf, dcs: []string{"a", "b"}, total: rf["a"] + rf["b"], id: "test"}
		tok := token.Token(rapid.Int64().Draw(t, "token"))
		got := r.Place(s).Replicas(tok)
		if want := referenceNTS(r, rf, tok); string(want) != string(names(got)) {
			t.Fatalf("got %v, want %v", names(got), want)
		}
		var sum float64
		for _, f := range r.fractions() {
			sum += f
		}
		if math.Abs(sum-1) > 1e-4 {
			t.Fatalf("shares sum to %f", sum)
		}
		for _, x := range r.Place(s).Unwrapped() {
			if x.Wraps() {
				t.Fatalf("range %v wraps", x.Range)
			}
		}
	})
}

func TestPendingAndConflicts(t *testing.T) {
	joining := node(3, "a", "r1", 200)
	joining.Status = Joining
	leaving := node(2, "a", "r1", 300)
	leaving.Status = Leaving
	r := New([]Endpoint{node(1, "a", "r1", 100), leaving, joining})
	p := place(t, r, "SimpleStrategy", map[string]string{"replication_factor": "1"})
	require.Equal(t, []byte{2}, names(p.Replicas(150)))
	require.Equal(t, []byte{1, 3}, names(p.Pending(150)), "node 1 too: node 3 may fail to join")
	require.Equal(t, []byte{1}, names(p.Pending(250)), "the leaving node's range goes to node 1")
	require.Empty(t, p.Pending(50))

	moving := node(2, "a", "r1", 300)
	moving.Status, moving.Target = Moving, 150
	r = New([]Endpoint{node(1, "a", "r1", 100), moving, node(3, "a", "r1", 500)})
	p = place(t, r, "SimpleStrategy", map[string]string{"replication_factor": "1"})
	for at, want := range map[token.Token][2][]byte{
		50: {{1}, {}}, 150: {{2}, {}}, 200: {{2}, {3}}, 300: {{2}, {3}}, 400: {{3}, {}}, 600: {{1}, {}},
	} {
		require.Equal(t, want, [2][]byte{names(p.Replicas(at)), names(p.Pending(at))}, "%d", at)
	}
	moving.Target = 450
	r = New([]Endpoint{node(1, "a", "r1", 100), moving, node(3, "a", "r1", 500)})
	p = place(t, r, "SimpleStrategy", map[string]string{"replication_factor": "1"})
	require.Equal(t, []byte{2}, names(p.Pending(400)))
	require.Empty(t, p.Pending(200))

	newer := node(5, "a", "r1", 100)
	newer.Generation = 7
	r = New([]Endpoint{node(1, "a", "r1", 100), newer})
	require.Equal(t, byte(5), r.Owner(100).HostID[15])
	require.Len(t, r.Conflicts(), 1)
}

func TestOwnership(t *testing.T) {
	r := New([]Endpoint{node(1, "a", "r1", math.MinInt64/2), node(2, "a", "r1", math.MaxInt64/2)})
	p := place(t, r, "SimpleStrategy", map[string]string{"replication_factor": "1"})
	require.InDelta(t, 0.5, p.Effective()[r.Owners()[0]], 1e-6)
	p = place(t, r, "SimpleStrategy", map[string]string{"replication_factor": "2"})
	require.InDelta(t, 1.0, p.Effective()[r.Owners()[1]], 1e-6)
	require.Len(t, p.Primary(r.Owners()[0]), 1)
	require.Len(t, p.RangesOf(r.Owners()[0]), 2)
}

func TestChooseTokens(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var es []Endpoint
	for i := range 6 {
		tokens, err := ChooseTokens(TokenConfig{NumTokens: 16, LocalRF: 3, Location: Location{"a", "r1"}, Rand: rnd}, New(es))
		require.NoError(t, err)
		require.Len(t, tokens, 16)
		es = append(es, node(byte(i+1), "a", "r1", tokens...))
		for e, share := range New(es).Owned() {
			require.InDelta(t, 1/float64(i+1), share, 0.02, "node %v of %d", e, i+1)
		}
	}
	for _, c := range []struct {
		num     int
		initial string
		err     string
	}{
		{1537, "", "A maximum number of 1536 tokens per node is supported"},
		{0, "1,2", "initial_token was set but num_tokens is not!"},
		{3, "1,2", "The number of initial tokens (by initial_token) specified (2) is different from num_tokens value (3)"},
		{1, "x", "Invalid token for Murmur3Partitioner. Got x but expected a long value (unsigned 8 bytes integer)."},
	} {
		_, err := ChooseTokens(TokenConfig{NumTokens: c.num, InitialToken: c.initial, Rand: rnd}, New(nil))
		require.EqualError(t, err, c.err)
	}
	_, err := ChooseTokens(TokenConfig{NumTokens: 1, InitialToken: "5"}, New([]Endpoint{node(1, "a", "r", 5)}))
	require.EqualError(t, err, "Bootstrapping to existing token 5 is not allowed (decommission/removenode the old node first).")
	tokens, err := ChooseTokens(TokenConfig{NumTokens: 4, Rand: rnd}, New(nil))
	require.NoError(t, err)
	require.Len(t, tokens, 4)
}

func TestSnitches(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
		return p
	}
	own := netip.MustParseAddrPort("127.0.0.1:7000")
	peer := netip.MustParseAddrPort("127.5.6.2:7000")
	open := func(c SnitchConfig) (Snitch, error) { c.Address = own; return OpenSnitch(c) }

	s, err := open(SnitchConfig{Class: "SimpleSnitch"})
	require.NoError(t, err)
	require.Equal(t, Location{"datacenter1", "rack1"}, s.Of(peer, Location{"x", "y"}))

	s, err = open(SnitchConfig{Class: "org.apache.cassandra.locator.GossipingPropertyFileSnitch", RackDC: write("rackdc", "# c\n dc = DC 1 \nrack=R1\n"), Topology: filepath.Join(dir, "none")})
	require.NoError(t, err)
	require.Equal(t, Location{"DC 1", "R1"}, s.Local())
	require.Equal(t, Location{"x", "y"}, s.Of(peer, Location{"x", "y"}))
	require.Equal(t, unknownLocation, s.Of(peer, Location{}))
	_, err = open(SnitchConfig{Class: "GossipingPropertyFileSnitch", RackDC: write("cassandra-rackdc.properties", "dc=x\n")})
	require.EqualError(t, err, "DC or rack not found in snitch properties, check your configuration in: cassandra-rackdc.properties")

	now := time.Unix(1000, 0)
	topology := write("cassandra-topology.properties", "127.0.0.1=A:1\ndefault=D:9\n127.5.6.2\\:7000=B:2\n")
	s, err = open(SnitchConfig{Class: "PropertyFileSnitch", Topology: topology, Now: func() time.Time { return now }})
	require.NoError(t, err)
	require.Equal(t, Location{"A", "1"}, s.Local())
	require.Equal(t, Location{"B", "2"}, s.Of(peer, Location{}))
	require.Equal(t, Location{"D", "9"}, s.Of(netip.MustParseAddrPort("127.0.0.9:1"), Location{}))
	now = now.Add(6 * time.Second)
	require.NoError(t, os.WriteFile(topology, []byte("127.0.0.1=A:1\ndefault=Z:9\n127.5.6.2=B:2\n"), 0o600))
	require.NoError(t, os.Chtimes(topology, now, now))
	require.Equal(t, Location{"D", "9"}, s.Of(netip.MustParseAddrPort("127.0.0.9:1"), Location{}), "a node in use does not move")

	s, err = open(SnitchConfig{Class: "RackInferringSnitch"})
	require.NoError(t, err)
	require.Equal(t, Location{"5", "6"}, s.Of(peer, Location{}))
	_, err = open(SnitchConfig{Class: "Ec2Snitch"})
	require.ErrorContains(t, err, "not supported")
	_, err = open(SnitchConfig{Class: "Nope"})
	require.EqualError(t, err, "Unable to find snitch class 'org.apache.cassandra.locator.Nope'")
}

func TestProximity(t *testing.T) {
	r := New([]Endpoint{node(1, "a", "r1", 0), node(2, "a", "r2", 1), node(3, "b", "r1", 2), node(4, "a", "r1", 3)})
	es := []*Endpoint{r.endpoints[2], r.endpoints[1], r.endpoints[3], r.endpoints[0]}
	SortByProximity(r.endpoints[0], &gossiping{}, es)
	require.Equal(t, []byte{1, 4, 2, 3}, names(es))
	es = []*Endpoint{r.endpoints[2], r.endpoints[1], r.endpoints[0]}
	SortByProximity(r.endpoints[0], simpleSnitch{}, es)
	require.Equal(t, []byte{1, 3, 2}, names(es))
}
