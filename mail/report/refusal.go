package report

// Codes of rules that refuse a mail (MS-OXORULE 2.2.5.1.4).
const (
	BounceTooLarge     uint32 = 13
	BounceCannotBeSeen uint32 = 31
	BounceDenied       uint32 = 38
)

// Refused is a recipient whose rule refused a mail with a code; an unknown code denies it.
func Refused(address string, code uint32) Recipient {
	r := Recipient{Address: address, Status: "5.7.1", Replies: []string{"The recipient's mailbox refuses the message"}}
	switch code {
	case BounceTooLarge:
		r.Status, r.Replies = "5.2.3", []string{"The message is larger than the recipient accepts"}
	case BounceCannotBeSeen:
		r.Status, r.Replies = "5.6.1", []string{"The recipient's program cannot show messages of this form"}
	}
	return r
}
