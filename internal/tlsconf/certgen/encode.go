package certgen

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// chain is the leaf and, unless it is its own authority, the authority.
func (c *Certificate) chain() []*x509.Certificate {
	if c.Leaf.Equal(c.Authority) {
		return []*x509.Certificate{c.Leaf}
	}
	return []*x509.Certificate{c.Leaf, c.Authority}
}

// KeyPEM is the private key in PKCS#8.
func (c *Certificate) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ChainPEM is the certificate followed by its authority.
func (c *Certificate) ChainPEM() []byte { return encodePEM(c.chain()...) }

// PEM is the key followed by the chain: what a keystore of PEMBasedSslContextFactory holds.
func (c *Certificate) PEM() ([]byte, error) {
	key, err := c.KeyPEM()
	if err != nil {
		return nil, err
	}
	return append(key, c.ChainPEM()...), nil
}

// PEM is the authority's certificate: a truststore of PEMBasedSslContextFactory.
func (a *Authority) PEM() []byte { return encodePEM(a.Certificate) }

func encodePEM(certificates ...*x509.Certificate) []byte {
	var out bytes.Buffer
	for _, certificate := range certificates {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
	}
	return out.Bytes()
}

// PKCS12 is a keystore with the key and the chain.
func (c *Certificate) PKCS12(password string) ([]byte, error) {
	return pkcs12.Modern2023.Encode(c.Key, c.Leaf, c.chain()[1:], password)
}

// PKCS12 is a truststore with the authority's certificate.
func (a *Authority) PKCS12(password string) ([]byte, error) {
	return pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{a.Certificate}, password)
}

// JKS is a keystore with the key and the chain; the key has the store's password.
func (c *Certificate) JKS(password string) ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	entry := keystore.PrivateKeyEntry{CreationTime: time.Now(), PrivateKey: key}
	for _, certificate := range c.chain() {
		entry.CertificateChain = append(entry.CertificateChain, keystore.Certificate{Type: "X.509", Content: certificate.Raw})
	}
	store := keystore.New()
	if err := store.SetPrivateKeyEntry("node", entry, []byte(password)); err != nil {
		return nil, err
	}
	return storeJKS(store, password)
}

// JKS is a truststore with the authority's certificate.
func (a *Authority) JKS(password string) ([]byte, error) {
	store := keystore.New()
	err := store.SetTrustedCertificateEntry("ca", keystore.TrustedCertificateEntry{
		CreationTime: time.Now(),
		Certificate:  keystore.Certificate{Type: "X.509", Content: a.Certificate.Raw},
	})
	if err != nil {
		return nil, err
	}
	return storeJKS(store, password)
}

func storeJKS(store keystore.KeyStore, password string) ([]byte, error) {
	var out bytes.Buffer
	if err := store.Store(&out, []byte(password)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Write puts name.pem (key and chain), name.key and name.crt into dir, readable by this user only.
func (c *Certificate) Write(dir, name string) error {
	key, err := c.KeyPEM()
	if err != nil {
		return err
	}
	return writeAll(dir, map[string][]byte{
		name + ".key": key,
		name + ".crt": c.ChainPEM(),
		name + ".pem": append(key, c.ChainPEM()...),
	})
}

// WriteStores puts name.jks and name.p12 into dir, both with this password.
func (c *Certificate) WriteStores(dir, name, password string) error {
	jks, err := c.JKS(password)
	if err != nil {
		return err
	}
	p12, err := c.PKCS12(password)
	if err != nil {
		return err
	}
	return writeAll(dir, map[string][]byte{name + ".jks": jks, name + ".p12": p12})
}

// Write puts the authority's certificate into dir: name.crt, and name.jks and name.p12 with this password.
func (a *Authority) Write(dir, name, password string) error {
	jks, err := a.JKS(password)
	if err != nil {
		return err
	}
	p12, err := a.PKCS12(password)
	if err != nil {
		return err
	}
	return writeAll(dir, map[string][]byte{name + ".crt": a.PEM(), name + ".jks": jks, name + ".p12": p12})
}

func writeAll(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
