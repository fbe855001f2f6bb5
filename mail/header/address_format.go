package header

import (
	"strings"

	"zarafa/mail/charset"
)

// FormatAddress writes a mailbox: the name as atoms, quoted, or as encoded words in the character set given (nil: UTF-8), whichever it needs. The
// address is taken as it is, without CR, LF and NUL.
func FormatAddress(name, addr string, cs *charset.Charset) string {
	addr = writable(addr)
	name = strings.TrimSpace(oneLine(name))
	if name == "" {
		return addr
	}
	return phrase(name, cs) + " <" + addr + ">"
}

// writable is an address without what cannot stand in one: control characters anywhere, blanks and angle brackets outside of quotes (RFC 5322 3.4.1).
func writable(addr string) string {
	quoted, escaped := false, false
	return strings.Map(func(r rune) rune {
		literal := escaped
		escaped = quoted && !escaped && r == '\\'
		switch {
		case r < ' ' || r == 0x7F:
			return -1
		case r == '"' && !literal:
			quoted = !quoted
		case !quoted && (r == ' ' || r == '<' || r == '>'):
			return -1
		}
		return r
	}, addr)
}

// FormatGroup writes a group (RFC 5322 3.4) of mailboxes that are formatted already.
func FormatGroup(name string, members []string, cs *charset.Charset) string {
	return phrase(strings.TrimSpace(oneLine(name)), cs) + ": " + strings.Join(members, ", ") + ";"
}

// phrase writes a display name.
func phrase(name string, cs *charset.Charset) string {
	atoms := !strings.ContainsAny(name, specials) && !strings.Contains(name, "  ") // blanks between atoms count as one
	switch from, to := mustEncode(name); {
	case from == to && atoms:
		return name
	case from == to:
		return quote(name)
	case atoms:
		return EncodeText(name, cs)
	}
	return encodeAll(name, cs) // quoted words beside encoded ones are not understood well
}

const specials = `()<>[]:;@\,."`

// encodeAll encodes a whole text.
func encodeAll(text string, cs *charset.Charset) string {
	if cs == nil || !wordsIn(cs) {
		cs = charset.UTF8()
	}
	if _, ok := cs.Encode(text); !ok {
		cs = charset.UTF8()
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	var words []string
	for text != "" {
		w, n := encodeWord(text, cs)
		words, text = append(words, w), text[n:]
	}
	return strings.Join(words, " ")
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// quoteLocal puts a local part in quotes if it is no dot-atom (RFC 5322 3.4.1).
func quoteLocal(local string) string {
	if local == "" {
		return ""
	}
	if strings.ContainsAny(local, "()<>[]:;@\\,\" \t") || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return quote(local)
	}
	return local
}
