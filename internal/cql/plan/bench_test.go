package plan

import (
	"testing"

	"alexandra/internal/cql/parse"
)

// BenchmarkPrepare binds parsed statements to a table: names, types, restrictions, the values' columns.
func BenchmarkPrepare(b *testing.B) {
	_, env := testTable([3]bool{})
	for name, cql := range map[string]string{
		"select": "SELECT a, b, c FROM t WHERE p = ? AND a = 1 AND (b, c) > (?, 2) LIMIT 10",
		"insert": "INSERT INTO t (p, a, b, c) VALUES (?, 1, ?, 2) USING TTL 60",
	} {
		b.Run(name, func(b *testing.B) {
			r, err := parse.Statement(cql)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Prepare(r.Statement, env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
