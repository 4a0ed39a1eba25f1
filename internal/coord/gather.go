package coord

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"alexandra/internal/cqlerr"
	"alexandra/internal/ring"
	"alexandra/internal/row"
	"alexandra/internal/rpc"
)

// answer is what one replica said: a result, or only its digest.
type answer struct {
	node   *ring.Endpoint
	result *row.Result
	digest [16]byte
	err    error
}

// mode says what the contacts of a read send.
type mode uint8

const (
	oneData mode = iota // data from the first one, digests from the others
	allData
)

// gather asks the contacts of a group until blockFor of them have answered. Failed or slow contacts are made up for by
// spares. The answers come in the order in which they arrived, but one with data is first.
func (c *Coordinator) gather(ctx context.Context, r *row.Read, g *group, m mode, deadline time.Time) ([]answer, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	want := len(g.contacts)
	replies := make(chan answer, want+len(g.spares))
	var body []byte
	ask := func(e *ring.Endpoint, data, patient bool) {
		trace(ctx, "Sending READ_REQ message to "+e.String())
		if body == nil {
			body = row.EncodeRead(r)
		}
		call := c.Caller.Call
		if patient {
			call = c.patientCall
		}
		go func(body []byte) { replies <- c.ask(ctx, e, body, r, data, call) }(body)
	}
	here := -1
	for i, e := range g.contacts {
		if c.isSelf(e) {
			here = i
			continue
		}
		ask(e, i == 0 || m == allData, false)
	}
	if here >= 0 {
		replies <- c.askHere(ctx, g.contacts[here], r, here == 0 || m == allData)
	}
	w := &gathering{c: c, g: g, r: r, want: want, spares: g.spares, ask: ask}
	return w.collect(ctx, replies)
}

// gathering is the state of one gather.
type gathering struct {
	c        *Coordinator
	g        *group
	r        *row.Read
	want     int
	spares   []*ring.Endpoint
	ask      func(e *ring.Endpoint, data, patient bool)
	answers  []answer
	failures []failure
	hasData  bool
	own      error         // of this node
	client   *cqlerr.Error // an error that is for the client as it is
}

func (w *gathering) collect(ctx context.Context, replies <-chan answer) ([]answer, error) {
	outstanding := w.want
	var slow <-chan time.Time
	if after, ok := w.c.speculateAfter(w.r); ok && len(w.spares) > 0 {
		timer := time.NewTimer(after)
		defer timer.Stop()
		slow = timer.C
	}
	for len(w.answers) < w.want || !w.hasData {
		if outstanding == 0 {
			return nil, w.error()
		}
		select {
		case a := <-replies:
			outstanding--
			if a.err != nil {
				outstanding += w.replace(a)
				continue
			}
			w.add(a)
		case <-slow:
			slow = nil
			outstanding += w.spare()
		case <-ctx.Done():
			return nil, w.error()
		}
	}
	return w.answers, nil
}

// replace makes up for a replica that did not answer, by a spare or, when only its connection was lost and no spare is
// left, by itself. It returns how many were asked.
func (w *gathering) replace(a answer) int {
	if len(w.spares) > 0 {
		w.fail(a)
		return w.spare()
	}
	if rpc.IsUnreachable(a.err) && w.c.live(a.node) && !w.c.isSelf(a.node) {
		w.ask(a.node, true, true)
		return 1
	}
	w.fail(a)
	return 0
}

// spare asks one more replica, for data, and returns how many were asked.
func (w *gathering) spare() int {
	if len(w.spares) == 0 {
		return 0
	}
	e := w.spares[0]
	w.spares = w.spares[1:]
	w.ask(e, true, false)
	return 1
}

func (w *gathering) add(a answer) {
	w.answers = append(w.answers, a)
	if a.result != nil && !w.hasData {
		w.hasData = true
		last := len(w.answers) - 1
		w.answers[0], w.answers[last] = w.answers[last], w.answers[0]
	}
}

func (w *gathering) fail(a answer) {
	if w.client == nil {
		w.client = cqlerr.As(a.err)
	}
	reason := reasonOf(a.err)
	if w.c.isSelf(a.node) {
		reason, w.own = reasonOfLocal(a.err), a.err
	}
	w.failures = append(w.failures, failure{a.node, reason})
	w.c.Log.Debug("replica did not answer a read", "node", a.node.String(), "error", a.err)
}

func (w *gathering) error() error {
	n := w.g.need
	switch {
	case w.client != nil:
		return w.client
	case len(w.failures) > 0 && !allTimeouts(w.failures):
		return orMoved(withTombstones(readFailure(n.cl, len(w.answers), n.blockFor, w.failures, w.hasData), w.own), w.failures)
	}
	return readTimeout(n.cl, min(len(w.answers), n.blockFor), n.blockFor, w.hasData)
}

func (c *Coordinator) askHere(ctx context.Context, e *ring.Endpoint, r *row.Read, data bool) answer {
	traceRead(ctx, "Executing read on ", r)
	a := answer{node: e}
	a.result, a.err = c.Local.Read(ctx, r)
	if a.err == nil && !data {
		a.digest, a.result = row.Digest(a.result, r.Table, r.Now), nil
	}
	return a
}

// callFunc is rpc.Caller's method, or patientCall.
type callFunc func(ctx context.Context, to netip.AddrPort, v rpc.Verb, body []byte) ([]byte, error)

// patientCall tries again until a connection can be had, ctx ends, or the node is found dead.
func (c *Coordinator) patientCall(ctx context.Context, to netip.AddrPort, v rpc.Verb, body []byte) ([]byte, error) {
	e := c.ring.Load().At(to)
	if e == nil {
		return c.Caller.Call(ctx, to, v, body)
	}
	out, err := c.callRetrying(ctx, e, v, body)
	if rpc.IsUnreachable(err) {
		err = context.DeadlineExceeded // asked for long enough: as good as silence
	}
	return out, err
}

func (c *Coordinator) ask(ctx context.Context, e *ring.Endpoint, body []byte, r *row.Read, data bool, call callFunc) answer {
	verb := rpc.ReadDigest
	if data {
		verb = rpc.Read
	}
	a := answer{node: e}
	var out []byte
	if out, a.err = call(ctx, e.Address, verb, body); a.err != nil {
		return a
	}
	if data {
		a.result, a.err = row.DecodeResult(out, r.Table)
	} else if copy(a.digest[:], out) != len(a.digest) {
		a.err = errors.New("malformed digest of a peer")
	}
	return a
}
