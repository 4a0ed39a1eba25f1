package ring

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/token"
)

// MaxTokens is the largest num_tokens.
const MaxTokens = 1536

// TokenConfig is what a new node knows when it chooses its tokens.
type TokenConfig struct {
	NumTokens    int    // 0: not set
	InitialToken string // comma list; empty: not set
	// LocalRF is allocate_tokens_for_local_replication_factor; 0: random tokens.
	LocalRF  int
	Location Location
	Rand     *rand.Rand
}

// ParseInitialTokens checks num_tokens and initial_token together and returns the explicit tokens, or nil.
func ParseInitialTokens(numTokens int, initial string) ([]token.Token, error) {
	if numTokens > MaxTokens {
		return nil, fmt.Errorf("A maximum number of %d tokens per node is supported", MaxTokens) //nolint:staticcheck // Cassandra's words
	}
	if strings.TrimSpace(initial) == "" {
		return nil, nil
	}
	parts := strings.Split(initial, ",")
	if numTokens == 0 && len(parts) > 1 {
		return nil, fmt.Errorf("initial_token was set but num_tokens is not!") //nolint:staticcheck // Cassandra's words
	}
	if numTokens != 0 && len(parts) != numTokens {
		//nolint:staticcheck // Cassandra's words
		return nil, fmt.Errorf("The number of initial tokens (by initial_token) specified (%d) is different from num_tokens value (%d)", len(parts), numTokens)
	}
	out := make([]token.Token, len(parts))
	for i, p := range parts {
		t, err := parseToken(strings.TrimSpace(p))
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

// ChooseTokens picks the tokens of a node on its first start: initial_token, an even allocation, or random ones.
func ChooseTokens(c TokenConfig, r *Ring) ([]token.Token, error) {
	explicit, err := ParseInitialTokens(c.NumTokens, c.InitialToken)
	if err != nil {
		return nil, err
	}
	if explicit != nil {
		for _, t := range explicit {
			if len(r.owners) > 0 && r.owners[r.index(t)].token == t {
				//nolint:staticcheck // Cassandra's words
				return nil, fmt.Errorf("Bootstrapping to existing token %d is not allowed (decommission/removenode the old node first).", t)
			}
		}
		return explicit, nil
	}
	n := max(c.NumTokens, 1)
	if c.LocalRF > 0 {
		return allocate(c, r, n)
	}
	return randomTokens(c.Rand, r, n), nil
}

func parseToken(text string) (token.Token, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		//nolint:staticcheck // Cassandra's words
		return 0, fmt.Errorf("Invalid token for Murmur3Partitioner. Got %s but expected a long value (unsigned 8 bytes integer).", text)
	}
	return token.Token(n), nil
}

func randomToken(rnd *rand.Rand) token.Token {
	if t := int64(rnd.Uint64()); t != math.MinInt64 {
		return token.Token(t)
	}
	return math.MaxInt64
}

func randomTokens(rnd *rand.Rand, r *Ring, n int) []token.Token {
	taken := map[token.Token]bool{}
	for _, o := range r.owners {
		taken[o.token] = true
	}
	out := make([]token.Token, 0, n)
	for len(out) < n {
		if t := randomToken(rnd); !taken[t] {
			taken[t] = true
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// allocate spreads tokens evenly over the nodes of the datacenter, or of the rack when there are as many racks as
// replicas: each range owner gives up an equal share to the new node.
func allocate(c TokenConfig, r *Ring, n int) ([]token.Token, error) {
	racks := len(r.racks[c.Location.Datacenter])
	if racks > 0 && !r.racks[c.Location.Datacenter][c.Location.Rack] {
		racks++
	}
	if racks > 1 && racks < c.LocalRF {
		//nolint:staticcheck // Cassandra's words
		return nil, fmt.Errorf("Token allocation failed: the number of racks %d in datacenter %s is lower than its replication factor %d.",
			racks, c.Location.Datacenter, c.LocalRF)
	}
	var owners []owner
	for _, o := range r.owners {
		if o.node.Datacenter == c.Location.Datacenter && (racks != c.LocalRF || o.node.Rack == c.Location.Rack) {
			owners = append(owners, o)
		}
	}
	out := spread(c.Rand, owners, n)
	avoid(out, r)
	slices.Sort(out)
	return out, nil
}

// gap is a range of the allocation ring that a new token may cut.
type gap struct {
	start token.Token
	width uint64
	node  *Endpoint
}

func spread(rnd *rand.Rand, owners []owner, n int) []token.Token {
	out := make([]token.Token, 0, n)
	if len(owners) == 0 {
		step := math.MaxUint64/uint64(n) + 1 // n == 1 overflows to 0: one token
		start := uint64(randomToken(rnd))
		for i := range uint64(n) {
			out = append(out, token.Token(start+i*step))
		}
		return out
	}
	gaps, owned := gapsOf(owners)
	share := math.Exp2(64) / float64(len(owned)+1) / float64(n)
	for len(out) < n {
		best := -1
		for i, g := range gaps {
			if best < 0 || better(g, gaps[best], owned) {
				best = i
			}
		}
		g := &gaps[best]
		cut := max(g.width/2, 1)
		if float64(g.width) > share {
			cut = uint64(share)
		}
		out = append(out, token.Token(uint64(g.start)+cut))
		owned[g.node] -= float64(cut)
		g.start = token.Token(uint64(g.start) + cut)
		g.width -= cut
	}
	return out
}

// better prefers the node that owns most, then its widest range.
func better(a, b gap, owned map[*Endpoint]float64) bool {
	if a.node != b.node && owned[a.node] != owned[b.node] {
		return owned[a.node] > owned[b.node]
	}
	return a.width > b.width
}

func gapsOf(owners []owner) ([]gap, map[*Endpoint]float64) {
	owned := map[*Endpoint]float64{}
	gaps := make([]gap, len(owners))
	for i, o := range owners {
		prev := owners[(i+len(owners)-1)%len(owners)].token
		width := uint64(o.token) - uint64(prev)
		if len(owners) == 1 {
			width = math.MaxUint64
		}
		gaps[i] = gap{prev, width, o.node}
		owned[o.node] += float64(width)
	}
	return gaps, owned
}

// avoid moves tokens that another datacenter holds already by one.
func avoid(tokens []token.Token, r *Ring) {
	taken := map[token.Token]bool{}
	for _, o := range r.owners {
		taken[o.token] = true
	}
	for i, t := range tokens {
		for taken[t] || t == math.MinInt64 {
			t++
		}
		taken[t] = true
		tokens[i] = t
	}
}
