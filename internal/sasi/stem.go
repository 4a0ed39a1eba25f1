package sasi

import (
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

// stemmer is the algorithm of a language; nil when there is none (StemmerFactory). Cassandra has Finnish under fl, not fi.
func stemmer(language string) func(*snowballstem.Env) bool {
	switch language {
	case "da":
		return danish.Stem
	case "de":
		return german.Stem
	case "en":
		return english.Stem
	case "es":
		return spanish.Stem
	case "fl":
		return finnish.Stem
	case "fr":
		return french.Stem
	case "hu":
		return hungarian.Stem
	case "it":
		return italian.Stem
	case "nl":
		return dutch.Stem
	case "no":
		return norwegian.Stem
	case "pt":
		return portuguese.Stem
	case "ro":
		return romanian.Stem
	case "ru":
		return russian.Stem
	case "sv":
		return swedish.Stem
	case "tr":
		return turkish.Stem
	}
	return nil
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
