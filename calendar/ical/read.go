package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// Read makes items of a VCALENDAR: one for each UID, of its VEVENTs or VTODOs; the components with a RECURRENCE-ID become exceptions of their
// series. A message that is about some instances of a series alone is an item for each.
//
// Items that cannot be made are left out, and the joined error says which. It wraps [ErrItem], [ErrUnsupported], or what calendar/recur says
// about the rule.
func Read(object *content.Component, o *Options) ([]*Item, error) {
	r := &reader{Options: o, method: strings.ToUpper(strings.TrimSpace(object.Value("METHOD")))}
	r.zones = zone.NewFinder(object, o.Zone)
	if r.method == "PUBLISH" {
		r.method = ""
	}
	var order []string
	groups := map[string][]*content.Component{}
	for c := range object.Components() {
		if !c.Is("VEVENT") && !c.Is("VTODO") {
			continue
		}
		// Case does not count in ids of Outlook, which some programs change.
		key := c.Name() + string(calendar.GlobalID(c.Text("UID")))
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], c)
	}
	var items []*Item
	var failed []error
	for _, key := range order {
		made, err := r.group(groups[key])
		if err != nil {
			failed = append(failed, fmt.Errorf("UID %.100q: %w", groups[key][0].Text("UID"), err))
			continue
		}
		items = append(items, made...)
	}
	return items, errors.Join(failed...)
}

// maxOverrides bounds the exceptions of a series, as each is compared with all others.
const maxOverrides = 2000

// reader reads one object.
type reader struct {
	*Options
	method string
	zones  *zone.Finder
}

// group makes items of the components that have one UID.
func (r *reader) group(all []*content.Component) ([]*Item, error) {
	var master *content.Component
	var overrides []*content.Component
	for _, c := range all {
		switch id := c.Get("RECURRENCE-ID"); {
		case id == nil && master != nil:
			return nil, fmt.Errorf("%w: two components without RECURRENCE-ID", ErrItem)
		case id == nil:
			master = c
		case strings.EqualFold(id.Param("RANGE"), "THISANDFUTURE"):
			return nil, fmt.Errorf("%w: RANGE=THISANDFUTURE", ErrUnsupported)
		default:
			overrides = append(overrides, c)
		}
	}
	if len(overrides) > maxOverrides {
		return nil, fmt.Errorf("%w: more than %d exceptions", ErrItem, maxOverrides)
	}
	if len(all[0].Text("UID")) > calendar.MaxUID {
		return nil, fmt.Errorf("%w: a UID of more than %d bytes", ErrItem, calendar.MaxUID)
	}
	if all[0].Is("VTODO") {
		if master == nil || r.method != "" {
			return nil, fmt.Errorf("%w: tasks that are assigned, or only in part", ErrUnsupported)
		}
		item, err := r.task(master)
		return []*Item{item}, err
	}
	if master != nil {
		item, err := r.event(master, overrides)
		return []*Item{item}, err
	}
	var items []*Item
	for _, c := range overrides {
		item, err := r.instance(c)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// event is an event or a meeting message about all of it.
func (r *reader) event(c *content.Component, overrides []*content.Component) (*Item, error) {
	item := &Item{UID: c.Text("UID"), Method: r.method, Message: &mapi.Message{}, Exact: true}
	t, err := r.times(c)
	if err != nil {
		return nil, err
	}
	if err := r.properties(item.Message, c, t); err != nil {
		return nil, err
	}
	id := calendar.GlobalID(item.UID)
	setBinary(item.Message, meeting(idGlobalID), id)
	setBinary(item.Message, meeting(idCleanGlobalID), id)
	if err := r.series(item, c, t, overrides); err != nil {
		return nil, err
	}
	return item, r.meeting(item.Message, c, t)
}

// instance is a meeting message about one instance, or an instance of a series to which this calendar was not invited as a whole.
func (r *reader) instance(c *content.Component) (*Item, error) {
	item := &Item{UID: c.Text("UID"), Method: r.method, Message: &mapi.Message{}, Exact: true}
	t, err := r.times(c)
	if err != nil {
		return nil, err
	}
	original, _, err := readOne(c, "RECURRENCE-ID", r.zones, r.Zone)
	if err != nil {
		return nil, err
	}
	if err := r.properties(item.Message, c, t); err != nil {
		return nil, err
	}
	id := calendar.GlobalID(item.UID)
	setBinary(item.Message, meeting(idGlobalID), calendar.WithDay(id, original.In(t.start.Zone)))
	setBinary(item.Message, meeting(idCleanGlobalID), id)
	setBool(item.Message, meeting(idIsException), true)
	setBool(item.Message, appt(idRecurring), false)
	item.Original = original.Instant()
	setTime(item.Message, appt(idExceptionOrig), item.Original)
	return item, r.meeting(item.Message, c, t)
}

// span is when something is.
type span struct {
	start, end Moment
	allDay     bool
}

// times reads when an event is. Without an end, a date is one day long and a time has no length (RFC 5545 3.6.1).
func (r *reader) times(c *content.Component) (s span, err error) {
	var ok bool
	if s.start, ok, err = readOne(c, "DTSTART", r.zones, r.Zone); err != nil {
		return s, err
	}
	if !ok {
		return s, fmt.Errorf("%w: no DTSTART", ErrItem)
	}
	if s.end, ok, err = readOne(c, "DTEND", r.zones, r.Zone); err != nil {
		return s, err
	}
	if !ok {
		if s.end, err = endByDuration(s.start, c.Get("DURATION")); err != nil {
			return s, err
		}
	}
	if s.end.Date != s.start.Date || s.end.Instant().Before(s.start.Instant()) {
		s.end, _ = endByDuration(s.start, nil)
	}
	s.allDay = s.start.Date
	if midnight(s.start.Wall) && midnight(s.end.In(s.start.Zone)) && strings.EqualFold(c.Value("X-MICROSOFT-CDO-ALLDAYEVENT"), "TRUE") {
		s.allDay = true
	}
	if s.start.Date && s.end.Wall.Equal(s.start.Wall) {
		s.end.Wall = s.start.Wall.AddDate(0, 0, 1) // RFC 2445 allowed what is no time at all
	}
	return s, nil
}

func midnight(wall time.Time) bool { return wall.Hour()+wall.Minute()+wall.Second() == 0 }

func endByDuration(start Moment, l *content.Line) (Moment, error) {
	if l == nil {
		if start.Date {
			start.Wall = start.Wall.AddDate(0, 0, 1)
		}
		return start, nil
	}
	d, err := readDuration(l.Value())
	if err != nil || d < 0 {
		return start, err
	}
	if start.Date || d%(24*time.Hour) == 0 {
		// Days are those of the calendar, also when clocks change (RFC 5545 3.3.6).
		start.Wall = start.Wall.AddDate(0, 0, int(d/(24*time.Hour)))
		return start, nil
	}
	start.Wall = zone.Wall(start.Instant().Add(d), start.Zone.Location)
	return start, nil
}
