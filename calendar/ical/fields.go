package ical

import (
	"strconv"
	"strings"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// properties are those that events and the exceptions of a series have alike.
func (r *reader) properties(m *mapi.Message, c *content.Component, t span) error {
	m.Props.Set(mapi.String(mapi.PrMessageClass, classAppointment))
	r.texts(m, c)
	setText(m, appt(idLocation), c.Text("LOCATION"))
	setText(m, meeting(idWhere), c.Text("LOCATION"))
	r.setSpan(m, t)
	setZone(m, t.start.Zone, t.start.Wall.Year(), false)
	busy, intended := busyStatus(c)
	setLong(m, appt(idBusyStatus), busy)
	setLong(m, appt(idIntendedBusy), intended)
	setLong(m, appt(idSequence), number(c.Value("SEQUENCE")))
	setBool(m, appt(idSendAsICS), true)
	setBool(m, appt(idRecurring), false)
	setLong(m, common(idSideEffects), 0x161)
	m.Props.Set(mapi.Long(mapi.PrIconIndex, iconAppointment))
	if v := c.Value("X-MICROSOFT-DISALLOW-COUNTER"); strings.EqualFold(v, "TRUE") {
		setBool(m, appt(idNoCounter), true)
	}
	if err := r.reminder(m, c, t); err != nil {
		return err
	}
	return r.attachments(m, c)
}

// setSpan writes when an event is. An all-day event is from midnight to midnight in its own zone.
func (r *reader) setSpan(m *mapi.Message, t span) {
	start, end := t.start.Instant(), t.end.Instant()
	setTime(m, appt(idStart), start)
	setTime(m, appt(idEnd), end)
	setTime(m, common(idCommonStart), start)
	setTime(m, common(idCommonEnd), end)
	m.Props.Set(mapi.Time(mapi.PrStartDate, mapi.FileTimeOf(start)))
	m.Props.Set(mapi.Time(mapi.PrEndDate, mapi.FileTimeOf(end)))
	setLong(m, appt(idDuration), uint32(end.Sub(start)/time.Minute))
	setBool(m, appt(idAllDay), t.allDay)
}

// setZone writes a zone in all the forms that clients read (MS-OXOCAL 2.2.1.39 to 2.2.1.43). The name is that of the IANA database, as of
// one name of Windows there may be many.
func setZone(m *mapi.Message, z *zone.Zone, year int, recurring bool) {
	rule := z.Rule(year)
	setBinary(m, appt(idZoneStruct), rule.Append(nil))
	setText(m, appt(idZoneName), z.Name)
	blob := z.Definition(year, false).Append(nil)
	setBinary(m, appt(idZoneStart), blob)
	setBinary(m, appt(idZoneEnd), blob)
	if recurring {
		setBinary(m, appt(idZoneRecur), z.Definition(year, true).Append(nil))
	}
}

// texts are what events and tasks have alike: subject, body, importance, sensitivity, categories.
func (r *reader) texts(m *mapi.Message, c *content.Component) {
	m.Props.Set(mapi.String(mapi.PrSubject, c.Text("SUMMARY")))
	if l := c.Get("DESCRIPTION"); l != nil {
		m.Props.Set(mapi.String(mapi.PrBody, strings.ReplaceAll(l.Text(), "\n", "\r\n")))
	}
	for l := range c.All("X-ALT-DESC") {
		if strings.EqualFold(l.Param("FMTTYPE"), "text/html") {
			m.Props.Set(mapi.Binary(mapi.PrHTML, []byte(l.Text())))
			m.Props.Set(mapi.Long(mapi.PrInternetCpid, 65001))
			break
		}
	}
	priority, importance := uint32(0), uint32(1)
	switch n := number(c.Value("PRIORITY")); {
	case n >= 1 && n <= 4:
		priority, importance = 1, 2
	case n >= 6:
		priority, importance = 1<<32-1, 0
	}
	m.Props.Set(mapi.Long(mapi.PrPriority, priority))
	m.Props.Set(mapi.Long(mapi.PrImportance, importance))
	sensitivity := map[string]uint32{"PRIVATE": 2, "CONFIDENTIAL": 3}[strings.ToUpper(c.Value("CLASS"))]
	m.Props.Set(mapi.Long(mapi.PrSensitivity, sensitivity))
	setBool(m, common(idPrivate), sensitivity == 2)
	var names []string
	for l := range c.All("CATEGORIES") {
		for _, name := range content.Texts(l.Value()) {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 {
		m.SetNamed(keywords, mapi.Strings(tagOf(mapi.PtMVUnicode), names...))
	}
}

// number is a number that may be missing; what is none is 0.
func number(text string) uint32 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// Busy states (MS-OXOCAL 2.2.1.2), in the order of their numbers.
var busyNames = [...]string{"FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE"}

// busyStatus is how an event shows, and how its organizer wants it to show. Microsoft's words are more exact than TRANSP.
func busyStatus(c *content.Component) (busy, intended uint32) {
	busy = 2
	switch {
	case strings.EqualFold(c.Value("TRANSP"), "TRANSPARENT"):
		busy = 0
	case strings.EqualFold(c.Value("STATUS"), "TENTATIVE"):
		busy = 1
	}
	named := func(name string, usual uint32) uint32 {
		for i, n := range busyNames {
			if strings.EqualFold(strings.TrimSpace(c.Value(name)), n) {
				return uint32(i)
			}
		}
		return usual
	}
	intended = named("X-MICROSOFT-CDO-INTENDEDSTATUS", busy)
	return named("X-MICROSOFT-CDO-BUSYSTATUS", intended), intended
}

// reminder takes the alarm that is nearest before the start; MAPI has one.
func (r *reader) reminder(m *mapi.Message, c *content.Component, t span) error {
	minutes, found, err := r.alarm(c, t.start, t.end)
	setBool(m, common(idReminderSet), found)
	if err != nil || !found {
		return err
	}
	start := t.start.Instant()
	setLong(m, common(idReminderMinutes), minutes)
	setTime(m, common(idReminderTime), start)
	setTime(m, common(idReminderSignal), start.Add(-time.Duration(minutes)*time.Minute))
	return nil
}

// alarm is how many minutes before the start the nearest alarm is. One after the start is at the start.
func (r *reader) alarm(c *content.Component, start, end Moment) (minutes uint32, found bool, err error) {
	for a := range c.Components() {
		l := a.Get("TRIGGER")
		if !a.Is("VALARM") || l == nil || strings.EqualFold(a.Value("ACTION"), "NONE") {
			continue
		}
		var before time.Duration
		if strings.EqualFold(l.Param("VALUE"), "DATE-TIME") || !strings.ContainsAny(l.Value(), "Pp") {
			at, err := ReadMoments(l, r.zones, r.Zone)
			if err != nil {
				return 0, false, err
			}
			before = start.Instant().Sub(at[0].Instant())
		} else {
			d, err := readDuration(l.Value())
			if err != nil {
				return 0, false, err
			}
			before = -d
			if strings.EqualFold(l.Param("RELATED"), "END") {
				before -= end.Instant().Sub(start.Instant())
			}
		}
		if n := uint32(max(before, 0) / time.Minute); !found || n < minutes {
			minutes, found = n, true
		}
	}
	return minutes, found, nil
}
