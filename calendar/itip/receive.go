package itip

import (
	"fmt"
	"strings"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
)

// Outcome is what became of a message.
type Outcome int

// The outcomes.
const (
	// Ignored: there is nothing that the message could change.
	Ignored Outcome = iota
	// Applied: the object is other than before.
	Applied
	// Outdated: the object is newer than the message.
	Outdated
	// Proposed: somebody proposes another time; see [Accept] and [Decline].
	Proposed
	// Refused: the organizer keeps to the time that the owner wanted to change.
	Refused
	// Asked: somebody asks for the meeting as it is; see [Request].
	Asked
)

// Receive says what an object becomes by a message. existing is nil if the calendar has no object with that UID. The object is the one to be
// stored if the outcome is [Applied], and else existing.
//
// Only an organizer's copy takes answers, and only an attendee's takes requests: whether the sender is who he says he is, the caller
// has checked.
func Receive(existing, message *content.Component, o *Options) (*content.Component, Outcome, error) {
	is, err := o.parse(existing)
	if err != nil {
		return existing, Ignored, err
	}
	msg, err := o.parse(message)
	if err != nil {
		return existing, Ignored, err
	}
	if message == nil {
		return existing, Ignored, fmt.Errorf("%w: no message", ErrObject)
	}
	if existing != nil && is.any().Text("UID") != msg.any().Text("UID") {
		return existing, Ignored, fmt.Errorf("%w: the message has another UID", ErrObject)
	}
	mine := o.self(is.organizer())
	method := strings.ToUpper(strings.TrimSpace(message.Value("METHOD")))
	var out *content.Component
	outcome := Ignored
	switch method {
	case "REQUEST", "ADD", "PUBLISH":
		if o.self(msg.organizer()) || mine {
			return existing, Ignored, nil // one's own meeting, come back
		}
		out, outcome = o.request(is, msg, method)
	case "CANCEL":
		if existing == nil || mine {
			return existing, Ignored, nil
		}
		out, outcome = o.cancel(is, msg)
	case "REPLY":
		if existing == nil || !mine {
			return existing, Ignored, nil
		}
		out, outcome, err = o.replied(is, msg)
	case "COUNTER":
		if existing != nil && mine {
			outcome = Proposed
		}
	case "DECLINECOUNTER":
		if existing != nil && !mine {
			outcome = Refused
		}
	case "REFRESH":
		if existing != nil && mine {
			outcome = Asked
		}
	default:
		return existing, Ignored, fmt.Errorf("%w: METHOD:%.40s: %w", ErrObject, method, ical.ErrUnsupported)
	}
	if outcome != Applied || err != nil {
		return existing, outcome, err
	}
	return out, Applied, nil
}

// older reports whether a component of a message is older than the one that is there (RFC 5546 2.1.5).
func older(msg, have *content.Component) bool {
	if have == nil {
		return false
	}
	if a, b := sequence(msg), sequence(have); a != b {
		return a < b
	}
	a, b := msg.Value("DTSTAMP"), have.Value("DTSTAMP")
	return a != "" && b != "" && strings.HasSuffix(a, "Z") && strings.HasSuffix(b, "Z") && a < b
}

// request puts what a message has in place of what is there.
func (o *Options) request(is, msg *meeting, method string) (*content.Component, Outcome) {
	if is.object == nil {
		var all []*content.Component
		for _, key := range msg.order {
			all = append(all, msg.instances[key].Clone())
		}
		return msg.envelope("", all...), Applied
	}
	outdated := 0
	fresh := map[string]*content.Component{}
	for _, key := range msg.order {
		c, have := msg.instances[key], is.instances[key]
		if older(c, have) || have == nil && key != master && sequence(c) < sequence(is.instances[master]) {
			outdated++
			continue
		}
		fresh[key] = o.keepOwn(c.Clone(), have)
	}
	if len(fresh) == 0 {
		return nil, Outdated
	}
	// A new master stands for all of the series: overrides that the message does not have are no more.
	whole := fresh[master] != nil && method != "ADD"
	var all []*content.Component
	for _, key := range is.order {
		switch c := fresh[key]; {
		case c != nil:
			all = append(all, c)
			delete(fresh, key)
		case !whole || msg.instances[key] != nil:
			all = append(all, is.instances[key].Clone())
		}
	}
	for _, key := range msg.order {
		if c := fresh[key]; c != nil {
			all = append(all, c)
		}
	}
	return o.joined(is, msg, all), Applied
}

