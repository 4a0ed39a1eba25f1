package sasi

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

func column(t cqltype.Type) *schema.Column {
	return &schema.Column{Name: "v", Type: t, Kind: schema.Regular}
}

// index makes an index on a text column from pairs of options.
func index(pairs ...string) *Index {
	options := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		options[pairs[i]] = pairs[i+1]
	}
	return New(column(cqltype.Text), options)
}

func terms(x *Index, value string) []string {
	out := []string{}
	for _, t := range x.Terms([]byte(value)) {
		out = append(out, string(t))
	}
	return out
}

// recorded reads a file of lines whose fields are separated.
func recorded(t *testing.T, name, separator string) [][]string {
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	var out [][]string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(b), "\n"), "\n") {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, separator))
		}
	}
	return out
}

func TestStandardWords(t *testing.T) {
	x := index("analyzer_class", analyzers+"StandardAnalyzer")
	for _, line := range recorded(t, "words.txt", "\x1f") {
		text := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(line[0])
		require.Equal(t, append([]string{}, line[1:]...), terms(x, text), "%q", text)
	}
	require.Equal(t, []string{strings.Repeat("a", 255), "x"}, terms(x, strings.Repeat("a", 255)+" "+strings.Repeat("b", 256)+" x"))
}

func TestStems(t *testing.T) {
	for _, line := range recorded(t, "stems.txt", "\t") {
		x := index("analyzed", "true", "tokenization_enable_stemming", "true", "tokenization_locale", line[0])
		require.Equal(t, strings.Fields(line[2]), []string{stem(line[0], stemmer(line[0]), line[1])}, line)
		require.NotEmpty(t, terms(x, line[1]))
	}
}

func TestStopWords(t *testing.T) {
	x := index("analyzed", "true", "tokenization_skip_stop_words", "true", "tokenization_locale", "en_GB", "tokenization_normalize_lowercase", "true")
	require.Equal(t, []string{"quick", "fox"}, terms(x, "The quick fox and those"))
	require.Empty(t, x.Search(Match, []byte("the")).Longest())
	require.False(t, x.Search(Match, []byte("the")).Matches([]byte("the fox")))
	require.Equal(t, []string{"aardvark"}, terms(x, "a aardvark zero"), "the first and the last word of the list")
	none := index("analyzed", "true", "tokenization_skip_stop_words", "true")
	require.Equal(t, []string{"the", "fox"}, terms(none, "the fox"))
}

func TestWholeValues(t *testing.T) {
	class := analyzers + "NonTokenizingAnalyzer"
	require.Equal(t, []string{"Ab c"}, terms(index("analyzer_class", class), "Ab c"))
	require.Equal(t, []string{"straße σίσυφος"}, terms(index("analyzer_class", class, "case_sensitive", "false"), "Straße ΣΊΣΥΦΟΣ"))
	require.Equal(t, []string{"STRASSE"}, terms(index("analyzer_class", class, "normalize_uppercase", "true"), "straße"))
	require.Equal(t, []string{"é"}, terms(index("analyzer_class", class), "e\u0301"), "composed")
	require.Equal(t, []string{"e\u0301"}, terms(index(), "e\u0301"), "without an analyzer as it is")
	require.Equal(t, []string{"Ab"}, terms(index("analyzer_class", class, "analyzed", "false", "normalize_lowercase", "true"), "Ab"))
	require.Empty(t, terms(index(), ""))
	require.Empty(t, terms(index(), strings.Repeat("x", maxTerm)))
}

