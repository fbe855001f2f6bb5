package imapwire

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errName says that a name cannot be decoded.
var errName = errors.New("name of a mailbox cannot be decoded")

// modifiedBase64 is that of RFC 3501 5.1.3. It never changes.
var modifiedBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding).Strict()

// DecodeMailbox makes UTF-8 of a name as it is written: in UTF-8, or in modified UTF-7 (RFC 3501 5.1.3). Each name has one spelling; any other
// is an error, as are control characters.
func DecodeMailbox(s string, isUTF8 bool) (string, error) {
	if isUTF8 {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, control) {
			return "", errName
		}
		return s, nil
	}
	plain := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return "", errName
		}
		plain = plain && s[i] != '&'
	}
	if plain {
		return s, nil
	}
	return decodeUTF7(s)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func decodeUTF7(s string) (string, error) {
	var name strings.Builder
	shifted := false // the piece before was in base64
	for s != "" {
		before, rest, found := strings.Cut(s, "&")
		name.WriteString(before)
		if !found {
			break
		}
		code, after, ended := strings.Cut(rest, "-")
		if !ended {
			return "", errName
		}
		if code == "" {
			name.WriteByte('&')
		} else if shifted && before == "" || !decodeShifted(&name, code) {
			return "", errName // two pieces in a row are to be one
		}
		shifted = code != ""
		s = after
	}
	return name.String(), nil
}

// decodeShifted decodes a piece in base64, UTF-16 with the high byte first. What could stand for itself must not be there.
func decodeShifted(name *strings.Builder, code string) bool {
	b, err := modifiedBase64.DecodeString(code)
	if err != nil || len(b)%2 != 0 {
		return false
	}
	for i := 0; i < len(b); i += 2 {
		r := rune(b[i])<<8 | rune(b[i+1])
		if utf16.IsSurrogate(r) {
			if i += 2; i >= len(b) {
				return false
			}
			if r = utf16.DecodeRune(r, rune(b[i])<<8|rune(b[i+1])); r == utf8.RuneError {
				return false
			}
		}
		if r <= 0x7f {
			return false
		}
		name.WriteRune(r)
	}
	return true
}

// EncodeMailbox writes a name as DecodeMailbox reads it. What is no valid UTF-8 becomes U+FFFD.
func EncodeMailbox(name string, isUTF8 bool) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if isUTF8 {
		return name
	}
	plain := true
	for i := range len(name) {
		plain = plain && name[i] < 0x80 && name[i] != '&'
	}
	if plain {
		return name
	}
	var s strings.Builder
	for name != "" {
		n := strings.IndexFunc(name, func(r rune) bool { return r > 0x7f })
		if n < 0 {
			n = len(name)
		}
		s.WriteString(strings.ReplaceAll(name[:n], "&", "&-"))
		name = name[n:]
		if n = strings.IndexFunc(name, func(r rune) bool { return r <= 0x7f }); n < 0 {
			n = len(name)
		}
		if n > 0 {
			encodeShifted(&s, name[:n])
		}
		name = name[n:]
	}
	return s.String()
}

func encodeShifted(s *strings.Builder, text string) {
	b := make([]byte, 0, 2*len(text))
	for _, r := range text {
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			b = append(b, byte(high>>8), byte(high))
			r = low
		}
		b = append(b, byte(r>>8), byte(r))
	}
	s.WriteByte('&')
	s.WriteString(modifiedBase64.EncodeToString(b))
	s.WriteByte('-')
}
