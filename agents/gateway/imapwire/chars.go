package imapwire

// class is a set of bytes.
type class [256]bool

// The classes of RFC 9051 section 9. They never change.
var (
	atomChars    = classOf(func(c byte) bool { return c > ' ' && c < 0x7f && !within(c, `(){%*"\]`) }) // ATOM-CHAR
	astringChars = classOf(func(c byte) bool { return atomChars[c] || c == ']' })                      // ASTRING-CHAR
	tagChars     = classOf(func(c byte) bool { return astringChars[c] && c != '+' })
	listChars    = classOf(func(c byte) bool { return astringChars[c] || c == '%' || c == '*' }) // list-char
	digits       = classOf(func(c byte) bool { return c >= '0' && c <= '9' })
	// Of fetch attributes, up to their section.
	attributeChars = classOf(func(c byte) bool { return atomChars[c] && c != '[' && c != '<' })
	base64Chars    = classOf(func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || within(c, "+/=")
	})
	// Of quoted strings, without those that are quoted. 8-bit characters belong there in UTF-8 only (RFC 9051 QUOTED-CHAR, RFC 6855), but clients
	// send passwords, folder names and search texts like that without asking, and all servers take them.
	quotedChars = classOf(func(c byte) bool { return c != 0 && !within(c, "\r\n\"\\") })
)

func classOf(in func(byte) bool) *class {
	c := new(class)
	for i := range c {
		c[i] = in(byte(i))
	}
	return c
}

func within(c byte, s string) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// upper changes ASCII letters.
func upper(b []byte) []byte {
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return b
}

// equalFold compares ASCII without regard to case; s is in upper case.
func equalFold(b, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range len(b) {
		c := b[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != s[i] {
			return false
		}
	}
	return true
}
