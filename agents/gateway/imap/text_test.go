package imap_test

import (
	"strings"
	"testing"

	"zarafa/agents/gateway/imap"
)

// Texts that are no UTF-8 are those of old clients on Windows.
func TestOldCharset(t *testing.T) {
	attack(t, imap.Options{}, func(t *testing.T, d *script, p *peer) {
		p.send("a LOGIN user secret\r\n")
		expect(t, p, "a OK ", false)
		p.send("a APPEND INBOX {27+}\r\nSubject: Gr\xc3\xbc\xc3\x9fe\r\n\r\nHallo\r\n\r\na SELECT INBOX\r\n")
		expect(t, p, "* 1 EXISTS", false)
		p.send("a SEARCH SUBJECT \"gr\xfc\xdf\"\r\n")
		expect(t, p, "* SEARCH 1\r\n", false)
		p.send("a SEARCH CHARSET ISO-8859-1 SUBJECT \"gr\xfc\xdf\"\r\n")
		expect(t, p, "* SEARCH 1\r\n", false)
		p.send("a SEARCH CHARSET UTF-8 SUBJECT \"gr\xc3\xbc\xc3\x9f\"\r\n")
		expect(t, p, "* SEARCH 1\r\n", false)
		p.send("a SEARCH CHARSET UTF-8 SUBJECT \"gr\xc3\xbc\xc3\xbc\"\r\n")
		expect(t, p, "* SEARCH\r\n", false)
	})
}

// A client that has not logged on can send no more than names and passwords need.
func TestLimitsBeforeLogOn(t *testing.T) {
	attack(t, imap.Options{MaxFailed: 10}, func(t *testing.T, _ *script, p *peer) {
		p.send("a LOGIN {257}\r\n")
		expect(t, p, "a BAD [TOOBIG]", false)
		p.send("a LOGIN {4+}\r\nuser {6+}\r\nsecret\r\n")
		expect(t, p, "a OK ", false)
		p.send("a LIST \"\" {257}\r\n")
		expect(t, p, "+ ", false)
		p.send(strings.Repeat("x", 257) + "\r\n")
		expect(t, p, "a OK ", false)
	})
}
