package coord

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// Write applies mutations. Each is atomic on its partition; a logged batch is atomic as a whole.
func (c *Coordinator) Write(ctx context.Context, ms []*row.Mutation, o row.WriteOptions) error {
	if len(ms) == 0 {
		return nil
	}
	cl := o.Consistency
	if o.Kind == row.CounterWrite {
		return c.writeCounters(ctx, ms, cl)
	}
	// A batch may name a serial level, which means the quorum.
	if isBatch := o.Kind == row.LoggedBatch || o.Kind == row.UnloggedBatch; !isBatch || !cl.IsSerial() {
		if err := checkWriteLevel(cl); err != nil {
			return err
		}
	}
	if here, err := c.onlyHere(ms, cl); err != nil {
		return err
	} else if here {
		trace(ctx, "Appending to commitlog and memtable")
		return c.applyHere(ctx, ms, cl, typeSimple)
	}
	switch {
	case !spansPartitions(ms):
		return c.writeAll(ctx, ms, cl, typeSimple)
	case o.Kind == row.LoggedBatch:
		return c.writeLogged(ctx, ms, cl)
	}
	return c.writeAll(ctx, ms, cl, typeUnlogged)
}

// spansPartitions says whether mutations touch more than one partition; several tables of one keyspace count as one.
func spansPartitions(ms []*row.Mutation) bool {
	for _, m := range ms[1:] {
		if m.Table.Keyspace != ms[0].Table.Keyspace || !bytes.Equal(m.Key, ms[0].Key) {
			return true
		}
	}
	return false
}

// onlyHere says whether this node is the only replica of all mutations, so that nothing has to be sent or counted.
func (c *Coordinator) onlyHere(ms []*row.Mutation, cl row.Consistency) (bool, error) {
	for _, m := range ms {
		p, err := c.place(m.Table.Keyspace)
		if err != nil {
			return false, err
		}
		if ring.IsLocal(p.Strategy) {
			continue
		}
		replicas := p.Replicas(m.Token)
		if len(replicas) != 1 || !c.isSelf(replicas[0]) || p.Ring().Changing() {
			return false, nil
		}
		if err := needOf(cl, p.Strategy, c.Snitch.Local().Datacenter).check(replicas); err != nil {
			return false, err
		}
	}
	return true, nil
}

// applyHere writes to this node alone.
func (c *Coordinator) applyHere(ctx context.Context, ms []*row.Mutation, cl row.Consistency, writeType string) error {
	err := c.Local.Apply(ctx, ms)
	if err == nil || cqlerr.As(err) != nil {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return writeTimeout(cl, 0, 1, writeType)
	}
	c.Log.Error("local write failed", "error", err)
	self := c.ring.Load().Host(c.Self)
	if self == nil {
		return cqlerr.Server("%v", err)
	}
	return writeFailure(cl, 0, 1, []failure{{self, reasonOfLocal(err)}}, writeType)
}

// reasonOfLocal is reasonOf for errors of this node's own storage.
func reasonOfLocal(err error) uint16 {
	var e *rpc.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	var tombstones *row.TombstonesError
	if errors.As(err, &tombstones) {
		return rpc.ReasonTombstones
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return rpc.ReasonTimeout
	}
	return rpc.ReasonUnknown
}

// delivery is what one node has to do for a write.
type delivery struct {
	node *ring.Endpoint
	ms   []*row.Mutation
	acks []*acks // parallel to ms
}

// writePlan is where the mutations of one write go.
type writePlan struct {
	up, down []*delivery
	acks     []*acks
	byNode   map[*ring.Endpoint]*delivery
	sent     sync.WaitGroup // nodes that have neither confirmed nor been hinted yet
}

func (p *writePlan) add(up bool, e *ring.Endpoint, m *row.Mutation, a *acks) {
	d := p.byNode[e]
	if d == nil {
		d = &delivery{node: e}
		p.byNode[e] = d
		if up {
			p.up = append(p.up, d)
		} else {
			p.down = append(p.down, d)
		}
	}
	d.ms, d.acks = append(d.ms, m), append(d.acks, a)
}

// plan finds the replicas of mutations and refuses what cannot reach its level. Nothing is sent yet.
func (c *Coordinator) plan(ms []*row.Mutation, cl row.Consistency, writeType string) (*writePlan, error) {
	plan := &writePlan{byNode: map[*ring.Endpoint]*delivery{}}
	for _, m := range ms {
		p, err := c.place(m.Table.Keyspace)
		if err != nil {
			return nil, err
		}
		targets, pending := p.Replicas(m.Token), p.Pending(m.Token)
		n := needOf(cl, p.Strategy, c.Snitch.Local().Datacenter).withPending(pending)
		if ring.IsLocal(p.Strategy) {
			self := c.ring.Load().Host(c.Self)
			targets, n = []*ring.Endpoint{self}, need{cl: cl, blockFor: 1}
		}
		if len(pending) > 0 {
			targets = append(append([]*ring.Endpoint(nil), targets...), pending...)
		}
		up, down := c.split(targets)
		if cl != row.Any || len(targets) == 0 {
			if err := n.atLeastOne().check(up); err != nil {
				return nil, err
			}
		}
		a := newAcks(n, writeType, targets)
		plan.acks = append(plan.acks, a)
		for _, e := range up {
			plan.add(true, e, m, a)
		}
		for _, e := range down {
			plan.add(false, e, m, a)
		}
	}
	return plan, nil
}

