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
	stop         string // the list of stop words, each between line ends; "" for none
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
		a.stem = stemmers()[a.language]
	}
	return a
}

func (a standard) analyze(value []byte) [][]byte {
	var out [][]byte
	for _, word := range words(string(value)) {
		word = changeCase(word, a.lower, a.upper)
		if a.stop != "" && strings.Contains(a.stop, "\n"+word+"\n") {
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
	state, follows := -1, false
	for text != "" {
		var word string
		word, text, state = uniseg.FirstWordInString(text, state)
		keep, spaceless := false, false
		units := 0
		for _, r := range word {
			spaceless = spaceless || isSpaceless(r)
			keep = keep || spaceless || unicode.In(r, unicode.L, unicode.Nd, unicode.Nl)
			units += utf16.RuneLen(r)
		}
		switch {
		case keep && spaceless && follows:
			out[len(out)-1] += word
		case keep && units <= maxToken:
			out = append(out, word)
		}
		follows = keep && spaceless && len(out) > 0
	}
	return out
}

func isSpaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tai_Le,
		unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet)
}
