package imap

import (
	"unicode/utf8"

	"zarafa/mail/charset"
)

// toUTF8 gives a text to search for that nobody named the character set of. Clients send it in UTF-8, as they should, or, old ones on Windows, as their
// system has it: the original takes all in windows-1252. Names and passwords are decoded by who checks them, for POP3 too.
func toUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	decoded, _ := charset.Guess([]byte(text), nil).Decode([]byte(text))
	return decoded
}
