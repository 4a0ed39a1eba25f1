package tlsconf

import (
	"crypto/ecdsa"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/tlsconf/certgen"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// TestEncryptedKeys opens what openssl pkcs8 -topk8 wrote, all for the same key and the password "secret".
func TestEncryptedKeys(t *testing.T) {
	clear, err := pemKey(testdata(t, "clear.key"), "")
	require.NoError(t, err)
	want, _ := clear.(*ecdsa.PrivateKey)
	for _, name := range []string{"pbes2-aes256", "pbes2-aes128-sha512", "pbes2-aes192-sha1", "pbes2-3des", "sha1-3des"} {
		text := testdata(t, name+".key")
		key, err := pemKey(text, "secret")
		require.NoError(t, err, name)
		require.True(t, want.Equal(key), name)
		_, err = pemKey(text, "wrong")
		require.Error(t, err, name)
		_, err = pemKey(text, "")
		require.ErrorContains(t, err, "The given private key could not be parsed with any of the supported algorithms.", name)
	}
	_, err = pemKey(testdata(t, "md5-des.key"), "secret")
	require.ErrorContains(t, err, "SecretKeyFactory not available")
	_, err = pemKey(testdata(t, "clear.key"), "secret")
	require.ErrorContains(t, err, "Failed to decrypt the private key data. Either the password provided for the key is wrong or the private key data is corrupted. msg=")
	lower := strings.NewReplacer("BEGIN PRIVATE KEY", "BEGIN private key", "END PRIVATE KEY", "END private key").Replace(string(testdata(t, "clear.key")))
	_, err = pemKey([]byte(lower), "")
	require.NoError(t, err)
}

// TestStoresOfOtherTools reads what keytool and openssl wrote.
func TestStoresOfOtherTools(t *testing.T) {
	for _, name := range []string{"keytool.jks", "keytool.pkcs12", "openssl.pkcs12", "openssl-legacy.pkcs12"} {
		id, err := parseIdentity(testdata(t, name), password)
		require.NoError(t, err, name)
		require.Len(t, id.chain, 1, name)
		_, err = parseIdentity(testdata(t, name), "wrong")
		require.ErrorIs(t, err, errPassword, name)

		trusted, err := parseTrust(testdata(t, name), password, true)
		require.NoError(t, err, name)
		require.True(t, id.chain[0].Equal(trusted[0]), "the leaf of a key entry is trusted")
	}
	for _, name := range []string{"trust.jks", "trust.pkcs12"} {
		trusted, err := parseTrust(testdata(t, name), password, true)
		require.NoError(t, err, name)
		require.Len(t, trusted, 1, name)
		_, err = parseTrust(testdata(t, name), "wrong", true)
		require.ErrorIs(t, err, errPassword, name)
		_, err = parseIdentity(testdata(t, name), password)
		require.Error(t, err, name)
	}
}

func TestSpiffeIdentity(t *testing.T) {
	ca, err := certgen.NewAuthority("ca")
	require.NoError(t, err)
	for uri, want := range map[string]string{"spiffe://demo/a": "spiffe://demo/a", "https://demo": "", "": ""} {
		c, err := ca.Client("x", uri)
		require.NoError(t, err)
		got, ok := SpiffeIdentity(c.Leaf)
		require.Equal(t, want, got)
		require.Equal(t, want != "", ok)
	}
}

func FuzzStores(f *testing.F) {
	for _, name := range []string{"keytool.jks", "trust.jks", "trust.pkcs12"} {
		f.Add(testdata(f, name))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = parseIdentity(data, password)
		_, _ = parseTrust(data, "", false)
	})
}

func FuzzPEM(f *testing.F) {
	for _, name := range []string{"clear.key", "sha1-3des.key"} {
		f.Add(testdata(f, name))
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _ = pemIdentity(text, "")
		_, _ = pemCertificates(text)
	})
}
