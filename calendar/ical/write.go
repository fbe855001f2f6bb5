package ical

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// product is PRODID.
const product = "-//Zarafa//Calendar//EN"

// Write makes a VCALENDAR of items: events, tasks, and at most one meeting message, whose class says the METHOD. Times have the zones that
// they have in the items, each of which is described. Items that cannot be written are left out, and the joined error says which.
func Write(messages []*mapi.Message, o *Options) (*content.Component, error) {
	w := &writer{Options: o, zones: map[string]*zoneUse{}}
	var components []*content.Component
	var failed []error
	method := ""
	for _, m := range messages {
		if k := Method(m); k != "" {
			method = k
		}
		made, err := w.item(m)
		if err != nil {
			failed = append(failed, fmt.Errorf("%.100q: %w", m.Props.Str(mapi.PrSubject), err))
			continue
		}
		components = append(components, made...)
	}
	object := content.NewComponent("VCALENDAR")
	object.Add(content.New("PRODID", product), content.New("VERSION", "2.0"))
	if method != "" {
		object.Add(content.New("METHOD", method))
	}
	object.AddComponent(w.timezones()...)
	object.AddComponent(components...)
	return object, errors.Join(failed...)
}

// Method is the METHOD of a meeting message, and empty for items of a calendar.
func Method(m *mapi.Message) string {
	class := m.Props.Str(mapi.PrMessageClass)
	switch {
	case isClass(class, classRequest):
		return "REQUEST"
	case isClass(class, classCanceled):
		return "CANCEL"
	case isClass(class, classTentative) && getBool(m, appt(idCounter)):
		return "COUNTER"
	case isClass(class, "IPM.Schedule.Meeting.Resp"):
		return "REPLY"
	}
	return ""
}

// isClass reports whether a message class is another one or below it.
func isClass(class, of string) bool {
	return len(class) >= len(of) && strings.EqualFold(class[:len(of)], of) && (len(class) == len(of) || class[len(of)] == '.')
}

// writer writes one object.
type writer struct {
	*Options
	zones map[string]*zoneUse
}

// zoneUse is a zone that has to be described from a time on.
type zoneUse struct {
	zone *zone.Zone
	from time.Time
}

func (w *writer) item(m *mapi.Message) ([]*content.Component, error) {
	if isClass(m.Props.Str(mapi.PrMessageClass), classTask) {
		c, err := w.todo(m)
		return []*content.Component{c}, err
	}
	return w.event(m)
}

// time notes that a zone is used.
func (w *writer) time(wall time.Time, z *zone.Zone) Moment {
	if z.Name != "UTC" {
		if u := w.zones[z.Name]; u == nil {
			w.zones[z.Name] = &zoneUse{z, wall}
		} else if wall.Before(u.from) {
			u.from = wall
		}
	}
	return Moment{Wall: wall, Zone: z}
}

