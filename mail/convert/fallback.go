package convert

import (
	"fmt"
	"time"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// Fallback is the message in which a mail is delivered that cannot be converted: from the administrator, with the mail as it is attached.
func Fallback(mail *tree.Message, now time.Time) *mapi.Message {
	at := mapi.FileTimeOf(now)
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, classNote), mapi.Long(mapi.PrMessageFlags, msgFlagUnmodified),
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at),
	}}
	SetSubject(m, "Fallback delivery")
	SetSender(m, nil, header.Address{Name: "System Administrator"})
	SetText(m, "An e-mail sent to you could not be delivered correctly.\r\n\r\nThe original message is attached to this e-mail (the one you are reading right now).\r\n")
	Attach(m, "original.eml", "message/rfc822", raw{mail: mail, to: mail.Size})
	return m
}

// ImportOrFallback makes a message of any mail: the one that [Import] makes, or if it panics or fails, the one of [Fallback] with the
// reason in err, which is to be logged. A mail is never refused because of what is in it.
func ImportOrFallback(mail *tree.Message, options *ImportOptions) (m *mapi.Message, err error) {
	return orFallback(mail, options, Import)
}

func orFallback(mail *tree.Message, options *ImportOptions, convert func(*tree.Message, *ImportOptions) (*mapi.Message, error)) (m *mapi.Message, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			m, err = Fallback(mail, options.Now), fmt.Errorf("conversion of a mail: panic: %v", cause)
		}
	}()
	if m, err = convert(mail, options); err != nil {
		return Fallback(mail, options.Now), fmt.Errorf("conversion of a mail: %w", err)
	}
	return m, nil
}
