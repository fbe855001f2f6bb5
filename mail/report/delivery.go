package report

import (
	"fmt"
	"strings"
	"time"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// Action is what became of a mail for one recipient (RFC 3464 2.3.3).
type Action byte

const (
	Failed    Action = iota // it never arrives
	Delayed                 // it was tried in vain and is tried again
	Delivered               // it is in a mailbox
	Relayed                 // it went to a server that reports no deliveries
	Expanded                // it went to the members of a list
)

// String is the word of the standard.
func (a Action) String() string {
	return [...]string{"failed", "delayed", "delivered", "relayed", "expanded"}[a]
}

// Recipient is somebody with what became of the mail for him.
type Recipient struct {
	Name    string
	Address string // as it was tried
	// Original is the address that the sender gave, if it was another one (ORCPT of RFC 3461), without its type.
	Original string
	Action   Action
	// Status is the enhanced status code (RFC 3463), empty if the server gave none: then the replies or the action tell.
	Status string
	// Replies are all lines of the other server's last reply, or a reason found here.
	Replies []string
	// Server is the name of the server that replied, empty if none did.
	Server string
	// Tried is when it was last tried, Until up to when it will be; zero times are left out.
	Tried, Until time.Time
}

// Delivery is a report about the delivery of one mail.
type Delivery struct {
	// Server is the name of the server that reports.
	Server string
	// From is who reports; an empty address is MAILER-DAEMON at Server. To is who sent the mail.
	From, To header.Address
	// Envelope is the ENVID of RFC 3461, if the sender gave one.
	Envelope string
	// Subject and MessageID are those of the mail that the report is about.
	Subject, MessageID string
	// Arrived is when that mail came to this server.
	Arrived time.Time
	// Now is when the report is made.
	Now        time.Time
	Recipients []Recipient
	// Directory tells who users are. It may be nil.
	Directory convert.Directory
}

// action is the worst that became of the mail: it decides what kind of report this is.
func (d *Delivery) action() Action {
	worst := Expanded
	for i := range d.Recipients {
		worst = min(worst, d.Recipients[i].Action)
	}
	return worst
}

func (d *Delivery) from() header.Address {
	if d.From.Local != "" {
		return d.From
	}
	return header.Address{Name: "Mail Delivery System", Local: "MAILER-DAEMON", Domain: d.Server}
}

// subject is the subject of the report.
func (d *Delivery) subject() string {
	switch d.action() {
	case Failed:
		return "Undelivered Mail Returned to Sender"
	case Delayed:
		return "Delayed Mail (still being retried)"
	}
	return "Successful Mail Delivery Report"
}

// Message is the report as a message (MS-OXOMSG 2.2.2): the recipients with what became of the mail for them, and the mail itself
// embedded, if it is given.
func (d *Delivery) Message(original *mapi.Message) *mapi.Message {
	class := map[Action]string{Failed: "REPORT.IPM.Note.NDR", Delayed: "REPORT.IPM.Note.Delayed"}[d.action()]
	if class == "" {
		class = "REPORT.IPM.Note.DR"
	}
	now := mapi.FileTimeOf(d.Now)
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, class), mapi.Time(mapi.PrClientSubmitTime, now), mapi.Time(mapi.PrMessageDeliveryTime, now),
		mapi.Time(mapi.PrReportTime, now), mapi.String(mapi.PrOriginalSubject, d.Subject),
	}}
	convert.SetSubject(m, d.subject())
	convert.SetSender(m, d.Directory, d.from())
	convert.SetText(m, d.text())
	for i := range d.Recipients {
		r := &d.Recipients[i]
		convert.AddRecipient(m, d.Directory, mapi.RecipientTo, r.address())
		row := &m.Recipients[len(m.Recipients)-1]
		reason := r.reason()
		row.Set(mapi.String(mapi.PrReportText, reason))
		row.Set(mapi.String(mapi.PrSupplementaryInfo, "<"+reason+">"))
		row.Set(mapi.Time(mapi.PrReportTime, now))
		code := r.status()
		row.Set(mapi.Long(mapi.PrNDRStatusCode, number(code)))
		reasonCode, diagnostic := codes(code)
		row.Set(mapi.Long(mapi.PrNDRReasonCode, reasonCode))
		row.Set(mapi.Long(mapi.PrNDRDiagCode, diagnostic))
	}
	if d.MessageID != "" {
		m.Props.Set(mapi.String(mapi.PrOriginalMessageID, d.MessageID))
		m.Props.Set(mapi.String(mapi.PrInReplyToID, d.MessageID))
		m.Props.Set(mapi.String(mapi.PrInternetReferences, d.MessageID))
	}
	if !d.Arrived.IsZero() {
		m.Props.Set(mapi.Time(mapi.PrOriginalSubmitTime, mapi.FileTimeOf(d.Arrived)))
	}
	if original != nil {
		convert.Embed(m, original)
	}
	return m
}

