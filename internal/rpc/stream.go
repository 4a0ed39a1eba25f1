package rpc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Calls of the frequent verbs share one gRPC stream per peer: a unary call costs more than what most of them ask for. A
// message of the stream is a list of records, as many as have gathered since the last one:
//
//	call:   id, timeout in microseconds (0: none), verb, body
//	answer: id, outcome, body
//
// Numbers are uvarints; verb and body have their length before them. Ids are the caller's and mean nothing to the peer.

// frequent are the verbs whose calls go over the stream, when their bodies are short. Those that are true are also served
// one after the other where several came in one message, and wait for the commit log together.
var frequent = map[Verb]bool{
	Mutate: true, Read: false, ReadDigest: false, CounterMutate: false, PaxosPrepare: false, PaxosPropose: false, PaxosCommit: false,
	BatchStore: false, BatchRemove: false,
}

const (
	streamMethod = "Calls"
	// maxStreamed is the longest body of a call on the stream; longer ones would hold up the others.
	maxStreamed = 64 << 10
	// maxGathered is how many bytes of records one message holds, unless a single one is longer.
	maxGathered = 1 << 20
)

// outcome is how a call on the stream ended.
type outcome uint64

const (
	answered outcome = iota // with a body, which may be an error
	timedOut                // the peer ran out of the caller's time
	stopped                 // the peer stops
)

// record is a call or an answer.
type record struct {
	id      uint64
	timeout time.Duration // of a call
	verb    Verb          // of a call
	outcome outcome       // of an answer
	body    []byte
}

func (r *record) appendCall(b []byte) []byte {
	b = binary.AppendUvarint(b, r.id)
	b = binary.AppendUvarint(b, uint64(r.timeout.Microseconds()))
	return appendBytes(appendBytes(b, string(r.verb)), r.body)
}

func (r *record) appendAnswer(b []byte) []byte {
	b = binary.AppendUvarint(b, r.id)
	b = binary.AppendUvarint(b, uint64(r.outcome))
	return appendBytes(b, r.body)
}

func appendBytes[T string | []byte](b []byte, v T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

var errRecord = errors.New("malformed message of calls")

// recordReader takes records out of a message. What it returns shares memory with the message.
type recordReader struct {
	b   []byte
	err error
}

func (r *recordReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errRecord
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *recordReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.b, r.err = nil, errRecord
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// call reads the next call; false at the end of the message or when it is malformed.
func (r *recordReader) call() (c record, ok bool) {
	if len(r.b) == 0 || r.err != nil {
		return c, false
	}
	c.id = r.uvarint()
	micros := r.uvarint()
	c.verb = Verb(r.bytes())
	c.body = r.bytes()
	if r.err == nil && micros > uint64(maxTimeout.Microseconds()) {
		r.err = fmt.Errorf("%w: a timeout of %d us", errRecord, micros)
	}
	c.timeout = time.Duration(micros) * time.Microsecond
	return c, r.err == nil
}

// maxTimeout is the longest timeout of a call on the stream.
const maxTimeout = 24 * time.Hour

// answer reads the next answer, as call does.
func (r *recordReader) answer() (a record, ok bool) {
	if len(r.b) == 0 || r.err != nil {
		return a, false
	}
	a.id = r.uvarint()
	a.outcome = outcome(r.uvarint())
	a.body = r.bytes()
	return a, r.err == nil
}

// mailbox gathers records for the goroutine that sends them.
type mailbox struct {
	mu       sync.Mutex
	messages [][]byte
	wake     chan struct{}
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// put adds a record of about size bytes, which write appends.
func (m *mailbox) put(size int, write func([]byte) []byte) {
	m.mu.Lock()
	last := len(m.messages) - 1
	if last < 0 || len(m.messages[last])+size > maxGathered {
		m.messages = append(m.messages, nil)
		last++
	}
	m.messages[last] = write(m.messages[last])
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// send gives messages away until ctx ends or one cannot be sent.
func (m *mailbox) send(ctx context.Context, send func(message *[]byte) error) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.wake:
		}
		m.mu.Lock()
		messages := m.messages
		m.messages = nil
		m.mu.Unlock()
		for i := range messages {
			if err := send(&messages[i]); err != nil {
				return err
			}
		}
	}
}
