package spooler

import (
	"strings"

	"zarafa/client"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// written is a mail that leaves byte by byte as it is: what a rule redirects, or an answer that a program has written. It is nil for what
// people send, whose mail is made of the message's properties.
func (j *job) written() []byte {
	forwarded, _ := j.m.Props.Get(mapi.PrAutoForwarded)
	mail := j.m.Props.Bytes(mapi.PrECIMAPEmail)
	if !forwarded.Bool() || len(mail) == 0 || !j.cfg.Rules.RedirectSpoofing && !isFrom(mail, j.author.owner) {
		return nil
	}
	return mail
}

// isFrom reports whether a mail names a user as its sender, and nobody else.
func isFrom(mail []byte, user client.Entry) bool {
	found := false
	for f := range headerOf(mail).Named("From") {
		for _, a := range header.Mailboxes(header.ParseAddresses(f.Value(), nil)) {
			own := strings.EqualFold(a.Addr(), user.SMTP)
			for _, alias := range user.Aliases {
				_, address, ok := strings.Cut(alias, ":")
				own = own || strings.EqualFold(a.Addr(), alias) || ok && strings.EqualFold(a.Addr(), address)
			}
			if !own {
				return false
			}
			found = true
		}
	}
	return found
}

func headerOf(mail []byte) *header.Fields {
	t := tree.ParseBytes(mail)
	h, err := t.Fields(t.Root)
	if err != nil {
		return &header.Fields{}
	}
	return h
}

// returnPath is the sender of the envelope: nobody for mail that nobody may answer (RFC 5321 section 4.5.5, RFC 3834 section 3.3).
func (j *job) returnPath() string {
	if j.isAutomatic() {
		return ""
	}
	from := j.author.owner.SMTP
	if j.author.capacity == sendAs && j.author.from.SMTP != "" {
		from = j.author.from.SMTP
	}
	ascii, _ := mailbox(from)
	return ascii
}

// isAutomatic reports whether a message is a report, or an answer that a program gives. Nobody is told if it cannot be delivered.
func (j *job) isAutomatic() bool {
	class := strings.ToLower(j.m.Props.Str(mapi.PrMessageClass))
	if strings.HasPrefix(class, "report.") || strings.HasPrefix(class, "ipm.note.rules.") {
		return true
	}
	for i := range j.m.Named {
		n := &j.m.Named[i]
		if n.Name.Set == mapi.PsInternetHeaders && strings.EqualFold(n.Name.Name, "auto-submitted") {
			return answers(n.Value.Str())
		}
	}
	if mail := j.written(); mail != nil {
		for f := range headerOf(mail).Named("Auto-Submitted") {
			return answers(f.Value())
		}
	}
	return false
}

// answers reports whether a value of Auto-Submitted names anything but a person (RFC 3834 section 5).
func answers(value string) bool {
	word, _, _ := strings.Cut(value, ";")
	return !strings.EqualFold(strings.TrimSpace(word), "no")
}
