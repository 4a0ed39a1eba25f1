package coord

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// writeCounters finds a leader for each mutation. The leader reads its own shard, adds, applies, and sends the outcome
// to the other replicas as an ordinary write: that may be repeated, an increment may not.
func (c *Coordinator) writeCounters(ctx context.Context, ms []*row.Mutation, cl row.Consistency) error {
	for _, m := range ms {
		switch {
		case cl == row.Any:
			return cqlerr.Invalid("Consistency level ANY is not yet supported for counter table %s", m.Table.Name)
		case cl.IsSerial():
			return cqlerr.Invalid("Counter operations are inherently non-serializable")
		case cl == row.NodeLocal:
			return nodeLocal()
		}
	}
	for _, m := range ms {
		if _, err := c.leader(m, cl); err != nil {
			return err
		}
	}
	deadline := time.Now().Add(c.Timeouts().CounterWrite)
	_, err := parallel(len(ms), func(i int) (struct{}, error) {
		return struct{}{}, c.retryMoved(ctx, deadline, func() error {
			leader, err := c.leader(ms[i], cl)
			if err != nil {
				return err
			}
			return c.writeCounter(ctx, ms[i], leader, cl)
		})
	})
	return err
}

// leader is this node if it is a replica, else a live one of this datacenter, else the closest one.
func (c *Coordinator) leader(m *row.Mutation, cl row.Consistency) (*ring.Endpoint, error) {
	p, err := c.place(m.Table.Keyspace)
	if err != nil {
		return nil, err
	}
	n := needOf(cl, p.Strategy, c.Snitch.Local().Datacenter).atLeastOne()
	replicas := p.Replicas(m.Token)
	live := c.liveOf(replicas)
	if err := n.withPending(p.Pending(m.Token)).check(live); err != nil {
		return nil, err
	}
	var near, far []*ring.Endpoint
	for _, e := range live {
		switch {
		case c.isSelf(e):
			return e, nil
		case c.isLocalDC(e):
			near = append(near, e)
		default:
			far = append(far, e)
		}
	}
	c.shuffle(near)
	c.shuffle(far)
	for _, e := range append(near, far...) {
		if n.counts(e) {
			return e, nil
		}
	}
	return nil, unavailable(cl, "", n.blockFor, 0)
}

func (c *Coordinator) writeCounter(ctx context.Context, m *row.Mutation, leader *ring.Endpoint, cl row.Consistency) error {
	timeout := c.Timeouts().CounterWrite
	if c.isSelf(leader) {
		return c.lead(ctx, m, cl, timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	body := appendBytes(binary.AppendUvarint(nil, uint64(cl)), row.EncodeMutation(m))
	_, err := c.Caller.Call(ctx, leader.Address, rpc.CounterMutate, body)
	if err == nil || cqlerr.As(err) != nil || isMoved(err) {
		return err
	}
	n := need{cl: cl, blockFor: 1}
	if p, placeErr := c.place(m.Table.Keyspace); placeErr == nil {
		n = needOf(cl, p.Strategy, c.Snitch.Local().Datacenter)
	}
	if reason := reasonOf(err); reason != rpc.ReasonTimeout {
		return writeFailure(cl, 0, n.blockFor, []failure{{leader, reason}}, typeCounter)
	}
	return writeTimeout(cl, 0, n.blockFor, typeCounter)
}

func (c *Coordinator) serveCounter(ctx context.Context, body []byte) ([]byte, error) {
	r := reader{b: body}
	cl := row.Consistency(r.uvarint())
	encoded := r.bytes()
	if err := r.finish(); err != nil {
		return nil, err
	}
	m, err := row.DecodeMutation(encoded, c.tableByID)
	if err != nil {
		return nil, c.wireError(err)
	}
	if err := c.awaitOwned(ctx, m.Table, func(p *ring.Placement) bool { return c.ownedBy(p, m.Token, false) }); err != nil {
		return nil, err // nothing was added yet
	}
	return nil, c.lead(ctx, m, cl, c.Timeouts().CounterWrite)
}

// lead applies increments here and replicates the result.
func (c *Coordinator) lead(ctx context.Context, m *row.Mutation, cl row.Consistency, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	flight := c.flights.depart()
	defer flight.Done()
	plan, err := c.plan([]*row.Mutation{m}, cl, typeCounter)
	if err != nil {
		return err
	}
	applied, err := c.Local.ApplyCounter(ctx, m, c.CounterID)
	if err != nil {
		return c.applyError(err, cl, plan)
	}
	// What was applied may be written any number of times, unlike the increment.
	return c.retryMoved(ctx, deadline, func() error {
		plan, err := c.plan([]*row.Mutation{applied}, cl, typeCounter)
		if err != nil {
			return err
		}
		return c.replicate(ctx, plan, flight, deadline)
	})
}

func (c *Coordinator) applyError(err error, cl row.Consistency, plan *writePlan) error {
	if cqlerr.As(err) != nil {
		return err
	}
	c.Log.Error("counter update failed", "error", err)
	self := c.ring.Load().Host(c.Self)
	return writeFailure(cl, 0, plan.acks[0].need.blockFor, []failure{{self, reasonOfLocal(err)}}, typeCounter)
}

// replicate sends what the leader has applied already to the other replicas.
func (c *Coordinator) replicate(ctx context.Context, plan *writePlan, flight *sync.WaitGroup, deadline time.Time) error {
	others := &writePlan{acks: plan.acks, down: plan.down}
	for _, d := range plan.up {
		if c.isSelf(d.node) {
			d.acks[0].ok(d.node)
		} else {
			others.up = append(others.up, d)
		}
	}
	return c.execute(ctx, others, flight, deadline)
}
