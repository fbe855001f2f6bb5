package ical

import (
	"fmt"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/recur"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// event writes an event or a meeting message: a component, and one for each exception of a series.
func (w *writer) event(m *mapi.Message) ([]*content.Component, error) {
	data := getBinary(m, appt(idRecur))
	recurring := getBool(m, appt(idRecurring)) && len(data) > 0
	z := w.ItemZone(m, recurring)
	s, err := w.span(m, z)
	if err != nil {
		return nil, err
	}
	var rec *recur.Recurrence
	if recurring {
		if rec, err = recur.Parse(data); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrItem, err)
		}
		first, ok := rec.First()
		if !ok {
			return nil, fmt.Errorf("%w: a series without instances: %w", ErrItem, rec.Check())
		}
		s.start.Wall, s.end.Wall = first.Start.Wall(), first.End.Wall()
		if s.allDay {
			s.start.Wall, s.end.Wall = dayOf(s.start.Wall), dayOf(s.end.Wall.Add(24*time.Hour-time.Minute))
		} else {
			s.start, s.end = w.time(s.start.Wall, z), w.time(s.end.Wall, z)
		}
	}
	c := content.NewComponent("VEVENT")
	if err := w.head(c, m); err != nil {
		return nil, err
	}
	if getBool(m, meeting(idIsException)) {
		w.recurrenceID(c, m, s)
	}
	if rec == nil {
		return []*content.Component{c}, w.body(c, m, s)
	}
	rule, err := rec.Rule(z.Location, s.allDay)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrItem, err)
	}
	c.Add(content.New("RRULE", rule))
	for _, x := range rec.Excluded() {
		c.Add(w.instance("EXDATE", x, s))
	}
	if err := w.body(c, m, s); err != nil {
		return nil, err
	}
	return w.exceptions(c, m, rec, s)
}

// instance names an instance by its original start, in the form of DTSTART.
func (w *writer) instance(name string, at recur.Minutes, s span) *content.Line {
	if s.allDay {
		return Moment{Wall: dayOf(at.Wall()), Date: true, Zone: s.start.Zone}.Line(name)
	}
	return w.time(at.Wall(), s.start.Zone).Line(name)
}

// recurrenceID names the instance that a message is about.
func (w *writer) recurrenceID(c *content.Component, m *mapi.Message, s span) {
	if at := getTime(m, appt(idExceptionOrig)); !at.IsZero() {
		c.Add(w.instance("RECURRENCE-ID", recur.MinutesOf(zone.Wall(at, s.start.Zone.Location)), s))
		return
	}
	if day, ok := calendar.Day(getBinary(m, meeting(idGlobalID))); ok {
		// When on that day the series would have it the message does not say; what it does is the best guess.
		at := recur.MinutesOf(s.start.Wall)
		c.Add(w.instance("RECURRENCE-ID", recur.MinutesOf(day)+at-at.Midnight(), s))
	}
}

// body writes what all components of an event have.
func (w *writer) body(c *content.Component, m *mapi.Message, s span) error {
	w.texts(c, m)
	if l := getText(m, appt(idLocation)); l != "" {
		c.Add(content.NewText("LOCATION", l))
	} else if l := getText(m, meeting(idWhere)); l != "" {
		c.Add(content.NewText("LOCATION", l))
	}
	proposed := s
	method := Method(m)
	if method == "COUNTER" {
		if a, b := getTime(m, appt(idProposedStart)), getTime(m, appt(idProposedEnd)); !a.IsZero() && !b.Before(a) {
			z := s.start.Zone
			proposed = span{start: w.time(zone.Wall(a, z.Location), z), end: w.time(zone.Wall(b, z.Location), z)}
			c.Add(s.start.Line("X-MS-OLK-ORIGINALSTART"), s.end.Line("X-MS-OLK-ORIGINALEND"))
		}
	}
	c.Add(proposed.start.Line("DTSTART"), proposed.end.Line("DTEND"))
	c.Add(content.New("SEQUENCE", fmt.Sprint(getLong(m, appt(idSequence)))))
	w.busy(c, m, s)
	if s.allDay {
		c.Add(content.New("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE"))
	}
	if getBool(m, appt(idNoCounter)) {
		c.Add(content.New("X-MICROSOFT-DISALLOW-COUNTER", "TRUE"))
	}
	w.people(c, m, method)
	if getBool(m, common(idReminderSet)) && (method == "" || method == "REQUEST") {
		minutes := getLong(m, common(idReminderMinutes))
		if minutes == defaultReminder {
			minutes = 15
		}
		c.AddComponent(alarmComponent(content.New("TRIGGER", fmt.Sprintf("-PT%dM", minutes)), m))
	}
	return w.attach(c, m)
}

