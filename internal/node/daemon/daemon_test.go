package daemon

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/config"
)

func TestLines(t *testing.T) {
	var b bytes.Buffer
	level := &slog.LevelVar{}
	log := slog.New(newLineHandler(&b, level))
	log.Debug("not yet")
	log.With("a", 1).WithGroup("g").Warn("told", "b", "x y", "c", slog.GroupValue(slog.Int("d", 2)))
	require.Regexp(t, regexp.MustCompile(`^WARN  \[main\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} daemon_test\.go:\d+ - told a=1 g\.b="x y" g\.c\.d=2\n$`), b.String())
	b.Reset()
	level.Set(slog.LevelDebug)
	log.Debug("now")
	log.Error("bad", "password", config.Secret("pw"))
	require.Contains(t, b.String(), "DEBUG [main] ")
	require.NotContains(t, b.String(), "pw\n")
}

func TestErrorsAreCounted(t *testing.T) {
	p := &process{}
	log := slog.New(fanout{countErrors{&p.errors}, slog.DiscardHandler})
	log.Info("fine")
	log.With("a", 1).Error("bad")
	require.EqualValues(t, 1, p.errors.Load())
}

func TestRolling(t *testing.T) {
	path := filepath.Join(t.TempDir(), logFile)
	r, err := openRolling(path)
	require.NoError(t, err)
	_, err = r.Write([]byte("old\n"))
	require.NoError(t, err)
	r.size = logSize + 1
	_, err = r.Write([]byte("new\n"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	old, err := os.ReadFile(path + ".1")
	require.NoError(t, err)
	require.Equal(t, "old\n", string(old))
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new\n", string(now))
}

func TestArguments(t *testing.T) {
	o, done, _ := parse([]string{"-config", "x.yaml", "-Dlisten_address=::1", "-D", "a=b,c", "-D", "cassandra.join_ring=false", "-p", "pid", "-f", "-R"}, os.Stdout, os.Stderr)
	require.False(t, done)
	require.Equal(t, "x.yaml", o.Config)
	require.Equal(t, map[string]string{
		"listen_address": "::1", "a": "b,c", "cassandra.join_ring": "false", "cassandra-pidfile": "pid",
	}, o.overrides())
}

func TestCommandLines(t *testing.T) {
	conf := filepath.Join("..", "..", "..", "conf", "cassandra.yaml")
	wrong := filepath.Join(t.TempDir(), "cassandra.yaml")
	require.NoError(t, os.WriteFile(wrong, []byte("cluster_name: x\nclutser_name: y\n"), 0o600))
	for _, x := range []struct {
		args        []string
		code        int
		out, errOut string
	}{
		{[]string{"-version"}, 0, "5.0.5\n", ""},
		{[]string{"--nope"}, exitUsage, "", "unknown flag --nope"},
		{[]string{"-t", "-config", conf}, 0, "the configuration is right\n", ""},
		{[]string{"-t", "-config", wrong}, 3, "Exception (org.apache.cassandra.exceptions.ConfigurationException) encountered during startup: Invalid yaml.", "line 2, column 1: unknown option clutser_name, did you mean cluster_name?"},
		{[]string{"-t", "-config", conf, "-D", "network_authorizer=CassandraNetworkAuthorizer"}, 3, "CassandraNetworkAuthorizer{} can't be used with AllowAllAuthenticator\n", "CassandraNetworkAuthorizer"},
		{[]string{"-t", "-config", conf, "-D", "num_tokens=x"}, 3, "encountered during startup", "num_tokens"},
	} {
		var out, errOut bytes.Buffer
		require.Equal(t, x.code, Main(x.args, &out, &errOut), x.args)
		require.Contains(t, out.String(), x.out)
		require.Contains(t, errOut.String(), x.errOut)
	}
}

func TestFailures(t *testing.T) {
	for _, x := range []struct {
		err         error
		code        int
		out, errOut string
	}{
		{config.Refuse("no", "because"), 3, "Exception (org.apache.cassandra.exceptions.ConfigurationException) encountered during startup: no\n", "no\nbecause\n"},
		{&config.ConfigurationError{Msg: "no", ExitCode: config.ExitJoin}, 1, "", "no\nFatal configuration error; unable to start server.  See log for stacktrace.\n"},
		{&config.ConfigurationError{Msg: "no", ExitCode: config.ExitWrongState}, 100, "", "no\n"},
		{context.DeadlineExceeded, 3, "Exception (java.lang.RuntimeException) encountered during startup: context deadline exceeded\n", "context deadline exceeded\n"},
	} {
		var out, errOut bytes.Buffer
		require.Equal(t, x.code, reportFailure(x.err, &out, &errOut, slog.New(slog.DiscardHandler)))
		require.Equal(t, x.out, out.String())
		require.Equal(t, x.errOut, errOut.String())
	}
}
