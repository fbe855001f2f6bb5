package ical

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/recur"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// series makes a series of an event that has a rule or further dates, with its exceptions.
func (r *reader) series(item *Item, c *content.Component, t span, overrides []*content.Component) error {
	set, err := r.set(c, t)
	if err != nil || len(set.Rules)+len(set.Added) == 0 {
		return err
	}
	from := t.start.Wall
	if !r.Now.IsZero() {
		from = zone.Wall(r.Now, t.start.Zone.Location).AddDate(-1, 0, 0)
	}
	rec, exact, err := set.Recurrence(from)
	if err != nil {
		return err
	}
	item.Exact = exact
	m := item.Message
	z := t.start.Zone
	if first, ok := rec.First(); ok && !exact {
		// The years before are gone, and with them the first instances.
		t.start.Wall, t.end.Wall, t.end.Zone = first.Start.Wall(), first.End.Wall(), z
		r.setSpan(m, t)
	}
	for _, e := range slices.Clone(rec.Exceptions) {
		// An added date at another time of day.
		at := span{start: Moment{Wall: e.Start.Wall(), Zone: z}, end: Moment{Wall: e.End.Wall(), Zone: z}, allDay: t.allDay}
		if err := r.modify(item, rec, c, at, e.Original.Midnight(), z); err != nil {
			return err
		}
	}
	for _, o := range overrides {
		if err := r.exception(item, rec, o, z); err != nil {
			return err
		}
	}
	setZone(m, z, t.start.Wall.Year(), true)
	setSeries(m, rec, z)
	setNextReminder(m, rec, z, r.Now)
	m.Props.Set(mapi.Long(mapi.PrIconIndex, iconSeries))
	return nil
}

// set reads the recurrence of a component; without one it has neither rules nor added dates.
func (r *reader) set(c *content.Component, t span) (*recur.Set, error) {
	z := t.start.Zone
	set := &recur.Set{
		Start: t.start.Wall, Duration: t.end.In(z).Sub(t.start.Wall), AllDay: t.start.Date, Location: z.Location,
	}
	for l := range c.All("RRULE") {
		set.Rules = append(set.Rules, l.Value())
	}
	for l := range c.All("RDATE") {
		if strings.EqualFold(l.Param("VALUE"), "PERIOD") {
			return nil, errPeriod
		}
		all, err := ReadMoments(l, r.zones, r.Zone)
		if err != nil {
			return nil, err
		}
		for _, w := range all {
			set.Added = append(set.Added, w.In(z))
		}
	}
	for l := range c.All("EXDATE") {
		all, err := ReadMoments(l, r.zones, r.Zone)
		if err != nil {
			return nil, err
		}
		for _, w := range all {
			set.Excluded = append(set.Excluded, recur.Excluded{Time: w.In(z), Date: w.Date})
		}
	}
	if len(set.Rules) > maxRules || len(set.Added)+len(set.Excluded) > maxDates {
		return nil, fmt.Errorf("%w: more than %d rules, or than %d dates", ErrItem, maxRules, maxDates)
	}
	return set, nil
}

// Bounds of a recurrence.
const (
	maxRules = 10
	maxDates = 10000
)

// setSeries writes what a series has beside its first instance.
func setSeries(m *mapi.Message, rec *recur.Recurrence, z *zone.Zone) {
	setBool(m, appt(idRecurring), true)
	setBinary(m, appt(idRecur), rec.Append(nil))
	setLong(m, appt(idRecurrenceType), uint32(rec.Frequency-recur.Daily)+1)
	setTime(m, appt(idClipStart), zone.Instant(rec.Start.Wall(), z.Location))
	if last, ok := rec.LastDay(); ok {
		setTime(m, appt(idClipEnd), zone.Instant((last+recur.Minutes(max(rec.EndOffset, uint32(recur.Day)))).Wall(), z.Location))
	} else {
		setTime(m, appt(idClipEnd), recur.NoEnd.Wall())
	}
}

// setNextReminder moves the reminder of a series to the next instance that there is still something to say of.
func setNextReminder(m *mapi.Message, rec *recur.Recurrence, z *zone.Zone, now time.Time) {
	if !getBool(m, common(idReminderSet)) || now.IsZero() {
		return
	}
	before := time.Duration(getLong(m, common(idReminderMinutes))) * time.Minute
	list, err := rec.Occurrences(z.Location, now, now.AddDate(20, 0, 0))
	if err != nil {
		return
	}
	for o := range list {
		if signal := o.Start.Add(-before); signal.After(now) {
			setTime(m, common(idReminderTime), o.Start)
			setTime(m, common(idReminderSignal), signal)
			return
		}
	}
	setBool(m, common(idReminderSet), false)
}

