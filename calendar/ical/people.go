package ical

import (
	"fmt"
	"strings"
	"time"

	"zarafa/calendar/content"
	"zarafa/mapi"
)

// attendee is an ATTENDEE as MAPI has it.
type attendee struct {
	Person
	kind   uint32 // PR_RECIPIENT_TYPE: 1 required, 2 optional, 3 resource
	status uint32 // PR_RECIPIENT_TRACKSTATUS
	rsvp   bool
	at     time.Time // PR_RECIPIENT_TRACKSTATUS_TIME
}

// AnsweredParam is the parameter of an ATTENDEE that says when he answered, in UTC.
const AnsweredParam = "X-ZARAFA-ANSWERED"

// statusNames are the PARTSTATs of MAPI's responses.
var statusNames = map[uint32]string{
	responseNone: "NEEDS-ACTION", responseOrganized: "ACCEPTED", responseTentative: "TENTATIVE", responseAccepted: "ACCEPTED",
	responseDeclined: "DECLINED", responseUnknown: "NEEDS-ACTION",
}

func statusOf(partstat string) uint32 {
	switch strings.ToUpper(partstat) {
	case "ACCEPTED":
		return responseAccepted
	case "DECLINED":
		return responseDeclined
	case "TENTATIVE":
		return responseTentative
	}
	return responseUnknown
}

// mailAddress is the address of a calendar user (RFC 5545 3.3.3), or empty if he has none.
func mailAddress(l *content.Line) string {
	value := strings.TrimSpace(l.Value())
	if scheme, rest, ok := strings.Cut(value, ":"); ok {
		if !strings.EqualFold(scheme, "mailto") {
			value = l.Param("EMAIL") // what stands in the value is a resource of their own
		} else {
			value = rest
		}
	}
	if value = strings.TrimSpace(value); len(value) > 320 || strings.ContainsAny(value, "\t ") {
		return ""
	}
	return value
}

func (r *reader) attendees(c *content.Component) []attendee {
	var out []attendee
	for l := range c.All("ATTENDEE") {
		address := mailAddress(l)
		if address == "" {
			continue
		}
		a := attendee{Person: r.who(address, l.Param("CN")), kind: 1, status: statusOf(l.Param("PARTSTAT"))}
		switch strings.ToUpper(l.Param("ROLE")) {
		case "OPT-PARTICIPANT", "NON-PARTICIPANT":
			a.kind = 2
		}
		switch strings.ToUpper(l.Param("CUTYPE")) {
		case "RESOURCE", "ROOM":
			a.kind = 3
		}
		if at, err := time.Parse("20060102T150405Z", l.Param(AnsweredParam)); err == nil {
			a.at = at
		}
		a.rsvp = strings.EqualFold(l.Param("RSVP"), "TRUE")
		out = append(out, a)
	}
	return out
}

// row is the attendee as a recipient.
func (a *attendee) row(flags uint32) mapi.Props {
	p := mapi.Props{
		mapi.Long(mapi.PrRecipientType, a.kind),
		mapi.String(mapi.PrDisplayName, a.Name),
		mapi.String(mapi.PrAddrtype, a.AddrType),
		mapi.String(mapi.PrEmailAddress, a.Email),
		mapi.String(mapi.PrSMTPAddress, a.SMTP),
		mapi.Binary(mapi.PrSearchKey, a.SearchKey),
		mapi.Long(mapi.PrRecipientFlags, flags),
		mapi.Long(mapi.PrRecipientTrackstatus, a.status),
		mapi.Long(mapi.PrObjectType, uint32(mapi.TypeMailUser)),
	}
	if !a.at.IsZero() {
		p = append(p, mapi.Time(mapi.PrRecipientTrackstatusTime, mapi.FileTimeOf(a.at)))
	}
	return append(p, mapi.Binary(mapi.PrEntryID, a.EntryID))
}

// Flags of a recipient (MS-OXOCAL 2.2.3.9.1).
const (
	recipientSendable  = 1
	recipientOrganizer = 2
)

