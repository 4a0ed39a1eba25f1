package exec

import "strings"

// masked is the text of a statement as traces show it and a disk may hold it: in a statement about roles or users
// everything behind the word password is left out (PasswordObfuscator, which looks for that word alone).
func masked(query string) string {
	const word = "password"
	i := indexFold(query, word)
	if i < 0 || indexFold(query, "role") < 0 && indexFold(query, "user") < 0 {
		return query
	}
	return query[:i+len(word)] + " *******"
}

// indexFold finds an ASCII word in lower case, whatever the case of the text; -1 when it is not there.
func indexFold(text, word string) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}
