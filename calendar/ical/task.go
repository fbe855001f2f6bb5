package ical

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/recur"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// Task states (MS-OXOTASK 2.2.2.2.2), in the order of their numbers; 4 is waiting for somebody, which is how a cancelled task shows.
var taskStates = [...]string{"", "IN-PROCESS", "COMPLETED", "NEEDS-ACTION", "CANCELLED"}

// task makes a task of a VTODO. Its dates are days (MS-OXOTASK 2.2.2.2.4): local midnights, stored as if in UTC.
func (r *reader) task(c *content.Component) (*Item, error) {
	item := &Item{UID: c.Text("UID"), Message: &mapi.Message{}, Exact: true}
	m := item.Message
	m.Props.Set(mapi.String(mapi.PrMessageClass, classTask))
	r.texts(m, c)
	start, due, err := r.taskDates(m, c)
	if err != nil {
		return nil, err
	}
	if err := r.progress(m, c); err != nil {
		return nil, err
	}
	id := calendar.GlobalID(item.UID)
	setBinary(m, meeting(idGlobalID), id)
	setBinary(m, meeting(idCleanGlobalID), id)
	m.Props.Set(mapi.Long(mapi.PrIconIndex, iconTask))
	setBool(m, task(idTaskRecurring), false)
	if err := r.taskReminder(m, c, start, due); err != nil {
		return nil, err
	}
	if err := r.taskSeries(item, c, start, due); err != nil {
		return nil, err
	}
	return item, r.attachments(m, c)
}

// taskDates reads and writes when a task starts and is due; either may be missing, and is nil then.
func (r *reader) taskDates(m *mapi.Message, c *content.Component) (start, due *Moment, err error) {
	s, hasStart, err := readOne(c, "DTSTART", r.zones, r.Zone)
	if err != nil {
		return nil, nil, err
	}
	d, hasDue, err := readOne(c, "DUE", r.zones, r.Zone)
	if err != nil {
		return nil, nil, err
	}
	if l := c.Get("DURATION"); l != nil && hasStart && !hasDue {
		if d, err = endByDuration(s, l); err != nil {
			return nil, nil, err
		}
		hasDue = true
	}
	if hasStart {
		start = &s
		setTime(m, task(idTaskStart), dayOf(s.In(r.Zone)))
		setTime(m, common(idCommonStart), s.Instant())
	}
	if hasDue {
		due = &d
		setTime(m, task(idTaskDue), dayOf(d.In(r.Zone)))
		setTime(m, common(idCommonEnd), d.Instant())
	}
	return start, due, nil
}

func dayOf(wall time.Time) time.Time {
	return time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
}

// progress writes how far a task is. Status, percentage, completion and its date say the same thing and change together.
func (r *reader) progress(m *mapi.Message, c *content.Component) error {
	state := uint32(0)
	for i, name := range taskStates {
		if name != "" && strings.EqualFold(c.Value("STATUS"), name) {
			state = uint32(i)
		}
	}
	done, completed, err := readOne(c, "COMPLETED", r.zones, r.Zone)
	if err != nil {
		return err
	}
	percent := min(number(c.Value("PERCENT-COMPLETE")), 100)
	if state == 0 && (completed || percent == 100) {
		state = 2
	}
	if state == 2 {
		percent = 100
		if completed {
			setTime(m, task(idTaskCompleted), dayOf(done.In(r.Zone)))
		} else if !r.Now.IsZero() {
			setTime(m, task(idTaskCompleted), dayOf(zone.Wall(r.Now, r.Zone.Location)))
		}
	}
	setLong(m, task(idTaskStatus), state)
	m.SetNamed(task(idTaskPercent), mapi.Float(tagOf(mapi.PtDouble), float64(percent)/100))
	setBool(m, task(idTaskComplete), state == 2)
	return nil
}