// setSender writes who a message is from, and for whom.
func setSender(m *mapi.Message, p Person) {
	for _, v := range []mapi.PropValue{
		mapi.String(mapi.PrSentRepresentingName, p.Name), mapi.String(mapi.PrSentRepresentingAddrtype, p.AddrType),
		mapi.String(mapi.PrSentRepresentingEmailAddress, p.Email), mapi.Binary(mapi.PrSentRepresentingSearchKey, p.SearchKey),
		mapi.String(mapi.PrSentRepresentingSMTPAddress, p.SMTP),
		mapi.String(mapi.PrSenderName, p.Name), mapi.String(mapi.PrSenderAddrtype, p.AddrType),
		mapi.String(mapi.PrSenderEmailAddress, p.Email), mapi.Binary(mapi.PrSenderSearchKey, p.SearchKey),
		mapi.String(mapi.PrSenderSMTPAddress, p.SMTP),
	} {
		m.Props.Set(v)
	}
	m.Props.Set(mapi.Binary(mapi.PrSentRepresentingEntryID, p.EntryID))
	m.Props.Set(mapi.Binary(mapi.PrSenderEntryID, p.EntryID))
}

// meeting writes what an event with attendees has, and makes a message of it if the text has a method.
func (r *reader) meeting(m *mapi.Message, c *content.Component, t span) error {
	organizer := c.Get("ORGANIZER")
	people := r.attendees(c)
	if organizer == nil && len(people) == 0 {
		if r.method != "" {
			return fmt.Errorf("%w: %s without an organizer", ErrItem, r.method)
		}
		return nil
	}
	var address string
	var chair attendee
	if organizer != nil {
		if address = mailAddress(organizer); address != "" {
			chair = attendee{Person: r.who(address, organizer.Param("CN")), kind: 1}
		}
	}
	switch r.method {
	case "REPLY", "COUNTER":
		return r.response(m, c, t, chair, people)
	}
	mine := r.setPeople(m, chair, people)
	state := uint32(stateMeeting)
	if address != "" && !r.self(address) {
		state |= stateReceived
	}
	if r.method == "CANCEL" || strings.EqualFold(c.Value("STATUS"), "CANCELLED") {
		state |= stateCanceled
	}
	setLong(m, appt(idStateFlags), state)
	response := uint32(responseUnknown)
	switch {
	case state&stateReceived == 0:
		response = responseOrganized
	case mine != nil && r.method == "":
		response = mine.status
	}
	setLong(m, appt(idResponseStatus), response)
	setBool(m, appt(idInvited), true)
	if stamp, ok, err := readOne(c, "DTSTAMP", r.zones, r.Zone); err == nil && ok {
		setTime(m, meeting(idOwnerChange), stamp.Instant())
	}
	icon := uint32(iconMeeting)
	if getBool(m, appt(idRecurring)) {
		icon = iconMeetingSeries
	}
	m.Props.Set(mapi.Long(mapi.PrIconIndex, icon))
	return r.classify(m, people, mine)
}

// setPeople writes organizer and attendees, and finds the attendee who is the mailbox's owner.
func (r *reader) setPeople(m *mapi.Message, chair attendee, people []attendee) (mine *attendee) {
	if chair.Email != "" {
		setSender(m, chair.Person)
	}
	var all, to, cc []string
	listed := false
	for i := range people {
		a := &people[i]
		flags := uint32(recipientSendable)
		if chair.SMTP != "" && strings.EqualFold(a.SMTP, chair.SMTP) {
			flags, listed = flags|recipientOrganizer, true
		}
		if r.self(a.SMTP) && mine == nil {
			mine = a
		}
		m.Recipients = append(m.Recipients, a.row(flags))
		all = append(all, a.Name)
		switch a.kind {
		case 1:
			to = append(to, a.Name)
		case 2:
			cc = append(cc, a.Name)
		}
	}
	if chair.Email != "" && !listed && r.method == "" {
		// A status of 0 says that he is in the list as the organizer alone.
		m.Recipients = append([]mapi.Props{chair.row(recipientSendable | recipientOrganizer)}, m.Recipients...)
	}
	setText(m, appt(idAllAttendees), strings.Join(all, "; "))
	setText(m, appt(idToAttendees), strings.Join(to, "; "))
	setText(m, appt(idCcAttendees), strings.Join(cc, "; "))
	return mine
}

