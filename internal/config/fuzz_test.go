package config

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bomb is a small file of aliases that would be large when written out.
const bomb = `
sstable:
  format: &a {a: 1}
memtable:
  configurations: {b: &b {a: *a, b: *a, c: *a}, c: &c {a: *b, b: *b, c: *b}, d: {a: *c, b: *c, c: *c}}
`

func FuzzLoad(f *testing.F) {
	shipped, err := os.ReadFile(shippedYAML)
	require.NoError(f, err)
	f.Add(shipped)
	for _, text := range []string{
		required, referenceYAML, bomb, "", "a: *b", "<<: &x {<<: *x}", "? [a]\n: b", "---\n---\n", "- a", "\t", "a: !!binary x",
		"authenticator: &a {class_name: x, parameters: *a}", "startup_checks: &a {check_dc: *a}", strings.Repeat("[", 9000),
		"key_cache_save_period: 99999999999999999999", "commitlog_sync_group_window_in_ms: 1e309", "auto_snapshot: ''",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _, err := Parse(data, "fuzz", nil)
		if err != nil {
			var known *ConfigurationError
			if !errors.As(err, &known) || len(err.Error()) > 64*kib && len(data) < 4*kib {
				t.Fatalf("unexpected error: %T %d bytes", err, len(err.Error()))
			}
			return
		}
		c.Settings()
		c.Dump()
	})
}

func TestLimits(t *testing.T) {
	_, _, err := Parse(make([]byte, maxFileSize+1), "x", nil)
	require.ErrorContains(t, err, "more than the 1048576 that are read")
	_, _, err = Parse([]byte("<<: &x {<<: *x}"), "x", nil)
	require.ErrorContains(t, err, "merges too often")

	// Each level ten times the one below it: far more than the budget, from a few hundred bytes.
	text := "a: &a0 {x: 1}\n"
	for level := range 6 {
		name := string(rune('a' + level))
		items := strings.Repeat("*"+name+"0, ", 10)
		text += "b" + name + ": &" + string(rune('b'+level)) + "0 [" + items + "]\n"
	}
	_, _, err = Parse([]byte(text+"sstable: {format: {x: *g0}}"), "x", nil)
	require.Error(t, err)
}

func FuzzJavaProperties(f *testing.F) {
	f.Add("dc=dc1\nrack=rack1\n# x\na\\\n  b: c\n\\u0041=\\u00")
	f.Fuzz(func(_ *testing.T, text string) { javaProperties(text) })
}