// joined is an object of components of two, with the time zones of both. The message's come first.
func (o *Options) joined(is, msg *meeting, all []*content.Component) *content.Component {
	out := msg.envelope("", all...)
	for c := range is.object.Components() {
		if !c.Is("VTIMEZONE") {
			continue
		}
		known := false
		for have := range out.Components() {
			known = known || have.Is("VTIMEZONE") && have.Text("TZID") == c.Text("TZID")
		}
		if !known {
			out.AddComponent(c.Clone())
		}
	}
	return out
}

// keepOwn keeps what the owner has in his copy: his alarms and categories, and his answer where the time is the same.
func (o *Options) keepOwn(c, have *content.Component) *content.Component {
	if have == nil {
		return c
	}
	c.RemoveComponents(func(sub *content.Component) bool { return sub.Is("VALARM") })
	for sub := range have.Components() {
		if sub.Is("VALARM") {
			c.AddComponent(sub.Clone())
		}
	}
	for _, name := range []string{"CATEGORIES", "TRANSP"} {
		if have.Get(name) == nil {
			continue
		}
		c.Remove(name)
		for l := range have.All(name) {
			c.Add(l.Clone())
		}
	}
	if mine, old := o.mine(c), o.mine(have); mine != nil && old != nil && partstat(mine) == "NEEDS-ACTION" && !differ(have, c, timing) {
		mine.SetParam("PARTSTAT", partstat(old))
	}
	return c
}

// cancel calls off all of an object, or instances. An instance of a series is excluded from it.
func (o *Options) cancel(is, msg *meeting) (*content.Component, Outcome) {
	out := is.object.Clone()
	now, err := o.parse(out)
	if err != nil {
		return nil, Ignored
	}
	outcome := Ignored
	for _, key := range msg.order {
		c := msg.instances[key]
		have := now.instances[key]
		reference := have
		if reference == nil {
			reference = now.instances[master]
		}
		if sequence(c) < sequence(reference) {
			if outcome == Ignored {
				outcome = Outdated
			}
			continue
		}
		switch {
		case now.excluded()[key] != nil:
			continue // it is called off already
		case key == master:
			for _, k := range now.order {
				callOff(now.instances[k], sequence(c))
			}
		case now.instances[master] != nil:
			// EXDATE has the form of DTSTART (RFC 5545 3.8.5.1).
			id := now.sameForm(c.Get("RECURRENCE-ID"), msg)
			now.instances[master].Add(content.New("EXDATE", id.Value(), id.Params()...))
			out.RemoveComponents(func(sub *content.Component) bool { return sub == have && have != nil })
		case have != nil:
			callOff(have, sequence(c))
		default:
			continue
		}
		outcome = Applied
	}
	return out, outcome
}

func callOff(c *content.Component, sequence int) {
	c.Set(content.New("STATUS", "CANCELLED"))
	c.Set(content.New("SEQUENCE", fmt.Sprint(sequence)))
}

// sameForm writes the time of a line of a message in the form of the series' DTSTART.
func (m *meeting) sameForm(l *content.Line, msg *meeting) *content.Line {
	start := m.instances[master].Get("DTSTART")
	if start == nil {
		return l
	}
	as, err := ical.ReadMoments(start, m.finder, m.options.Zone)
	at, err2 := ical.ReadMoments(l, msg.finder, m.options.Zone)
	if err != nil || err2 != nil {
		return l
	}
	out := start.Clone()
	wall := at[0].In(as[0].Zone)
	switch {
	case as[0].Date:
		out.SetValue(wall.Format("20060102"))
	case strings.HasSuffix(strings.ToUpper(start.Value()), "Z"):
		out.SetValue(wall.Format("20060102T150405Z"))
	default:
		out.SetValue(wall.Format("20060102T150405"))
	}
	return out
}

