package auth

import "unicode/utf16"

// utf16Of is a string in the units that Java hashes and compares by.
func utf16Of(s string) []uint16 { return utf16.Encode([]rune(s)) }
