package coord

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

func itoa(n int) string { return strconv.Itoa(n) }

// CompareAndSet runs Paxos on a partition until a decision of this caller went through: decide sees the current live
// partition, nil when there is none, and returns what to apply, or nil when the conditions did not hold.
func (c *Coordinator) CompareAndSet(ctx context.Context, r *row.Read, serial, commit row.Consistency,
	decide func(current *row.Partition) (*row.Mutation, error),
) error {
	deadline := time.Now().Add(c.Timeouts().CASContention)
	return c.retryMoved(ctx, deadline, func() error { return c.compareAndSet(ctx, r, serial, commit, deadline, decide) })
}

func (c *Coordinator) compareAndSet(ctx context.Context, r *row.Read, serial, commit row.Consistency, deadline time.Time,
	decide func(current *row.Partition) (*row.Mutation, error),
) error {
	flight := c.flights.depart()
	defer flight.Done()
	p, err := c.place(r.Table.Keyspace)
	if err != nil {
		return err
	}
	if err := checkCASLevels(serial, commit, p.Strategy); err != nil {
		return err
	}
	// A level that cannot be met takes the long way, so that it ends as in Cassandra: decided, not committed.
	if c.soleReplica(r.Keys[0], p) && c.checkCommit(r.Keys[0], p, commit) == nil {
		return c.casHere(ctx, r, serial, decide)
	}
	round := &round{c: c, read: r, commit: commit, deadline: deadline, flight: flight}
	if round.electorate, err = c.electorate(r.Table, r.Keys[0], serial, p); err != nil {
		return err
	}
	return round.run(ctx, decide)
}

func checkCASLevels(serial, commit row.Consistency, s ring.Strategy) error {
	switch {
	case !serial.IsSerial():
		return cqlerr.Invalid("Invalid consistency for conditional update. Must be one of SERIAL or LOCAL_SERIAL")
	case commit.IsSerial():
		return cqlerr.Invalid("%s is not supported as conditional update commit consistency. Use ANY if you mean \"make sure it is accepted but I don't care how many replicas commit it for non-SERIAL reads\"", commit)
	case commit == row.EachQuorum && s.Datacenters() == nil:
		return cqlerr.Invalid("consistency level EACH_QUORUM not compatible with replication strategy (org.apache.cassandra.locator.SimpleStrategy)")
	case commit == row.NodeLocal:
		return nodeLocal()
	}
	return nil
}

// checkCommit says whether enough replicas are up for the level of the commit.
func (c *Coordinator) checkCommit(key []byte, p *ring.Placement, commit row.Consistency) error {
	if commit == row.Any {
		return nil
	}
	tok := tokenOf(key)
	up, _ := c.split(append(slices.Clone(p.Replicas(tok)), p.Pending(tok)...))
	return needOf(commit, p.Strategy, c.Snitch.Local().Datacenter).withPending(p.Pending(tok)).check(up)
}

// soleReplica says whether this node alone decides about a partition: then a lock is as good as Paxos.
func (c *Coordinator) soleReplica(key []byte, p *ring.Placement) bool {
	if ring.IsLocal(p.Strategy) {
		return true
	}
	replicas := p.Replicas(tokenOf(key))
	return p.Strategy.Factor() == 1 && len(replicas) == 1 && c.isSelf(replicas[0]) && !p.Ring().Changing()
}

// casHere is the short way for the only replica.
func (c *Coordinator) casHere(ctx context.Context, r *row.Read, serial row.Consistency, decide func(*row.Partition) (*row.Mutation, error)) error {
	lock := c.paxos.of(r.Keys[0])
	lock.Lock()
	defer lock.Unlock()
	res, err := c.readHere(ctx, r, serial)
	if err != nil {
		return err
	}
	m, err := decide(first(res))
	if err != nil || m == nil {
		return err
	}
	return c.applyHere(ctx, []*row.Mutation{restamp(m, c.Stamps.Next())}, row.One, typeSimple)
}

func first(res *row.Result) *row.Partition {
	if len(res.Partitions) == 0 {
		return nil
	}
	return res.Partitions[0]
}

// round is one conditional operation with all its attempts.
type round struct {
	c           *Coordinator
	read        *row.Read
	commit      row.Consistency
	electorate  *electorate
	deadline    time.Time
	flight      *sync.WaitGroup
	floor       int64 // micros of the newest ballot seen
	contentions int
}

