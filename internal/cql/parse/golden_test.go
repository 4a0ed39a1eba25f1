package parse

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const goldenRoot = "../../../integration/golden"

// laterLayers are beginnings of syntax errors that Cassandra makes after parsing, or with the schema at hand.
var laterLayers = []string{
	"Unknown property ", "Invalid integer value ", "Invalid double value ", "Invalid boolean value ",
	"Invalid value for property ", "Error setting type ",
}

// later reports whether a recorded syntax error is none of the parser's: it has a message of a later layer, names a class
// that must exist, or is about the CQL that Cassandra's authorizer makes of a role's name without escaping it.
func later(path, message, statement string) bool {
	for _, prefix := range laterLayers {
		if strings.HasPrefix(message, prefix) {
			return true
		}
	}
	return strings.Contains(statement, "NoSuchType") || filepath.Base(path) == "role_name_with_quote.golden"
}

type dialogue struct{ statement, answer string }

// readGolden lists the statements of a recorded dialogue with the first line of their answers.
func readGolden(t *testing.T, path string) []dialogue {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var list []dialogue
	for _, block := range strings.Split("\n"+string(raw), "\n>>> ")[1:] {
		if strings.HasPrefix(block, "@") {
			continue
		}
		end := strings.Index(block, ";\n")
		require.GreaterOrEqual(t, end, 0, "%s: %q", path, block)
		answer, _, _ := strings.Cut(block[end+2:], "\n")
		list = append(list, dialogue{strings.ReplaceAll(block[:end+1], "\n... ", "\n"), answer})
	}
	return list
}

// Every statement of the recorded dialogues parses, or fails with the recorded message.
func TestGolden(t *testing.T) {
	statements := 0
	err := filepath.WalkDir(goldenRoot, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".golden" {
			return err
		}
		for _, g := range readGolden(t, path) {
			statements++
			checkGolden(t, path, g)
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, statements, 5000)
}

func checkGolden(t *testing.T, path string, g dialogue) {
	t.Helper()
	r, err := Statement(g.statement)
	message, refused := strings.CutPrefix(g.answer, "error 2000")
	message = strings.TrimSpace(message)
	refused = refused && !later(path, message, g.statement)
	switch {
	case !refused && err == nil:
		again, err := Statement(r.Statement.String())
		require.NoError(t, err, "%s\n%s\nprinted as %s", path, g.statement, r.Statement)
		require.Equal(t, r.Statement, again.Statement, "%s\n%s", path, g.statement)
	case !refused:
		if !strings.HasPrefix(g.answer, "error ") {
			t.Errorf("%s\n%s\nanswer %q, but %v", path, g.statement, g.answer, err)
		}
	case err == nil:
		t.Errorf("%s\n%s\nparses, but the answer was %q", path, g.statement, g.answer)
	case message != "" && err.Error() != message:
		t.Errorf("%s\n%s\nwant %s\ngot  %s", path, g.statement, message, err)
	}
}
