package reply

import (
	"slices"
	"strings"

	"zarafa/mail/header"
)

// MaxReceived is how many servers a mail may have passed that is sent on: RFC 5321 6.3 wants at least 100 for relays; who sends on gives
// up earlier, since each turn of a loop adds several.
const MaxReceived = 50

// Reason says why a mail is not answered or sent on; an empty one is none.
type Reason string

// Reasons.
const (
	NoReturnPath   Reason = "its return path is empty"
	FromSelf       Reason = "it is from the mailbox itself"
	FromRobot      Reason = "its sender is no person"
	Automatic      Reason = "it was sent automatically"
	FromList       Reason = "it came through a mailing list"
	NotWanted      Reason = "its sender wants no answer"
	IsReport       Reason = "it is a report"
	Loop           Reason = "it has been here before"
	TooManyHops    Reason = "it has passed too many servers"
	Inhibited      Reason = "a header field forbids it"
	NotAddressed   Reason = "it is not addressed to the mailbox"
	TargetIsSource Reason = "it would go to where it came from"
	NoTarget       Reason = "nobody would get it"
)

// Mail is what has to be known of a mail.
type Mail struct {
	Header *header.Fields
	// ReturnPath is the sender of the envelope, empty for <>.
	ReturnPath string
	// Mine are the addresses of the mailbox; the first is the one it is known by.
	Mine []string
}

