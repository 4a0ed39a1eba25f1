package token

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestOf has what token() of Apache Cassandra 5.0.5 answered.
func TestOf(t *testing.T) {
	for key, want := range map[string]Token{
		"9f":                                                                 -3700297922047225212,
		"41bd":                                                               -4274326356668384577,
		"5bcbb0":                                                             -6050364365248302831,
		"f1d7bda6":                                                           1389351884649706830,
		"ec8707d777":                                                         8649336778462055659,
		"c6f13fa60de6":                                                       1189014295032096208,
		"281c5f78de3f61":                                                     6184748626003450960,
		"8b1a923f03bb3768":                                                   7494571985083277414,
		"472eeadec46328c3cc":                                                 5528528438448485681,
		"12239e9e71202100f8df":                                               6675896199282978639,
		"0135c637f5fb2adf2a4a50":                                             6085179519143680878,
		"f6328ae0ada0342ef0f7b032":                                           -2355536618664844582,
		"f7f7e4624c055c6a2aef254310":                                         8481671133028583548,
		"544dd19a960098adb556104f5ad1":                                       -4125236074042637860,
		"4e7bb2502f7b78b42d0e41f9f005f3":                                     -3215194676847570825,
		"bf5bd867048cc96b5d6094d702730bb5":                                   -6584548321252081428,
		"2e9ff4f4321ec13eedd1f17658835ae486":                                 8974147359342450082,
		"40c6761b96bfc7cc5edc4b096ef2fa173557":                               -3855330906872121565,
		"839c5ceb255746ecb38b174faf514e2dcc14a0":                             2443902994602715987,
		"26b8b04fff7b29b80c14fc9988ec67083cbd9858":                           -8489110503521647363,
		"d34074a66b250efaeaa308cd7e55d63521fbbb90f3":                         -4492425489097040208,
		"21a1e5c9691b2b6f5f260fd86b4b2474ecff9eda2bf9":                       2133709493186629947,
		"8574f57cb0ba517a464a7867e6251c60d2fd88f52da0ef":                     5441288856759958172,
		"7fde562e167d4583c88cde805c10c9cbc65bb196a908c24e":                   -4980367985077727455,
		"5d8fb4ab47d57c43c5fbb0b74bf4f257a62d94da02798cc640":                 -3779686249782377504,
		"53ab467649d180a5accc5b5946a458bcf0d46859ecd72cdeddb0":               8185566853890269699,
		"73f95df455842487fa2a32d65cefda7a48b114b8abba6a2b9dc7ef":             6486111101888816695,
		"9484aaef6b4d9f8dc6dda345b8fe07322896709fa62e38c2af2ea1b7":           -3121889696959553182,
		"0afc78fa392a0de4221c51f72e7b318c096a775961a99c1297343cb7e7":         -5661186177320442580,
		"5f005967f347db68dd1db0d48c5ff6098c9d4d184b8b8356f3944bf55ad1":       -2087504288139290055,
		"216b68d090a4895e7724289861907af532f7229b1759d2e4a900611b5390ea":     2431381629492814753,
		"9d8a2453a1e0e490606d6efa397e4a7af8b56162f6dae928989842bdfb4d7f40":   -6449184932606262566,
		"6a0551f1fb4e7ded49247a061fa89ff5713e4b0ac822d364037a888f463eef79c8": -6930879217502294478,
		"00000001": -4069959284402364209,
		"00000000": -3485513579396041028,
		"7fffffff": -765994672030311617,
		"ffffffff": 7297452126230313552,
		"":         Minimum,
	} {
		b, err := hex.DecodeString(key)
		require.NoError(t, err)
		require.Equal(t, want, Of(b), key)
	}
}

func TestKeyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Token(rapid.Int64().Draw(t, "a")), Token(rapid.Int64().Draw(t, "b"))
		again, ok := FromKey(a.AppendKey(nil))
		require.True(t, ok)
		require.Equal(t, a, again)
		require.Equal(t, a < b, bytes.Compare(a.AppendKey(nil), b.AppendKey(nil)) < 0)
		parsed, err := Parse(a.String())
		require.NoError(t, err)
		require.Equal(t, a, parsed)
	})
	_, ok := FromKey(make([]byte, 7))
	require.False(t, ok)
}

