package reply

import (
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"time"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// Fields by which other servers and our own know what was sent automatically.
const (
	// RuleActionField says forward, redirect or reply. Among the fields that inhibit a forward (no_double_forward), it ends a chain.
	RuleActionField = "X-Kopano-Rule-Action"
	vacationField   = "X-Kopano-Vacation"
)

// Answered is the mail that an answer is about.
type Answered struct {
	Subject, MessageID, References string
}

// AnsweredOf reads it from a header.
func AnsweredOf(h *header.Fields) Answered {
	return Answered{
		Subject: header.DecodeText(h.Get("Subject"), nil), MessageID: strings.TrimSpace(h.Get("Message-ID")), References: h.Get("References"),
	}
}

// references are those of the answer (RFC 5322 3.6.4).
func (a Answered) references() string { return strings.TrimSpace(a.References + " " + a.MessageID) }

// Absence answers that somebody is out of office.
type Absence struct {
	From, To header.Address
	// Subject and Text are what he wrote.
	Subject, Text string
	Now           time.Time
	// MessageID is that of the answer, with its brackets; it may be empty.
	MessageID string
}

// DefaultSubject is that of an answer without one.
const DefaultSubject = "Out of office"

// Write writes the answer to a mail. Its envelope must have the return path <>. Errors are those of w.
func (a *Absence) Write(w io.Writer, to Answered) error {
	subject := a.Subject
	if subject == "" {
		subject = DefaultSubject
	}
	if to.Subject != "" {
		subject += " [" + to.Subject + "]"
	}
	var b []byte
	field := func(name, value string) {
		if value != "" {
			b = header.AppendField(b, name, value)
		}
	}
	field("From", header.FormatAddress(a.From.Name, a.From.Addr(), nil))
	field("To", header.FormatAddress(a.To.Name, a.To.Addr(), nil))
	field("Subject", header.EncodeText(subject, nil))
	field("Date", header.FormatDate(a.Now))
	field("Message-ID", a.MessageID)
	field("In-Reply-To", to.MessageID)
	field("References", to.references())
	field("Auto-Submitted", "auto-replied")
	field(vacationField, "autorespond")
	field("X-Auto-Response-Suppress", "All")
	field("Precedence", "bulk")
	field("X-Loop", a.From.Addr())
	field("MIME-Version", "1.0")
	field("Content-Type", "text/plain; charset=utf-8; format=flowed")
	field("Content-Transfer-Encoding", "base64")
	b = append(b, "\r\n"...)
	text := base64.StdEncoding.EncodeToString([]byte(flowed(a.Text)))
	for len(text) > 76 {
		b = append(append(b, text[:76]...), "\r\n"...)
		text = text[76:]
	}
	_, err := w.Write(append(append(b, text...), "\r\n"...))
	return err
}

// flowed makes a text one of format=flowed whose lines are paragraphs: none ends in a blank, and what the format has a meaning for is
// stuffed (RFC 3676 4.4).
func flowed(text string) string {
	var b strings.Builder
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if line != "-- " {
			line = strings.TrimRight(line, " ")
		}
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, ">") || strings.HasPrefix(line, "From ") {
			line = " " + line
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// Composer says for whom and when a message is made by itself.
type Composer struct {
	From header.Address
	Now  time.Time
	// Directory tells who users are. It may be nil.
	Directory convert.Directory
	// Mark writes the field that says which rule's action this is.
	Mark bool
	// Through is who has sent the mail on before ([Mail.Through]), so that each of them knows what is made of it again.
	Through []string
}

// mark gives a message the fields by which it is known.
func (a *Composer) mark(m *mapi.Message, action, submitted string) {
	text := mapi.MakeTag(0, mapi.PtUnicode)
	name := func(n string) mapi.PropName {
		return mapi.PropName{Set: mapi.PsInternetHeaders, Name: strings.ToLower(n)}
	}
	m.SetNamed(name("Auto-Submitted"), mapi.String(text, submitted))
	m.SetNamed(name("X-Loop"), mapi.String(text, strings.Join(append(slices.Clip(a.Through), a.From.Addr()), ", ")))
	if a.Mark {
		m.SetNamed(name(RuleActionField), mapi.String(text, action))
	}
	m.Props.Set(mapi.Time(mapi.PrClientSubmitTime, mapi.FileTimeOf(a.Now)))
	convert.SetSender(m, a.Directory, a.From)
}

// FromTemplate answers with a template that the user has written: its bodies and attachments, to the sender of the mail.
func (a *Composer) FromTemplate(template *mapi.Message, to header.Address, about Answered) *mapi.Message {
	m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note")}, Attachments: template.Attachments}
	for _, tag := range []mapi.PropTag{
		mapi.PrBody, mapi.PrHTML, mapi.PrRTFCompressed, mapi.PrInternetCpid, mapi.PrImportance, mapi.PrPriority, mapi.PrSensitivity,
	} {
		if v, ok := template.Props.Get(tag); ok {
			m.Props.Set(v)
		}
	}
	convert.SetSubject(m, "BT: "+about.Subject)
	convert.AddRecipient(m, a.Directory, mapi.RecipientTo, to)
	if about.MessageID != "" {
		m.Props.Set(mapi.String(mapi.PrInReplyToID, about.MessageID))
		m.Props.Set(mapi.String(mapi.PrInternetReferences, about.references()))
	}
	m.Props.Set(mapi.Long(mapi.PrAutoResponseSuppress, 0xFFFFFFFF))
	a.mark(m, "reply", "auto-replied")
	return m
}
