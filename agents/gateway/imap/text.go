package imap

import (
	"unicode/utf8"

	"zarafa/mail/charset"
)

// toUTF8 gives a text that nobody named the character set of. Clients send names, passwords and what they search for in UTF-8, as they should, or,
// old ones on Windows, as their system has them: the original takes all in windows-1252.
func toUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	decoded, _ := charset.Guess([]byte(text), nil).Decode([]byte(text))
	return decoded
}
