// Package archtest keeps the shape of the program: who may import whom, that packages are documented, that files stay
// readable, and that nothing forbidden creeps in. The rules are data; a failing rule says what to do instead.
package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "alexandra/"

// leaves may be imported by everybody.
var leaves = []string{"internal/cqlerr", "internal/clock", "internal/metrics", "internal/token"}

// allowed says what each package may import of this module, beside the leaves. A package and its own subpackages go
// together. Test files are free.
var allowed = map[string][]string{
	"cmd/node":      {"internal/node", "internal/config"},
	"cmd/ccm":       {"internal/node", "internal/admin", "internal/config", "internal/tlsconf"},
	"cmd/nodetool":  {"internal/admin"},
	"internal/node": {"server", "internal/admin", "internal/cql/exec", "internal/cql/plan", "internal/coord", "internal/virtual", "internal/syskeyspace", "internal/schema", "internal/row", "internal/rpc", "internal/ring", "internal/tlsconf", "internal/config", "storage", "gossip", "auth", "internal/cqltype"},
	// testnode is for tests only: it speaks to nodes as clients do, and breaks their disks.
	"internal/testnode":    {"internal/node", "internal/config", "internal/tlsconf", "internal/admin", "gossip", "storage"},
	"internal/admin":       {"internal/tlsconf", "internal/config"},
	"server":               {"internal/cql/exec", "auth", "internal/cqltype", "internal/schema", "internal/row", "internal/tlsconf", "internal/config"},
	"internal/cql/exec":    {"internal/cql/plan", "internal/cql/parse", "internal/cql/ast", "internal/cql/fn", "internal/schema", "internal/syskeyspace", "internal/row", "internal/cqltype", "internal/config", "auth"},
	"internal/cql/plan":    {"internal/cql/ast", "internal/cql/parse", "internal/cql/fn", "internal/sasi", "internal/schema", "internal/row", "internal/cqltype", "internal/config", "auth"},
	"internal/cql/fn":      {"internal/cqltype", "internal/schema"},
	"internal/cql/parse":   {"internal/cql/ast"},
	"internal/cql/ast":     {},
	"internal/coord":       {"internal/ring", "internal/rpc", "internal/schema", "internal/syskeyspace", "internal/row", "internal/cqltype", "internal/config", "storage"},
	"internal/virtual":     {"internal/schema", "internal/cqltype", "internal/row", "internal/cql/parse", "internal/cql/ast", "internal/syskeyspace"},
	"storage":              {"internal/sasi", "internal/schema", "internal/row", "internal/cqltype"},
	"gossip":               {"internal/config", "internal/tlsconf"},
	"auth":                 {"internal/config", "internal/cqltype"},
	"internal/syskeyspace": {"internal/schema", "internal/row", "internal/cqltype", "internal/cql/parse", "internal/cql/ast"},
	"internal/row":         {"internal/schema", "internal/cqltype"},
	"internal/sasi":        {"internal/schema", "internal/cqltype"},
	"internal/schema":      {"internal/cqltype", "internal/cql/ast", "internal/cql/parse"},
	"internal/ring":        {"internal/config"},
	"internal/rpc":         {"internal/config", "internal/tlsconf"},
	"internal/tlsconf":     {"internal/config"},
	"internal/cqltype":     {},
	"internal/config":      {},
	"internal/token":       {},
	"internal/cqlerr":      {},
	"internal/clock":       {},
	"internal/metrics":     {},
	"integration":          {"internal/testnode", "internal/node", "internal/config", "internal/tlsconf", "internal/admin"},
	"internal/archtest":    {},
}

// owners are the packages that alone may import a dependency.
var owners = map[string]string{
	"github.com/cockroachdb/pebble":                    "storage",
	"github.com/hashicorp/memberlist":                  "gossip",
	"google.golang.org/grpc":                           "internal/rpc",
	"github.com/datastax/go-cassandra-native-protocol": "server",
	"gopkg.in/yaml.v3":                                 "internal/config",
	"github.com/maypok86/otter":                        "auth",
	"golang.org/x/crypto/bcrypt":                       "auth",
	"github.com/pavlo-v-chernykh/keystore-go":          "internal/tlsconf",
	"software.sslmate.com/src/go-pkcs12":               "internal/tlsconf",
	"github.com/apache/cassandra-gocql-driver":         "integration",
	"github.com/anishathalye/porcupine":                "integration",
	"github.com/jedib0t/go-pretty":                     "cmd/ccm",
	"github.com/blevesearch/snowballstem":              "internal/sasi",
	"github.com/rivo/uniseg":                           "internal/sasi",
}