// address is the recipient; one without an @ is a user of this server.
func (r *Recipient) address() header.Address {
	list := header.Mailboxes(header.ParseAddresses(r.Address, nil))
	if len(list) != 1 {
		return header.Address{Name: r.Name, Local: r.Address}
	}
	list[0].Name = r.Name
	return list[0]
}

// status is the status code: the one that is given, that of the replies, or what the reply code or the action says.
func (r *Recipient) status() string {
	if r.Status != "" {
		return r.Status
	}
	class := map[Action]byte{Failed: '5', Delayed: '4'}[r.Action]
	if class == 0 {
		class = '2'
	}
	for _, line := range r.Replies {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if len(word) > 4 && word[3] == '-' { // 550-5.1.1
			word = word[4:]
		} else if len(word) == 3 {
			word, _, _ = strings.Cut(rest, " ")
		}
		if enhanced(word) {
			return word
		}
	}
	return string(class) + ".0.0"
}

// enhanced reports whether a word is an enhanced status code.
func enhanced(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != "2" && parts[0] != "4" && parts[0] != "5" {
		return false
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// number is a status code without its dots, as MAPI has it.
func number(status string) uint32 {
	var n uint32
	for _, c := range status {
		if c >= '0' && c <= '9' {
			n = n*10 + uint32(c-'0')
		}
	}
	return n
}

// codes are reason and diagnostic of a status code (MS-OXOMSG 2.2.2.30, 2.2.2.31).
func codes(status string) (reason, diagnostic uint32) {
	const (
		transferFailed, transferImpossible                         = 0, 1
		unrecognized, loop, unavailable, expired, tooLong, nothing = 0, 3, 4, 5, 7, 0xFFFFFFFF
	)
	class, detail, _ := strings.Cut(status, ".")
	switch {
	case strings.HasPrefix(detail, "1."):
		return transferImpossible, unrecognized
	case detail == "2.3" || detail == "3.4":
		return transferFailed, tooLong
	case detail == "4.6" || detail == "4.14":
		return transferFailed, loop
	case detail == "4.7":
		return transferFailed, expired
	case strings.HasPrefix(detail, "2."), class == "4":
		return transferFailed, unavailable
	}
	return transferFailed, nothing
}

// reason is status and replies on one line.
func (r *Recipient) reason() string {
	return strings.TrimSpace(r.status() + " " + strings.Join(r.lines(), " "))
}

// lines are the replies as text: without control characters.
func (r *Recipient) lines() []string {
	var out []string
	for _, reply := range r.Replies {
		for _, line := range strings.FieldsFunc(reply, func(c rune) bool { return c == '\r' || c == '\n' }) {
			line = strings.TrimSpace(strings.Map(func(c rune) rune {
				if c < ' ' || c == 0x7F {
					return ' '
				}
				return c
			}, strings.ToValidUTF8(line, "?")))
			if line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// text is what people read: who, and all lines of the reply.
func (d *Delivery) text() string {
	var b strings.Builder
	server := d.Server
	if server == "" {
		server = "this host"
	}
	fmt.Fprintf(&b, "This is the mail system at %s.\r\n\r\n", server)
	for _, group := range []struct {
		actions []Action
		intro   string
	}{
		{[]Action{Failed}, "Your message could not be delivered to:"},
		{[]Action{Delayed}, "Your message has not been delivered yet to the following recipients. You need not send it again:\r\nit is tried until the time given."},
		{[]Action{Delivered, Relayed, Expanded}, "Your message was delivered to:"},
	} {
		d.group(&b, group.actions, group.intro)
	}
	if d.Subject != "" {
		fmt.Fprintf(&b, "Subject of the message: %s\r\n", strings.Join(strings.Fields(d.Subject), " "))
	}
	return b.String()
}

func (d *Delivery) group(b *strings.Builder, actions []Action, intro string) {
	for i := range d.Recipients {
		r := &d.Recipients[i]
		if r.Action < actions[0] || r.Action > actions[len(actions)-1] {
			continue
		}
		if intro != "" {
			b.WriteString(intro + "\r\n\r\n")
			intro = ""
		}
		fmt.Fprintf(b, "    <%s>\r\n", r.Address)
		if r.Original != "" && r.Original != r.Address {
			fmt.Fprintf(b, "    (sent to <%s>)\r\n", r.Original)
		}
		lines := r.lines()
		if r.Server != "" && len(lines) > 0 {
			fmt.Fprintf(b, "    %s said:\r\n", r.Server)
		}
		for _, line := range lines {
			b.WriteString("        " + line + "\r\n")
		}
		if r.Action == Delayed && !r.Until.IsZero() {
			fmt.Fprintf(b, "    It is tried until %s.\r\n", header.FormatDate(r.Until))
		}
		b.WriteString("\r\n")
	}
}
