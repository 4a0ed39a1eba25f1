package integration

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
	"github.com/stretchr/testify/require"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

// closes requires that the server ends a connection within a time, without a byte.
func closes(t *testing.T, conn net.Conn, within time.Duration) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(within))
	_, err := conn.Read(make([]byte, 1))
	var timeout net.Error
	require.Error(t, err)
	require.False(t, errors.As(err, &timeout) && timeout.Timeout(), "still open after %s", within)
}

// opens requires that a bare connection is answered.
func opens(t *testing.T, c *testnode.Cluster, o rawclient.Options) *rawclient.Client {
	t.Helper()
	o.Bare = true
	client, err := c.TryClient(1, o)
	require.NoError(t, err)
	_, err = client.Request(&message.Options{})
	require.NoError(t, err)
	return client
}

// envelope is a request of version 4 with a body as it is.
func envelope(opcode byte, body []byte) []byte {
	head := []byte{4, 0, 0, 1, opcode, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], uint32(len(body)))
	return append(head, body...)
}

// TestMessageSizes : before the login no message is larger than 128 KiB, so that strangers cannot take memory; after it
// native_transport_max_frame_size counts. The connection lives on.
func TestMessageSizes(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth, testnode.YAML("native_transport_max_frame_size: 1MiB\nnative_transport_max_message_size: 1MiB\nmax_mutation_size: 512KiB"))
	client, err := c.TryClient(1, rawclient.Options{Bare: true})
	require.NoError(t, err)
	require.NoError(t, client.Write(envelope(0x05, make([]byte, 200<<10))))
	_, _, err = client.Receive()
	refused(t, err, invalid, "Request is too big: length 204809 exceeds maximum allowed length 131072.")
	_, err = client.Startup(nil)
	require.NoError(t, err)
	require.NoError(t, client.Write(envelope(0x0F, make([]byte, 200<<10))))
	_, _, err = client.Receive()
	refused(t, err, invalid, "Request is too big: length 204809 exceeds maximum allowed length 131072.")
	require.NoError(t, client.Authenticate("cassandra", "cassandra"))
	exec(t, client, "SELECT key FROM system.local WHERE key = 'local' /* "+strings.Repeat("x", 200<<10)+" */")
	_, err = client.Query(strings.Repeat("x", 2<<20))
	require.Equal(t, invalid, rawclient.Code(err), "%v", err)
	exec(t, client, "SELECT key FROM system.local")
}

// turnedAway requires that one more connection is closed without a word.
func turnedAway(t *testing.T, c *testnode.Cluster, local string) {
	t.Helper()
	client, err := c.TryClient(1, rawclient.Options{Bare: true, Local: local})
	if err == nil { // else it was closed before the dialer looked
		closes(t, client.Conn, 5*time.Second)
	}
}

// roomFor waits until one more connection is served.
func roomFor(t *testing.T, c *testnode.Cluster, local string) {
	t.Helper()
	testnode.Within(t, 5*time.Second, "room for one", func() error {
		client, err := c.TryClient(1, rawclient.Options{Bare: true, Local: local})
		if err != nil {
			return err
		}
		_, err = client.Request(&message.Options{})
		return err
	})
}

// TestConnectionLimits : native_transport_max_concurrent_connections and its sister for each address; one too many is
// closed without a word, and a closed one makes room.
func TestConnectionLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		yaml, message string
		otherAllowed  bool
	}{
		"all":          {"native_transport_max_concurrent_connections: 3", "Exceeded maximum native connection limit of 3 by using 4 connections", false},
		"each address": {"native_transport_max_concurrent_connections_per_ip: 3", "Exceeded maximum native connection limit per ip of 3 by using 4 connections", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := testnode.RunT(t, testnode.YAML(test.yaml))
			var open []*rawclient.Client
			for range 3 {
				open = append(open, opens(t, c, rawclient.Options{Local: "127.0.0.1"}))
			}
			turnedAway(t, c, "127.0.0.1")
			require.True(t, c.Node(1).Log.Contains(test.message), c.Node(1).Log.Tail(3))
			if test.otherAllowed {
				roomFor(t, c, "127.0.0.2")
			} else {
				turnedAway(t, c, "127.0.0.2")
			}
			open[0].Close()
			roomFor(t, c, "127.0.0.1")
		})
	}
}

// TestStrangersMakeRoom : alexandra_max_unauthenticated_connections. Who has not logged in makes room for the next, the
// oldest first; who has stays.
func TestStrangersMakeRoom(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth, testnode.YAML("alexandra_max_unauthenticated_connections: 3"))
	user := root(c, 1)
	var strangers []*rawclient.Client
	for range 6 {
		strangers = append(strangers, opens(t, c, rawclient.Options{}))
	}
	for _, s := range strangers[:2] {
		closes(t, s.Conn, 5*time.Second)
	}
	_, err := strangers[5].Startup(nil)
	require.NoError(t, err)
	require.NoError(t, strangers[5].Authenticate("cassandra", "cassandra"))
	exec(t, user, "SELECT key FROM system.local")
	exec(t, root(c, 1), "SELECT key FROM system.local")
}

