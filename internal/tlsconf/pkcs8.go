package tlsconf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // old keys use it
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // old keys use it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"unicode/utf16"
)

// maxIterations bounds what a key file can make us compute.
const maxIterations = 10_000_000

var (
	oidPBES2          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidSHA1And3DES    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidHMACWithSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACWithSHA384 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}
	oidHMACWithSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
	oidAES128CBC      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192CBC      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256CBC      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	oid3DESCBC        = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
)

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Parameters struct {
	KDF    pkix.AlgorithmIdentifier
	Cipher pkix.AlgorithmIdentifier
}

type pbkdf2Parameters struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

type pbeParameters struct {
	Salt       []byte
	Iterations int
}

// decryptPKCS8 opens an EncryptedPrivateKeyInfo (RFC 5958): PBES2 with PBKDF2, and PBE-SHA1-3DES of PKCS#12.
func decryptPKCS8(der []byte, password string) ([]byte, error) {
	var info encryptedKey
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return nil, errors.New("not an encrypted PKCS#8 key")
	}
	block, iv, err := keyCipher(info.Algorithm, password)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(info.Data) == 0 || len(info.Data)%size != 0 || len(iv) != size {
		return nil, errors.New("the encrypted data is not a number of blocks")
	}
	clear := make([]byte, len(info.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(clear, info.Data)
	padding := int(clear[len(clear)-1])
	if padding == 0 || padding > size {
		return nil, errors.New("the padding is wrong")
	}
	for _, b := range clear[len(clear)-padding:] {
		if int(b) != padding {
			return nil, errors.New("the padding is wrong")
		}
	}
	return clear[:len(clear)-padding], nil
}

func keyCipher(algorithm pkix.AlgorithmIdentifier, password string) (cipher.Block, []byte, error) {
	switch {
	case algorithm.Algorithm.Equal(oidPBES2):
		return pbes2Cipher(algorithm.Parameters.FullBytes, password)
	case algorithm.Algorithm.Equal(oidSHA1And3DES):
		var p pbeParameters
		if _, err := asn1.Unmarshal(algorithm.Parameters.FullBytes, &p); err != nil {
			return nil, nil, err
		}
		if p.Iterations < 1 || p.Iterations > maxIterations {
			return nil, nil, fmt.Errorf("%d iterations", p.Iterations)
		}
		block, err := des.NewTripleDESCipher(pkcs12Key(password, p.Salt, p.Iterations, 1, 24))
		return block, pkcs12Key(password, p.Salt, p.Iterations, 2, 8), err
	}
	return nil, nil, fmt.Errorf("%s SecretKeyFactory not available", algorithm.Algorithm)
}

func pbes2Cipher(parameters []byte, password string) (cipher.Block, []byte, error) {
	var p pbes2Parameters
	if _, err := asn1.Unmarshal(parameters, &p); err != nil {
		return nil, nil, err
	}
	if !p.KDF.Algorithm.Equal(oidPBKDF2) {
		return nil, nil, fmt.Errorf("key derivation %s is not available", p.KDF.Algorithm)
	}
	var k pbkdf2Parameters
	if _, err := asn1.Unmarshal(p.KDF.Parameters.FullBytes, &k); err != nil {
		return nil, nil, err
	}
	if k.Iterations < 1 || k.Iterations > maxIterations {
		return nil, nil, fmt.Errorf("%d iterations", k.Iterations)
	}
	var iv []byte
	if _, err := asn1.Unmarshal(p.Cipher.Parameters.FullBytes, &iv); err != nil {
		return nil, nil, err
	}
	length, create := cipherOf(p.Cipher.Algorithm)
	if create == nil {
		return nil, nil, fmt.Errorf("cipher %s is not available", p.Cipher.Algorithm)
	}
	key, err := derive(k, password, length)
	if err != nil {
		return nil, nil, err
	}
	block, err := create(key)
	return block, iv, err
}

func cipherOf(oid asn1.ObjectIdentifier) (length int, create func([]byte) (cipher.Block, error)) {
	switch {
	case oid.Equal(oidAES128CBC):
		return 16, aes.NewCipher
	case oid.Equal(oidAES192CBC):
		return 24, aes.NewCipher
	case oid.Equal(oidAES256CBC):
		return 32, aes.NewCipher
	case oid.Equal(oid3DESCBC):
		return 24, des.NewTripleDESCipher
	}
	return 0, nil
}

func derive(k pbkdf2Parameters, password string, length int) ([]byte, error) {
	switch prf := k.PRF.Algorithm; {
	case len(prf) == 0, prf.Equal(oidHMACWithSHA1):
		return pbkdf2.Key(sha1.New, password, k.Salt, k.Iterations, length)
	case prf.Equal(oidHMACWithSHA256):
		return pbkdf2.Key(sha256.New, password, k.Salt, k.Iterations, length)
	case prf.Equal(oidHMACWithSHA384):
		return pbkdf2.Key(sha512.New384, password, k.Salt, k.Iterations, length)
	case prf.Equal(oidHMACWithSHA512):
		return pbkdf2.Key(sha512.New, password, k.Salt, k.Iterations, length)
	}
	return nil, fmt.Errorf("hash %s is not available", k.PRF.Algorithm)
}

// pkcs12Key derives length bytes for one purpose (1 a key, 2 an initialisation vector) as RFC 7292, appendix B.2,
// says, with SHA-1.
func pkcs12Key(password string, salt []byte, iterations int, purpose byte, length int) []byte {
	const block = 64
	diversifier := make([]byte, block)
	for i := range diversifier {
		diversifier[i] = purpose
	}
	var secret []byte
	for _, unit := range append(utf16.Encode([]rune(password)), 0) {
		secret = append(secret, byte(unit>>8), byte(unit))
	}
	input := append(repeat(salt, block), repeat(secret, block)...)
	var key []byte
	for len(key) < length {
		sum := rounds(sha1.New(), append(append([]byte{}, diversifier...), input...), iterations)
		key = append(key, sum...)
		addToBlocks(input, repeat(sum, block), block)
	}
	return key[:length]
}

func rounds(h hash.Hash, data []byte, n int) []byte {
	for range n {
		h.Reset()
		h.Write(data)
		data = h.Sum(nil)
	}
	return data
}

// repeat fills whole blocks with copies of the pattern.
func repeat(pattern []byte, block int) []byte {
	if len(pattern) == 0 {
		return nil
	}
	size := block * ((len(pattern) + block - 1) / block)
	out := make([]byte, size)
	for i := range out {
		out[i] = pattern[i%len(pattern)]
	}
	return out
}

// addToBlocks adds b and 1 to every block, as big-endian numbers that wrap around.
func addToBlocks(blocks, b []byte, size int) {
	addend := new(big.Int).SetBytes(b[:size])
	addend.Add(addend, big.NewInt(1))
	limit := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
	for i := 0; i+size <= len(blocks); i += size {
		sum := new(big.Int).SetBytes(blocks[i : i+size])
		sum.Add(sum, addend).Mod(sum, limit)
		sum.FillBytes(blocks[i : i+size])
	}
}
