package exec

import (
	"net/netip"
	"sync/atomic"

	"alexandra/auth"
)

// atomicValue is a value that concurrent requests of a connection replace; the zero value holds T's zero value.
type atomicValue[T any] struct{ p atomic.Pointer[T] }

func (v *atomicValue[T]) load() T {
	if p := v.p.Load(); p != nil {
		return *p
	}
	var zero T
	return zero
}

func (v *atomicValue[T]) store(t T) { v.p.Store(&t) }

// atomicFlag is something that happens once.
type atomicFlag struct{ b atomic.Bool }

// first says whether this is the first call.
func (f *atomicFlag) first() bool { return f.b.CompareAndSwap(false, true) }

// NewSession is the state of a new client connection; nobody is logged in yet.
func NewSession(remote netip.AddrPort, version int) *Session {
	return &Session{Remote: remote, Version: version}
}

// newInternalSession is the node itself as a client.
func newInternalSession() *Session {
	s := &Session{Version: 5, internal: true}
	s.SetUser(auth.User{System: true})
	return s
}

// User is who has logged in; its Name is empty when nobody has.
func (s *Session) User() auth.User { return s.user.load() }

// SetUser is called after a login.
func (s *Session) SetUser(u auth.User) { s.user.store(u) }

// Keyspace is the current keyspace; empty before the first USE.
func (s *Session) Keyspace() string { return s.keyspace.load() }

// SetKeyspace is what USE does.
func (s *Session) SetKeyspace(name string) { s.keyspace.store(name) }
