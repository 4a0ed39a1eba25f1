// Package certgen makes certificate authorities and certificates, for tests and for local clusters with TLS.
//
// An Authority issues certificates for nodes and clients; a Certificate can be written as PEM, PKCS12 or JKS, the three
// forms that client_encryption_options and server_encryption_options take. Keys are ECDSA P-256 unless asked
// otherwise. Nothing here is meant for a production cluster: keys are made on the spot and stay on the disk.
package certgen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"time"
)

// Validity is how long certificates are good when the request does not say.
const Validity = 365 * 24 * time.Hour

// Authority is a certificate authority with its key.
type Authority struct {
	Certificate *x509.Certificate
	key         crypto.Signer
}

// Certificate is an issued certificate with its key and the authority that vouches for it.
type Certificate struct {
	Leaf      *x509.Certificate
	Key       crypto.Signer
	Authority *x509.Certificate
}

// Request says what a certificate is for. The zero value is good for one year, for servers and clients alike.
type Request struct {
	// Name is the common name.
	Name string
	// Hosts are DNS names and addresses.
	Hosts []string
	// URI is a subject alternative name such as spiffe://demo/client; empty: none.
	URI string
	// NotBefore and NotAfter bound its validity; zero: from an hour ago, for Validity.
	NotBefore, NotAfter time.Time
	// Usages are the extended key usages; nil: server and client.
	Usages []x509.ExtKeyUsage
	// RSA makes a 2048 bit RSA key.
	RSA bool
}

// NewAuthority makes an authority that signs with its own, self-signed certificate.
func NewAuthority(name string) (*Authority, error) {
	key, err := newKey(false)
	if err != nil {
		return nil, err
	}
	template, err := template(Request{Name: name, NotAfter: time.Now().Add(10 * Validity)})
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	template.ExtKeyUsage = nil
	certificate, err := sign(template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &Authority{certificate, key}, nil
}

// Issue makes a key and a certificate for it.
func (a *Authority) Issue(r Request) (*Certificate, error) {
	key, err := newKey(r.RSA)
	if err != nil {
		return nil, err
	}
	template, err := template(r)
	if err != nil {
		return nil, err
	}
	leaf, err := sign(template, a.Certificate, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &Certificate{leaf, key, a.Certificate}, nil
}

// Itself is the authority's own certificate and key, as if it had issued them to somebody.
func (a *Authority) Itself() *Certificate { return &Certificate{a.Certificate, a.key, a.Certificate} }

// Node issues what a node needs: its hosts and, when not empty, its SPIFFE identity.
func (a *Authority) Node(name, uri string, hosts ...string) (*Certificate, error) {
	return a.Issue(Request{Name: name, URI: uri, Hosts: hosts})
}

// Client issues what a client of MutualTlsAuthenticator needs.
func (a *Authority) Client(name, uri string) (*Certificate, error) {
	return a.Issue(Request{Name: name, URI: uri, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

func newKey(useRSA bool) (crypto.Signer, error) {
	if useRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func template(r Request) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: r.Name, Organization: []string{"Alexandra"}},
		NotBefore:    r.NotBefore,
		NotAfter:     r.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  r.Usages,
	}
	if r.Usages == nil {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	if t.NotBefore.IsZero() {
		t.NotBefore = time.Now().Add(-time.Hour)
	}
	if t.NotAfter.IsZero() {
		t.NotAfter = time.Now().Add(Validity)
	}
	for _, host := range r.Hosts {
		if address, err := netip.ParseAddr(host); err == nil {
			t.IPAddresses = append(t.IPAddresses, address.AsSlice())
		} else {
			t.DNSNames = append(t.DNSNames, host)
		}
	}
	if r.URI != "" {
		uri, err := url.Parse(r.URI)
		if err != nil {
			return nil, fmt.Errorf("identity of %s: %w", r.Name, err)
		}
		t.URIs = []*url.URL{uri}
	}
	return t, nil
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate of %s: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}
