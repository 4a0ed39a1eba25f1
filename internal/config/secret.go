package config

import (
	"fmt"
	"log/slog"
	"strings"
)

const redacted = "<REDACTED>"

// Secret is a password or a private key. Whatever prints it prints <REDACTED>; only Reveal gives it away.
type Secret string

var (
	_ fmt.Formatter  = Secret("")
	_ slog.LogValuer = Secret("")
)

// Reveal is the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (Secret) String() string { return redacted }

// Format hides the secret from every verb of package fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides the secret from package slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// secretParameter says whether a class parameter of this name is hidden, e.g. private_key_password of a PEM factory.
func secretParameter(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") || strings.Contains(name, "private_key") || strings.Contains(name, "secret")
}