// busy writes how the event shows. A request says what its organizer intends.
func (w *writer) busy(c *content.Component, m *mapi.Message, s span) {
	status := getLong(m, appt(idBusyStatus))
	intended, ok := m.GetNamed(appt(idIntendedBusy), mapi.PtLong)
	if Method(m) == "REQUEST" && ok {
		status = intended.Uint32()
	}
	transp := "OPAQUE"
	if status == 0 {
		transp = "TRANSPARENT"
	}
	c.Add(content.New("TRANSP", transp))
	if int(status) < len(busyNames) {
		c.Add(content.New("X-MICROSOFT-CDO-BUSYSTATUS", busyNames[status]))
	}
	if ok && int(intended.Uint32()) < len(busyNames) {
		c.Add(content.New("X-MICROSOFT-CDO-INTENDEDSTATUS", busyNames[intended.Uint32()]))
	}
	switch {
	case getLong(m, appt(idStateFlags))&stateCanceled != 0 || Method(m) == "CANCEL":
		c.Add(content.New("STATUS", "CANCELLED"))
	case status == 1:
		c.Add(content.New("STATUS", "TENTATIVE"))
	}
}

// sender is who a message is for, as its organizer or as the attendee who answers.
func sender(m *mapi.Message) Person {
	p := m.Props
	return Person{
		Name: p.Str(mapi.PrSentRepresentingName), AddrType: p.Str(mapi.PrSentRepresentingAddrtype),
		Email: p.Str(mapi.PrSentRepresentingEmailAddress), SMTP: p.Str(mapi.PrSentRepresentingSMTPAddress),
		EntryID: p.Bytes(mapi.PrSentRepresentingEntryID),
	}
}

// recipient is a row as a person.
func recipient(row mapi.Props) Person {
	return Person{
		Name: row.Str(mapi.PrDisplayName), AddrType: row.Str(mapi.PrAddrtype), Email: row.Str(mapi.PrEmailAddress),
		SMTP: row.Str(mapi.PrSMTPAddress), EntryID: row.Bytes(mapi.PrEntryID),
	}
}

// people writes organizer and attendees. An item that is no meeting has neither, whoever made it.
func (w *writer) people(c *content.Component, m *mapi.Message, method string) {
	if method == "REPLY" || method == "COUNTER" {
		status := map[string]uint32{classAccepted: responseAccepted, classDeclined: responseDeclined}[m.Props.Str(mapi.PrMessageClass)]
		if status == 0 {
			status = responseTentative
		}
		if l := w.user("ATTENDEE", sender(m)); l != nil {
			l.SetParam("PARTSTAT", statusNames[status])
			c.Add(l)
		}
		if len(m.Recipients) > 0 {
			if l := w.user("ORGANIZER", recipient(m.Recipients[0])); l != nil {
				c.Add(l)
			}
		}
		return
	}
	if getLong(m, appt(idStateFlags))&stateMeeting == 0 && method == "" {
		return
	}
	if l := w.user("ORGANIZER", sender(m)); l != nil {
		c.Add(l)
	}
	for _, row := range m.Recipients {
		flags, status := row.Uint32(mapi.PrRecipientFlags), row.Uint32(mapi.PrRecipientTrackstatus)
		if flags&recipientOrganizer != 0 && status <= responseOrganized {
			continue // he is in the list as the organizer alone
		}
		if l := w.attendee(row, status, m); l != nil {
			c.Add(l)
		}
	}
}

func (w *writer) attendee(row mapi.Props, status uint32, m *mapi.Message) *content.Line {
	l := w.user("ATTENDEE", recipient(row))
	if l == nil {
		return nil
	}
	switch row.Uint32(mapi.PrRecipientType) {
	case 2:
		l.SetParam("ROLE", "OPT-PARTICIPANT")
	case 3:
		l.SetParam("CUTYPE", "RESOURCE")
		l.SetParam("ROLE", "NON-PARTICIPANT")
	default:
		l.SetParam("ROLE", "REQ-PARTICIPANT")
	}
	name := statusNames[status]
	if name == "" {
		name = "NEEDS-ACTION"
	}
	l.SetParam("PARTSTAT", name)
	if at, ok := row.Get(mapi.PrRecipientTrackstatusTime); ok && at.Num != 0 && name != "NEEDS-ACTION" {
		l.SetParam(AnsweredParam, at.Time().Time().Format("20060102T150405Z"))
	}
	if name == "NEEDS-ACTION" && (Method(m) != "REQUEST" || m.Props.Uint32(mapi.PrResponseRequested) != 0 || !m.Props.Has(mapi.PrResponseRequested.ID())) {
		l.SetParam("RSVP", "TRUE")
	}
	return l
}

