package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/ast"
	"alexandra/internal/cql/parse"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/schema"
)

// step is one statement of a golden dialogue with Cassandra's answer.
type step struct {
	text, answer string
	warnings     []string
}

func readGolden(t *testing.T, file string) []step {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var steps []step
	for _, block := range strings.Split("\n"+string(text), "\n>>> ")[1:] {
		head, rest, _ := strings.Cut(block, "\n")
		s := step{text: strings.TrimSuffix(head, ";")}
		rest = strings.TrimRight(rest, "\n")
		answer, warnings, _ := strings.Cut(rest, "\nwarning ")
		s.answer = answer
		if warnings != "" {
			s.warnings = strings.Split(warnings, "\nwarning ")
		}
		steps = append(steps, s)
	}
	return steps
}

var goldenEnv = schema.Env{
	Flags: schema.Flags{
		MaterializedViews: true, UserFunctions: true, SASI: true, DropCompactStorage: true, Masking: true,
		DefaultIndexAllowed: true, DefaultIndex: "legacy_local_table",
	},
	Datacenters: []string{"datacenter1"}, Nodes: map[string]int{"datacenter1": 1}, DefaultRF: 1, Timestamp: 1, Terms: simpleTerms{},
}

// qualify gives a statement the current keyspace.
func qualify(stmt ast.Statement, keyspace string) {
	set := func(n *ast.QualifiedName) {
		if n.Keyspace == "" {
			n.Keyspace = keyspace
		}
	}
	if n := schema.Target(stmt); n != nil {
		set(n)
	}
	switch st := stmt.(type) {
	case *ast.CreateIndex:
		set(&st.Table)
	case *ast.CreateTrigger:
		set(&st.Table)
	case *ast.DropTrigger:
		set(&st.Table)
	case *ast.CreateView:
		set(&st.From)
	}
}

// needsPlanner are statements that Cassandra refuses for masks and values, which only the planner can judge.
func needsPlanner(s step) bool {
	return s.answer != "done" && (strings.Contains(s.text, "MASKED WITH") || strings.Contains(s.text, "INITCOND"))
}

// simpleTerms accepts all masks, and constants as they are written.
type simpleTerms struct{}

func (simpleTerms) Constant(_, _ string, t cqltype.Type, term ast.Term) ([]byte, error) {
	return t.Parse(term.(ast.Literal).Text)
}

func (simpleTerms) Mask(_ *schema.Schema, _ *schema.Column, m *ast.Mask) (*schema.Mask, error) {
	return &schema.Mask{Keyspace: "system", Function: m.Function.Name}, nil
}

func (simpleTerms) CheckView(*schema.Schema, *schema.Table, []ast.Relation) error { return nil }

// TestGolden plays the schema changes of the golden dialogues.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../integration/golden/cql/*.golden")
	require.NoError(t, err)
	more, err := filepath.Glob("../../integration/golden/cql/optional_udf/*.golden")
	require.NoError(t, err)
	played := 0
	for _, file := range append(files, more...) {
		if strings.HasSuffix(file, "use_keyspace.golden") { // about sessions, see cql/exec
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden"), func(t *testing.T) {
			s := (&schema.Schema{}).WithVersion(nil)
			keyspace := ""
			for _, step := range readGolden(t, file) {
				result, err := parse.Statement(step.text)
				if err != nil {
					continue
				}
				if use, ok := result.Statement.(*ast.Use); ok {
					keyspace = use.Keyspace
				}
				if keyspace == "" && strings.Contains(step.answer, "No keyspace has been specified") {
					continue
				}
				if !isChange(result.Statement) || needsPlanner(step) || unknown(step.text) {
					continue
				}
				u, err := apply(s, result.Statement, keyspace)
				played++
				checkStep(t, step, u, err)
				if err == nil {
					s = u.Schema
				}
			}
		})
	}
	require.Greater(t, played, 1000)
}

// apply does what the planner and the executor do of a statement.
func apply(s *schema.Schema, stmt ast.Statement, keyspace string) (*schema.Update, error) {
	if create, ok := stmt.(*ast.CreateTable); ok {
		if err := schema.CheckTableSyntax(create); err != nil {
			return nil, err
		}
	}
	qualify(stmt, keyspace)
	env := goldenEnv
	return schema.Apply(s, stmt, &env)
}

// unknown are statements that differ by intent: no Java is compiled here.
func unknown(text string) bool { return strings.Contains(text, "'return nosuch;'") }

func isChange(stmt ast.Statement) bool {
	switch stmt.(type) {
	case *ast.CreateKeyspace, *ast.AlterKeyspace, *ast.DropKeyspace, *ast.CreateIndex, *ast.CreateTrigger, *ast.DropTrigger:
		return true
	}
	return schema.Target(stmt) != nil
}

func checkStep(t *testing.T, s step, u *schema.Update, err error) {
	t.Helper()
	got := "done"
	if e := cqlerr.As(err); e != nil {
		got = "error " + code(e) + " " + e.Message
	} else if err != nil {
		got = err.Error()
	}
	switch {
	case strings.HasPrefix(s.answer, "error") && len(s.answer) == len("error 0000"):
		assert.True(t, strings.HasPrefix(got, s.answer), "%s\nwant %s\ngot  %s", s.text, s.answer, got)
	default:
		assert.Equal(t, s.answer, got, s.text)
	}
	if err == nil {
		assert.Equal(t, s.warnings, u.Warnings, s.text)
	}
}

func code(e *cqlerr.Error) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[e.Code>>12&15], digits[e.Code>>8&15], digits[e.Code>>4&15], digits[e.Code&15]})
}
