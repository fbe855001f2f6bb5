package monitor

import (
	"bytes"
	"time"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// letterClass is what Outlook shows as a warning of the system.
const letterClass = "IPM.Note.StorageQuotaWarning"

// PR_IMPORTANCE and PR_PRIORITY of something that somebody has to see to (MS-OXCMSG 2.2.1.11 and 2.2.1.12).
const (
	importanceHigh = 2
	priorityUrgent = 1
)

// letter is one mail to several people, each of whom gets it in his language.
type letter struct {
	kind   kind
	values values
	from   client.User
	to     []client.User
	now    time.Time
	id     mapi.GUID // of the mail, equal in all its copies
}

// ByAddress finds sender and recipients, all of whom are in the address book.
func (l *letter) ByAddress(address string) (convert.Entry, bool) {
	for _, u := range append([]client.User{l.from}, l.to...) {
		if a := addressOf(&u); a.Addr() == address {
			return convert.Entry{Name: a.Name, Account: u.Name, SMTP: smtpOf(&u), EntryID: u.EntryID, ObjectType: mapi.TypeMailUser}, true
		}
	}
	return convert.Entry{}, false
}

// addressOf is a user's address; one without an address of the Internet has his login name for it.
func addressOf(u *client.User) header.Address {
	a := header.Address{Local: u.Name}
	if list := header.Mailboxes(header.ParseAddresses(u.Email, nil)); len(list) == 1 && list[0].Domain != "" {
		a = list[0]
	}
	if a.Name = u.FullName; a.Name == "" {
		a.Name = u.Name
	}
	return a
}

func smtpOf(u *client.User) string {
	if a := addressOf(u); a.Domain != "" {
		return a.Addr()
	}
	return ""
}

// message makes the copy for the recipient with a number: with what it would keep if it had come as a mail.
func (l *letter) message(number int, subject, body string) (*mapi.Message, error) {
	now := mapi.FileTimeOf(l.now)
	me := mapi.Binary(mapi.PrReceivedByEntryID, l.to[number].EntryID)
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, letterClass), mapi.Long(mapi.PrMessageFlags, 0),
		mapi.Long(mapi.PrImportance, importanceHigh), mapi.Long(mapi.PrPriority, priorityUrgent),
		mapi.Time(mapi.PrClientSubmitTime, now), mapi.Time(mapi.PrMessageDeliveryTime, now),
		mapi.Binary(mapi.PrSearchKey, l.id[:]), mapi.String(mapi.PrInternetMessageID, l.messageID()),
		mapi.Bool(mapi.PrMessageToMe, number == 0), mapi.Bool(mapi.PrMessageCcMe, number > 0), mapi.Bool(mapi.PrMessageRecipMe, true),
		me, mapi.String(mapi.PrReceivedByName, addressOf(&l.to[number]).Name),
	}}
	convert.SetSubject(m, subject)
	convert.SetText(m, body)
	convert.SetSender(m, l, addressOf(&l.from))
	for i := range l.to {
		kind := mapi.RecipientTo
		if i > 0 {
			kind = mapi.RecipientCc
		}
		convert.AddRecipient(m, l, kind, addressOf(&l.to[i]))
	}
	var mail bytes.Buffer
	if err := convert.Export(&mail, m, &convert.ExportOptions{Addresses: l.addressIn, Now: l.now}); err != nil {
		return nil, err
	}
	return m, convert.SetIMAP(m, tree.ParseBytes(mail.Bytes()))
}

// messageID is the Message-ID of all copies.
func (l *letter) messageID() string {
	domain := addressOf(&l.from).Domain
	if domain == "" {
		domain = "localhost"
	}
	return "<" + l.id.String() + "@" + domain + ">"
}

// addressIn finds the address of the Internet of somebody in the mail.
func (l *letter) addressIn(who mapi.Props) (string, bool) {
	for _, u := range append([]client.User{l.from}, l.to...) {
		if smtp := smtpOf(&u); smtp != "" && bytes.Equal(u.EntryID, who.Bytes(mapi.PrEntryID)) {
			return smtp, true
		}
	}
	return "", false
}
