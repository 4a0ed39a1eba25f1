package parse

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/ast"
)

// The keywords of the lexer are those of the AST's table, which says where they may be names.
func TestKeywords(t *testing.T) {
	words := map[string]bool{"true": true, "false": true}
	for _, w := range ast.Keywords() {
		word := strings.ToLower(w.Word)
		words[word] = true
		k := keywords[word]
		require.NotEqual(t, tokNone, k, w.Word)
		require.Equal(t, w.Token, k.name(), w.Word)
		require.Equal(t, w.Class != ast.Reserved, k.is(isName), w.Word)
		_, err := Statement("SELECT a FROM t." + w.Word)
		require.Equal(t, w.Class == ast.Reserved, err != nil, w.Word)
	}
	for word := range keywords {
		require.True(t, words[word], word)
	}
}
