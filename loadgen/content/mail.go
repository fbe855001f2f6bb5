package content

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// Address is a person of this server.
type Address struct {
	Name  string // full name
	Login string
	Email string
}

// Mail says what a message must be; the rest is made up.
type Mail struct {
	Token Token
	From  Address // made up if empty
	To    []Address
	Time  time.Time // of delivery
	Read  bool
	// Unsent makes a message that is still to be submitted.
	Unsent  bool
	Subject string // made up if empty
}

// Mail makes a message of a size and language of the distribution.
func (m *Material) Mail(r *rand.Rand, want Mail) *client.Message {
	l, size := m.language(r), m.sizes[pick(r, m.sizeSums)]
	subject := want.Subject
	if subject == "" {
		subject = phrase(r, l, 2+r.IntN(6))
	}
	from := want.From
	if from.Name == "" {
		from = Address{Name: person(r, l), Email: fmt.Sprintf("person%d@example.com", r.IntN(500))}
	}
	body := text(r, l, size.Body)
	at := mapi.FileTimeOf(want.Time)
	msg := &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"),
		mapi.String(mapi.PrSubject, subject),
		mapi.String(mapi.PrInternetMessageID, want.Token.String()),
		mapi.Time(mapi.PrMessageDeliveryTime, at),
		mapi.Time(mapi.PrClientSubmitTime, at),
		mapi.Long(mapi.PrMessageFlags, flags(want)),
		mapi.Long(mapi.PrImportance, 1),
		mapi.Long(mapi.PrInternetCpid, 65001),
		mapi.String(mapi.PrBody, body),
	}}
	if r.IntN(2) == 0 {
		html := "<html><body><p>" + strings.ReplaceAll(body, "\r\n", "</p>\r\n<p>") + "</p></body></html>"
		msg.Props = append(msg.Props, mapi.Binary(mapi.PrHTML, []byte(html)))
	}
	msg.Props = append(msg.Props, sender(from)...)
	for _, to := range want.To {
		msg.Recipients = append(msg.Recipients, client.Recipient{Type: mapi.RecipientTo, Name: to.Name, Address: to.Email})
	}
	if size.Attachment > 0 {
		msg.Attachments = []client.Attachment{{Name: size.Name, MimeType: size.Type, Data: noise(r, size.Attachment)}}
	}
	return msg
}

// Draft makes the beginning of a message: its subject and a paragraph.
func (m *Material) Draft(r *rand.Rand, want Mail) *client.Message {
	l, at := m.language(r), mapi.FileTimeOf(want.Time)
	msg := &client.Message{Props: append(mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"),
		mapi.String(mapi.PrSubject, phrase(r, l, 2+r.IntN(6))),
		mapi.String(mapi.PrInternetMessageID, want.Token.String()),
		mapi.Time(mapi.PrMessageDeliveryTime, at),
		mapi.Long(mapi.PrMessageFlags, flags(want)),
		mapi.String(mapi.PrBody, text(r, l, paragraph)),
	}, sender(want.From)...)}
	for _, to := range want.To {
		msg.Recipients = append(msg.Recipients, client.Recipient{Type: mapi.RecipientTo, Name: to.Name, Address: to.Email})
	}
	return msg
}

// paragraph is how much text is written between two times of saving a draft, in bytes.
const paragraph = 200

// Paragraph is what is written until a draft is saved the next time.
func (m *Material) Paragraph(r *rand.Rand) string { return text(r, m.language(r), paragraph) }

func flags(want Mail) (f uint32) {
	if want.Read {
		f |= mapi.MsgRead
	}
	if want.Unsent {
		f |= mapi.MsgUnsent
	}
	return f
}

func sender(from Address) mapi.Props {
	return mapi.Props{
		mapi.String(mapi.PrSenderName, from.Name),
		mapi.String(mapi.PrSenderAddrtype, "SMTP"),
		mapi.String(mapi.PrSenderEmailAddress, from.Email),
		mapi.String(mapi.PrSentRepresentingName, from.Name),
		mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"),
		mapi.String(mapi.PrSentRepresentingEmailAddress, from.Email),
	}
}

// noise is data that hardly compresses, like the files of offices.
func noise(r *rand.Rand, size int) []byte {
	data := make([]byte, 0, size+8)
	for len(data) < size {
		n := r.Uint64()
		data = append(data, byte(n), byte(n>>8), byte(n>>16), byte(n>>24), byte(n>>32), byte(n>>40), byte(n>>48), byte(n>>56))
	}
	return data[:size]
}

// Login is the name that a generated user logs on with; the first has the number 1.
func Login(prefix string, user uint32) string { return fmt.Sprintf("%s%04d", prefix, user) }

// Email is a generated user's address.
func Email(login string) string { return login + "@zload.example" }
