package imapwire

// Status is the first word of a status response (RFC 9051 7.1).
type Status string

// The status responses.
const (
	OK      Status = "OK"
	NO      Status = "NO"
	BAD     Status = "BAD"
	BYE     Status = "BYE"
	PREAUTH Status = "PREAUTH"
)

// Response writes a status response with its line end. tag is "" for an untagged one; code is what stands in brackets, as UIDNEXT 5, and "" for
// none; text is for people, and what it must not contain becomes blanks.
func (e *Encoder) Response(tag string, status Status, code, text string) *Encoder {
	if tag == "" {
		tag = "*"
	}
	e.Raw(tag).SP().Raw(string(status)).SP()
	if code != "" {
		e.Raw("[").Raw(code).Raw("] ")
	}
	return e.text(text).CRLF()
}

// Continue writes a continuation request with its line end. Clients wait for ever if there is no blank behind "+", so there always is.
func (e *Encoder) Continue(text string) *Encoder { return e.Raw("+ ").text(text).CRLF() }

// text writes text for people. The grammar wants at least one character.
func (e *Encoder) text(text string) *Encoder {
	if text == "" {
		return e.Raw("OK")
	}
	e.scratch = e.scratch[:0]
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c == 0x7f {
			c = ' '
		} else if c >= 0x80 && !e.utf8 {
			c = '?'
		}
		e.scratch = append(e.scratch, c)
	}
	return e.RawBytes(e.scratch)
}
