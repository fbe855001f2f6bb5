package imapwire

import "time"

// AppendMessage is a message of APPEND up to its literal (RFC 9051 6.3.12; RFC 3502 for several).
type AppendMessage struct {
	Flags  []string
	Date   time.Time // zero if it was left out
	Size   int64     // of the literal
	Sync   bool      // the client waits to be asked for the literal
	Binary bool      // literal8: it may contain NUL (RFC 3516)
	UTF8   bool      // UTF8 (…): its header is in UTF-8 (RFC 6855 4)
}

// AppendMessage reads the next message of APPEND, behind the name of the mailbox, up to its literal. The caller then calls Accept or Refuse, and
// comes here again. False: there is none, the command is at its end or was wrong. The first message is expected, further ones may be there.
func (d *Decoder) AppendMessage(m *AppendMessage) bool {
	d.endLiteral()
	if d.inUTF8Data {
		d.inUTF8Data = false
		if !d.take(')') {
			d.fail(") expected")
		}
	}
	if d.appended == 0 {
		d.SP()
	} else if !d.TrySP() {
		return false
	}
	d.appended++
	*m = AppendMessage{}
	d.element()
	if d.peek() == '(' {
		m.Flags = d.FlagList()
		d.SP()
	}
	if d.peek() == '"' {
		m.Date = d.DateTime()
		d.SP()
	}
	if c := d.peek(); c == 'U' || c == 'u' {
		if string(d.keyword()) != "UTF8" {
			d.fail("Literal expected")
		}
		m.UTF8 = true
		d.SP()
		if !d.take('(') {
			d.fail("( expected")
		}
	}
	var ok bool
	if m.Binary, ok = d.tryLiteralHeader(true); !ok {
		d.fail("Literal expected")
		return false
	}
	m.Size, m.Sync = d.literal.size, d.literal.sync
	d.inUTF8Data = m.UTF8
	return true
}
