package coord

import (
	"bytes"
	"context"
	"encoding/binary"

	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
	"alexandra/internal/schema"
	"alexandra/internal/token"
)

// Promises and undecided proposals move with the data: a new replica that did not know them could help a quorum to forget
// an update that was acknowledged when only one replica had applied it.

// paxosPage is how many states travel in one message.
const paxosPage = 500

// keyedState is the state of one partition.
type keyedState struct {
	key   []byte
	state *paxosState
}

// paxosStatesOf are states of partitions in some ranges that follow after, at most a page; more says that there may be others.
func (c *Coordinator) paxosStatesOf(t *schema.Table, ranges []token.Range, after []byte) (out []keyedState, more bool, err error) {
	prefix := paxosKey(t, nil)
	if after != nil {
		after = paxosKey(t, after)
	}
	var failed error
	err = c.Local.ScanAfter(after, prefix, func(key, value []byte) bool {
		key = bytes.Clone(key[len(prefix):])
		if !inRanges(ranges, tokenOf(key)) {
			return true
		}
		r := reader{b: bytes.Clone(value)}
		s := r.state()
		if failed = r.finish(); failed != nil {
			return false
		}
		if s.forget(c.paxosHorizon(t)) {
			return true
		}
		out = append(out, keyedState{key, s})
		more = len(out) == paxosPage
		return !more
	})
	if err == nil {
		err = failed
	}
	return out, more, err
}

func inRanges(ranges []token.Range, t token.Token) bool {
	for _, r := range ranges {
		if r.Contains(t) {
			return true
		}
	}
	return false
}

func appendStates(dst []byte, states []keyedState) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(states)))
	for _, s := range states {
		dst = appendBytes(appendBytes(dst, s.key), s.state.encode())
	}
	return dst
}

func (r *reader) states() []keyedState {
	var out []keyedState
	for range r.count() {
		key := r.bytes()
		inner := reader{b: r.bytes()}
		s := keyedState{key, inner.state()}
		if inner.finish() != nil {
			r.fail()
		}
		if r.err != nil {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// fetchPaxos takes over what a node knows of partitions in some ranges.
func (c *Coordinator) fetchPaxos(ctx context.Context, t *schema.Table, ranges []token.Range, from *ring.Endpoint) error {
	var after []byte
	for {
		body := append([]byte(nil), t.ID[:]...)
		body = binary.AppendUvarint(body, uint64(len(ranges)))
		for _, r := range ranges {
			body = binary.BigEndian.AppendUint64(body, uint64(r.Start))
			body = binary.BigEndian.AppendUint64(body, uint64(r.End))
		}
		body = appendBytes(body, after)
		answer, err := c.callStreaming(ctx, from, rpc.PaxosStates, body)
		if err != nil {
			return err
		}
		d := reader{b: answer}
		more, states := d.byte() == 1, d.states()
		if err := d.finish(); err != nil {
			return err
		}
		if err := c.mergeStates(ctx, t, states); err != nil || !more || len(states) == 0 {
			return err
		}
		after = states[len(states)-1].key
	}
}

func (c *Coordinator) servePaxosStates(_ context.Context, body []byte) ([]byte, error) {
	d := reader{b: body}
	id := d.uuid()
	var ranges []token.Range
	for range d.count() {
		ranges = append(ranges, token.Range{Start: token.Token(d.int64()), End: token.Token(d.int64())})
		if d.err != nil {
			break
		}
	}
	after := d.bytes()
	if err := d.finish(); err != nil {
		return nil, err
	}
	t := c.tableByID(id)
	if t == nil {
		return nil, c.wireError(row.ErrUnknownTable)
	}
	if len(after) == 0 {
		after = nil
	}
	states, more, err := c.paxosStatesOf(t, ranges, after)
	if err != nil {
		return nil, err
	}
	out := []byte{0}
	if more {
		out[0] = 1
	}
	return appendStates(out, states), nil
}

// sendPaxos gives a node what this one knows of partitions in a range.
func (c *Coordinator) sendPaxos(ctx context.Context, t *schema.Table, ranges []token.Range, to *ring.Endpoint) error {
	var after []byte
	for {
		states, more, err := c.paxosStatesOf(t, ranges, after)
		if err != nil || len(states) == 0 {
			return err
		}
		if _, err := c.callStreaming(ctx, to, rpc.PaxosMerge, appendStates(append([]byte(nil), t.ID[:]...), states)); err != nil || !more {
			return err
		}
		after = states[len(states)-1].key
	}
}

func (c *Coordinator) servePaxosMerge(ctx context.Context, body []byte) ([]byte, error) {
	d := reader{b: body}
	id, states := d.uuid(), d.states()
	if err := d.finish(); err != nil {
		return nil, err
	}
	t := c.tableByID(id)
	if t == nil {
		return nil, c.wireError(row.ErrUnknownTable)
	}
	return nil, c.mergeStates(ctx, t, states)
}

// mergeStates adds to what this node knows: the newest promise, the newest proposal, the newest commit.
func (c *Coordinator) mergeStates(ctx context.Context, t *schema.Table, states []keyedState) error {
	for _, s := range states {
		if s.state.Committed.Ballot != (ballot{}) {
			if err := c.commitHere(ctx, t, s.key, s.state.Committed); err != nil {
				return err
			}
		}
		if err := c.mergeState(t, s.key, s.state); err != nil {
			return err
		}
	}
	return nil
}

func (c *Coordinator) mergeState(t *schema.Table, key []byte, other *paxosState) error {
	lock := c.paxos.of(key)
	lock.Lock()
	defer lock.Unlock()
	own, err := c.loadPaxos(t, key)
	if err != nil {
		return err
	}
	if other.Promised.after(own.Promised) {
		own.Promised = other.Promised
	}
	if other.Accepted.Ballot.after(own.Accepted.Ballot) && other.Accepted.Ballot.after(own.Committed.Ballot) {
		own.Accepted = other.Accepted
	}
	return c.storePaxos(t, key, own)
}
