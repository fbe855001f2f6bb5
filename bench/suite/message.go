package suite

import (
	"fmt"
	"strings"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

// newMessage is mail number n with three recipients, an attachment and a text of 2,000 characters.
func newMessage(n int) *wire.SaveObject {
	subject := fmt.Sprintf("subject %05d of a message", n*7919%100_003)
	received := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n*7919%50_000) * time.Minute)
	at := mapi.FileTimeOf(received)
	m := &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrImportance, uint32(n%3)),
		mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrNormalizedSubject, subject),
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at),
		mapi.String(mapi.PrSentRepresentingName, fmt.Sprintf("Jane Doe %d", n%50)), mapi.String(mapi.PrSenderName, "Jane Doe"),
		mapi.String(mapi.PrSenderAddrtype, "SMTP"), mapi.String(mapi.PrSenderEmailAddress, "jane@example.net"),
		mapi.Long(mapi.PrMessageFlags, 0), mapi.String(mapi.PrTransportMessageHeaders, "Received: from a by b\nSubject: "+subject),
		mapi.String(mapi.PrBody, strings.Repeat("Lorem ipsum dolor sit amet, consectetur elit. ", 43)),
	}}
	for i := range 3 {
		m.Items = append(m.Items, wire.SaveObject{ObjType: uint32(mapi.TypeMailUser), ClientID: uint32(i), ModProps: []mapi.PropValue{
			mapi.Long(mapi.PrRecipientType, 1), mapi.Long(mapi.PrRowid, uint32(i)), mapi.String(mapi.PrDisplayName, "Recipient"),
			mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, fmt.Sprintf("r%d@example.com", i)),
		}})
	}
	m.Items = append(m.Items, wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{
		mapi.Binary(mapi.PrAttachDataBin, []byte(strings.Repeat("a,b\n1,2\n", 100))), mapi.Long(mapi.PrAttachMethod, 1),
		mapi.String(mapi.PrAttachLongFilename, "numbers.csv"), mapi.Long(mapi.PrAttachNum, 0),
	}})
	return m
}

// columns are those of a mail client's list of messages.
func columns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSubject, mapi.PrSenderName, mapi.PrMessageDeliveryTime, mapi.PrMessageFlags,
		mapi.PrMessageClass, mapi.PrImportance, mapi.PrHasAttach, mapi.PrMessageSize, mapi.PrSentRepresentingName, mapi.PrDisplayTo,
	}
}
