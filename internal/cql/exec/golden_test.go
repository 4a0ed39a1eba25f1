package exec_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"alexandra/internal/cql/exec"
	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
	"alexandra/internal/row"
)

// goldenDir holds the dialogues; GOLDEN_DIR names another folder of recordings.
func goldenDir() string {
	if dir := os.Getenv("GOLDEN_DIR"); dir != "" {
		return dir
	}
	return "../../../integration/golden/cql"
}

// goldenFiles are the dialogues about reading; the others belong to statements that change data or schema. Each is
// replayed in one process, without a network. GOLDEN=name replays one dialogue, whatever it is about.
var goldenFiles = []string{
	"agg_basic", "allow_filtering", "clustering_order", "comments_strings", "compact_storage", "index_2i",
	"index_2i_collections", "index_2i_collections_more", "index_sai", "index_sai_vector", "syntax_errors", "coll_select_slices", "column_names", "contains_filtering",
	"distinct", "distinct_more", "group_by", "in_relations", "in_relations_more", "json_select",
	"multi_column_relations", "order_limit", "paging_multi", "paging_single", "paging_static_group", "token_ranges",
	"ttl_writetime", "where_errors", "../ours/select_corners",
}

func TestGolden(t *testing.T) {
	files := goldenFiles
	if name := os.Getenv("GOLDEN"); name != "" {
		files = strings.Split(name, ",")
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) { replay(t, name) })
	}
}

// exchange is one statement of a dialogue and what Cassandra answered.
type exchange struct{ statement, answer string }

func recorded(t *testing.T, name string) []exchange {
	data, err := os.ReadFile(filepath.Join(goldenDir(), name+".golden"))
	require.NoError(t, err)
	var out []exchange
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, ">>> "):
			out = append(out, exchange{statement: line[4:]})
		case strings.HasPrefix(line, "... "):
			out[len(out)-1].statement += "\n" + line[4:]
		default:
			out[len(out)-1].answer += line + "\n"
		}
	}
	for i := range out {
		out[i].answer = strings.TrimRight(out[i].answer, "\n")
	}
	return out
}

// accepted are the answers of a dialogue that differ on purpose, by statement.
func accepted(t *testing.T, name string) map[string]string {
	data, err := os.ReadFile("../../../integration/known_differences.txt")
	require.NoError(t, err)
	out := map[string]string{}
	var file, statement string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "== "):
			file, statement = strings.TrimSpace(line[3:]), ""
		case strings.HasPrefix(line, "#"):
			statement = ""
		case strings.HasPrefix(line, ">>> "):
			statement = line[4:]
		case strings.HasPrefix(line, "... "):
			statement += "\n" + line[4:]
		case statement != "" && line != "" && file == name+".cql":
			out[statement] = strings.TrimPrefix(out[statement]+"\n"+line, "\n")
		}
	}
	return out
}

// dialogue holds the directives in force.
type dialogue struct {
	n                   *testNode
	page                int
	paged               bool
	cl                  exec.Consistency
	mask                []string
	codeOnly, unordered bool
}

func replay(t *testing.T, name string) {
	d := &dialogue{n: runNode(t), cl: row.One}
	want := recorded(t, name)
	data, err := os.ReadFile(filepath.Join(goldenDir(), name+".cql"))
	require.NoError(t, err)
	var statement []string
	at := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if len(statement) == 0 && strings.HasPrefix(line, "-- @") {
			if d.directive(strings.Fields(line[4:])) {
				at++
			}
			continue
		}
		if len(statement) == 0 && (strings.TrimSpace(line) == "" || strings.HasPrefix(line, "--")) {
			continue
		}
		statement = append(statement, line)
		if !strings.HasSuffix(strings.TrimRight(line, " \t"), ";") {
			continue
		}
		cql := strings.Join(statement, "\n")
		statement = nil
		if strings.Contains(cql, "system_schema.") {
			at++ // this node has no system tables
			continue
		}
		got := d.answer(cql)
		if elsewhere[name+": "+cql] {
			at++
			continue
		}
		if want[at].statement != cql || want[at].answer != got && accepted(t, name)[cql] != got {
			t.Errorf("%s\n--- recorded\n%s\n--- answered\n%s", cql, want[at].answer, got)
		}
		at++
	}
}

