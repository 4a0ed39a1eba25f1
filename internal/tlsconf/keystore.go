package tlsconf

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the format of JKS
	"crypto/subtle"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unicode/utf16"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// maxStoreSize bounds a file with key material.
const maxStoreSize = 4 << 20

// errPassword is Java's sentence about a store whose digest does not fit the password.
var errPassword = errors.New("Keystore was tampered with, or password was incorrect")

// identity is a private key with the chain that speaks for it, leaf first.
type identity struct {
	alias string
	key   any
	chain []*x509.Certificate
}

// readStore reads a file with key material.
func readStore(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("NoSuchFileException: %s", path)
	case err != nil:
		return nil, err
	case info.Size() > maxStoreSize:
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that are read", path, info.Size(), maxStoreSize)
	}
	return os.ReadFile(path)
}

// parseIdentity reads the one key of a JKS or PKCS12 store; the key has the store's password.
func parseIdentity(data []byte, password string) (identity, error) {
	if isJKS(data) {
		return jksIdentity(data, password)
	}
	key, leaf, more, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return identity{}, pkcs12Error(err)
	}
	return newIdentity("1", key, append([]*x509.Certificate{leaf}, more...))
}

// parseTrust reads the trusted certificates of a JKS or PKCS12 store. As in Java, the leaf of a key entry is trusted
// as well. Without a password the integrity of a JKS store is not checked.
func parseTrust(data []byte, password string, checked bool) ([]*x509.Certificate, error) {
	if isJKS(data) {
		return jksTrust(data, password, checked)
	}
	certificates, err := pkcs12.DecodeTrustStore(data, password)
	if err == nil {
		return certificates, nil
	}
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, errPassword
	}
	if _, leaf, _, chainErr := pkcs12.DecodeChain(data, password); chainErr == nil {
		return []*x509.Certificate{leaf}, nil
	}
	return nil, err
}

func pkcs12Error(err error) error {
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return errPassword
	}
	return err
}

// newIdentity puts the certificate of the key first.
func newIdentity(alias string, key any, chain []*x509.Certificate) (identity, error) {
	public, err := publicKey(key)
	if err != nil {
		return identity{}, err
	}
	for i, certificate := range chain {
		if public.Equal(certificate.PublicKey) {
			chain[0], chain[i] = chain[i], chain[0]
			return identity{alias, key, chain}, nil
		}
	}
	return identity{}, errors.New("no certificate belongs to the private key")
}

const (
	jksMagic     = 0xFEEDFEED
	jksWhitener  = "Mighty Aphrodite"
	jksKeyEntry  = 1
	jksCertEntry = 2
)

func isJKS(data []byte) bool {
	return len(data) >= 4 && binary.BigEndian.Uint32(data) == jksMagic
}

// openJKS checks every length and the digest before it lets the library decode the store.
func openJKS(data []byte, password string, checked bool) (keystore.KeyStore, error) {
	store := keystore.New(keystore.WithOrderedAliases())
	if err := walkJKS(data); err != nil {
		return store, fmt.Errorf("Invalid keystore format: %w", err)
	}
	body, digest := data[:len(data)-sha1.Size], data[len(data)-sha1.Size:]
	want := jksDigest(body, password)
	if checked && subtle.ConstantTimeCompare(want, digest) != 1 {
		return store, errPassword
	}
	// The library insists on the digest: give it the one that fits.
	if err := store.Load(bytes.NewReader(append(bytes.Clone(body), want...)), []byte(password)); err != nil {
		return store, fmt.Errorf("Invalid keystore format: %w", err)
	}
	return store, nil
}

func jksDigest(body []byte, password string) []byte {
	h := sha1.New()
	for _, unit := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(unit >> 8), byte(unit)})
	}
	h.Write([]byte(jksWhitener))
	h.Write(body)
	return h.Sum(nil)
}

// walkJKS follows the lengths of the format and fails when one points behind the end.
func walkJKS(data []byte) error {
	w := jksWalk{rest: data}
	w.skip(4)
	version, entries := w.uint32(), w.uint32()
	if version != 1 && version != 2 {
		return fmt.Errorf("version %d", version)
	}
	for range entries {
		kind := w.uint32()
		w.text() // alias
		w.skip(8)
		certificates := uint32(1)
		switch {
		case w.short:
		case kind == jksKeyEntry:
			w.skip(w.uint32())
			certificates = w.uint32()
		case kind != jksCertEntry:
			return fmt.Errorf("entry of kind %d", kind)
		}
		for range certificates {
			if version == 2 {
				w.text()
			}
			w.skip(w.uint32())
			if w.short {
				return errors.New("unexpected end")
			}
		}
	}
	if w.short || len(w.rest) != sha1.Size {
		return errors.New("unexpected end")
	}
	return nil
}

type jksWalk struct {
	rest  []byte
	short bool
}

func (w *jksWalk) skip(n uint32) {
	if uint64(n) > uint64(len(w.rest)) {
		w.rest, w.short = nil, true
		return
	}
	w.rest = w.rest[n:]
}

func (w *jksWalk) uint32() uint32 {
	if len(w.rest) < 4 {
		w.rest, w.short = nil, true
		return 0
	}
	n := binary.BigEndian.Uint32(w.rest)
	w.rest = w.rest[4:]
	return n
}

func (w *jksWalk) text() {
	if len(w.rest) < 2 {
		w.rest, w.short = nil, true
		return
	}
	n := binary.BigEndian.Uint16(w.rest)
	w.rest = w.rest[2:]
	w.skip(uint32(n))
}

func jksIdentity(data []byte, password string) (identity, error) {
	store, err := openJKS(data, password, true)
	if err != nil {
		return identity{}, err
	}
	for _, alias := range store.Aliases() {
		if !store.IsPrivateKeyEntry(alias) {
			continue
		}
		entry, err := store.GetPrivateKeyEntry(alias, []byte(password))
		if err != nil {
			return identity{}, errors.New("Cannot recover key")
		}
		key, err := x509.ParsePKCS8PrivateKey(entry.PrivateKey)
		if err != nil {
			return identity{}, err
		}
		var chain []*x509.Certificate
		for _, c := range entry.CertificateChain {
			certificate, err := x509.ParseCertificate(c.Content)
			if err != nil {
				return identity{}, err
			}
			chain = append(chain, certificate)
		}
		return newIdentity(alias, key, chain)
	}
	return identity{}, errors.New("the keystore holds no private key")
}

func jksTrust(data []byte, password string, checked bool) ([]*x509.Certificate, error) {
	store, err := openJKS(data, password, checked)
	if err != nil {
		return nil, err
	}
	var trusted []*x509.Certificate
	for _, alias := range store.Aliases() {
		content, err := jksCertificate(store, alias)
		if err != nil {
			return nil, err
		}
		certificate, err := x509.ParseCertificate(content)
		if err != nil {
			return nil, fmt.Errorf("certificate %s: %w", alias, err)
		}
		trusted = append(trusted, certificate)
	}
	return trusted, nil
}

func jksCertificate(store keystore.KeyStore, alias string) ([]byte, error) {
	if store.IsTrustedCertificateEntry(alias) {
		entry, err := store.GetTrustedCertificateEntry(alias)
		return entry.Certificate.Content, err
	}
	chain, err := store.GetPrivateKeyEntryCertificateChain(alias)
	if err != nil || len(chain) == 0 {
		return nil, fmt.Errorf("entry %s has no certificate", alias)
	}
	return chain[0].Content, nil
}
