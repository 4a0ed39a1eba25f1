package sasi

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/blevesearch/snowballstem"
	"github.com/rivo/uniseg"
)

// maxToken is the length in UTF-16 units over which StandardAnalyzer leaves a word out.
const maxToken = 255

// standard is StandardAnalyzer: terms are words.
type standard struct {
	lower, upper bool
	stop         string // the list of stop words; "" for none
	stem         func(*snowballstem.Env) bool
	language     string
}

// newStandard is StandardTokenizerOptions.buildFromMap.
func newStandard(options map[string]string) standard {
	a := standard{
		lower: isTrue(options["tokenization_normalize_lowercase"]), upper: isTrue(options["tokenization_normalize_uppercase"]),
	}
	if locale := options["tokenization_locale"]; len(locale) >= 2 {
		a.language = strings.ToLower(locale[:2])
	}
	if isTrue(options["tokenization_skip_stop_words"]) {
		a.stop = stopWords(a.language)
	}
	if isTrue(options["tokenization_enable_stemming"]) {
		a.stem = stemmer(a.language)
	}
	return a
}

func (a standard) analyze(value []byte) [][]byte {
	var out [][]byte
	for _, word := range words(string(value)) {
		word = changeCase(word, a.lower, a.upper)
		if a.stop != "" && isStopWord(a.stop, word) {
			continue
		}
		if a.stem != nil {
			word = stem(a.language, a.stem, word)
		}
		out = append(out, term(word))
	}
	return out
}

// words splits a text as Lucene's StandardTokenizer does: by the word boundaries of UAX #29, keeping what has a letter or a
// digit. Scripts that write no spaces (southeast Asian ones) stay together as far as they go.
func words(text string) []string {
	var out []string
	from, to := 0, 0 // the word under way
	add := func() {
		if word := text[from:to]; word != "" && isShort(word) {
			out = append(out, word)
		}
	}
	state, follows := -1, false
	for rest := text; rest != ""; {
		var segment string
		segment, rest, state = uniseg.FirstWordInString(rest, state)
		keep, spaceless := isWord(segment)
		if !spaceless || !follows {
			add()
			from, to = len(text)-len(rest)-len(segment), len(text)-len(rest)-len(segment)
		}
		if keep {
			to = len(text) - len(rest)
		}
		follows = spaceless
	}
	add()
	return out
}

// isWord says whether a segment is one, and whether it is of a script without spaces.
func isWord(segment string) (keep, spaceless bool) {
	for _, r := range segment {
		spaceless = spaceless || isSpaceless(r)
		keep = keep || spaceless || unicode.In(r, unicode.L, unicode.Nd, unicode.Nl)
	}
	return keep, spaceless
}

// isShort says that a word has not more than maxToken UTF-16 units.
func isShort(word string) bool {
	if len(word) <= maxToken {
		return true
	}
	units := 0
	for _, r := range word {
		units += max(1, utf16.RuneLen(r))
	}
	return units <= maxToken
}

func isSpaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tai_Le,
		unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet)
}
