package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"alexandra/internal/cqlerr"
)

// limits keep the bytes of requests in flight, of all clients and of each address, and the rate of requests within what
// the configuration allows. A connection that asked for it (THROW_ON_OVERLOAD) gets an error; others are slowed down.
type limits struct {
	maxTotal, maxPerIP int64
	perSecond          int

	total   atomic.Int64
	waiting atomic.Int32 // requests that wait for bytes to be freed

	mu    sync.Mutex
	perIP map[netip.Addr]*addressLoad
	freed *sync.Cond
	// budget is the number of requests that may start now; it refills with time.
	budget   float64
	refilled time.Time
}

// addressLoad is what the connections of one address have in flight.
type addressLoad struct {
	bytes atomic.Int64
	conns int // guarded by limits.mu
}

func newLimits(cfg *Config) *limits {
	l := &limits{maxTotal: cfg.MaxInFlight, maxPerIP: cfg.MaxInFlightPerIP, perSecond: cfg.RequestsPerSecond, perIP: map[netip.Addr]*addressLoad{}}
	l.freed = sync.NewCond(&l.mu)
	l.budget, l.refilled = float64(cfg.RequestsPerSecond), time.Now()
	return l
}

// join counts in a connection; leave counts it out.
func (l *limits) join(ip netip.Addr) *addressLoad {
	l.mu.Lock()
	defer l.mu.Unlock()
	load := l.perIP[ip]
	if load == nil {
		load = &addressLoad{}
		l.perIP[ip] = load
	}
	load.conns++
	return load
}

func (l *limits) leave(ip netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if load := l.perIP[ip]; load != nil {
		if load.conns--; load.conns == 0 {
			delete(l.perIP, ip)
		}
	}
}

// admit counts a request in. It returns an error for the client, or waits and leaves a warning in the request.
func (l *limits) admit(c *conn, r *request) *cqlerr.Error {
	if err := l.admitRate(c, r); err != nil {
		return err
	}
	n := int64(len(r.body))
	total, own := l.total.Add(n), c.load.bytes.Add(n)
	if !l.exceeded(total, own) {
		return nil
	}
	l.total.Add(-n)
	c.load.bytes.Add(-n)
	c.runBatch()
	c.flush()
	return l.admitFull(c, r, n)
}

// exceeded says whether bytes in flight, of all and of one address, are too many.
func (l *limits) exceeded(total, own int64) bool {
	return l.maxTotal > 0 && total > l.maxTotal || l.maxPerIP > 0 && own > l.maxPerIP
}

// admitFull is admit for a request that does not fit at once.
func (l *limits) admitFull(c *conn, r *request, n int64) *cqlerr.Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	total, own := l.total.Load(), c.load.bytes.Load()
	if c.throwOnOverload {
		return cqlerr.New(cqlerr.Overloaded, "Request breached limit on bytes in flight. (Endpoint: %d/%d bytes, Global: %d/%d bytes.)"+
			"Server is currently in an overloaded state and cannot accept more requests.", own, l.maxPerIP, total, l.maxTotal)
	}
	r.warnings = append(r.warnings, fmt.Sprintf("Request breached limit(s) on bytes in flight (Endpoint: %d, Global: %d) and triggered backpressure.",
		own, total))
	l.waiting.Add(1)
	defer l.waiting.Add(-1)
	for l.exceeded(l.total.Load()+n, c.load.bytes.Load()+n) && c.load.bytes.Load() > 0 && c.ctx.Err() == nil {
		l.freed.Wait()
	}
	l.total.Add(n)
	c.load.bytes.Add(n)
	return nil
}

// done counts a request out.
func (l *limits) done(c *conn, r *request) {
	n := int64(len(r.body))
	l.total.Add(-n)
	c.load.bytes.Add(-n)
	if l.waiting.Load() > 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.freed.Broadcast()
	}
}

func (l *limits) admitRate(c *conn, r *request) *cqlerr.Error {
	if l.perSecond <= 0 {
		return nil
	}
	wait := l.takeBudget(c.throwOnOverload)
	switch {
	case wait <= 0:
		return nil
	case c.throwOnOverload:
		return cqlerr.New(cqlerr.Overloaded, "Request breached global limit of %d requests/second. "+
			"Server is currently in an overloaded state and cannot accept more requests.", l.perSecond)
	}
	r.warnings = append(r.warnings, fmt.Sprintf("Request breached global limit of %d requests/second and triggered backpressure.", l.perSecond))
	c.runBatch()
	c.flush()
	select {
	case <-time.After(wait):
	case <-c.ctx.Done():
	}
	return nil
}

// takeBudget takes one request from the budget and returns how long it has to wait for it. When refuse is set nothing
// is taken from an empty budget.
func (l *limits) takeBudget(refuse bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, rate := time.Now(), float64(l.perSecond)
	l.budget = min(rate, l.budget+now.Sub(l.refilled).Seconds()*rate)
	l.refilled = now
	if l.budget < 1 && refuse {
		return time.Second
	}
	l.budget--
	if l.budget >= 0 {
		return 0
	}
	return time.Duration(-l.budget / rate * float64(time.Second))
}

// noticeLimiter logs each text at most once a minute.
type noticeLimiter struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	noticeInterval = time.Minute
	maxNotices     = 1000
)

func (n *noticeLimiter) log(log *slog.Logger, level slog.Level, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if now.Sub(n.last[text]) < noticeInterval {
		return
	}
	if n.last == nil || len(n.last) > maxNotices {
		n.last = map[string]time.Time{}
	}
	n.last[text] = now
	log.Log(context.Background(), level, text)
}

func (s *Server) logProtocolError(message string) {
	s.notice.log(s.log, slog.LevelWarn, "Protocol exception with client networking: "+message)
}

func (s *Server) logTLSError(remote netip.AddrPort, err error) {
	s.notice.log(s.log, slog.LevelWarn, fmt.Sprintf("SSLException in client networking with peer /%s %v", remote.Addr(), err))
}
