package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"sync"

	"golang.org/x/crypto/bcrypt"

	"alexandra/internal/cqlerr"
)

// Password is a plain password or a hash. It never prints.
type Password struct{ secret string }

const redacted = "REDACTED"

// NewPassword wraps a secret.
func NewPassword(secret string) Password { return Password{secret} }

// Reveal returns the secret, for the one place that needs it.
func (p Password) Reveal() string { return p.secret }

// String hides the secret.
func (Password) String() string { return redacted }

// GoString hides the secret.
func (Password) GoString() string { return redacted }

// LogValue hides the secret.
func (Password) LogValue() slog.Value { return slog.StringValue(redacted) }

const (
	// significant is how much of a password counts; bcrypt sees no more, and Cassandra accepts longer ones.
	significant = 72
	// maxCost bounds what a hash given by a client may cost at every login.
	maxCost = 15
)

// hashPattern is the text form of a bcrypt hash, in the variants that Cassandra's library reads.
var hashPattern = regexp.MustCompile(`^\$2a?\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$`)

// CheckHash refuses what HASHED PASSWORD must not hold. It looks at the form only: computing with a hash of the client's
// choice would cost what the client chooses.
func CheckHash(hash string) error {
	m := hashPattern.FindStringSubmatch(hash)
	if m == nil {
		return cqlerr.Invalid("Invalid hashed password value. Please use jBcrypt.")
	}
	if cost, _ := strconv.Atoi(m[1]); cost > maxCost {
		return cqlerr.Invalid("The cost of the hashed password is %d; at most %d is allowed", cost, maxCost)
	}
	return nil
}

// hasher computes bcrypt in a small pool and remembers which password was right for which hash.
type hasher struct {
	cost  int
	slots chan struct{}
	// compare is bcrypt's comparison of a hash with a password, which takes its time.
	compare func(hash, password []byte) error
	// dummy is compared with when a role does not exist, so that the time taken tells nothing.
	dummy string

	mu       sync.Mutex
	key      [sha256.Size]byte
	verified map[string][sha256.Size]byte // by role; at most maxVerified
}

const maxVerified = 4096

func newHasher(cost, parallel int) (*hasher, error) {
	h := &hasher{cost: cost, slots: make(chan struct{}, max(parallel, 1)), compare: bcrypt.CompareHashAndPassword, verified: map[string][sha256.Size]byte{}}
	if _, err := rand.Read(h.key[:]); err != nil {
		return nil, fmt.Errorf("make a key for remembered passwords: %w", err)
	}
	// Any valid hash of the right cost does; its password is of no interest to anybody.
	h.dummy = fmt.Sprintf("$2a$%02d$%s", cost, "abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")
	return h, nil
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

func (h *hasher) hash(ctx context.Context, p Password) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	b, err := bcrypt.GenerateFromPassword(truncated(p.secret), h.cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return string(b), nil
}

func truncated(password string) []byte { return []byte(password[:min(len(password), significant)]) }

// verify says whether a password fits a role's stored hash. A password that did once is recognised by a keyed digest
// bound to role, hash and password; only right passwords are remembered, so wrong guesses push nothing out, and a change
// of the hash makes the digest worthless.
func (h *hasher) verify(ctx context.Context, role, stored string, p Password) (bool, error) {
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	digest := h.digest(role, stored, p.secret)
	if known && h.remembers(role, digest) {
		return true, nil
	}
	if cost, err := bcrypt.Cost([]byte(stored)); err != nil || cost > maxCost || !hashPattern.MatchString(stored) {
		stored, known = h.dummy, false
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	ok := h.compare([]byte(stored), truncated(p.secret)) == nil && known
	if ok {
		h.remember(role, digest)
	}
	return ok, nil
}

func (h *hasher) digest(role, stored, password string) (d [sha256.Size]byte) {
	mac := hmac.New(sha256.New, h.key[:])
	for _, s := range []string{role, stored, password} {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(s), s)
	}
	mac.Sum(d[:0])
	return d
}

func (h *hasher) remembers(role string, digest [sha256.Size]byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	d, ok := h.verified[role]
	return ok && hmac.Equal(d[:], digest[:])
}

func (h *hasher) remember(role string, digest [sha256.Size]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.verified) >= maxVerified {
		for other := range h.verified {
			delete(h.verified, other)
			break
		}
	}
	h.verified[role] = digest
}

// forget drops every remembered password.
func (h *hasher) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.verified)
}