// run tries until a proposal of this caller is decided.
func (r *round) run(ctx context.Context, decide func(*row.Partition) (*row.Mutation, error)) error {
	for {
		b, err := r.begin(ctx)
		if err != nil {
			return err
		}
		current, err := r.c.Read(ctx, r.read, r.electorate.readLevel())
		if err != nil {
			return err
		}
		m, err := decide(first(current))
		if err != nil {
			return err
		}
		p := proposal{Ballot: b}
		if m != nil {
			p.Update = row.EncodeMutation(restamp(m, b.micros()))
		}
		ok, err := r.propose(ctx, p)
		if err != nil {
			return err
		}
		if !ok {
			if err := r.contended(ctx); err != nil {
				return err
			}
			continue
		}
		if m == nil {
			return nil
		}
		return r.finish(ctx, p, r.commit)
	}
}

// serialRead finishes what is under way, agrees on an empty proposal, and reads.
func (c *Coordinator) serialRead(ctx context.Context, r *row.Read, serial row.Consistency, deadline time.Time) (*row.Result, error) {
	flight := c.flights.depart()
	defer flight.Done()
	p, err := c.place(r.Table.Keyspace)
	if err != nil {
		return nil, err
	}
	if c.soleReplica(r.Keys[0], p) {
		lock := c.paxos.of(r.Keys[0])
		lock.Lock()
		defer lock.Unlock()
		return c.readHere(ctx, r, serial)
	}
	x := &round{c: c, read: r, commit: row.Any, deadline: time.Now().Add(c.Timeouts().CASContention), flight: flight}
	if x.electorate, err = c.electorate(r.Table, r.Keys[0], serial, p); err != nil {
		return nil, err
	}
	for {
		b, err := x.begin(ctx)
		if err == nil {
			var ok bool
			if ok, err = x.propose(ctx, proposal{Ballot: b}); ok {
				break
			}
		}
		if err == nil {
			err = x.contended(ctx)
		}
		if isMoved(err) {
			return nil, &movedError{readTimeout(serial, 0, x.electorate.quorum, false)}
		}
		if err != nil {
			if cqlerr.Is(err, cqlerr.WriteTimeout) || cqlerr.Is(err, cqlerr.CASWriteUnknown) {
				return nil, readTimeout(serial, 0, x.electorate.quorum, false)
			}
			return nil, err
		}
	}
	return c.readKeys(ctx, r, p, x.electorate.readLevel(), deadline)
}

// begin gets a promise from a quorum, after it has finished what others left undone.
func (r *round) begin(ctx context.Context) (ballot, error) {
	e := r.electorate
	for {
		b := newBallot(r.c.Stamps.NextAfter(r.floor), r.c.Self)
		votes := r.poll(ctx, rpc.PaxosPrepare, paxosBody(e, proposal{Ballot: b}), func() vote {
			ok, s, err := r.c.prepareHere(e.table, e.key, b)
			return vote{ok: ok, state: s, err: err}
		})
		yes, refused := r.count(votes)
		switch {
		case len(yes) < e.quorum && anyMoved(votes):
			return b, &movedError{r.timeout(len(yes))} // nothing was proposed: the next ring's electorate decides
		case len(yes) >= e.quorum:
			done, err := r.catchUp(ctx, b, yes)
			if err != nil {
				return b, err
			}
			if done {
				return b, nil
			}
		case !refused:
			return b, r.timeout(len(yes))
		default:
			if err := r.contended(ctx); err != nil {
				return b, err
			}
		}
	}
}

// poll asks the electorate within the write timeout.
func (r *round) poll(ctx context.Context, verb rpc.Verb, body []byte, own func() vote) []vote {
	ctx, cancel := context.WithTimeout(ctx, r.c.Timeouts().Write)
	defer cancel()
	trace(ctx, "Sending "+string(verb)+" to the replicas")
	return r.c.poll(ctx, r.electorate, verb, body, own)
}

// count separates promises from refusals and remembers the newest ballot of anybody.
func (r *round) count(votes []vote) (yes []vote, refused bool) {
	for _, v := range votes {
		if v.err != nil {
			r.c.Log.Debug("paxos vote missing", "node", v.node.String(), "error", v.err)
			continue
		}
		if v.state != nil {
			r.floor = max(r.floor, v.state.Promised.micros())
		}
		r.floor = max(r.floor, v.newer.micros())
		if v.ok {
			yes = append(yes, v)
		} else {
			refused = true
		}
	}
	return yes, refused
}