// replied puts the answers of attendees into the organizer's object. Who was not invited and answers is an attendee from then on.
func (o *Options) replied(is, msg *meeting) (*content.Component, Outcome, error) {
	out := is.object.Clone()
	now, err := o.parse(out)
	if err != nil {
		return nil, Ignored, err
	}
	outcome := Ignored
	for _, key := range msg.order {
		c := msg.instances[key]
		have := now.instances[key]
		reference := have
		if reference == nil {
			reference = now.instances[master]
		}
		if reference == nil {
			continue
		}
		if sequence(c) < sequence(reference) {
			if outcome == Ignored {
				outcome = Outdated
			}
			continue
		}
		if have == nil {
			if have, err = now.override(c.Get("RECURRENCE-ID"), msg); err != nil {
				return nil, Ignored, err
			}
			out.AddComponent(have)
			now.instances[key] = have
		}
		for l := range c.All("ATTENDEE") {
			switch {
			case o.self(l):
			case setAnswer(have, l, c.Value("DTSTAMP")):
				outcome = Applied
			case outcome == Ignored:
				outcome = Outdated
			}
		}
	}
	return out, outcome, nil
}

// setAnswer changes what an attendee has answered, and when. It is false for an answer that is older than the one that is there.
func setAnswer(c *content.Component, answer *content.Line, stamp string) bool {
	l := attendee(c, address(answer))
	if l == nil {
		l = content.New("ATTENDEE", answer.Value())
		if cn := answer.Param("CN"); cn != "" {
			l.SetParam("CN", cn)
		}
		c.Add(l)
	}
	if last := l.Param(ical.AnsweredParam); last != "" && stamp < last {
		return false
	}
	l.SetParam("PARTSTAT", partstat(answer))
	l.RemoveParam("RSVP")
	l.SetParam("SCHEDULE-STATUS", "2.0")
	if stamp != "" {
		l.SetParam(ical.AnsweredParam, stamp)
	}
	return true
}

// override makes a component for an instance that so far was like all others.
func (m *meeting) override(recurrenceID *content.Line, msg *meeting) (*content.Component, error) {
	whole := m.instances[master]
	x := whole.Clone()
	x.RemoveComponents(func(sub *content.Component) bool { return sub.Is("VALARM") })
	id := m.sameForm(recurrenceID, msg)
	start, err := ical.ReadMoments(whole.Get("DTSTART"), m.finder, m.options.Zone)
	if err != nil {
		return nil, err
	}
	at, err := ical.ReadMoments(id, m.finder, m.options.Zone)
	if err != nil {
		return nil, err
	}
	moved := at[0].Wall.Sub(start[0].Wall)
	if l := whole.Get("DTEND"); l != nil {
		end, err := ical.ReadMoments(l, m.finder, m.options.Zone)
		if err != nil {
			return nil, err
		}
		end[0].Wall = end[0].Wall.Add(moved)
		n := l.Clone()
		layout := "20060102T150405"
		if end[0].Date {
			layout = "20060102"
		} else if strings.HasSuffix(strings.ToUpper(l.Value()), "Z") {
			layout += "Z"
		}
		n.SetValue(end[0].Wall.Format(layout))
		x.Set(n)
	}
	for _, name := range []string{"RRULE", "RDATE", "EXDATE"} {
		x.Remove(name)
	}
	x.Set(content.New("DTSTART", id.Value(), id.Params()...))
	x.Set(content.New("RECURRENCE-ID", id.Value(), id.Params()...))
	return x, nil
}