// drawToken prefers few places, so that ranges meet.
func drawToken(t *rapid.T) Token {
	return rapid.OneOf(
		rapid.SampledFrom([]Token{Minimum, Minimum + 1, -10, -1, 0, 1, 10, Maximum - 1, Maximum}),
		rapid.Map(rapid.Int64(), func(i int64) Token { return Token(i) }),
	).Draw(t, "token")
}

func drawRange(t *rapid.T) Range { return Range{drawToken(t), drawToken(t)} }

func containsAny(ranges []Range, tok Token) int {
	n := 0
	for _, r := range ranges {
		if r.Contains(tok) {
			n++
		}
	}
	return n
}

// TestRangeLaws compares each operation with what Contains says about a token
// that a key can have.
func TestRangeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, tok := drawRange(t), drawRange(t), drawToken(t)
		if tok == Minimum {
			tok++
		}
		one := func(in bool) int {
			if in {
				return 1
			}
			return 0
		}
		require.Equal(t, one(a.Contains(tok)), containsAny(a.Unwrap(), tok), "unwrap %s at %s", a, tok)
		require.Equal(t, one(a.Contains(tok) && b.Contains(tok)), containsAny(a.Intersect(b), tok), "%s and %s at %s", a, b, tok)
		require.Equal(t, one(a.Contains(tok) && !b.Contains(tok)), containsAny(a.Subtract(b), tok), "%s without %s at %s", a, b, tok)
		require.Equal(t, one(a.Contains(tok) || b.Contains(tok)), containsAny(Normalize([]Range{a, b}), tok), "%s or %s at %s", a, b, tok)
		if a.ContainsRange(b) && b.Contains(tok) {
			require.True(t, a.Contains(tok), "%s contains %s at %s", a, b, tok)
		}
		require.Equal(t, len(a.Subtract(b)) > 0, len(a.SubtractAll([]Range{b})) > 0)

		parts := a.Split(rapid.IntRange(1, 9).Draw(t, "n"))
		require.Equal(t, one(a.Contains(tok)), containsAny(parts, tok), "split %s at %s: %s", a, tok, parts)
		require.Equal(t, a.Start, parts[0].Start)
		require.Equal(t, a.End, parts[len(parts)-1].End)
	})
}

func TestWholeRing(t *testing.T) {
	require.Equal(t, []Range{{Minimum, 0}, {0, Minimum}}, Full.Split(2))
	require.Equal(t, Token(0), Full.Midpoint())
	require.True(t, Full.ContainsRange(Range{5, 5}))
	require.False(t, Range{0, 9}.ContainsRange(Full))
	require.Empty(t, Range{0, 9}.Subtract(Full))
	require.Equal(t, []Range{Full}, Normalize([]Range{{Minimum, 7}, {7, Minimum}}))
	require.Equal(t, "(-1,5]", Range{-1, 5}.String())
}

func TestAllocate(t *testing.T) {
	require.Equal(t, []Token{Minimum, -4611686018427387904, 0, 4611686018427387904}, Even(4))

	rng := rand.New(rand.NewPCG(1, 2))
	var taken []Token
	for range 5 {
		next := Allocate(rng, 16, taken)
		require.Len(t, next, 16)
		require.True(t, slices.IsSorted(next))
		for _, tok := range next {
			require.NotContains(t, taken, tok)
			require.NotEqual(t, Minimum, tok)
		}
		taken = append(taken, next...)
	}
	slices.Sort(taken)
	require.Less(t, widest(taken).width(), uint64(1)<<59, "no range is far from the mean of 2^64/80")

	require.Len(t, Random(rng, 256, taken), 256)
	require.Empty(t, Allocate(rng, 0, taken))
}

func FuzzOf(f *testing.F) {
	f.Add([]byte("key"))
	f.Fuzz(func(t *testing.T, key []byte) {
		require.Equal(t, len(key) == 0, Of(key) == Minimum)
	})
}

func BenchmarkOf(b *testing.B) {
	key := []byte("a partition key of usual length")
	b.ReportAllocs()
	for b.Loop() {
		Of(key)
	}
}
