package sasi

import (
	_ "embed"
	"strings"
)

// The lists of stop words, one word a line; stopwords/README.md says whose they are.
var (
	//go:embed stopwords/ar.txt
	stopAR string
	//go:embed stopwords/bg.txt
	stopBG string
	//go:embed stopwords/cs.txt
	stopCS string
	//go:embed stopwords/de.txt
	stopDE string
	//go:embed stopwords/en.txt
	stopEN string
	//go:embed stopwords/es.txt
	stopES string
	//go:embed stopwords/fi.txt
	stopFI string
	//go:embed stopwords/fr.txt
	stopFR string
	//go:embed stopwords/hi.txt
	stopHI string
	//go:embed stopwords/hu.txt
	stopHU string
	//go:embed stopwords/it.txt
	stopIT string
	//go:embed stopwords/pl.txt
	stopPL string
	//go:embed stopwords/pt.txt
	stopPT string
	//go:embed stopwords/ro.txt
	stopRO string
	//go:embed stopwords/ru.txt
	stopRU string
	//go:embed stopwords/sv.txt
	stopSV string
)

// stopWords is the list of a language; "" when there is none (StopWordFactory).
func stopWords(language string) string {
	switch language {
	case "ar":
		return stopAR
	case "bg":
		return stopBG
	case "cs":
		return stopCS
	case "de":
		return stopDE
	case "en":
		return stopEN
	case "es":
		return stopES
	case "fi":
		return stopFI
	case "fr":
		return stopFR
	case "hi":
		return stopHI
	case "hu":
		return stopHU
	case "it":
		return stopIT
	case "pl":
		return stopPL
	case "pt":
		return stopPT
	case "ro":
		return stopRO
	case "ru":
		return stopRU
	case "sv":
		return stopSV
	}
	return ""
}

// isStopWord looks a word up in a list.
func isStopWord(list, word string) bool {
	line := word + "\n"
	return strings.HasPrefix(list, line) || strings.Contains(list, "\n"+line)
}
