package parse

import (
	"bufio"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqlerr"
)

// Statements that Cassandra 5.0.5 refused, and its words: testdata/errors.txt was recorded from its parser.
func TestErrors(t *testing.T) {
	f, err := os.Open("testdata/errors.txt")
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		n++
		statement, message, ok := strings.Cut(lines.Text(), "\t")
		require.True(t, ok, lines.Text())
		statement, err = strconv.Unquote(statement)
		require.NoError(t, err)
		message, err = strconv.Unquote(message)
		require.NoError(t, err)
		_, err = Statement(statement)
		var e *cqlerr.Error
		if !errors.As(err, &e) {
			t.Errorf("%q parses", statement)
			continue
		}
		if e.Code != cqlerr.SyntaxError || e.Message != message {
			t.Errorf("%q\nwant %s\ngot  %s", statement, message, e.Message)
		}
	}
	require.NoError(t, lines.Err())
	require.Greater(t, n, 800)
}

// Nesting is limited, so that no query can exhaust the stack, and refused in linear time.
func TestDepth(t *testing.T) {
	const n = 100_000
	for _, parts := range [][3]string{
		{"SELECT ", "(", "a FROM t"},
		{"SELECT ", "- ", "a FROM t"},
		{"SELECT ", "(int)", "a FROM t"},
		{"SELECT ", "f([{", "a FROM t"},
		{"SELECT a FROM t WHERE a = ", "(", "1"},
		{"SELECT a FROM t WHERE a = ", "f(", "1"},
		{"SELECT a FROM t WHERE a = ", "[{", "1"},
		{"SELECT a FROM t WHERE ", "(", "a = 1"},
		{"CREATE TABLE t (a ", "list<", "int"},
	} {
		_, err := Statement(parts[0] + strings.Repeat(parts[1], n) + parts[2])
		require.ErrorContains(t, err, "nested too deeply", parts[1])
	}
	_, err := Statement("SELECT " + strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100) + " FROM t")
	require.NoError(t, err)
}

// Attempts that fail must not multiply.
func TestLinearTime(t *testing.T) {
	const n = 1000
	for _, text := range []string{
		"SELECT JSON DISTINCT " + strings.Repeat("(a)", n) + "( FROM t",
		"SELECT " + strings.Repeat("[(a", n) + " FROM t",
		"SELECT " + strings.Repeat("a[1][", n) + " FROM t",
		"SELECT " + strings.Repeat("(frozen<a>)", n) + " FROM t",
	} {
		_, err := Statement(text)
		require.Error(t, err)
	}
}

func TestMarkers(t *testing.T) {
	r, err := Statement("UPDATE t USING TTL ? SET a = :b, c = ? WHERE k IN ? AND d = :\"E\"")
	require.NoError(t, err)
	require.Equal(t, []string{"", "b", "", "", "E"}, r.Markers)
	r, err = Statement("SELECT JSON :a, (:b)[:c] FROM t") // both words and the bracket are tried twice
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, r.Markers)
}

func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("testdata/errors.txt")
	require.NoError(f, err)
	for line := range strings.Lines(string(raw)) {
		statement, _, _ := strings.Cut(line, "\t")
		if s, err := strconv.Unquote(statement); err == nil {
			f.Add(s)
		}
	}
	f.Add("SELECT a, b['x'], writetime(c) FROM ks.t WHERE k = ? AND (c, d) > (1, 'x') LIMIT 10 ALLOW FILTERING;")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Statement(text)
		if err != nil {
			var e *cqlerr.Error
			require.ErrorAs(t, err, &e)
			return
		}
		printed := r.Statement.String()
		again, err := Statement(printed)
		require.NoError(t, err, printed)
		require.Equal(t, r, again, printed)
	})
}

func BenchmarkSelect(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Statement("SELECT id, name, email FROM app.users WHERE id = ? AND created > 10 LIMIT 100"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInsert(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, err := Statement("INSERT INTO app.users (id, name, email, tags) VALUES (?, 'Ada', ?, {'a', 'b'}) USING TTL 3600")
		if err != nil {
			b.Fatal(err)
		}
	}
}
