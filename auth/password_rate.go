package auth

import (
	"context"
	"sync"
	"time"

	"alexandra/internal/clock"
	"alexandra/internal/cqlerr"
)

// passwordRate limits how often one role's password is changed: hashing is costly, and repeated changes must not take
// the processors from everybody else (CVE-2026-32588). A burst is free, then changes wait for their turn.
type passwordRate struct {
	clock clock.Clock
	mu    sync.Mutex
	roles map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const (
	changeBurst     = 10
	changePerSecond = 1
	maxBuckets      = 4096
)

func (p *passwordRate) admit(role string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	b, ok := p.roles[role]
	if !ok {
		b = bucket{left: changeBurst, at: now}
	}
	b.left = min(changeBurst, b.left+now.Sub(b.at).Seconds()*changePerSecond)
	b.at = now
	admitted := b.left >= 1
	if admitted {
		b.left--
	}
	if p.roles == nil || len(p.roles) >= maxBuckets {
		p.roles = map[string]bucket{}
	}
	p.roles[role] = b
	return admitted
}

// AdmitPasswordChange refuses changes of one role's password that come too fast.
func (s *Service) AdmitPasswordChange(_ context.Context, role string) error {
	if s.rate.admit(role) {
		return nil
	}
	return cqlerr.New(cqlerr.Overloaded, "The password of role %s is being changed too often; at most %d changes a second are made", role, changePerSecond)
}