// catchUp brings the voters to the newest commit and finishes the newest accepted proposal; false when that used up
// the ballot.
func (r *round) catchUp(ctx context.Context, b ballot, votes []vote) (bool, error) {
	var accepted, committed proposal
	for _, v := range votes {
		if v.state.Accepted.Ballot.after(accepted.Ballot) {
			accepted = v.state.Accepted
		}
		if v.state.Committed.Ballot.after(committed.Ballot) {
			committed = v.state.Committed
		}
	}
	if len(accepted.Update) > 0 && accepted.Ballot.after(committed.Ballot) {
		p := proposal{Ballot: b, Update: accepted.Update}
		ok, err := r.propose(ctx, p)
		if err != nil || !ok {
			if err == nil {
				err = r.contended(ctx)
			}
			return false, err
		}
		return false, r.finish(ctx, p, r.electorate.readLevel())
	}
	var behind []*ring.Endpoint
	for _, v := range votes {
		if committed.Ballot.after(v.state.Committed.Ballot) {
			behind = append(behind, v.node)
		}
	}
	if len(behind) == 0 {
		return true, nil
	}
	if err := r.sendCommit(ctx, committed, behind); err != nil {
		return false, r.timeout(0)
	}
	return true, nil
}

// propose asks for acceptance. ok is false when newer ballots were in the way and nobody has accepted: only then may
// the caller try again with another proposal.
func (r *round) propose(ctx context.Context, p proposal) (bool, error) {
	e := r.electorate
	votes := r.poll(ctx, rpc.PaxosPropose, paxosBody(e, p), func() vote {
		ok, newer, err := r.c.proposeHere(e.table, e.key, p)
		return vote{ok: ok, newer: newer, err: err}
	})
	yes, refused := r.count(votes)
	switch {
	case len(yes) >= e.quorum:
		return true, nil
	case len(p.Update) == 0 && refused, allRefused(votes, e):
		return false, nil
	case len(yes) > 0:
		return false, casUnknown(e.serial, len(yes), e.quorum)
	}
	return false, r.timeout(len(yes))
}

func anyMoved(votes []vote) bool {
	for _, v := range votes {
		if isMoved(v.err) {
			return true
		}
	}
	return false
}

func allRefused(votes []vote, e *electorate) bool {
	for _, v := range votes {
		if v.ok || v.err != nil {
			return false
		}
	}
	return len(votes) == len(e.members)
}

// maxBackoff is the longest random wait of the loser of a race.
const maxBackoff = 60 * time.Millisecond

// contended counts a lost race and waits a little, or gives up when time is up.
func (r *round) contended(ctx context.Context) error {
	r.contentions++
	pause := time.Duration(r.c.Rand() % uint64(maxBackoff))
	if time.Now().Add(pause).After(r.deadline) {
		return r.timeout(0)
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return r.timeout(0)
	}
}

func (r *round) timeout(received int) error {
	return casTimeout(r.electorate.serial, received, r.electorate.quorum, r.contentions)
}

// finish applies a decided proposal on all replicas and waits as the commit level says.
func (r *round) finish(ctx context.Context, p proposal, cl row.Consistency) error {
	c, e := r.c, r.electorate
	err := c.retryMoved(ctx, time.Now().Add(c.Timeouts().Write), func() error {
		var err error
		if e.placement, err = c.place(e.table.Keyspace); err != nil {
			return err
		}
		return r.finishOn(ctx, p, cl)
	})
	if cqlerr.Is(err, cqlerr.WriteTimeout) {
		t := cqlerr.As(err).Detail.(*cqlerr.Timeout)
		return casCommitTimeout(cl, t.Received, t.BlockFor, r.contentions)
	}
	return err
}