func TestDelimiter(t *testing.T) {
	class := analyzers + "DelimiterAnalyzer"
	require.Equal(t, []string{"a", " b", "c"}, terms(index("analyzer_class", class), ",a,, b,c,"))
	require.Equal(t, []string{"a,b", "c"}, terms(index("analyzer_class", class, "delimiter", "ü"), "a,büc"))
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		op      Op
		text    string
	}{
		{"ab", Match, "ab"},
		{"ab%", Prefix, "ab"},
		{"%ab", Suffix, "ab"},
		{"%ab%", Contains, "ab"},
		{"%%%", Contains, "%"},
		{"a%b", Match, "a%b"},
		{"%", Contains, ""},
		{"%%", Contains, ""},
		{"", Match, ""},
	} {
		op, text, ok := ParsePattern([]byte(c.pattern))
		require.Equal(t, c.op, op, c.pattern)
		require.Equal(t, c.text, string(text), c.pattern)
		require.Equal(t, c.text != "", ok, c.pattern)
	}
}

func TestSupports(t *testing.T) {
	all := []Op{Eq, Match, Prefix, Suffix, Contains, Range}
	supported := func(x *Index) []Op {
		var out []Op
		for _, op := range all {
			if x.Supports(op) {
				out = append(out, op)
			}
		}
		return out
	}
	number := func(mode string) *Index { return New(column(cqltype.Int), map[string]string{"mode": mode}) }
	standard := analyzers + "StandardAnalyzer"
	require.Equal(t, []Op{Eq, Match, Prefix}, supported(index()))
	require.Equal(t, []Op{Eq, Match, Prefix, Suffix, Contains}, supported(index("mode", "contains")))
	require.Equal(t, []Op{Match, Prefix}, supported(index("analyzer_class", standard)))
	require.Equal(t, []Op{Match, Suffix, Contains}, supported(index("analyzer_class", standard, "mode", "CONTAINS")))
	require.Equal(t, []Op{Eq, Range}, supported(number("PREFIX")))
	require.Equal(t, []Op{Eq}, supported(number("CONTAINS")))
	require.Equal(t, []Op{Eq, Range}, supported(number("SPARSE")))
	descending := column(cqltype.Text)
	descending.Desc = true
	require.Equal(t, []Op{Eq, Range}, supported(New(descending, nil)))
}

// TestEverySubstringIsFound: whatever is cut from a value is found in it by the pattern of its place.
func TestEverySubstringIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := index("mode", "CONTAINS", "analyzer_class", analyzers+"NonTokenizingAnalyzer", "case_sensitive", rapid.SampledFrom([]string{"true", "false"}).Draw(t, "case"))
		value := rapid.StringMatching(`[a-cA-C%]{1,12}`).Draw(t, "value")
		from := rapid.IntRange(0, len(value)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(value)).Draw(t, "to")
		for _, s := range []*Search{x.Search(Prefix, []byte(value[:to])), x.Search(Suffix, []byte(value[from:])), x.Search(Contains, []byte(value[from:to])), x.Search(Match, []byte(value)), x.Search(Eq, []byte(value))} {
			require.True(t, s.Matches([]byte(value)), "%v", s)
			require.False(t, s.Matches([]byte("z")))
		}
	})
}

// FuzzTerms: no text and no option makes an analyzer fail, and a value is found by itself when it has terms.
func FuzzTerms(f *testing.F) {
	for _, l := range []string{"ar", "da", "de", "en", "es", "fl", "fr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr"} {
		f.Add("The quick été книги ไทย 日本 ï", l, true)
	}
	f.Fuzz(func(t *testing.T, text, locale string, stops bool) {
		for _, x := range []*Index{
			index("mode", "CONTAINS", "analyzed", "true", "tokenization_locale", locale, "tokenization_enable_stemming", "true",
				"tokenization_skip_stop_words", strconv.FormatBool(stops), "tokenization_normalize_lowercase", "true"),
			index("analyzer_class", analyzers+"NonTokenizingAnalyzer", "case_sensitive", strconv.FormatBool(stops)),
			index("analyzer_class", analyzers+"DelimiterAnalyzer", "delimiter", locale),
		} {
			have := x.Terms([]byte(text))
			s := x.Search(Match, []byte(text))
			require.Equal(t, len(have) > 0 && len(have) == len(s.Terms), s.Matches([]byte(text)))
		}
	})
}