// directive obeys a line "-- @..."; it says whether the recording has an entry for it.
func (d *dialogue) directive(words []string) bool {
	arg := ""
	if len(words) > 1 {
		arg = words[1]
	}
	switch words[0] {
	case "connect":
		d.n.session.SetKeyspace("")
		return true
	case "page":
		d.page, _ = strconv.Atoi(arg)
		d.paged = arg != ""
	case "cl":
		d.cl, _ = row.ParseConsistency(arg)
	case "mask":
		d.mask = words[1:]
	case "codeonly":
		d.codeOnly = true
	case "unordered":
		d.unordered = true
	case "sleep":
		seconds, _ := strconv.ParseFloat(arg, 64)
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	return false
}

func (d *dialogue) answer(cql string) string {
	defer func() { d.codeOnly, d.unordered = false, false }()
	page := 5000
	if d.paged {
		page = d.page
	}
	lines, err := d.n.answer(cql, exec.Options{PageSize: page, Consistency: d.cl}, d.paged, d.mask...)
	if err != nil {
		e := cqlerr.As(err)
		switch {
		case e == nil:
			return "error " + err.Error()
		case d.codeOnly:
			return fmt.Sprintf("error %04x", e.Code)
		}
		return strings.TrimRight(fmt.Sprintf("error %04x %s", e.Code, e.Message), " ")
	}
	if d.unordered {
		first := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "row ") })
		if first >= 0 {
			slices.Sort(lines[first:])
		}
	}
	return strings.Join(lines, "\n")
}

// answer runs a statement and gives all pages of its result as lines.
func (n *testNode) answer(cql string, o exec.Options, paged bool, mask ...string) ([]string, error) {
	cql = strings.TrimSpace(cql)
	res, err := n.query(cql, o)
	if err != nil {
		return nil, err
	}
	if res.SetKeyspace != "" {
		n.session.SetKeyspace(res.SetKeyspace)
	}
	warnings := res.Warnings
	if res.Rows == nil {
		return append([]string{"done"}, warned(warnings)...), nil
	}
	names := make([]string, len(res.Rows.Columns))
	for i, c := range res.Rows.Columns {
		names[i] = c.Name + " " + driverType(c.Type)
	}
	out := []string{strings.ReplaceAll("columns "+strings.Join(names, ", "), "system.tojson(", "system.to_json(")}
	var rows, pages []string
	for {
		pages = append(pages, strconv.Itoa(len(res.Rows.Rows)))
		for _, r := range res.Rows.Rows {
			rows = append(rows, rowText(res.Rows.Columns, r, mask))
		}
		if res.Rows.PagingState == nil {
			break
		}
		next := o
		next.PagingState = res.Rows.PagingState
		if res, err = n.query(cql, next); err != nil {
			return nil, err
		}
	}
	if paged {
		out = append(out, "pages "+strings.Join(pages, " "))
	}
	return append(append(out, rows...), warned(warnings)...), nil
}

func warned(list []string) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = "warning " + w
	}
	return out
}

func rowText(columns []exec.ColumnSpec, values [][]byte, mask []string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		switch {
		case !slices.Contains(mask, columns[i].Name):
			texts[i] = literal(columns[i].Type, v)
		case v == nil:
			texts[i] = "null"
		default:
			texts[i] = "<set>"
		}
	}
	return "row " + strings.Join(texts, " | ")
}

// driverType is a type as the Python driver names it.
func driverType(t cqltype.Type) string {
	switch t := t.(type) {
	case *cqltype.ListType:
		return "list<" + driverType(t.Elem) + ">"
	case *cqltype.SetType:
		return "set<" + driverType(t.Elem) + ">"
	case *cqltype.MapType:
		return "map<" + driverType(t.Key) + ", " + driverType(t.Value) + ">"
	case *cqltype.TupleType:
		names := make([]string, len(t.Elems))
		for i, e := range t.Elems {
			names[i] = driverType(e)
		}
		return "frozen<tuple<" + strings.Join(names, ", ") + ">>"
	case *cqltype.UserType:
		return "frozen<" + t.Name + ">"
	case *cqltype.VectorType:
		return fmt.Sprintf("org.apache.cassandra.db.marshal.VectorType<%s, %d>", t.Elem, t.Dim)
	}
	switch t.Kind() {
	case cqltype.KindText:
		return "varchar"
	case cqltype.KindCustom, cqltype.KindEmpty:
		return "'" + t.Class() + "'"
	}
	return t.String()
}

