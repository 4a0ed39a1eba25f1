package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"alexandra/internal/clock"
	"alexandra/internal/config"
	"alexandra/internal/cqlerr"
)

func TestPlainTokens(t *testing.T) {
	const format = "Credential format error: username or password is empty or contains NUL(\\0) character"
	for token, want := range map[string]string{
		"":               noPassword,
		"abc":            noPassword,
		"\x00p":          noUser,
		"u\x00p":         noUser,
		"u\x00":          noPassword,
		"\x00u\x00":      noPassword,
		"\x00\x00":       noPassword,
		"\x00\x00p":      noUser,
		"\x00u\x00p\x00": format,
		"\x00\x00\x00":   format,
		"a\x00u\x00p":    "",
		"\x00u\x00p":     "",
	} {
		user, password, err := parsePlain([]byte(token))
		if want == "" {
			require.NoError(t, err, "%q", token)
			require.Equal(t, "u/p", user+"/"+password)
			continue
		}
		require.Equal(t, want, err.Error(), "%q", token)
		require.True(t, cqlerr.Is(err, cqlerr.BadCredentials))
	}
}

func FuzzPlainTokens(f *testing.F) {
	f.Add([]byte("\x00cassandra\x00cassandra"))
	f.Fuzz(func(t *testing.T, token []byte) {
		user, password, err := parsePlain(token)
		if err == nil {
			require.NotEmpty(t, user)
			require.NotEmpty(t, password)
			require.NotContains(t, user+password, "\x00")
		}
	})
}

func testHasher(t *testing.T) *hasher {
	h, err := newHasher(4, 1)
	require.NoError(t, err)
	return h
}

func TestPasswordsAreRememberedOnlyWhenRight(t *testing.T) {
	ctx, h := context.Background(), testHasher(t)
	stored, err := h.hash(ctx, NewPassword("secret"))
	require.NoError(t, err)
	verify := func(role, hash, password string) bool {
		ok, err := h.verify(ctx, role, hash, NewPassword(password))
		require.NoError(t, err)
		return ok
	}
	require.False(t, verify("bob", stored, "guess"))
	require.Empty(t, h.verified, "a wrong guess leaves nothing behind")
	require.True(t, verify("bob", stored, "secret"))
	require.Len(t, h.verified, 1)
	require.True(t, verify("bob", stored, "secret"))
	for i := range 50 {
		require.False(t, verify("bob", stored, fmt.Sprint("guess", i)))
	}
	require.Len(t, h.verified, 1, "wrong guesses push nothing out")

	changed, err := h.hash(ctx, NewPassword("new"))
	require.NoError(t, err)
	require.False(t, verify("bob", changed, "secret"), "a change of the hash makes the memory worthless")
	require.True(t, verify("bob", changed, "new"))
	require.False(t, verify("alice", "", "secret"), "no such role")
	h.forget()
	require.Empty(t, h.verified)
}

// oneRole is a Store in which only role bob has a password.
type oneRole struct{ hash string }

func (o oneRole) Select(_ context.Context, _, _ string, values ...[]byte) ([]Row, error) {
	if string(values[0]) != "bob" {
		return nil, nil
	}
	return []Row{{"salted_hash": []byte(o.hash)}}, nil
}

func (oneRole) Apply(context.Context, string, ...Statement) error { return nil }

// TestGuessesCostTheSame: an unknown name and an unusable hash cost a comparison as a wrong password does, so that the time
// of an answer tells nobody which roles there are.
func TestGuessesCostTheSame(t *testing.T) {
	ctx := context.Background()
	stored, err := testHasher(t).hash(ctx, NewPassword("secret"))
	require.NoError(t, err)
	for _, hash := range []string{stored, "", "$2a$30$" + stored[7:], "plain"} {
		s, err := New(config.Default(), Config{Store: oneRole{hash}, Clock: clock.System{}, BcryptCost: 4})
		require.NoError(t, err)
		defer s.Close()
		var costs []int
		compare := s.hasher.compare
		s.hasher.compare = func(hash, password []byte) error {
			cost, err := bcrypt.Cost(hash)
			require.NoError(t, err)
			costs = append(costs, cost)
			return compare(hash, password)
		}
		for _, name := range []string{"bob", "nobody"} {
			_, err := s.loginWithPassword(ctx, name, NewPassword("guess"))
			require.EqualError(t, err, "Provided username "+name+" and/or password are incorrect")
		}
		require.Equal(t, []int{4, 4}, costs)
	}
}

func TestOnlySeventyTwoBytesCount(t *testing.T) {
	ctx, h := context.Background(), testHasher(t)
	long := strings.Repeat("x", 72)
	stored, err := h.hash(ctx, NewPassword(long+"tail"))
	require.NoError(t, err)
	ok, err := h.verify(ctx, "bob", stored, NewPassword(long+"another tail"))
	require.NoError(t, err)
	require.True(t, ok)
}

func TestHashesAreCheckedByFormOnly(t *testing.T) {
	body := strings.Repeat("a", 53)
	require.NoError(t, CheckHash("$2a$10$"+body))
	require.NoError(t, CheckHash("$2$04$"+body))
	for _, bad := range []string{"", "plain", "$2b$10$" + body, "$2a$03$" + body, "$2a$32$" + body, "$2a$10$" + body + "a"} {
		require.EqualError(t, CheckHash(bad), "Invalid hashed password value. Please use jBcrypt.", bad)
	}
	require.ErrorContains(t, CheckHash("$2a$30$"+body), "at most 15 is allowed")
}

func TestPasswordsNeverPrint(t *testing.T) {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "p", NewPassword("hunter2"))
	_, _ = fmt.Fprintf(&b, "%v %s %+v %#v %q", NewPassword("hunter2"), NewPassword("hunter2"), NewPassword("hunter2"), NewPassword("hunter2"), NewPassword("hunter2"))
	require.NotContains(t, b.String(), "hunter2")
}

func TestResources(t *testing.T) {
	for _, r := range []Resource{
		DataRoot(), Keyspace("k"), AllTables("k"), Table("k", "t"), AllRoles(), RoleResource("a/b"),
		{Kind: Functions},
		{Kind: Functions, Keyspace: "k"},
		{Kind: Functions, Keyspace: "k", Name: "f[org.apache.cassandra.db.marshal.Int32Type]"},
		{Kind: MBeans},
		{Kind: MBeans, Name: "a:b=c"},
	} {
		require.Equal(t, r, ResourceOf(r.Path()), r.Path())
	}
	require.Equal(t, "<function k.f(int, text)>",
		Resource{Kind: Functions, Keyspace: "k", Name: "f[org.apache.cassandra.db.marshal.Int32Type^org.apache.cassandra.db.marshal.UTF8Type]"}.String())
	require.Equal(t, []Resource{Table("k", "t"), AllTables("k"), Keyspace("k"), DataRoot()}, chainOf(Table("k", "t"), true))
	require.Equal(t, []Resource{Table("system", "t"), AllTables("system"), Keyspace("system")}, chainOf(Table("system", "t"), true))
}