// classify makes the message that the method says.
func (r *reader) classify(m *mapi.Message, people []attendee, mine *attendee) error {
	switch r.method {
	case "":
	case "REQUEST", "ADD":
		m.Props.Set(mapi.String(mapi.PrMessageClass, classRequest))
		m.Props.Set(mapi.Long(mapi.PrIconIndex, iconMeeting))
		setLong(m, common(idSideEffects), 0x1C61)
		// It is tentative until it is answered; how it is meant to show is in the intended status.
		if getLong(m, appt(idBusyStatus)) != 0 {
			setLong(m, appt(idBusyStatus), 1)
		}
		kind := uint32(1)
		if getLong(m, appt(idSequence)) > 0 {
			kind = 0x10000
		}
		setLong(m, meeting(idMeetingType), kind)
		rsvp := mine != nil && mine.rsvp
		if mine == nil {
			for i := range people {
				rsvp = rsvp || people[i].rsvp
			}
		}
		m.Props.Set(mapi.Bool(mapi.PrResponseRequested, rsvp))
		m.Props.Set(mapi.Bool(mapi.PrReplyRequested, rsvp))
	case "CANCEL":
		m.Props.Set(mapi.String(mapi.PrMessageClass, classCanceled))
		m.Props.Set(mapi.Long(mapi.PrIconIndex, iconCanceled))
		setLong(m, appt(idBusyStatus), 0)
	default:
		return fmt.Errorf("%w: METHOD:%.40s", ErrUnsupported, r.method)
	}
	return nil
}

// response makes the answer of an attendee, who is its sender; it goes to the organizer.
func (r *reader) response(m *mapi.Message, c *content.Component, t span, chair attendee, people []attendee) error {
	if len(people) == 0 {
		return fmt.Errorf("%w: %s without an attendee", ErrItem, r.method)
	}
	sender := people[0]
	setSender(m, sender.Person)
	if chair.Email != "" {
		m.Recipients = append(m.Recipients, chair.row(recipientSendable))
	}
	class, icon := classTentative, uint32(iconTentative)
	switch {
	case r.method == "COUNTER":
		return r.counter(m, c, t)
	case sender.status == responseAccepted:
		class, icon = classAccepted, iconAccepted
	case sender.status == responseDeclined:
		class, icon = classDeclined, iconDeclined
	case sender.status == responseUnknown:
		return fmt.Errorf("%w: a reply that answers nothing", ErrUnsupported)
	}
	return r.setResponse(m, c, class, icon, sender.status)
}

func (r *reader) setResponse(m *mapi.Message, c *content.Component, class string, icon, status uint32) error {
	m.Props.Set(mapi.String(mapi.PrMessageClass, class))
	m.Props.Set(mapi.Long(mapi.PrIconIndex, icon))
	setLong(m, appt(idResponseStatus), status)
	setBool(m, common(idReminderSet), false)
	stamp, ok, err := readOne(c, "DTSTAMP", r.zones, r.Zone)
	if ok && err == nil {
		setTime(m, meeting(idAttendeeChange), stamp.Instant())
		setTime(m, appt(idReplyTime), stamp.Instant())
	}
	return nil
}

// counter is a proposal of another time (MS-OXCICAL 2.1.3.1.1.20.16): the text's times are the proposed ones.
func (r *reader) counter(m *mapi.Message, c *content.Component, t span) error {
	setBool(m, appt(idCounter), true)
	setTime(m, appt(idProposedStart), t.start.Instant())
	setTime(m, appt(idProposedEnd), t.end.Instant())
	setLong(m, appt(idProposedMinutes), uint32(t.end.Instant().Sub(t.start.Instant())/time.Minute))
	old := t
	for name, w := range map[string]*Moment{"X-MS-OLK-ORIGINALSTART": &old.start, "X-MS-OLK-ORIGINALEND": &old.end} {
		at, ok, err := readOne(c, name, r.zones, r.Zone)
		if err != nil {
			return err
		}
		if ok {
			*w = at
		}
	}
	if !old.end.Instant().Before(old.start.Instant()) {
		r.setSpan(m, old)
	}
	return r.setResponse(m, c, classTentative, iconTentative, responseTentative)
}
