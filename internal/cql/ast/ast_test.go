package ast

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsStayOutOfLogs(t *testing.T) {
	s := Secret("hunter2")
	role := &CreateRole{Name: "r", Options: RoleOptions{Password: &s}}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s)
	for _, text := range []string{
		log.String(), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), fmt.Sprintf("%+v", role.Options),
	} {
		require.NotContains(t, text, "hunter2")
	}
	require.Equal(t, "CREATE ROLE 'r' WITH PASSWORD = 'hunter2'", role.String())
}

func TestQuoteName(t *testing.T) {
	for name, want := range map[string]string{
		"a_1": "a_1", "key": "key", "select": `"select"`, "Mixed": `"Mixed"`, "": `""`, `a"b`: `"a""b"`, "1a": `"1a"`,
		"int": "int", "token": `"token"`, "_a": `"_a"`, "ünï": `"ünï"`,
	} {
		require.Equal(t, want, QuoteName(name))
	}
	require.Equal(t, "'it''s'", QuoteString("it's"))
}