// taskReminder is a time and not an offset; an alarm relates to the due date if there is no start (RFC 5545 3.8.6.3).
func (r *reader) taskReminder(m *mapi.Message, c *content.Component, start, due *Moment) error {
	setBool(m, common(idReminderSet), false)
	base := start
	if base == nil {
		base = due
	}
	if base == nil {
		return nil
	}
	end := base
	if due != nil {
		end = due
	}
	minutes, found, err := r.alarm(c, *base, *end)
	if err != nil || !found {
		return err
	}
	at := base.Instant().Add(-time.Duration(minutes) * time.Minute)
	setBool(m, common(idReminderSet), true)
	setTime(m, common(idReminderTime), at)
	setTime(m, common(idReminderSignal), at)
	return nil
}

func (r *reader) taskSeries(item *Item, c *content.Component, start, due *Moment) error {
	if start == nil {
		start = due
	}
	if c.Get("RRULE") == nil || start == nil {
		return nil
	}
	day := *start
	day.Wall, day.Date = dayOf(start.Wall), true
	set, err := r.set(c, span{start: day, end: day})
	if err != nil {
		return err
	}
	set.Added = nil
	rec, exact, err := set.Recurrence(set.Start)
	if err != nil {
		return err
	}
	item.Exact = exact
	setBool(item.Message, task(idTaskRecurring), true)
	setBinary(item.Message, task(idTaskRecur), rec.Pattern.Append(nil))
	return nil
}

// todo writes a task.
func (w *writer) todo(m *mapi.Message) (*content.Component, error) {
	c := content.NewComponent("VTODO")
	if err := w.head(c, m); err != nil {
		return nil, err
	}
	w.texts(c, m)
	w.taskDate(c, "DTSTART", getTime(m, task(idTaskStart)), getTime(m, common(idCommonStart)))
	w.taskDate(c, "DUE", getTime(m, task(idTaskDue)), getTime(m, common(idCommonEnd)))
	state := getLong(m, task(idTaskStatus))
	if getBool(m, task(idTaskComplete)) {
		state = 2
	}
	if int(state) < len(taskStates) && taskStates[state] != "" {
		c.Add(content.New("STATUS", taskStates[state]))
	}
	if v, ok := m.GetNamed(task(idTaskPercent), mapi.PtDouble); ok && v.Float() > 0 && v.Float() <= 1 {
		c.Add(content.New("PERCENT-COMPLETE", strconv.Itoa(int(math.Round(v.Float()*100)))))
	}
	if at := getTime(m, task(idTaskCompleted)); !at.IsZero() && state == 2 {
		c.Add(utcLine("COMPLETED", zone.Instant(at, w.Zone.Location)))
	}
	if data := getBinary(m, task(idTaskRecur)); data != nil && getBool(m, task(idTaskRecurring)) {
		p, err := recur.ParsePattern(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrItem, err)
		}
		// A task that comes again some time after it was done has no rule in iCalendar.
		if p.Sliding == 0 {
			rule, err := (&recur.Recurrence{Pattern: *p}).Rule(w.Zone.Location, true)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrItem, err)
			}
			c.Add(content.New("RRULE", rule))
		}
	}
	if at := getTime(m, common(idReminderTime)); getBool(m, common(idReminderSet)) && !at.IsZero() {
		c.AddComponent(alarmComponent(utcTrigger(at), m))
	}
	return c, w.attach(c, m)
}

// taskDate writes a day, or the time if that is not the day's midnight.
func (w *writer) taskDate(c *content.Component, name string, day, at time.Time) {
	switch {
	case !at.IsZero() && !midnight(zone.Wall(at, w.Zone.Location)):
		c.Add(w.time(zone.Wall(at, w.Zone.Location), w.Zone).Line(name))
	case !day.IsZero():
		c.Add(Moment{Wall: dayOf(day), Date: true, Zone: w.Zone}.Line(name))
	case !at.IsZero():
		c.Add(Moment{Wall: zone.Wall(at, w.Zone.Location), Date: true, Zone: w.Zone}.Line(name))
	}
}