// literal is a value as the recorder wrote it.
func literal(t cqltype.Type, v []byte) string {
	switch {
	case v == nil:
		return "null"
	case len(v) == 0 && t.Kind() != cqltype.KindText && t.Kind() != cqltype.KindAscii && t.Kind() != cqltype.KindBlob:
		return "EMPTY"
	}
	switch t := t.(type) {
	case *cqltype.ListType:
		elems, _ := cqltype.DecodeTuple(v[4:], 1<<16)
		return "[" + literals(t.Elem, elems[:count(v)]) + "]"
	case *cqltype.SetType:
		elems, _ := cqltype.DecodeSet(v)
		return "{" + literals(t.Elem, elems) + "}"
	case *cqltype.MapType:
		entries, _ := cqltype.DecodeMap(v)
		texts := make([]string, len(entries))
		for i, e := range entries {
			texts[i] = literal(t.Key, e.Key) + ": " + literal(t.Value, e.Value)
		}
		return "{" + strings.Join(texts, ", ") + "}"
	case *cqltype.TupleType:
		elems, _ := t.Decode(v)
		texts := make([]string, len(elems))
		for i, e := range elems {
			texts[i] = literal(t.Elems[i], e)
		}
		return "(" + strings.Join(texts, ", ") + ")"
	case *cqltype.UserType:
		elems, _ := cqltype.DecodeTuple(v, len(t.Fields))
		texts := make([]string, len(elems))
		for i, e := range elems {
			name := t.Fields[i].Name
			if strings.Contains(name, " ") {
				name = fmt.Sprintf("field_%d_", i) // as Python's tuples rename
			}
			texts[i] = name + "=" + literal(t.Fields[i].Type, e)
		}
		return "(" + strings.Join(texts, ", ") + ")"
	case *cqltype.VectorType:
		elems, _ := t.Decode(v)
		return "[" + literals(t.Elem, elems) + "]"
	}
	return nativeLiteral(t, v)
}

func count(list []byte) int { return int(cqltype.DecodeInt(list[:4])) }

func literals(t cqltype.Type, elems [][]byte) string {
	texts := make([]string, len(elems))
	for i, e := range elems {
		texts[i] = literal(t, e)
	}
	return strings.Join(texts, ", ")
}

func nativeLiteral(t cqltype.Type, v []byte) string {
	switch t.Kind() {
	case cqltype.KindText, cqltype.KindAscii:
		b := &strings.Builder{}
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(string(v))
		return strings.TrimSuffix(b.String(), "\n")
	case cqltype.KindBlob, cqltype.KindCustom:
		return "0x" + hex.EncodeToString(v)
	case cqltype.KindInet:
		a, _ := netip.AddrFromSlice(v)
		return `"` + a.String() + `"`
	case cqltype.KindDate:
		if day := int64(cqltype.DecodeDate(v)) - 1<<31; day < -719162 || day > 2932896 {
			return strconv.FormatInt(day, 10)
		}
	case cqltype.KindTime:
		if n := cqltype.DecodeTime(v); n == -1 {
			return "-1:59:59.999999999" // Python divides downwards
		}
	case cqltype.KindDuration:
		d, _ := cqltype.DecodeDuration(v)
		if d.Months < 0 || d.Days < 0 || d.Nanos < 0 {
			return fmt.Sprintf("-%dmo%dd%dns", -d.Months, -d.Days, -d.Nanos)
		}
		return fmt.Sprintf("%dmo%dd%dns", d.Months, d.Days, d.Nanos)
	case cqltype.KindUuid, cqltype.KindTimeuuid:
		u, _ := uuid.FromBytes(v)
		return u.String()
	case cqltype.KindTimestamp:
		at := time.UnixMilli(cqltype.DecodeTimestamp(v)).UTC()
		if at.Year() < 1 || at.Year() > 9999 {
			return fmt.Sprintf("ts:%dms", cqltype.DecodeTimestamp(v))
		}
		text := at.Format("2006-01-02T15:04:05")
		if ms := at.Nanosecond() / 1e6; ms != 0 {
			text += fmt.Sprintf(".%06d", ms*1000)
		}
		return "ts:" + text
	case cqltype.KindFloat:
		return pythonFloat(float64(cqltype.DecodeFloat(v)))
	case cqltype.KindDouble:
		return pythonFloat(cqltype.DecodeDouble(v))
	}
	return strings.Trim(t.Format(v), "'")
}

func pythonFloat(f float64) string {
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		format = 'e'
	}
	s := strconv.FormatFloat(f, format, -1, 64)
	switch {
	case s == "NaN":
		return "nan"
	case strings.HasSuffix(s, "Inf"):
		return strings.ToLower(strings.TrimPrefix(s, "+"))
	case !strings.ContainsAny(s, ".e"):
		return s + ".0"
	}
	return s
}
