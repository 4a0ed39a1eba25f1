package coord

import (
	"context"
	"errors"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
)

func timeOf(b ballot) time.Time { return time.UnixMicro(b.micros()) }

// electorate is who takes part in the rounds of one conditional operation.
type electorate struct {
	table     *schema.Table
	key       []byte
	serial    row.Consistency
	members   []*ring.Endpoint // live ones
	quorum    int
	placement *ring.Placement
}

// readLevel is the level of the read within a round.
func (e *electorate) readLevel() row.Consistency {
	if e.serial == row.LocalSerial {
		return row.LocalQuorum
	}
	return row.Quorum
}

// electorate finds the participants: all replicas, or those of this datacenter for LOCAL_SERIAL, joining ones included.
func (c *Coordinator) electorate(t *schema.Table, key []byte, serial row.Consistency, p *ring.Placement) (*electorate, error) {
	e := &electorate{table: t, key: key, serial: serial, placement: p}
	tok := tokenOf(key)
	pending := p.Pending(tok)
	all := append(append([]*ring.Endpoint(nil), p.Replicas(tok)...), pending...)
	n, pendingCount := 0, 0
	for i, x := range all {
		if serial == row.LocalSerial && !c.isLocalDC(x) {
			continue
		}
		n++
		if i >= len(all)-len(pending) {
			pendingCount++
		}
		if c.live(x) {
			e.members = append(e.members, x)
		}
	}
	e.quorum = n/2 + 1
	if pendingCount > 1 {
		err := unavailable(serial, "", n+1, len(e.members)).(*cqlerr.Error)
		err.Message = "Cannot perform LWT operation as there is more than one (" + itoa(pendingCount) + ") pending range movement"
		return nil, err
	}
	if len(e.members) < e.quorum {
		return nil, unavailable(serial, "", e.quorum, len(e.members))
	}
	return e, nil
}

// errLostVote is the vote of a node that refused when asked again: the answer that was lost may have been yes.
var errLostVote = errors.New("the answer to a proposal was lost")

// vote is one member's answer to a prepare or a proposal.
type vote struct {
	node  *ring.Endpoint
	ok    bool
	state *paxosState // after a prepare
	newer ballot      // when it refused
	err   error
}

// poll sends a verb to all members and collects votes until a quorum agrees, all have answered, or ctx ends; after a
// prepare also when a quorum has become impossible (a proposal must know whether anybody accepted it). Own is the same
// question put to this node.
func (c *Coordinator) poll(ctx context.Context, e *electorate, verb rpc.Verb, body []byte, own func() vote) []vote {
	replies := make(chan vote, len(e.members))
	var here *ring.Endpoint
	for _, m := range e.members {
		if c.isSelf(m) {
			here = m
			continue
		}
		go func() { replies <- c.voteOf(ctx, m, verb, body) }()
	}
	if here != nil {
		v := own()
		v.node = here
		replies <- v
	}
	var out []vote
	yes := 0
	for len(out) < len(e.members) {
		select {
		case v := <-replies:
			out = append(out, v)
			if v.err == nil && v.ok {
				yes++
			}
			lost := yes+len(e.members)-len(out) < e.quorum
			if yes >= e.quorum || lost && verb == rpc.PaxosPrepare {
				return out
			}
		case <-ctx.Done():
			return out
		}
	}
	return out
}

func (c *Coordinator) voteOf(ctx context.Context, m *ring.Endpoint, verb rpc.Verb, body []byte) vote {
	v := vote{node: m}
	out, err := c.Caller.Call(ctx, m.Address, verb, body)
	again := err != nil && rpc.IsUnreachable(err)
	if again {
		out, err = c.callRetrying(ctx, m, verb, body)
	}
	if err != nil {
		v.err = err
		return v
	}
	r := reader{b: out}
	v.ok = r.byte() == 1
	v.newer = r.ballot()
	if verb == rpc.PaxosPrepare {
		v.state = r.state()
	}
	v.err = r.finish()
	if again && v.err == nil && !v.ok && verb == rpc.PaxosPropose {
		v.err = errLostVote
	}
	return v
}

func encodeVote(ok bool, newer ballot, s *paxosState) []byte {
	out := []byte{0}
	if ok {
		out[0] = 1
	}
	out = append(out, newer[:]...)
	if s != nil {
		out = append(out, s.encode()...)
	}
	return out
}

// paxosBody names the partition, then a proposal.
func paxosBody(e *electorate, p proposal) []byte {
	out := append([]byte(nil), e.table.ID[:]...)
	out = appendBytes(out, e.key)
	out = append(out, p.Ballot[:]...)
	return appendBytes(out, p.Update)
}

func (c *Coordinator) paxosRequest(body []byte) (*schema.Table, []byte, proposal, error) {
	r := reader{b: body}
	id, key, p := r.uuid(), r.bytes(), r.proposal()
	if err := r.finish(); err != nil {
		return nil, nil, p, err
	}
	t := c.tableByID(id)
	if t == nil {
		return nil, nil, p, c.wireError(row.ErrUnknownTable)
	}
	return t, key, p, nil
}

func (c *Coordinator) servePrepare(ctx context.Context, body []byte) ([]byte, error) {
	t, key, p, err := c.paxosRequest(body)
	if err != nil {
		return nil, err
	}
	if err := c.checkKey(ctx, t, key); err != nil {
		return nil, err
	}
	ok, s, err := c.prepareHere(t, key, p.Ballot)
	if err != nil {
		return nil, err
	}
	return encodeVote(ok, s.Promised, s), nil
}

func (c *Coordinator) servePropose(ctx context.Context, body []byte) ([]byte, error) {
	t, key, p, err := c.paxosRequest(body)
	if err != nil {
		return nil, err
	}
	if err := c.checkKey(ctx, t, key); err != nil {
		return nil, err
	}
	ok, newer, err := c.proposeHere(t, key, p)
	if err != nil {
		return nil, err
	}
	return encodeVote(ok, newer, nil), nil
}

func (c *Coordinator) serveCommit(ctx context.Context, body []byte) ([]byte, error) {
	t, key, p, err := c.paxosRequest(body)
	if err != nil {
		return nil, err
	}
	if err := c.checkKey(ctx, t, key); err != nil {
		return nil, err
	}
	return nil, c.commitHere(ctx, t, key, p)
}