// finishOn is finish with the replicas of one ring.
func (r *round) finishOn(ctx context.Context, p proposal, cl row.Consistency) error {
	c, e := r.c, r.electorate
	tok := tokenOf(e.key)
	targets := append(append([]*ring.Endpoint(nil), e.placement.Replicas(tok)...), e.placement.Pending(tok)...)
	n := needOf(cl, e.placement.Strategy, c.Snitch.Local().Datacenter).withPending(e.placement.Pending(tok))
	up, down := c.split(targets)
	if cl != row.Any {
		if err := n.check(up); err != nil {
			return err
		}
	}
	a := newAcks(n, typeSimple, targets)
	body := paxosBody(e, p)
	deadline := time.Now().Add(c.Timeouts().Write)
	var here *ring.Endpoint
	for _, x := range up {
		if c.isSelf(x) {
			here = x
			continue
		}
		r.flight.Add(1)
		counted := tracked(ctx)
		over := func() {
			counted()
			r.flight.Done()
		}
		if !c.background(func(base context.Context) {
			defer over()
			ctx, cancel := context.WithDeadline(base, deadline)
			defer cancel()
			if _, err := c.callRetrying(ctx, x, rpc.PaxosCommit, body); err != nil {
				r.hintCommit(x, p)
				a.failed(x, reasonOf(err))
				return
			}
			a.ok(x)
		}) {
			over()
		}
	}
	for _, x := range down {
		r.hintCommit(x, p)
	}
	if here != nil {
		if err := c.commitHere(context.WithoutCancel(ctx), e.table, e.key, p); err != nil {
			c.Log.Error("local commit failed", "error", err)
			a.failed(here, reasonOfLocal(err))
		} else {
			a.ok(here)
		}
	}
	if cl == row.Any {
		return nil
	}
	return a.wait(ctx, deadline)
}

// casCommitTimeout says that the decision is durable but not applied everywhere it was waited for.
func casCommitTimeout(cl row.Consistency, received, blockFor, contentions int) error {
	e := casTimeout(cl, received, blockFor, contentions).(*cqlerr.Error)
	e.Detail.(*cqlerr.Timeout).WriteType = typeSimple
	return e
}

func (r *round) hintCommit(e *ring.Endpoint, p proposal) {
	m, err := row.DecodeMutation(p.Update, r.c.tableByID)
	if err == nil {
		r.c.storeHint(e, m)
	}
}

// sendCommit repeats a commit to nodes that missed it and waits for all of them.
func (r *round) sendCommit(ctx context.Context, p proposal, to []*ring.Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, r.c.Timeouts().Write)
	defer cancel()
	body := paxosBody(r.electorate, p)
	_, err := parallel(len(to), func(i int) (struct{}, error) {
		if r.c.isSelf(to[i]) {
			return struct{}{}, r.c.commitHere(ctx, r.electorate.table, r.electorate.key, p)
		}
		_, err := r.c.callRetrying(ctx, to[i], rpc.PaxosCommit, body)
		return struct{}{}, err
	})
	return err
}

// restamp moves a mutation in time so that its newest timestamp is micros; what lies a little before it, such as the
// deletion under a new collection, keeps its distance.
func restamp(m *row.Mutation, micros int64) *row.Mutation {
	newest := int64(row.NoTimestamp)
	stamps(m, func(ts *int64) { newest = max(newest, *ts) })
	if newest == row.NoTimestamp {
		return m
	}
	out := copyMutation(m)
	stamps(out, func(ts *int64) {
		if *ts != row.NoTimestamp {
			*ts += micros - newest
		}
	})
	return out
}

// stamps visits all timestamps of a mutation.
func stamps(m *row.Mutation, visit func(ts *int64)) {
	visit(&m.Deletion.Timestamp)
	for i := range m.Ranges {
		visit(&m.Ranges[i].Deletion.Timestamp)
	}
	rows := m.Rows
	if m.Static != nil {
		rows = append([]*row.Row{m.Static}, rows...)
	}
	for _, r := range rows {
		visit(&r.Liveness.Timestamp)
		visit(&r.Deletion.Timestamp)
		for i := range r.Columns {
			visit(&r.Columns[i].Deletion.Timestamp)
		}
		for i := range r.Cells {
			visit(&r.Cells[i].Timestamp)
		}
	}
}

func copyMutation(m *row.Mutation) *row.Mutation {
	out := *m
	out.Ranges = append([]row.RangeTombstone(nil), m.Ranges...)
	out.Static = copyRow(m.Static)
	out.Rows = make([]*row.Row, len(m.Rows))
	for i, r := range m.Rows {
		out.Rows[i] = copyRow(r)
	}
	return &out
}

func copyRow(r *row.Row) *row.Row {
	if r == nil {
		return nil
	}
	out := *r
	out.Columns = append([]row.ColumnDeletion(nil), r.Columns...)
	out.Cells = append([]row.Cell(nil), r.Cells...)
	return &out
}
