package integration

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"alexandra/gossip"
	"alexandra/internal/testnode"
)

// The randomized tests run as long as ALEXANDRA_CHAOS says, such as 10m, and a few seconds without it. ALEXANDRA_SEED
// repeats the choices of an earlier run; what the machine makes of them is another matter.

func chaosTime(t *testing.T, usual time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("ALEXANDRA_CHAOS")
	if text == "" {
		return usual
	}
	d, err := time.ParseDuration(text)
	require.NoError(t, err, "ALEXANDRA_CHAOS")
	return d
}

func chaosSeed(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64N(1e9)
	if text := os.Getenv("ALEXANDRA_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "ALEXANDRA_SEED")
	}
	t.Logf("seed %d: ALEXANDRA_SEED=%[1]d chooses the same again", seed)
	return seed
}

// nemesis hurts a cluster at random. It is for the test's own goroutine.
type nemesis struct {
	*testnode.Cluster
	t        *testing.T
	rng      *rand.Rand
	counts   map[string]int
	starting map[int]<-chan error
	leaving  map[int]<-chan error
	// dcs are the numbers of the nodes of each datacenter; mayDie is how many nodes of one may be down at a time.
	dcs    [][]int
	mayDie int
	// guests join and leave again; one of each datacenter.
	guests []int
	faults []chaosFault
}

// chaosFault is something to do to a cluster; it returns false when it could not be done now.
type chaosFault struct {
	name   string
	weight int
	do     func(*nemesis) bool
}

// linkFaults disturb links and clocks, and end what they did.
var linkFaults = []chaosFault{
	{"cut", 3, func(n *nemesis) bool { return n.link(gossip.Fault{Cut: true}) }},
	{"isolate", 2, func(n *nemesis) bool {
		n.Isolate(n.node())
		return true
	}},
	{"delay", 3, func(n *nemesis) bool {
		return n.link(gossip.Fault{Delay: n.upTo(150 * time.Millisecond), Jitter: n.upTo(100 * time.Millisecond)})
	}},
	{"drop", 2, func(n *nemesis) bool { return n.link(gossip.Fault{Drop: n.rng.Float64() / 3}) }},
	{"heal", 5, func(n *nemesis) bool {
		n.Heal()
		return true
	}},
	{"clock", 3, func(n *nemesis) bool {
		n.SetSkew(n.node(), n.upTo(4*time.Second)-2*time.Second)
		return true
	}},
}

// deaths end nodes and bring them back.
var deaths = []chaosFault{
	{"kill", 4, func(n *nemesis) bool { return n.end(n.Kill) }},
	{"stop", 1, func(n *nemesis) bool { return n.end(n.Stop) }},
	{"start", 8, (*nemesis).begin},
}

// cutDatacenters is for clusters with more than one.
var cutDatacenters = chaosFault{"cut of datacenters", 1, func(n *nemesis) bool {
	for _, i := range n.dcs[0] {
		for _, j := range n.dcs[1] {
			n.Link(i, j, gossip.Fault{Cut: true})
		}
	}
	return true
}}

func newNemesis(t *testing.T, c *testnode.Cluster, seed uint64, faults ...chaosFault) *nemesis {
	return &nemesis{
		Cluster: c, t: t, rng: rand.New(rand.NewPCG(seed, 1)), counts: map[string]int{}, starting: map[int]<-chan error{}, leaving: map[int]<-chan error{}, faults: faults, mayDie: 1,
	}
}

func (n *nemesis) upTo(d time.Duration) time.Duration { return time.Duration(n.rng.Int64N(int64(d))) }

// node is any node of the datacenters.
func (n *nemesis) node() int {
	all := slices.Concat(n.dcs...)
	return all[n.rng.IntN(len(all))]
}

// link does something to the link of two nodes.
func (n *nemesis) link(f gossip.Fault) bool {
	i, j := n.node(), n.node()
	if i == j {
		return false
	}
	n.Link(i, j, f)
	return true
}

// end ends a node if enough others are left in its datacenter.
func (n *nemesis) end(how func(int)) bool {
	dc := n.dcs[n.rng.IntN(len(n.dcs))]
	down := 0
	for _, i := range dc {
		if !n.steady(i) {
			down++
		}
	}
	i := dc[n.rng.IntN(len(dc))]
	if down >= n.mayDie || !n.steady(i) {
		return false
	}
	how(i)
	return true
}

// steady says whether a node runs, has started and does not leave.
func (n *nemesis) steady(i int) bool {
	n.settle(i)
	return n.IsRunning(i) && n.starting[i] == nil && n.leaving[i] == nil
}

// settle takes note of the end of a start or a leave.
func (n *nemesis) settle(i int) {
	select {
	case err := <-n.starting[i]:
		n.started(i, err)
	case err := <-n.leaving[i]:
		n.left(i, err)
	default:
	}
}

func (n *nemesis) started(i int, err error) {
	delete(n.starting, i)
	if err != nil {
		n.t.Logf("node %d did not start: %v", i, err)
		n.counts["failed start"]++
		n.Crash(i)
	} else if slices.Contains(n.guests, i) {
		n.counts["complete join"]++
	}
}

// begin starts a node that is down.
func (n *nemesis) begin() bool {
	for _, i := range slices.Concat(n.dcs...) {
		if n.settle(i); !n.IsRunning(i) {
			n.starting[i] = n.Begin(i)
			return true
		}
	}
	return false
}

// run does what it likes every now and then until the time is over.
func (n *nemesis) run(limit, pause time.Duration) {
	total := 0
	for _, f := range n.faults {
		total += f.weight
	}
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		time.Sleep(min(pause/2+n.upTo(pause), time.Until(deadline)))
		pick := n.rng.IntN(total)
		for _, f := range n.faults {
			if pick -= f.weight; pick < 0 {
				if f.do(n) {
					n.counts[f.name]++
				}
				break
			}
		}
	}
}

// calm ends all faults and waits until all nodes are there and agree, without guests.
func (n *nemesis) calm() {
	n.t.Helper()
	n.Heal()
	time.Sleep(calmDetection) // whom bad links made suspect is cleared or down by then
	for _, i := range slices.Concat(n.dcs...) {
		n.SetSkew(i, 0)
	}
	for _, i := range n.guests {
		n.await(i)
	}
	for _, i := range slices.Concat(n.dcs...) {
		n.await(i)
		if !n.IsRunning(i) {
			n.Start(i)
		}
	}
	n.Agree()
	for _, i := range n.guests {
		if n.IsRunning(i) {
			n.leaving[i] = n.leave(i)
			n.await(i)
			require.False(n.t, n.IsRunning(i), "node %d does not leave a healthy cluster", i)
		}
	}
	n.Agree()
}

// await waits for the end of what a node has begun.
func (n *nemesis) await(i int) {
	if c := n.starting[i]; c != nil {
		n.started(i, <-c)
	}
	if c := n.leaving[i]; c != nil {
		n.left(i, <-c)
	}
}

// summary is how often each fault came.
func (n *nemesis) summary() string { return counted(n.counts) }

func counted[N int | int64](counts map[string]N) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(parts, ", ")
}