// TestDeadlines : who does not log in is closed after alexandra_handshake_timeout, whatever he sends meanwhile; who is
// silent after it after native_transport_idle_timeout.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	_, files := newPKI(t)
	c := testnode.RunT(t, testnode.Auth, files, testnode.YAML("alexandra_handshake_timeout: 400ms\nnative_transport_idle_timeout: 600ms"),
		clientTLS("  optional: true\n"))
	silent, err := net.Dial("tcp", c.Node(1).CQL())
	require.NoError(t, err)
	defer silent.Close()
	hello, err := net.Dial("tcp", c.Node(1).CQL()) // a TLS record that never ends
	require.NoError(t, err)
	defer hello.Close()
	_, err = hello.Write([]byte("\x16\x03\x01\x02\x00"))
	require.NoError(t, err)
	half := opens(t, c, rawclient.Options{})
	_, err = half.Startup(nil)
	require.NoError(t, err)
	busy := opens(t, c, rawclient.Options{Timeout: 5 * time.Second})
	testnode.Within(t, 5*time.Second, "a chatty stranger is closed", func() error {
		if _, err := busy.Request(&message.Options{}); err == nil {
			return errors.New("still open")
		}
		return nil
	})
	for _, conn := range []net.Conn{silent, hello, half.Conn} {
		closes(t, conn, 3*time.Second)
	}
	user := root(c, 1)
	for range 4 {
		time.Sleep(250 * time.Millisecond)
		exec(t, user, "SELECT key FROM system.local")
	}
	closes(t, user.Conn, 3*time.Second)
	require.True(t, c.Node(1).Log.Contains("after timeout of 600ms"))
}

// TestRateLimit : native_transport_max_requests_per_second slows clients down, and refuses those who asked for that.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.YAML("native_transport_rate_limiting_enabled: true\nnative_transport_max_requests_per_second: 4"))
	patient := c.Client(1, "", "")
	begun, slowed := time.Now(), 0
	sendMany(t, patient, 8)
	for range 8 {
		_, _, err := patient.Receive()
		require.NoError(t, err)
		if len(patient.Warnings) > 0 {
			require.Equal(t, []string{"Request breached global limit of 4 requests/second and triggered backpressure."}, patient.Warnings)
			slowed++
		}
	}
	require.GreaterOrEqual(t, time.Since(begun), 800*time.Millisecond)
	require.Positive(t, slowed)
	hasty, err := c.TryClient(1, rawclient.Options{Startup: map[string]string{"THROW_ON_OVERLOAD": "1"}})
	require.NoError(t, err)
	sendMany(t, hasty, 8)
	for range 8 {
		if _, _, err = hasty.Receive(); err != nil {
			break
		}
	}
	refused(t, err, overloaded, "Request breached global limit of 4 requests/second. Server is currently in an overloaded state and cannot accept more requests.")
	other, err := c.TryClient(1, rawclient.Options{Startup: map[string]string{"THROW_ON_OVERLOAD": "1"}})
	require.NoError(t, err)
	testnode.Within(t, 5*time.Second, "the budget refills", func() error {
		_, err := other.Query("SELECT key FROM system.local")
		return err
	})
}

// sendMany sends requests without waiting for their answers.
func sendMany(t *testing.T, client *rawclient.Client, n int) {
	t.Helper()
	for range n {
		_, err := client.Send(&message.Query{Query: "SELECT key FROM system.local", Options: &message.QueryOptions{Consistency: primitive.ConsistencyLevelOne}})
		require.NoError(t, err)
	}
}