// exception puts an override into the series: an entry in the recurrence and an attachment with all that it has (MS-OXOCAL 2.2.10).
// An override of an instance that the series does not have is left out.
func (r *reader) exception(item *Item, rec *recur.Recurrence, c *content.Component, z *zone.Zone) error {
	original, _, err := readOne(c, "RECURRENCE-ID", r.zones, r.Zone)
	if err != nil {
		return err
	}
	day := recur.MinutesOf(original.In(z)).Midnight()
	if !rec.Has(day) || slices.Contains(rec.Deleted, day) &&
		!slices.ContainsFunc(rec.Exceptions, func(e recur.Exception) bool { return e.Original.Midnight() == day }) {
		return nil
	}
	// Some programs delete an instance by an override that says so.
	if c.Get("EXDATE") != nil || r.method == "" && strings.EqualFold(c.Value("STATUS"), "CANCELLED") {
		rec.Delete(day)
		return nil
	}
	t, err := r.times(c)
	if err != nil {
		return err
	}
	return r.modify(item, rec, c, t, day, z)
}

// modify makes an exception of a component and of when it is.
func (r *reader) modify(item *Item, rec *recur.Recurrence, c *content.Component, t span, day recur.Minutes, z *zone.Zone) error {
	m := &mapi.Message{}
	if err := r.properties(m, c, t); err != nil {
		return err
	}
	if err := r.meeting(m, c, t); err != nil {
		return err
	}
	m.Props.Set(mapi.String(mapi.PrMessageClass, classException))
	id := calendar.GlobalID(item.UID)
	setBinary(m, meeting(idGlobalID), calendar.WithDay(id, day.Wall()))
	setBinary(m, meeting(idCleanGlobalID), id)
	setBool(m, meeting(idIsException), true)
	start := day + recur.Minutes(rec.StartOffset)
	setTime(m, appt(idExceptionOrig), zone.Instant(start.Wall(), z.Location))
	// What an override replaces is an exception no longer.
	item.Message.Attachments = slices.DeleteFunc(item.Message.Attachments, func(a *mapi.Attachment) bool {
		return a.Message != nil && getTime(a.Message, appt(idExceptionOrig)).Equal(getTime(m, appt(idExceptionOrig)))
	})
	e := recur.Exception{Original: start, Start: recur.MinutesOf(t.start.In(z)), End: recur.MinutesOf(t.end.In(z))}
	compare(&e, item.Message, m)
	if rec.Modify(e) {
		item.Message.Attachments = append(item.Message.Attachments, exceptionAttachment(m, e))
	}
	return nil
}

// compare says in the entry what an exception has other than its series.
func compare(e *recur.Exception, series, m *mapi.Message) {
	if s := m.Props.Str(mapi.PrSubject); s != series.Props.Str(mapi.PrSubject) {
		e.Flags, e.Subject = e.Flags|recur.HasSubject, s
	}
	if s := getText(m, appt(idLocation)); s != getText(series, appt(idLocation)) {
		e.Flags, e.Location = e.Flags|recur.HasLocation, s
	}
	for _, f := range []struct {
		flag  uint16
		name  mapi.PropName
		value *uint32
		typ   mapi.PropType
	}{
		{recur.HasBusyStatus, appt(idBusyStatus), &e.BusyStatus, mapi.PtLong},
		{recur.HasReminderDelta, common(idReminderMinutes), &e.ReminderDelta, mapi.PtLong},
		{recur.HasReminder, common(idReminderSet), &e.Reminder, mapi.PtBoolean},
		{recur.HasSubType, appt(idAllDay), &e.SubType, mapi.PtBoolean},
	} {
		a, _ := series.GetNamed(f.name, f.typ)
		b, ok := m.GetNamed(f.name, f.typ)
		if ok && a.Num != b.Num {
			e.Flags |= f.flag
			*f.value = b.Uint32()
		}
	}
	if len(m.Attachments) > 0 {
		e.Flags, e.Attachment = e.Flags|recur.HasAttachment, 1
	}
	a, b := series.Props, m.Props
	if a.Str(mapi.PrBody) != b.Str(mapi.PrBody) || !bytes.Equal(a.Bytes(mapi.PrHTML), b.Bytes(mapi.PrHTML)) {
		e.Flags |= recur.HasBody
	}
}

// exceptionAttachment holds an exception in its series (MS-OXOCAL 2.2.10.1). Its times are local.
func exceptionAttachment(m *mapi.Message, e recur.Exception) *mapi.Attachment {
	a := &mapi.Attachment{Message: m}
	a.Props.Set(mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded))
	a.Props.Set(mapi.Long(mapi.PrRenderingPosition, 1<<32-1))
	a.Props.Set(mapi.Long(mapi.PrAttachmentFlags, 2))
	a.Props.Set(mapi.Bool(mapi.PrAttachmentHidden, true))
	a.Props.Set(mapi.Long(mapi.PrAttachmentLinkID, 0))
	a.Props.Set(mapi.Time(mapi.PrExceptionStarttime, mapi.FileTimeOf(e.Start.Wall())))
	a.Props.Set(mapi.Time(mapi.PrExceptionEndtime, mapi.FileTimeOf(e.End.Wall())))
	return a
}
