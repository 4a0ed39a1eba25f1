package tlsconf

import (
	"crypto/x509"
	"os"
	"strings"

	"alexandra/internal/config"
)

// Policy says what a port takes.
type Policy int

const (
	// Unencrypted ports take plain connections only.
	Unencrypted Policy = iota
	// OptionallyEncrypted ports look at the first bytes of a connection.
	OptionallyEncrypted
	// Encrypted ports take TLS only.
	Encrypted
)

// String is Cassandra's word in the line "Starting listening for CQL clients on ... (unencrypted)...".
func (p Policy) String() string {
	switch p {
	case OptionallyEncrypted:
		return "optionally encrypted"
	case Encrypted:
		return "encrypted"
	}
	return "unencrypted"
}

// ClientPolicy is the policy for clients: optional wins over enabled; when neither is set, a keystore that exists makes
// TLS optional.
func ClientPolicy(o *config.EncryptionOptions) Policy {
	switch {
	case optional(o, o.Enabled):
		return OptionallyEncrypted
	case o.Enabled:
		return Encrypted
	}
	return Unencrypted
}

// InternodePolicy is the policy for inbound connections of other nodes. With dc and rack, nodes nearby come unencrypted.
func InternodePolicy(o *config.ServerEncryptionOptions) Policy {
	enabled := encrypts(o.InternodeEncryption)
	switch {
	case o.InternodeEncryption == "dc", o.InternodeEncryption == "rack", optional(&o.EncryptionOptions, enabled):
		return OptionallyEncrypted
	case enabled:
		return Encrypted
	}
	return Unencrypted
}

func encrypts(internode string) bool { return internode != "" && internode != "none" }

func optional(o *config.EncryptionOptions, enabled bool) bool {
	if o.Optional != nil {
		return *o.Optional
	}
	if enabled {
		return false
	}
	_, err := os.Stat(o.Keystore)
	return err == nil
}

// EncryptTo says whether a connection to another node must use TLS, by internode_encryption and where both are.
func EncryptTo(o *config.ServerEncryptionOptions, local, peer config.Place) bool {
	switch o.InternodeEncryption {
	case "all":
		return true
	case "dc":
		return local.DC != peer.DC
	case "rack":
		return local != peer
	}
	return false
}

const spiffePrefix = "spiffe://"

// SpiffeIdentity is the first subject alternative name of type URI that starts with spiffe://, as
// SpiffeCertificateValidator reads it from the leaf certificate.
func SpiffeIdentity(leaf *x509.Certificate) (identity string, ok bool) {
	for _, uri := range leaf.URIs {
		if text := uri.String(); strings.HasPrefix(text, spiffePrefix) {
			return text, true
		}
	}
	return "", false
}
