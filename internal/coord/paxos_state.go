package coord

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync"

	"github.com/google/uuid"

	"alexandra/internal/row"
	"alexandra/internal/schema"
)

// ballot orders proposals: microseconds, then the host id of the proposer. The zero ballot is older than any other.
type ballot [24]byte

func newBallot(micros int64, host uuid.UUID) ballot {
	var b ballot
	binary.BigEndian.PutUint64(b[:], uint64(micros))
	copy(b[8:], host[:])
	return b
}

func (b ballot) micros() int64 { return int64(binary.BigEndian.Uint64(b[:])) }

func (b ballot) after(o ballot) bool { return bytes.Compare(b[:], o[:]) > 0 }

// proposal is a mutation under a ballot. An empty Update is a proposal to change nothing: it only orders a read.
type proposal struct {
	Ballot ballot
	Update []byte // encoded mutation
}

// paxosState is what one replica must never forget of one partition.
type paxosState struct {
	Promised            ballot
	Accepted, Committed proposal
}

// encode is the form of the state in KV and in answers to prepare.
func (s *paxosState) encode() []byte {
	out := append([]byte(nil), s.Promised[:]...)
	for _, p := range []proposal{s.Accepted, s.Committed} {
		out = append(out, p.Ballot[:]...)
		out = appendBytes(out, p.Update)
	}
	return out
}

func (r *reader) ballot() ballot {
	var b ballot
	copy(b[:], r.take(len(b)))
	return b
}

func (r *reader) proposal() proposal { return proposal{Ballot: r.ballot(), Update: r.bytes()} }

func (r *reader) state() *paxosState {
	return &paxosState{Promised: r.ballot(), Accepted: r.proposal(), Committed: r.proposal()}
}

// paxosLocks serialize changes of one partition's state on this node.
type paxosLocks [256]sync.Mutex

func (l *paxosLocks) of(key []byte) *sync.Mutex {
	return &l[uint64(tokenOf(key))%uint64(len(l))]
}

// paxosPrefix begins the keys of states: a table's id and the partition key follow.
const paxosPrefix = "paxos/"

func paxosKey(t *schema.Table, key []byte) []byte {
	out := append([]byte(paxosPrefix), t.ID[:]...)
	return append(out, key...)
}

// loadPaxos reads the state, as far as it is not over; the partition is locked.
func (c *Coordinator) loadPaxos(t *schema.Table, key []byte) (*paxosState, error) {
	b, err := c.Local.Get(paxosKey(t, key))
	if err != nil || b == nil {
		return &paxosState{}, err
	}
	r := reader{b: b}
	s := r.state()
	s.forget(c.paxosHorizon(t))
	return s, r.finish()
}

func (c *Coordinator) storePaxos(t *schema.Table, key []byte, s *paxosState) error {
	return c.Local.Set(paxosKey(t, key), s.encode())
}

// prepareHere promises to accept nothing older than b, and tells what is known. ok is false when a promise was given
// before that is newer or as new: the updates of two ballots of one microsecond would not know which of them came last.
func (c *Coordinator) prepareHere(t *schema.Table, key []byte, b ballot) (ok bool, s *paxosState, err error) {
	lock := c.paxos.of(key)
	lock.Lock()
	defer lock.Unlock()
	if s, err = c.loadPaxos(t, key); err != nil {
		return false, nil, err
	}
	if b.micros() <= s.Promised.micros() {
		return false, s, nil
	}
	s.Promised = b
	return true, s, c.storePaxos(t, key, s)
}

// proposeHere accepts a proposal unless a newer promise was given; then it returns that one.
func (c *Coordinator) proposeHere(t *schema.Table, key []byte, p proposal) (ok bool, newer ballot, err error) {
	lock := c.paxos.of(key)
	lock.Lock()
	defer lock.Unlock()
	s, err := c.loadPaxos(t, key)
	if err != nil {
		return false, ballot{}, err
	}
	if s.Promised.after(p.Ballot) {
		return false, s.Promised, nil
	}
	s.Promised, s.Accepted = p.Ballot, p
	return true, ballot{}, c.storePaxos(t, key, s)
}

// commitHere applies a decided proposal, then notes that it is done. Doing it twice is harmless.
func (c *Coordinator) commitHere(ctx context.Context, t *schema.Table, key []byte, p proposal) error {
	if len(p.Update) > 0 {
		m, err := row.DecodeMutation(p.Update, c.tableByID)
		if err != nil {
			return c.wireError(err)
		}
		if !c.truncatedAt(t).After(timeOf(p.Ballot)) {
			if err := c.Local.Apply(ctx, []*row.Mutation{m}); err != nil {
				return err
			}
		}
	}
	lock := c.paxos.of(key)
	lock.Lock()
	defer lock.Unlock()
	s, err := c.loadPaxos(t, key)
	if err != nil {
		return err
	}
	if p.Ballot.after(s.Committed.Ballot) {
		s.Committed = p
	}
	if !s.Accepted.Ballot.after(p.Ballot) {
		s.Accepted = proposal{}
	}
	return c.storePaxos(t, key, s)
}
