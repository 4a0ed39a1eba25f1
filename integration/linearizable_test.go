package integration

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// Conditional updates of one partition are as if they happened one after the other, each at one moment between its
// request and its answer, whatever happens to nodes, links and clocks. Clients write down what they asked and heard, and
// porcupine looks for such an order.

// operation is what can be done to a register, which is a row with one value.
type operation int

const (
	readRegister operation = iota
	insertIfNotExists
	updateIfValue
	deleteIfExists
)

// registerCall is one request.
type registerCall struct {
	key            int64
	op             operation
	value, expects int64 // of an update: to write, and the one that has to be there
}

// register is the state of a row.
type register struct {
	exists bool
	value  int64
}

// registerAnswer is what a client heard. After a lost answer it knows nothing: the request may be carried out at any time
// after it was sent, or never.
type registerAnswer struct {
	lost    bool
	applied bool
	shown   bool // the row as it was before is known
	before  register
}

func (c registerCall) String() string {
	return [...]string{
		fmt.Sprintf("read %d", c.key), fmt.Sprintf("insert %d: %d", c.key, c.value),
		fmt.Sprintf("update %d: %d -> %d", c.key, c.expects, c.value), fmt.Sprintf("delete %d", c.key),
	}[c.op]
}

func (a registerAnswer) String() string {
	if a.lost {
		return "?"
	}
	return fmt.Sprintf("applied %t, shown %t: %v", a.applied, a.shown, a.before)
}

// after is the register after a request, and whether that is applied.
func (c registerCall) after(r register) (register, bool) {
	switch {
	case c.op == insertIfNotExists && !r.exists, c.op == updateIfValue && r.exists && r.value == c.expects:
		return register{true, c.value}, true
	case c.op == deleteIfExists && r.exists:
		return register{}, true
	}
	return r, false
}

// registerModel is a row as conditional updates see it.
var registerModel = porcupine.Model{
	Init: func() any { return register{} },
	Step: func(state, input, output any) (bool, any) {
		r, c, a := state.(register), input.(registerCall), output.(registerAnswer)
		next, applied := c.after(r)
		if a.lost {
			return true, next
		}
		return a.applied == applied && (!a.shown || a.before == r), next
	},
}

// registers are what clients work on together: a few at a time, each for a while, so that there is contention but no
// history without end.
type registers struct {
	serial, commit primitive.ConsistencyLevel
	cluster        *testnode.Cluster
	nodes          []int
	values         atomic.Int64
	lost, refused  atomic.Int64

	mu      sync.Mutex
	slots   [3]registerSlot
	keys    int64
	begun   time.Time
	history map[int64][]porcupine.Operation
}

type registerSlot struct {
	key, last int64 // last is the value that somebody saw or wrote last
	uses      int
}

// usesOfRegister is how many requests a register sees.
const usesOfRegister = 60

// choose is the next request of a client.
func (r *registers) choose(rng *rand.Rand) registerCall {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.slots[rng.IntN(len(r.slots))]
	if s.key == 0 || s.uses == usesOfRegister {
		r.keys++
		*s = registerSlot{key: r.keys}
	}
	s.uses++
	c := registerCall{key: s.key, value: r.values.Add(1), expects: s.last}
	switch pick := rng.IntN(10); {
	case pick < 3:
		c.op = readRegister
	case pick < 5:
		c.op = insertIfNotExists
	case pick < 9:
		c.op = updateIfValue
	default:
		c.op = deleteIfExists
	}
	return c
}

// record adds to the history of a register.
func (r *registers) record(c registerCall, client int, call, back int64, a registerAnswer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history[c.key] = append(r.history[c.key], porcupine.Operation{ClientId: client, Input: c, Call: call, Output: a, Return: back})
	value := a.before.value
	if a.applied && c.op != deleteIfExists {
		value = c.value
	}
	for i := range r.slots {
		if r.slots[i].key == c.key && value != 0 {
			r.slots[i].last = value
		}
	}
}

// work is one client: it goes from node to node until stop is closed.
func (r *registers) work(client int, rng *rand.Rand, stop <-chan struct{}) {
	for {
		node := r.nodes[rng.IntN(len(r.nodes))]
		deaths := r.cluster.Kills(node)
		lives := deaths.Load()
		conn, err := rawclient.Dial(r.cluster.Node(node).CQL(), rawclient.Options{Version: 5, Timeout: 5 * time.Second})
		for range 20 {
			select {
			case <-stop:
				if err == nil {
					conn.Close()
				}
				return
			default:
			}
			if err != nil {
				time.Sleep(20 * time.Millisecond)
				break
			}
			c := r.choose(rng)
			call := time.Since(r.begun)
			a, known, broken := r.ask(conn, c)
			back := time.Since(r.begun)
			switch {
			case !known || deaths.Load() != lives:
				r.lost.Add(1)
				broken = true
				if c.op != readRegister {
					r.record(c, client, int64(call), math.MaxInt64, registerAnswer{lost: true})
				}
			case a.lost:
				r.refused.Add(1)
				time.Sleep(5 * time.Millisecond)
				broken = true // another node may know better
			default:
				r.record(c, client, int64(call), int64(back), a)
			}
			if broken {
				break
			}
		}
		if err == nil {
			conn.Close()
		}
	}
}

