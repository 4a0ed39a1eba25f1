package ast

import (
	"fmt"
	"log/slog"
)

// Secret is a password or a password hash. It never shows in logs or formatted output; string(s) is its text.
type Secret string

const redacted = "REDACTED"

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format hides the secret from the fmt verbs.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }
