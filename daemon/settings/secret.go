package settings

import (
	"fmt"
	"io"
	"log/slog"
)

// concealed is what is shown in place of a secret.
const concealed = "********"

// Secret is a text that must never reach a log, an error message or a dump:
// formatting it with any verb, logging it and marshalling it all give asterisks.
// [Secret.Reveal] is the only way to the text, which makes its uses easy to find.
type Secret struct{ text string }

// NewSecret conceals text.
func NewSecret(text string) Secret { return Secret{text: text} }

// Reveal returns the text, for the one call that needs it.
func (s Secret) Reveal() string { return s.text }

// String conceals the secret; an empty one stays empty, because "no password is
// set" is something an operator has to see.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return concealed
}

// Format conceals the secret from every verb of package fmt, %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue conceals the secret from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText conceals the secret from the encoders of the standard library.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
