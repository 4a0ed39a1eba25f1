package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// fake answers some operations; all others panic, which the server has to survive.
type fake struct {
	Operations
	release chan struct{}
}

func (fake) Endpoints(_ context.Context, r PartitionKey) ([]string, error) {
	switch r.Keyspace {
	case "nope":
		return nil, Usage("Unknown keyspace '%s'", r.Keyspace)
	case "broken":
		return nil, context.DeadlineExceeded
	}
	return []string{"127.0.0.1:7000", r.Key}, nil
}

func (fake) Repair(_ context.Context, r Repair, tell Progress) (None, error) {
	tell("one")
	tell("two")
	return None{}, Failed("%s failed", r.Keyspace)
}

func (f fake) DrainNode(ctx context.Context, _ None) (None, error) {
	<-ctx.Done()
	close(f.release)
	return None{}, ctx.Err()
}

func serve(t *testing.T, c ServerConfig) (*Server, *Connection) {
	if c.Operations == nil {
		c.Operations = fake{}
	}
	c.Listen = netip.MustParseAddrPort("127.0.0.1:0")
	s, err := Serve(c)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s, &Connection{Host: "127.0.0.1", Port: int(s.Addr().Port())}
}

func TestCalls(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, c := serve(t, ServerConfig{})
	defer s.Stop()
	ctx := t.Context()
	list, err := EndpointsOp.Call(ctx, c, PartitionKey{Keyspace: "ks", Key: "ключ"})
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:7000", "ключ"}, list)

	_, err = EndpointsOp.Call(ctx, c, PartitionKey{Keyspace: "nope"})
	require.Equal(t, &Error{Message: "Unknown keyspace 'nope'", IsUsage: true}, err)
	_, err = EndpointsOp.Call(ctx, c, PartitionKey{Keyspace: "broken"})
	require.Equal(t, &Error{Message: "context deadline exceeded"}, err)

	var lines []string
	_, err = RepairOp.Follow(ctx, c, Repair{Keyspace: "ks"}, func(l string) { lines = append(lines, l) })
	require.Equal(t, &Error{Message: "ks failed"}, err)
	require.Equal(t, []string{"one", "two"}, lines)

	_, err = InfoOp.Call(ctx, c, None{})
	require.ErrorContains(t, err, "nil pointer", "a panic ends the operation, not the node")
}

func TestStopEndsOperations(t *testing.T) {
	f := fake{release: make(chan struct{})}
	s, c := serve(t, ServerConfig{Operations: f})
	done := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		close(begun)
		_, err := DrainOp.Call(context.Background(), c, None{})
		done <- err
	}()
	<-begun
	s.Stop()
	require.Error(t, <-done)
	_, err := InfoOp.Call(t.Context(), c, None{})
	var refused *ConnectError
	require.ErrorAs(t, err, &refused)
	require.Contains(t, err.Error(), "Failed to connect to '127.0.0.1:")
	require.Contains(t, err.Error(), "' - ConnectException: 'Connection refused'.")
}

func TestRequestsAreLimited(t *testing.T) {
	s, _ := serve(t, ServerConfig{})
	post := func(path, kind, body string) int {
		r, err := http.Post("http://"+s.Addr().String()+path, kind, strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		return r.StatusCode
	}
	require.Equal(t, http.StatusOK, post("/endpoints", "application/json", `{"Keyspace":"ks"}`))
	require.Equal(t, http.StatusOK, post("/endpoints", "application/json", `{"Keyspace":`), "the answer says what is wrong")
	require.Equal(t, http.StatusUnsupportedMediaType, post("/endpoints", "text/plain", `{}`), "what a page in a browser may send")
	require.Equal(t, http.StatusBadRequest, post("/endpoints", "application/json", strings.Repeat(" ", maxRequest+1)))
	require.Equal(t, http.StatusNotFound, post("/nothing", "application/json", `{}`))
}

func TestPasswords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passwords")
	require.NoError(t, os.WriteFile(file, []byte("# name password\nada secret\neve other\n"), 0o600))
	_, c := serve(t, ServerConfig{PasswordFile: file})
	for _, x := range []struct {
		user, password string
		admitted       bool
	}{{"ada", "secret", true}, {"eve", "other", true}, {"ada", "other", false}, {"", "", false}, {"#", "name", false}, {"ada", "", false}} {
		c.User, c.Password = x.user, x.password
		_, err := EndpointsOp.Call(t.Context(), c, PartitionKey{Keyspace: "ks"})
		if x.admitted {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "Authentication failed! Invalid username or password")
	}
	require.NoError(t, os.Remove(file))
	c.User, c.Password = "ada", "secret"
	_, err := EndpointsOp.Call(t.Context(), c, PartitionKey{})
	require.Error(t, err, "without the file nobody is admitted")
}

func TestOtherMachinesNeedAPassword(t *testing.T) {
	_, err := Serve(ServerConfig{Listen: netip.MustParseAddrPort("192.0.2.1:7199"), Operations: fake{}})
	require.ErrorContains(t, err, "set alexandra_admin_password_file, or a loopback address")
}

func TestOperationsHaveDifferentNames(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range operations {
		require.False(t, seen[o.name()], o.name())
		seen[o.name()] = true
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"Progress":"x"}{"Result":{}}`)
	f.Add(`{"Error":{"Message":"m","IsUsage":true}}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = readLines(json.NewDecoder(strings.NewReader(text)), func(string) {})
	})
}