func (w *writer) timezones() []*content.Component {
	var names []string
	for name := range w.zones {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []*content.Component
	for _, name := range names {
		out = append(out, w.zones[name].zone.VTimezone(w.zones[name].from))
	}
	return out
}

// head writes what identifies a component.
func (w *writer) head(c *content.Component, m *mapi.Message) error {
	id := getBinary(m, meeting(idCleanGlobalID))
	if len(id) == 0 {
		id = getBinary(m, meeting(idGlobalID))
	}
	uid := calendar.UID(id)
	for _, tag := range []mapi.PropTag{mapi.PrEntryID, mapi.PrSourceKey} {
		if uid == "" {
			// Items that other programs made have none; they are known by where they are.
			uid = strings.ToUpper(hex.EncodeToString(m.Props.Bytes(tag)))
		}
	}
	if uid == "" {
		return fmt.Errorf("%w without an identity", ErrItem)
	}
	c.Add(content.NewText("UID", uid))
	stamp := getTime(m, meeting(idOwnerChange))
	if isClass(m.Props.Str(mapi.PrMessageClass), "IPM.Schedule.Meeting.Resp") {
		stamp = getTime(m, meeting(idAttendeeChange))
	}
	modified := timeOf(m, mapi.PrLastModificationTime)
	if stamp.IsZero() {
		stamp = modified
	}
	if stamp.IsZero() {
		stamp = w.Now
	}
	if stamp.IsZero() {
		stamp = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	c.Add(utcLine("DTSTAMP", stamp))
	if at := timeOf(m, mapi.PrCreationTime); !at.IsZero() {
		c.Add(utcLine("CREATED", at))
	}
	if !modified.IsZero() {
		c.Add(utcLine("LAST-MODIFIED", modified))
	}
	return nil
}

// texts writes what events and tasks have alike.
func (w *writer) texts(c *content.Component, m *mapi.Message) {
	c.Add(content.NewText("SUMMARY", m.Props.Str(mapi.PrSubject)))
	if body := m.Props.Str(mapi.PrBody); body != "" {
		c.Add(content.NewText("DESCRIPTION", body))
	}
	if html := m.Props.Bytes(mapi.PrHTML); len(html) > 0 && m.Props.Uint32(mapi.PrInternetCpid) == 65001 {
		c.Add(content.NewText("X-ALT-DESC", string(html), content.P("FMTTYPE", "text/html")))
	}
	if v, ok := m.Props.Get(mapi.PrImportance); ok && v.Uint32() != 1 {
		c.Add(content.New("PRIORITY", map[uint32]string{0: "9", 2: "1"}[v.Uint32()&3]))
	}
	switch m.Props.Uint32(mapi.PrSensitivity) {
	case 1, 2:
		c.Add(content.New("CLASS", "PRIVATE"))
	case 3:
		c.Add(content.New("CLASS", "CONFIDENTIAL"))
	default:
		if getBool(m, common(idPrivate)) {
			c.Add(content.New("CLASS", "PRIVATE"))
		}
	}
	if v, ok := m.GetNamed(keywords, mapi.PtMVUnicode); ok {
		var names []string
		for _, name := range v.Values() {
			names = append(names, name.Str())
		}
		c.Add(content.New("CATEGORIES", content.JoinTexts(names)))
	}
}

// ItemZone is the zone that an item is in: what it names, or the zone whose rules it has.
func (o *Options) ItemZone(m *mapi.Message, recurring bool) *zone.Zone {
	prefer := o.Zone
	named, hasName := zone.Load(getText(m, appt(idZoneName)))
	if hasName {
		prefer = named
	}
	ids := []uint32{idZoneStart}
	if recurring {
		ids = []uint32{idZoneRecur, idZoneStart}
	}
	for _, id := range ids {
		d, err := zone.ParseDefinition(getBinary(m, appt(id)))
		if err != nil {
			continue
		}
		if z, err := zone.FromDefinition(d, prefer); err == nil {
			return z
		}
	}
	rule, err := zone.ParseRule(getBinary(m, appt(idZoneStruct)))
	if err != nil {
		return o.Zone
	}
	year := getTime(m, appt(idStart)).Year()
	for _, z := range []*zone.Zone{prefer, o.Zone} {
		if z.Rule(year) == rule {
			return z
		}
	}
	if z, err := zone.FromRule(getText(m, appt(idZoneName)), rule); err == nil {
		return z
	}
	return o.Zone
}

// span is when an item is. An all-day item has the midnights of its own zone; if they are none there, the zones that other programs took for
// it are tried.
func (w *writer) span(m *mapi.Message, z *zone.Zone) (s span, err error) {
	start, end := getTime(m, appt(idStart)), getTime(m, appt(idEnd))
	if start.IsZero() {
		start, end = getTime(m, common(idCommonStart)), getTime(m, common(idCommonEnd))
	}
	if start.IsZero() {
		return s, fmt.Errorf("%w without a start", ErrItem)
	}
	if end.Before(start) {
		end = start
	}
	if !getBool(m, appt(idAllDay)) {
		return span{start: w.time(zone.Wall(start, z.Location), z), end: w.time(zone.Wall(end, z.Location), z)}, nil
	}
	s = span{allDay: true, start: Moment{Date: true, Zone: z}, end: Moment{Date: true, Zone: z}}
	for _, try := range []*zone.Zone{z, w.Zone, zone.UTC()} {
		s.start.Wall, s.end.Wall = zone.Wall(start, try.Location), zone.Wall(end, try.Location)
		if midnight(s.start.Wall) && midnight(s.end.Wall) {
			break
		}
	}
	s.start.Wall = dayOf(s.start.Wall)
	if !midnight(s.end.Wall) {
		s.end.Wall = s.end.Wall.AddDate(0, 0, 1)
	}
	if s.end.Wall = dayOf(s.end.Wall); !s.end.Wall.After(s.start.Wall) {
		s.end.Wall = s.start.Wall.AddDate(0, 0, 1)
	}
	return s, nil
}

// alarmComponent is the reminder.
func alarmComponent(trigger *content.Line, m *mapi.Message) *content.Component {
	a := content.NewComponent("VALARM")
	text := m.Props.Str(mapi.PrSubject)
	if text == "" {
		text = "Reminder"
	}
	a.Add(content.New("ACTION", "DISPLAY"), trigger, content.NewText("DESCRIPTION", text))
	return a
}

func utcTrigger(at time.Time) *content.Line {
	l := utcLine("TRIGGER", at)
	l.SetParam("VALUE", "DATE-TIME")
	return l
}