func (m *Mail) isMine(address string) bool {
	for _, a := range m.Mine {
		if strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}

// Addressed says where a mail names the mailbox.
type Addressed struct{ To, Cc, Bcc bool }

// Addressed looks for the mailbox in To, Cc and Bcc, and in their Resent forms.
func (m *Mail) Addressed() Addressed {
	in := func(names ...string) bool {
		for _, name := range names {
			for _, a := range header.Mailboxes(header.ParseAddresses(m.Header.Joined(name), nil)) {
				if m.isMine(a.Addr()) {
					return true
				}
			}
		}
		return false
	}
	return Addressed{To: in("To", "Resent-To"), Cc: in("Cc", "Resent-Cc"), Bcc: in("Bcc", "Resent-Bcc")}
}

// Answering says which mails a mailbox answers besides those that have it in To.
type Answering struct {
	Cc, Bcc, Unnamed bool
	// Inhibit are the header fields that forbid an answer.
	Inhibit Patterns
}

// MayAnswer says why a mail must not be answered automatically (RFC 3834 section 2), if it must not.
func (m *Mail) MayAnswer(o Answering) Reason {
	if r := m.origin(); r != "" {
		return r
	}
	if r := m.circle(); r != "" {
		return r
	}
	if o.Inhibit.Match(m.Header) {
		return Inhibited
	}
	at := m.Addressed()
	switch {
	case at.To, at.Cc && o.Cc, at.Bcc && o.Bcc:
		return ""
	case !at.To && !at.Cc && !at.Bcc && o.Unnamed:
		return ""
	}
	return NotAddressed
}

// MayReport says why no report about the delivery of a mail may be sent (RFC 3464 section 2, RFC 5321 4.5.5), if none may: a report is
// never answered by another one.
func (m *Mail) MayReport() Reason {
	switch {
	case m.ReturnPath == "" || m.ReturnPath == "<>":
		return NoReturnPath
	case m.isReport():
		return IsReport
	}
	return m.circle()
}

// origin says why the sender gets no answer.
func (m *Mail) origin() Reason {
	switch {
	case m.ReturnPath == "" || m.ReturnPath == "<>":
		return NoReturnPath
	case m.isMine(m.ReturnPath):
		return FromSelf
	case robot(m.ReturnPath):
		return FromRobot
	}
	if m.isReport() {
		return IsReport
	}
	if r := m.list(); r != "" {
		return r
	}
	if m.Automated() {
		return Automatic
	}
	for _, word := range words(m.Header.Joined("X-Auto-Response-Suppress")) {
		if word == "oof" || word == "autoreply" || word == "all" {
			return NotWanted
		}
	}
	for _, a := range header.Mailboxes(header.ParseAddresses(m.Header.Get("From"), nil)) {
		if m.isMine(a.Addr()) {
			return FromSelf
		}
	}
	return ""
}

// robot reports whether an address is not that of a person (RFC 3834 section 2, RFC 2142), as far as its local part tells.
func robot(address string) bool {
	local := address
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		local = address[:i]
	}
	local = strings.ToLower(local)
	switch local {
	case "mailer-daemon", "postmaster", "root", "daemon", "nobody", "listserv", "majordomo", "noreply", "no-reply", "no_reply", "donotreply",
		"do-not-reply", "bounce", "bounces", "owner":
		return true
	}
	for _, prefix := range []string{"owner-", "noreply+", "no-reply+", "bounce+", "bounces+", "bounce-", "bounces-"} {
		if strings.HasPrefix(local, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"-request", "-owner", "-bounce", "-bounces"} {
		if strings.HasSuffix(local, suffix) {
			return true
		}
	}
	return false
}

func (m *Mail) isReport() bool {
	t, ok := header.ParseMediaType(m.Header.Get("Content-Type"))
	return ok && (t.Is("multipart", "report") || t.Is("message", "delivery-status") || t.Is("message", "disposition-notification"))
}

// list says whether a mail came through a mailing list or to many at once.
func (m *Mail) list() Reason {
	for _, f := range m.Header.All() {
		name := strings.ToLower(f.Name)
		switch {
		case strings.HasPrefix(name, "list-"), name == "mailing-list", name == "x-mailing-list", name == "x-loop-list":
			return FromList
		}
	}
	for _, word := range words(m.Header.Joined("Precedence")) {
		switch word {
		case "list":
			return FromList
		case "bulk", "junk", "auto_reply":
			return Automatic
		}
	}
	return ""
}

// Automated reports whether a program wrote the mail by itself.
func (m *Mail) Automated() bool {
	for _, v := range m.Header.Values("Auto-Submitted") { // RFC 3834 section 5
		word, _, _ := strings.Cut(strings.ToLower(v), ";")
		word, _, _ = strings.Cut(strings.TrimSpace(word), " ")
		if word != "no" && word != "" {
			return true
		}
	}
	for _, name := range []string{"X-Kopano-Vacation", "X-Zarafa-Vacation", "X-Autoreply", "X-Autorespond", "X-Autoresponder"} {
		if v := strings.TrimSpace(m.Header.Get(name)); v != "" && !strings.EqualFold(v, "no") {
			return true
		}
	}
	return false
}

// circle says whether a mail goes round in a circle.
func (m *Mail) circle() Reason {
	through := m.Through()
	if slices.ContainsFunc(through, m.isMine) {
		return Loop
	}
	if len(m.Header.Values("Received")) >= MaxReceived || len(through) >= MaxReceived {
		return TooManyHops
	}
	return ""
}

// Through are the mailboxes that have sent the mail on, in a new mail or as it was: the addresses in its X-Loop fields.
func (m *Mail) Through() (addresses []string) {
	for _, v := range m.Header.Values("X-Loop") {
		for _, a := range header.Mailboxes(header.ParseAddresses(v, nil)) {
			addresses = append(addresses, a.Addr())
		}
	}
	return addresses
}

// MaySendOn says why a mail must not be forwarded or redirected to somebody, if it must not. inhibit are the header fields that forbid it.
func (m *Mail) MaySendOn(to string, inhibit Patterns) Reason {
	if r := m.circle(); r != "" {
		return r
	}
	switch {
	case to == "":
		return NoTarget
	case m.isMine(to), strings.EqualFold(to, m.ReturnPath):
		return TargetIsSource
	case inhibit.Match(m.Header):
		return Inhibited
	}
	for _, a := range header.Mailboxes(header.ParseAddresses(m.Header.Get("From"), nil)) {
		if strings.EqualFold(a.Addr(), to) {
			return TargetIsSource
		}
	}
	return ""
}

// words are the words of a value in lower case.
func words(value string) []string {
	return strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' })
}
