package content

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// Named properties of appointments (PSETID_Appointment 0x8208, 0x820D, 0x820E), as every server numbers them
// (objects.md section 6).
const (
	TagLocation mapi.PropTag = 0x8008001F
	TagStart    mapi.PropTag = 0x800D0040
	TagEnd      mapi.PropTag = 0x800E0040
)

// Appointment makes an appointment that starts at a time.
func (m *Material) Appointment(r *rand.Rand, token Token, start time.Time) *client.Message {
	l := m.language(r)
	end := start.Add(time.Duration(1+r.IntN(6)) * 30 * time.Minute)
	return &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Appointment"),
		mapi.String(mapi.PrSubject, phrase(r, l, 1+r.IntN(5))),
		mapi.String(mapi.PrInternetMessageID, token.String()),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.String(mapi.PrBody, text(r, l, 100)),
		mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(start)),
		mapi.String(TagLocation, phrase(r, l, 1)),
		mapi.Time(TagStart, mapi.FileTimeOf(start)),
		mapi.Time(TagEnd, mapi.FileTimeOf(end)),
	}}
}

// Contact makes a contact.
func (m *Material) Contact(r *rand.Rand, token Token) *client.Message {
	l := m.language(r)
	name := person(r, l)
	given, surname, _ := strings.Cut(name, " ")
	return &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Contact"),
		mapi.String(mapi.PrSubject, name),
		mapi.String(mapi.PrInternetMessageID, token.String()),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.String(mapi.PrDisplayName, name),
		mapi.String(mapi.PrGivenName, given),
		mapi.String(mapi.PrSurname, surname),
		mapi.String(mapi.PrOfficeTelephoneNumber, fmt.Sprintf("+49 30 %07d", r.IntN(10_000_000))),
	}}
}