// user is a calendar user, or nil if nobody knows his address.
func (w *writer) user(name string, p Person) *content.Line {
	address := w.address(p)
	if address == "" {
		return nil
	}
	l := content.New(name, "mailto:"+address)
	if p.Name != "" && !strings.EqualFold(p.Name, address) {
		l.SetParam("CN", p.Name)
	}
	return l
}

// exceptions writes a component for each modified instance, with all that it has, as some programs take what is missing for
// removed.
func (w *writer) exceptions(c *content.Component, m *mapi.Message, rec *recur.Recurrence, s span) ([]*content.Component, error) {
	out := []*content.Component{c}
	embedded := w.embedded(m, s.start.Zone)
	for i := range rec.Exceptions {
		e := &rec.Exceptions[i]
		if !rec.Has(e.Original) {
			continue
		}
		original := e.Original.Midnight() + recur.Minutes(rec.StartOffset)
		merged := merge(m, embedded[original.Midnight()], e)
		t := span{allDay: getBool(merged, appt(idAllDay))}
		t.start, t.end = Moment{Wall: dayOf(e.Start.Wall()), Date: true, Zone: s.start.Zone}, Moment{Wall: dayOf(e.End.Wall()), Date: true, Zone: s.start.Zone}
		if !t.allDay {
			t.start, t.end = w.time(e.Start.Wall(), s.start.Zone), w.time(e.End.Wall(), s.start.Zone)
		} else if !t.end.Wall.After(t.start.Wall) {
			t.end.Wall = t.start.Wall.AddDate(0, 0, 1)
		}
		x := content.NewComponent("VEVENT")
		if err := w.head(x, merged); err != nil {
			return nil, err
		}
		x.Set(c.Get("UID").Clone())
		x.Add(w.instance("RECURRENCE-ID", original, s))
		if err := w.body(x, merged, t); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// embedded are the messages of a series' exceptions by their original day.
func (w *writer) embedded(m *mapi.Message, z *zone.Zone) map[recur.Minutes]*mapi.Message {
	out := map[recur.Minutes]*mapi.Message{}
	for _, a := range m.Attachments {
		if a.Message == nil || !isClass(a.Message.Props.Str(mapi.PrMessageClass), classException) {
			continue
		}
		if at := getTime(a.Message, appt(idExceptionOrig)); !at.IsZero() {
			out[recur.MinutesOf(zone.Wall(at, z.Location)).Midnight()] = a.Message
		} else if day, ok := calendar.Day(getBinary(a.Message, meeting(idGlobalID))); ok {
			out[recur.MinutesOf(day)] = a.Message
		}
	}
	return out
}

// merge is an exception as it shows: its own properties, those that its entry has, and for the rest those of the series.
func merge(series, own *mapi.Message, e *recur.Exception) *mapi.Message {
	out := &mapi.Message{Props: mapi.Props(mapi.CloneProps(series.Props)), Recipients: series.Recipients}
	out.Named = append(out.Named, series.Named...)
	if own != nil && e.Flags&recur.HasBody != 0 {
		out.Props.Delete(mapi.PrBody.ID())
		out.Props.Delete(mapi.PrHTML.ID())
	}
	if own != nil {
		for _, v := range own.Props {
			out.Props.Set(v)
		}
		for _, v := range own.Named {
			out.SetNamed(v.Name, v.Value)
		}
		if len(own.Recipients) > 0 {
			out.Recipients = own.Recipients
		}
		out.Attachments = own.Attachments
	}
	out.Props.Set(mapi.String(mapi.PrMessageClass, series.Props.Str(mapi.PrMessageClass))) // in an answer it is one, too
	if e.Flags&recur.HasSubject != 0 {
		out.Props.Set(mapi.String(mapi.PrSubject, e.Subject))
	}
	if e.Flags&recur.HasLocation != 0 {
		setText(out, appt(idLocation), e.Location)
	}
	for _, f := range []struct {
		flag  uint16
		name  mapi.PropName
		value uint32
	}{
		{recur.HasBusyStatus, appt(idBusyStatus), e.BusyStatus}, {recur.HasReminderDelta, common(idReminderMinutes), e.ReminderDelta},
	} {
		if e.Flags&f.flag != 0 {
			setLong(out, f.name, f.value)
		}
	}
	if e.Flags&recur.HasReminder != 0 {
		setBool(out, common(idReminderSet), e.Reminder != 0)
	}
	if e.Flags&recur.HasSubType != 0 {
		setBool(out, appt(idAllDay), e.SubType != 0)
	}
	return out
}
