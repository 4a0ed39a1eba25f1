package fn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

const defaultHash = "SHA-256"

// hashes are the message digests of the Java platform, by upper-case name, apart from MD2.
var hashes = map[string]func() hash.Hash{
	"MD5":         md5.New,
	"SHA":         sha1.New,
	"SHA1":        sha1.New,
	"SHA-1":       sha1.New,
	"SHA-224":     sha256.New224,
	"SHA-256":     sha256.New,
	"SHA-384":     sha512.New384,
	"SHA-512":     sha512.New,
	"SHA-512/224": sha512.New512_224,
	"SHA-512/256": sha512.New512_256,
	"SHA3-224":    func() hash.Hash { return sha3.New224() },
	"SHA3-256":    func() hash.Hash { return sha3.New256() },
	"SHA3-384":    func() hash.Hash { return sha3.New384() },
	"SHA3-512":    func() hash.Hash { return sha3.New512() },
}

func maskHash(name string, args []cqltype.Type, _ cqltype.Type) (*Function, error) {
	return newMask(name, args, cqltype.Blob, func(values [][]byte) ([]byte, error) {
		algorithm := defaultHash
		if len(values) > 1 && values[1] != nil {
			algorithm = string(values[1])
		}
		newHash := hashes[strings.ToUpper(algorithm)]
		if newHash == nil {
			return nil, cqlerr.Invalid("Hash algorithm not found: %s", algorithm)
		}
		if values[0] == nil {
			return nil, nil
		}
		h := newHash()
		h.Write(values[0])
		return h.Sum(nil), nil
	}), nil
}