// ownerExceptions may use a dependency of another owner, with a reason each.
var ownerExceptions = map[string][]string{
	// cassandra.yaml of a new cluster is written by ccm and by testnode, from a map.
	"cmd/ccm": {"gopkg.in/yaml.v3"},
	// The cache of prepared statements has a size, as the caches about roles have.
	"internal/cql/exec":           {"github.com/maypok86/otter"},
	"internal/testnode":           {"gopkg.in/yaml.v3", "github.com/apache/cassandra-gocql-driver"},
	"internal/testnode/rawclient": {"github.com/datastax/go-cassandra-native-protocol"},
}

const (
	maxFile     = 600
	maxTestFile = 900
)

type source struct {
	pkg, path string
	test      bool
	text      []byte
	file      *ast.File
}

func root(t *testing.T) string {
	dir, err := os.Getwd()
	require.NoError(t, err)
	return filepath.Join(dir, "..", "..")
}

func sources(t *testing.T) []source {
	base := root(t)
	var list []source
	fset := token.NewFileSet()
	require.NoError(t, filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != base || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(base, path)
		list = append(list, source{
			pkg: filepath.ToSlash(filepath.Dir(rel)), path: filepath.ToSlash(rel), test: strings.HasSuffix(path, "_test.go"), text: text, file: file,
		})
		return err
	}))
	return list
}

// ruleFor is the entry of the longest known package that holds pkg.
func ruleFor(pkg string) (string, []string, bool) {
	for p := pkg; p != "."; p = filepath.ToSlash(filepath.Dir(p)) {
		if rule, ok := allowed[p]; ok {
			return p, rule, true
		}
	}
	return "", nil, false
}

func within(pkg, parent string) bool { return pkg == parent || strings.HasPrefix(pkg, parent+"/") }

func TestImportsPointDown(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		name, rule, ok := ruleFor(s.pkg)
		require.True(t, ok, "%s: package %s has no rule: add it to allowed, in its place", s.path, s.pkg)
		for _, spec := range s.file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if !strings.HasPrefix(path, module) {
				checkOwner(t, s, path)
				continue
			}
			target := strings.TrimPrefix(path, module)
			fine := within(target, name) || slices.ContainsFunc(append(rule, leaves...), func(a string) bool { return within(target, a) })
			if !fine {
				t.Errorf("%s: %s may not import %s: declare an interface where it is needed and let internal/node wire it, or change the rule here with the design", s.path, s.pkg, target)
			}
		}
	}
}

func checkOwner(t *testing.T, s source, path string) {
	for dep, owner := range owners {
		if !within(path, dep) && !strings.HasPrefix(path, dep) || within(s.pkg, owner) || slices.Contains(ownerExceptions[s.pkg], dep) {
			continue
		}
		t.Errorf("%s: only %s imports %s: ask it for what you need", s.path, owner, dep)
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	docs := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test || s.pkg == "internal/archtest" || s.pkg == "integration" {
			docs[s.pkg] = docs[s.pkg] || s.file.Doc != nil && len(strings.Fields(s.file.Doc.Text())) > 10
		}
	}
	for pkg, ok := range docs {
		if !ok {
			t.Errorf("%s: write a package comment of 5 to 20 lines: what it is, what it is not, who calls it", pkg)
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, s := range sources(t) {
		limit := maxFile
		if s.test {
			limit = maxTestFile
		}
		if n := bytes.Count(s.text, []byte("\n")); n > limit {
			t.Errorf("%s has %d lines: split it by what it is about, the ceiling is %d", s.path, n, limit)
		}
	}
}

func TestNothingForbidden(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			fn, ok := n.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: no init functions: say in a constructor what happens and when", s.path)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
				checkCall(t, s, sel)
			}
			return true
		})
	}
}

func checkCall(t *testing.T, s source, sel *ast.SelectorExpr) {
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return
	}
	name := x.Name + "." + sel.Sel.Name
	switch {
	case name == "os.Exit" && s.file.Name.Name != "main" && !s.test:
		t.Errorf("%s: only main exits: return an error", s.path)
	case (name == "t.Skip" || name == "t.Skipf") && s.test:
		t.Errorf("%s: a skipped test is one that nobody sees: let it fail and say what is missing", s.path)
	case name == "fmt.Println" && s.file.Name.Name != "main" && !s.test:
		t.Errorf("%s: print to a writer that the caller gave, or log", s.path)
	}
}
