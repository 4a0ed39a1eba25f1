// Package integration tests the system from outside: whole clusters inside the test process, real sockets, real drivers.
// What each test stands for is named in its comment: a row of the reference of Cassandra 5.0.5's behaviour, with "DO" where
// this node is stricter on purpose. The recorded dialogues beside this package are run by goldens.py.
package integration

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"alexandra/internal/testnode"
	"alexandra/internal/testnode/rawclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Error codes of the protocol.
const (
	serverError     = 0x0000
	protocolError   = 0x000A
	badCredentials  = 0x0100
	unavailable     = 0x1000
	overloaded      = 0x1001
	functionFailure = 0x1400
	writeFailure    = 0x1500
	syntaxError     = 0x2000
	unauthorized    = 0x2100
	invalid         = 0x2200
)

// refused requires an error with exactly this code and message.
func refused(t *testing.T, err error, code int, message string) {
	t.Helper()
	require.EqualError(t, err, fmt.Sprintf("0x%04X %s", code, message))
}

const (
	barredFromDC1 = "You do not have access to this datacenter (dc1)"
	noPrivileges  = "User %s does not have sufficient privileges to perform the requested operation"
)

// root logs in as the default superuser.
func root(c *testnode.Cluster, i int) *rawclient.Client {
	return c.Client(i, "cassandra", "cassandra")
}

// exec runs statements that have to succeed.
func exec(t *testing.T, c *rawclient.Client, cql ...string) {
	t.Helper()
	for _, q := range cql {
		c.MustExec(t, q)
	}
}

// denied requires that a statement is refused.
func denied(t *testing.T, c *rawclient.Client, code int, cql, message string) {
	t.Helper()
	_, err := c.Query(cql)
	require.Error(t, err, cql)
	require.Equal(t, fmt.Sprintf("0x%04X %s", code, message), err.Error(), cql)
}

// loginFails requires that a login is refused.
func loginFails(t *testing.T, c *testnode.Cluster, i int, user, password, message string) {
	t.Helper()
	_, err := c.TryClient(i, rawclient.Options{User: user, Password: password})
	refused(t, err, badCredentials, message)
}

// textSet reads a set<text>.
func textSet(b []byte) []string {
	if len(b) < 4 {
		return nil
	}
	out := []string{}
	n := binary.BigEndian.Uint32(b)
	for b = b[4:]; n > 0; n-- {
		size := int(binary.BigEndian.Uint32(b))
		out = append(out, string(b[4:4+size]))
		b = b[4+size:]
	}
	return out
}

// soon is how long a change may take to show at another node.
const soon = time.Second
