package report

import (
	"time"

	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// Receipt tells a sender whether his mail was read (RFC 8098).
type Receipt struct {
	// From is the reader, To the one whom the mail asked to be told (Disposition-Notification-To).
	From, To header.Address
	// Read is false for a mail that was deleted unread.
	Read bool
	// Subject and MessageID are those of the mail; Sent is its date.
	Subject, MessageID string
	Sent               time.Time
	// Now is when it was read.
	Now time.Time
	// Directory tells who users are. It may be nil.
	Directory convert.Directory
}

// Message is the receipt as a message (MS-OXOMSG 2.2.3); convert.Export makes the mail of it.
func (r *Receipt) Message() *mapi.Message {
	class, prefix, what := "REPORT.IPM.Note.IPNRN", "Read: ", "was read"
	if !r.Read {
		class, prefix, what = "REPORT.IPM.Note.IPNNRN", "Not read: ", "was deleted without being read"
	}
	now := mapi.FileTimeOf(r.Now)
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, class), mapi.Time(mapi.PrClientSubmitTime, now), mapi.Time(mapi.PrReportTime, now),
		mapi.String(mapi.PrOriginalSubject, r.Subject),
	}}
	convert.SetSubject(m, prefix+r.Subject)
	convert.SetSender(m, r.Directory, r.From)
	convert.AddRecipient(m, r.Directory, mapi.RecipientTo, r.To)
	text := "Your message\r\n\r\n    Subject: " + r.Subject + "\r\n"
	if !r.Sent.IsZero() {
		text += "    Sent: " + header.FormatDate(r.Sent) + "\r\n"
	}
	convert.SetText(m, text+"\r\n"+what+" on "+header.FormatDate(r.Now)+".\r\n")
	if r.MessageID != "" {
		m.Props.Set(mapi.String(mapi.PrOriginalMessageID, r.MessageID))
		m.Props.Set(mapi.String(mapi.PrInReplyToID, r.MessageID))
		m.Props.Set(mapi.String(mapi.PrInternetReferences, r.MessageID))
	}
	if !r.Sent.IsZero() {
		m.Props.Set(mapi.Time(mapi.PrOriginalSubmitTime, mapi.FileTimeOf(r.Sent)))
	}
	m.Props.Set(mapi.Long(mapi.PrAutoResponseSuppress, 0xFFFFFFFF))
	return m
}
