package sasi

import (
	"embed"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
)

//go:embed stopwords/*.txt
var stopWordFiles embed.FS

// stopWords is the list of a language with a line end before and behind each word; "" when there is none.
func stopWords(language string) string {
	b, err := stopWordFiles.ReadFile("stopwords/" + language + ".txt")
	if err != nil {
		return ""
	}
	return "\n" + string(b)
}

// stemmers are those of StemmerFactory. Cassandra has Finnish under fl, not fi.
func stemmers() map[string]func(*snowballstem.Env) bool {
	return map[string]func(*snowballstem.Env) bool{
		"da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fl": finnish.Stem, "fr": french.Stem,
		"hu": hungarian.Stem, "it": italian.Stem, "nl": dutch.Stem, "no": norwegian.Stem, "pt": portuguese.Stem,
		"ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "tr": turkish.Stem,
	}
}

// stem takes the endings off a word. Snowball's newer algorithms, which Cassandra has, also know that the Russian ё is an е
// and that the French ë and ï are vowels of their own: they write He and Hi for these while they work.
func stem(language string, algorithm func(*snowballstem.Env) bool, word string) string {
	switch language {
	case "ru":
		word = strings.ReplaceAll(word, "ё", "е")
	case "fr":
		word = strings.NewReplacer("ë", "He", "ï", "Hi").Replace(word)
	}
	env := snowballstem.NewEnv(word)
	algorithm(env)
	out := env.Current()
	if language == "fr" {
		if strings.HasSuffix(out, "H") {
			switch word[min(len(out), len(word)):] { // what was taken off is no ending: maï, maïs, haïr
			case "i", "is":
				out += "i"
			case "ir":
				out = word
			}
		}
		out = strings.NewReplacer("He", "ë", "Hi", "ï", "H", "").Replace(out)
	}
	return out
}