// ask sends a request. What is known is an answer, or with lost set that nothing was done.
func (r *registers) ask(conn *rawclient.Client, c registerCall) (a registerAnswer, known, broken bool) {
	level, cql := r.commit, ""
	switch c.op {
	case readRegister:
		level, cql = r.serial, fmt.Sprintf("SELECT v FROM ks.r WHERE k = %d", c.key)
	case insertIfNotExists:
		cql = fmt.Sprintf("INSERT INTO ks.r (k, v) VALUES (%d, %d) IF NOT EXISTS", c.key, c.value)
	case updateIfValue:
		cql = fmt.Sprintf("UPDATE ks.r SET v = %d WHERE k = %d IF v = %d", c.value, c.key, c.expects)
	case deleteIfExists:
		cql = fmt.Sprintf("DELETE FROM ks.r WHERE k = %d IF EXISTS", c.key)
	}
	rows, err := runOn(conn, cql, query{level: level, serial: r.serial})
	if err != nil {
		return registerAnswer{lost: true}, harmless(err, r.serial), rawclient.Code(err) < 0
	}
	v := rows.Value(0, "v")
	if len(v) == 8 {
		a.before, a.shown = register{true, int64(binary.BigEndian.Uint64(v))}, true
	}
	if c.op == readRegister {
		a.shown = true
		return a, true, false
	}
	a.applied = slices.Equal(rows.Value(0, "[applied]"), []byte{1})
	if !a.applied && !a.shown {
		a.shown = true // there is no row
	}
	return a, true, false
}

// harmless says whether an error means that the request had no effect and will never have one.
func harmless(err error, serial primitive.ConsistencyLevel) bool {
	if rawclient.Code(err) != unavailable {
		return false
	}
	u, ok := err.(*rawclient.Error).Full.(*message.Unavailable)
	return ok && u.Consistency == serial
}

// check looks for an order of each register's history.
func (r *registers) check(t *testing.T) (operations int) {
	t.Helper()
	for key, history := range r.history {
		operations += len(history)
		// A lost answer is to be expected at any time, an order that is not found in a minute is none.
		if result := porcupine.CheckOperationsTimeout(registerModel, history, time.Minute); result != porcupine.Ok {
			t.Errorf("register %d: %s\n%s", key, result, listed(history))
		}
	}
	return operations
}

func listed(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, o := range history {
		back := "-"
		if o.Return != math.MaxInt64 {
			back = time.Duration(o.Return).String()
		}
		fmt.Fprintf(&b, "%v .. %s client %d: %v: %v\n", time.Duration(o.Call), back, o.ClientId, o.Input, o.Output)
	}
	return b.String()
}

// linearizable runs clients at some nodes while a nemesis is at work, and checks what they saw.
func linearizable(t *testing.T, dcs testnode.Datacenters, serial, commit primitive.ConsistencyLevel, nodes []int, extra ...chaosFault) {
	t.Helper()
	t.Parallel()
	limit, seed := chaosTime(t, 8*time.Second), chaosSeed(t)
	c := testnode.RunT(t, dcs, testnode.Killable, testnode.YAML("write_request_timeout: 700ms\nread_request_timeout: 700ms\ncas_contention_timeout: 1s\n"))
	admin := c.Client(1, "", "")
	admin.MustExec(t, "CREATE KEYSPACE ks WITH replication = "+c.Replication())
	admin.MustExec(t, "CREATE TABLE ks.r (k bigint PRIMARY KEY, v bigint)")
	c.Agree()
	r := &registers{serial: serial, commit: commit, cluster: c, nodes: nodes, begun: time.Now(), history: map[int64][]porcupine.Operation{}}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for i := range 8 {
		rng := rand.New(rand.NewPCG(seed, uint64(i+2)))
		clients.Go(func() { r.work(i, rng, stop) })
	}
	n := newNemesis(t, c, seed, slices.Concat(linkFaults, deaths, extra)...)
	n.dcs = numbered(dcs)
	n.run(limit, 300*time.Millisecond)
	n.calm()
	time.Sleep(time.Second)
	close(stop)
	clients.Wait()
	known := r.check(t)
	t.Logf("%d operations on %d registers, %d answers lost, %d refused; faults: %s", known, r.keys, r.lost.Load(), r.refused.Load(), n.summary())
	require.Greater(t, known, 50, "hardly anything happened")
}

// numbered are the numbers of the nodes of each datacenter.
func numbered(dcs testnode.Datacenters) (out [][]int) {
	next := 1
	for _, dc := range slices.Sorted(maps.Keys(dcs)) {
		var nodes []int
		for range dcs[dc] {
			nodes = append(nodes, next)
			next++
		}
		out = append(out, nodes)
	}
	return out
}

func TestLinearizableOneDatacenter(t *testing.T) {
	linearizable(t, testnode.Datacenters{"dc1": 3}, levelSerial, levelQuorum, []int{1, 2, 3})
}

func TestLinearizableTwoDatacenters(t *testing.T) {
	linearizable(t, testnode.Datacenters{"dc1": 3, "dc2": 3}, levelSerial, levelQuorum, []int{1, 2, 3, 4, 5, 6}, cutDatacenters)
}

// TestLinearizableLocalSerial: all clients are in one of two datacenters, which is on its own at times.
func TestLinearizableLocalSerial(t *testing.T) {
	linearizable(t, testnode.Datacenters{"dc1": 3, "dc2": 3}, levelLocalSerial, levelLocalQuorum, []int{1, 2, 3}, cutDatacenters)
}