// atLeastOne makes a replication factor of zero unavailable at every level.
func (n need) atLeastOne() need {
	if n.each == nil {
		n.blockFor = max(n.blockFor, 1)
	}
	return n
}

func (c *Coordinator) split(es []*ring.Endpoint) (up, down []*ring.Endpoint) {
	up = make([]*ring.Endpoint, 0, len(es))
	for _, e := range es {
		if c.live(e) {
			up = append(up, e)
		} else {
			down = append(down, e)
		}
	}
	return up, down
}

// writeAll sends mutations to all replicas and waits until each has reached the level.
func (c *Coordinator) writeAll(ctx context.Context, ms []*row.Mutation, cl row.Consistency, writeType string) error {
	deadline := time.Now().Add(c.Timeouts().Write)
	return c.retryMoved(ctx, deadline, func() error {
		flight := c.flights.depart()
		defer flight.Done()
		plan, err := c.plan(ms, cl, writeType)
		if err != nil {
			return err
		}
		return c.execute(ctx, plan, flight, deadline)
	})
}

// execute carries a plan out. The flight lasts until every node has confirmed or was hinted.
func (c *Coordinator) execute(ctx context.Context, plan *writePlan, flight *sync.WaitGroup, deadline time.Time) error {
	var here *delivery
	for _, d := range plan.up {
		if c.isSelf(d.node) {
			here = d
			continue
		}
		trace(ctx, "Sending MUTATION_REQ message to "+d.node.String())
		flight.Add(1)
		plan.sent.Add(1)
		counted := tracked(ctx)
		over := func() {
			counted()
			flight.Done()
			plan.sent.Done()
		}
		if !c.background(func(base context.Context) {
			defer over()
			base, cancel := context.WithDeadline(row.KeepTrace(base, ctx), deadline)
			defer cancel()
			c.deliver(base, d)
		}) {
			over()
		}
	}
	for _, d := range plan.down {
		c.hintAll(d)
	}
	if here != nil {
		trace(ctx, "Appending to commitlog and memtable")
		c.deliverHere(ctx, here)
	}
	for _, a := range plan.acks {
		if err := a.wait(ctx, deadline); err != nil {
			if a.need.cl == row.Any && cqlerr.Is(err, cqlerr.WriteTimeout) {
				continue // the hints stored for late replicas count
			}
			return err
		}
	}
	return nil
}

// deliver sends a node its mutations and hints them when it does not confirm in time.
func (c *Coordinator) deliver(ctx context.Context, d *delivery) {
	_, err := c.callRetrying(ctx, d.node, rpc.Mutate, encodeMutations(d.ms))
	if err == nil {
		for _, a := range d.acks {
			a.ok(d.node)
		}
		return
	}
	c.Log.Debug("write not confirmed", "node", d.node.String(), "error", err)
	c.hintAll(d)
	reason := reasonOf(err)
	for _, a := range d.acks {
		a.failed(d.node, reason)
	}
}

func (c *Coordinator) deliverHere(ctx context.Context, d *delivery) {
	err := c.Local.Apply(context.WithoutCancel(ctx), d.ms)
	if err != nil {
		c.Log.Error("local write failed", "error", err)
	}
	for _, a := range d.acks {
		if err == nil {
			a.ok(d.node)
		} else {
			a.failed(d.node, reasonOfLocal(err))
		}
	}
}

// hintAll stores hints for a node that is down or did not answer.
func (c *Coordinator) hintAll(d *delivery) {
	for i, m := range d.ms {
		if c.storeHint(d.node, m) {
			d.acks[i].hinted()
		}
	}
}

// retryPause is the wait before a call over a broken connection is tried again.
const retryPause = 20 * time.Millisecond

// callRetrying calls a node again when the connection was refused or lost, until ctx ends or the node is found dead.
// For requests that may be done twice.
func (c *Coordinator) callRetrying(ctx context.Context, e *ring.Endpoint, v rpc.Verb, body []byte) ([]byte, error) {
	for {
		out, err := c.Caller.Call(ctx, e.Address, v, body)
		if err == nil || !rpc.IsUnreachable(err) || !c.live(e) {
			return out, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(retryPause):
		}
	}
}

// serveMutate applies what another coordinator sends.
func (c *Coordinator) serveMutate(ctx context.Context, body []byte) ([]byte, error) {
	ms, err := c.decodeMutations(body, false)
	if err != nil {
		return nil, err
	}
	if err := c.checkWrite(ctx, ms); err != nil {
		return nil, err
	}
	return nil, c.applyFor(ctx, ms)
}

func (c *Coordinator) applyFor(ctx context.Context, ms []*row.Mutation) error {
	if len(ms) == 0 {
		return nil
	}
	trace(ctx, "Appending to commitlog and memtable")
	if err := c.Local.Apply(ctx, ms); err != nil {
		c.Log.Error("write of a peer failed", "error", err)
		return rpc.Failed(reasonOfLocal(err), "%v", err)
	}
	return nil
}

// trace reports to a traced request.
func trace(ctx context.Context, activity string) {
	if sink := row.TraceSink(ctx); sink != nil {
		sink(activity)
	}
}

// traceRead tells of a read of this node's own data, and of the index that is asked.
func traceRead(ctx context.Context, activity string, r *row.Read) {
	if r.Index != nil {
		trace(ctx, "Executing read on "+r.Table.Keyspace+"."+r.Table.Name+" using index "+r.Index.Index)
		return
	}
	trace(ctx, activity+r.Table.Name)
}