// TestRequestDataInFlight : native_transport_max_request_data_in_flight_per_ip delays or refuses, and never hangs.
func TestRequestDataInFlight(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.YAML("native_transport_max_frame_size: 1MiB\nnative_transport_max_message_size: 1MiB\nmax_mutation_size: 512KiB\n"+
		"native_transport_max_request_data_in_flight_per_ip: 1MiB\nnative_transport_max_request_data_in_flight: 8MiB"))
	query := "SELECT key FROM system.local WHERE key = 'local' /* " + strings.Repeat("x", 600<<10) + " */"
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 8 {
		o := rawclient.Options{Local: "127.0.0.1"}
		if i%2 == 0 {
			o.Startup = map[string]string{"THROW_ON_OVERLOAD": "1"}
		}
		client, err := c.TryClient(1, o)
		require.NoError(t, err)
		wg.Go(func() {
			for range 8 {
				_, err := client.Query(query)
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.True(t, err == nil || rawclient.Code(err) == overloaded && strings.HasPrefix(err.Error(), "0x1001 Request breached limit on bytes in flight."), "%v", err)
	}
	exec(t, c.Client(1, "", ""), query)
}

// TestGarbage : whatever a client sends, the node answers or closes, and goes on to serve others. No request panics.
func TestGarbage(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	startup := envelope(0x01, append([]byte{0, 1, 0, 11}, append([]byte("CQL_VERSION"), append([]byte{0, 5}, "3.0.0"...)...)...))
	for name, sent := range map[string][]byte{
		"http":                 []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"zeros":                make([]byte, 1000),
		"negative length":      {4, 0, 0, 1, 5, 0xff, 0xff, 0xff, 0xff},
		"huge length":          {4, 0, 0, 1, 5, 0x7f, 0xff, 0xff, 0xff},
		"response":             {0x84, 0, 0, 1, 5, 0, 0, 0, 0},
		"unknown opcode":       envelope(0x77, nil),
		"empty startup":        envelope(0x01, nil),
		"map without end":      envelope(0x01, []byte{0xff, 0xff}),
		"query before startup": envelope(0x07, []byte("\x00\x00\x00\x01x\x00\x01\x00")),
		"short auth":           append(bytes.Clone(startup), envelope(0x0F, []byte{0, 0})...),
		"long auth":            append(bytes.Clone(startup), envelope(0x0F, []byte{0x7f, 0xff, 0xff, 0xff})...),
		"auth of nuls":         append(bytes.Clone(startup), envelope(0x0F, []byte{0, 0, 0, 4, 0, 0, 0, 0})...),
		"all flags":            {4, 0xff, 0, 1, 5, 0, 0, 0, 0},
		"version 127":          {127, 0, 0, 1, 5, 0, 0, 0, 0},
		"version 1":            {1, 0, 1, 1, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", c.Node(1).CQL())
			require.NoError(t, err)
			defer conn.Close()
			_, err = conn.Write(sent)
			require.NoError(t, err)
			require.NoError(t, conn.(*net.TCPConn).CloseWrite())
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			_, err = io.Copy(io.Discard, conn)
			var timeout net.Error
			require.False(t, errors.As(err, &timeout) && timeout.Timeout(), "the node neither answers nor closes")
		})
	}
	root(c, 1)
	require.NotContains(t, c.Node(1).Log.String(), "panic")
}

// TestReauthentication is auth 2.1, READY and AUTH_RESPONSE: success replaces the user, failure changes nothing.
func TestReauthentication(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	exec(t, root(c, 1), "CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true")
	client := c.Client(1, "app", "x")
	const create = "CREATE ROLE more"
	denied(t, client, unauthorized, create, fmt.Sprintf(noPrivileges, "app"))
	refused(t, client.Authenticate("cassandra", "wrong"), badCredentials, "Provided username cassandra and/or password are incorrect")
	denied(t, client, unauthorized, create, fmt.Sprintf(noPrivileges, "app"))
	require.NoError(t, client.Authenticate("cassandra", "cassandra"))
	exec(t, client, create)
	require.NoError(t, client.Authenticate("app", "x"))
	denied(t, client, unauthorized, "CREATE ROLE evenmore", fmt.Sprintf(noPrivileges, "app"))
}

// TestLoginStages is auth 2.1 and 2.2: what a connection may say when, and every broken SASL token.
func TestLoginStages(t *testing.T) {
	t.Parallel()
	c := testnode.RunT(t, testnode.Auth)
	for version := 3; version <= 5; version++ {
		client, err := c.TryClient(1, rawclient.Options{Bare: true, Version: version})
		require.NoError(t, err)
		_, err = client.Query("SELECT key FROM system.local")
		refused(t, err, protocolError, "Unexpected message QUERY, expecting STARTUP or OPTIONS")
		_, err = client.Request(&message.Options{})
		require.NoError(t, err)
		answer, err := client.Startup(nil)
		require.NoError(t, err)
		require.Equal(t, authPackage+"PasswordAuthenticator", answer.(*message.Authenticate).Authenticator)
		for name, m := range map[string]message.Message{
			"OPTIONS": &message.Options{}, "STARTUP": message.NewStartup(), "REGISTER": &message.Register{EventTypes: []primitive.EventType{primitive.EventTypeSchemaChange}},
		} {
			_, err = client.Request(m)
			refused(t, err, protocolError, "Unexpected message "+name+", expecting SASL_RESPONSE")
		}
		const noPassword, noUser = "Password must not be null", "Authentication ID must not be null"
		for token, want := range map[string]string{
			"": noPassword, "x": noPassword, "u\x00": noPassword, "\x00\x00": noPassword, "a\x00u\x00": noPassword, "\x00p": noUser, "u\x00p": noUser,
			"\x00\x00p": noUser, "a\x00b\x00c\x00d": `Credential format error: username or password is empty or contains NUL(\0) character`,
			"\x00u\x00p\x00":       `Credential format error: username or password is empty or contains NUL(\0) character`,
			"\x00cassandra\x00x":   "Provided username cassandra and/or password are incorrect",
			"\x00CASSANDRA\x00x":   "Provided username CASSANDRA and/or password are incorrect",
			"\x00\xff\xfe\x00pass": "Provided username \uFFFD\uFFFD and/or password are incorrect",
		} {
			refused(t, client.Token([]byte(token)), badCredentials, want)
		}
		require.NoError(t, client.Token([]byte("ignored\x00cassandra\x00cassandra")))
		exec(t, client, "SELECT key FROM system.local")
		_, err = client.Request(message.NewStartup())
		refused(t, err, protocolError, "Unexpected message STARTUP, the connection is already initialized")
	}
}
