package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"alexandra/internal/tlsconf/certgen"
)

// storePassword is the password of every key store of a local cluster. It protects nothing: the keys lie beside it.
const storePassword = "cassandra"

func (c *cluster) certDir() string { return filepath.Join(c.dir, "tls") }

// makeCertificates makes an authority, a certificate for each node and one for clients, as PEM, PKCS12 and JKS, and a
// cqlshrc that uses them.
func (c *cluster) makeCertificates() error {
	dir := c.certDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := certgen.NewAuthority("ccm " + c.Name)
	if err != nil {
		return err
	}
	if err := ca.Write(dir, "ca", storePassword); err != nil {
		return err
	}
	for _, n := range c.Nodes {
		cert, err := ca.Node(n.Name, "", n.Address.String(), "localhost")
		if err != nil {
			return err
		}
		if err := writeCertificate(cert, dir, n.Name); err != nil {
			return err
		}
	}
	cert, err := ca.Client("client", "spiffe://"+c.Name+"/client")
	if err != nil {
		return err
	}
	if err := writeCertificate(cert, dir, "client"); err != nil {
		return err
	}
	text := fmt.Sprintf("[connection]\nssl = true\nfactory = cqlshlib.ssl.ssl_transport_factory\n\n[ssl]\nvalidate = true\ncertfile = %s\nuserkey = %s\nusercert = %s\n",
		filepath.Join(dir, "ca.crt"), filepath.Join(dir, "client.key"), filepath.Join(dir, "client.crt"))
	return os.WriteFile(c.cqlshrc(), []byte(text), 0o644)
}

func writeCertificate(cert *certgen.Certificate, dir, name string) error {
	if err := cert.Write(dir, name); err != nil {
		return err
	}
	return cert.WriteStores(dir, name, storePassword)
}

// encryption is a block of encryption options for a node.
func (c *cluster) encryption(n *node, o map[string]any) map[string]any {
	o["keystore"], o["keystore_password"] = filepath.Join(c.certDir(), n.Name+".p12"), storePassword
	o["truststore"], o["truststore_password"] = filepath.Join(c.certDir(), "ca.p12"), storePassword
	o["store_type"] = "PKCS12"
	return o
}

// clientTLS is what ccm's own logins use; nil without TLS.
func (c *cluster) clientTLS(n *node) (*tls.Config, error) {
	if !c.TLS {
		return nil, nil
	}
	ca, err := os.ReadFile(filepath.Join(c.certDir(), "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	cert, err := tls.LoadX509KeyPair(filepath.Join(c.certDir(), "client.crt"), filepath.Join(c.certDir(), "client.key"))
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, ServerName: n.Address.String()}, nil
}
