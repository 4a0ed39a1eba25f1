package tlsconf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// pemIdentity reads a private key and its chain from one PEM text. A password means that the key is encrypted.
func pemIdentity(text []byte, password string) (identity, error) {
	key, err := pemKey(text, password)
	if err != nil {
		return identity{}, err
	}
	chain, err := pemCertificates(text)
	if err != nil {
		return identity{}, err
	}
	return newIdentity("cassandra-ssl-keystore", key, chain)
}

// pemKey takes the first block whose name holds PRIVATE KEY, in any case; it must be PKCS#8.
func pemKey(text []byte, password string) (any, error) {
	block := findBlock(text, "PRIVATE KEY")
	if block == nil {
		return nil, errors.New("Invalid private key format")
	}
	der := block.Bytes
	if password != "" {
		clear, err := decryptPKCS8(der, password)
		if err != nil {
			return nil, fmt.Errorf("Failed to decrypt the private key data. Either the password provided for the key is wrong or the private key data is corrupted. msg=%w", err)
		}
		der = clear
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("The given private key could not be parsed with any of the supported algorithms. Please see PEMReader#SUPPORTED_PRIVATE_KEY_ALGORITHMS.")
	}
	return key, nil
}

// pemCertificates takes every block whose name holds CERTIFICATE, in any case.
func pemCertificates(text []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if !named(block, "CERTIFICATE") {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) == 0 {
		return nil, errors.New("Invalid certificate format")
	}
	return certificates, nil
}

func findBlock(text []byte, name string) *pem.Block {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if named(block, name) {
			return block
		}
	}
	return nil
}

func named(block *pem.Block, name string) bool {
	return strings.Contains(strings.ToUpper(block.Type), name)
}

// comparableKey is what every public key of the standard library can do.
type comparableKey interface{ Equal(crypto.PublicKey) bool }

func publicKey(key any) (comparableKey, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey, nil
	case *ecdsa.PrivateKey:
		return &k.PublicKey, nil
	case ed25519.PrivateKey:
		public, _ := k.Public().(ed25519.PublicKey)
		return public, nil
	}
	return nil, fmt.Errorf("private keys of type %T are not supported", key)
}
