package itip

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
)

// Send says what has to be sent when a calendar's owner changes an object, and how the object is to be stored. A nil before is a new
// object, a nil after a deleted one.
//
// An organizer's change sends requests to all attendees whom it concerns, and cancellations to those who are no longer invited and for
// instances that are no more. Where the time has changed, SEQUENCE grows, and answers are asked for anew. An attendee's change sends his answer
// to the organizer if it has changed, and nothing else.
func Send(before, after *content.Component, o *Options) ([]Message, *content.Component, error) {
	was, err := o.parse(before)
	if err != nil {
		return nil, nil, err
	}
	if after != nil {
		after = after.Clone()
	}
	is, err := o.parse(after)
	if err != nil {
		return nil, nil, err
	}
	organizer := is.organizer()
	if organizer == nil {
		organizer = was.organizer()
	}
	switch {
	case organizer == nil || !scheduled(organizer):
		return nil, after, nil
	case o.self(organizer):
		return o.organize(was, is, organizer), after, nil
	}
	return o.answer(was, is, organizer), after, nil
}

// organize is what an organizer's change sends.
func (o *Options) organize(was, is *meeting, organizer *content.Line) []Message {
	o.renew(was, is)
	var out []Message
	for _, who := range o.invited(was, is) {
		line := anyLine(is, who)
		if line == nil {
			line = anyLine(was, who)
		}
		if !scheduled(line) {
			continue
		}
		base := Message{From: address(organizer), FromName: organizer.Param("CN"), To: who, ToName: line.Param("CN")}
		out = append(out, o.tell(was, is, who, base)...)
	}
	return out
}

// renew raises SEQUENCE where the time has changed or something was called off, and takes back the answers to what was (RFC 6638 3.2.8).
func (o *Options) renew(was, is *meeting) {
	for key, c := range is.instances {
		old := was.instances[key]
		moved := old != nil && differ(old, c, timing)
		if old == nil && key != master && was.instances[master] != nil {
			old = was.instances[master]
			moved = !o.sameTime(was, is, key)
		}
		if old == nil || !moved && (!canceled(c) || canceled(old)) {
			continue
		}
		if sequence(c) <= sequence(old) {
			c.Set(content.New("SEQUENCE", strconv.Itoa(sequence(old)+1)))
		}
		if !moved {
			continue
		}
		for l := range c.All("ATTENDEE") {
			if !o.self(l) && attendee(old, address(l)) != nil {
				l.SetParam("PARTSTAT", "NEEDS-ACTION")
			}
		}
	}
}

// invited are the addresses of all attendees before and after, but the owner's, in the order in which they are named.
func (o *Options) invited(meetings ...*meeting) []string {
	var out []string
	for _, m := range meetings {
		for _, key := range m.order {
			for l := range m.instances[key].All("ATTENDEE") {
				if a := address(l); a != "" && !o.self(l) && !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}

func anyLine(m *meeting, who string) *content.Line {
	for _, key := range m.order {
		if l := attendee(m.instances[key], who); l != nil {
			return l
		}
	}
	return nil
}

func canceled(c *content.Component) bool {
	return c != nil && strings.EqualFold(c.Value("STATUS"), "CANCELLED")
}

// tell is what one attendee is sent.
func (o *Options) tell(was, is *meeting, who string, base Message) []Message {
	if anyLine(was, who) != nil && (anyLine(is, who) == nil || canceled(is.any()) && !canceled(was.any())) {
		return []Message{o.cancelAll(was, is, who, base)}
	}
	if anyLine(is, who) == nil || canceled(is.any()) {
		return nil
	}
	gone := o.gone(was, is, who)
	if !o.concerns(was, is, who) {
		if len(gone) == 0 {
			return nil
		}
		return []Message{o.cancelInstances(was, is, who, gone, base)}
	}
	var components []*content.Component
	for _, key := range is.order {
		c := o.outgoing(is.instances[key])
		if attendee(c, who) == nil {
			continue
		}
		if key == master {
			// Instances that he is not invited to are none for him.
			for _, other := range is.order {
				if x := is.instances[other]; other != master && attendee(x, who) == nil {
					c.Add(exdate(x.Get("RECURRENCE-ID")))
				}
			}
		}
		components = append(components, c)
	}
	base.Method = "REQUEST"
	base.Object = is.envelope("REQUEST", components...)
	return []Message{base}
}

func exdate(recurrenceID *content.Line) *content.Line {
	l := recurrenceID.Clone()
	l.RemoveParam("RANGE")
	return content.New("EXDATE", l.Value(), l.Params()...)
}

// concerns reports whether something that an attendee is invited to is new, other than before, or asked to be sent again.
func (o *Options) concerns(was, is *meeting, who string) bool {
	for _, key := range is.order {
		c, old := is.instances[key], was.instances[key]
		l := attendee(c, who)
		if l == nil {
			continue
		}
		if strings.EqualFold(l.Param("SCHEDULE-FORCE-SEND"), "REQUEST") || attendee(old, who) == nil && !o.sameAsMaster(was, is, key, who) {
			return true
		}
		if old != nil && (differ(old, c, timing) || differ(old, c, shown)) {
			return true
		}
	}
	// An instance that had a form of its own and is like the others again.
	for _, key := range was.order {
		if key != master && is.instances[key] == nil && is.excluded()[key] == nil && attendee(was.instances[key], who) != nil {
			return true
		}
	}
	return false
}

// sameAsMaster reports whether a new override leaves an instance as it was for an attendee of the series: programs make such to hold their
// owner's alarms.
func (o *Options) sameAsMaster(was, is *meeting, key, who string) bool {
	whole := was.instances[master]
	return attendee(whole, who) != nil && key != master && !differ(whole, is.instances[key], shown) && o.sameTime(was, is, key)
}

// sameTime reports whether an override is when the series has the instance.
func (o *Options) sameTime(was, is *meeting, key string) bool {
	start, end, ok := is.span(is.instances[key])
	wholeStart, wholeEnd, ok2 := was.span(was.instances[master])
	if !ok || !ok2 {
		return false
	}
	at, err := is.key(start.Line("RECURRENCE-ID"))
	return err == nil && at == key && end.Wall.Sub(start.Wall) == wholeEnd.Wall.Sub(wholeStart.Wall)
}

// span is when a component begins and ends; without an end, or with a DURATION, ok is false.
func (m *meeting) span(c *content.Component) (start, end ical.Moment, ok bool) {
	a, b := c.Get("DTSTART"), c.Get("DTEND")
	if a == nil || b == nil {
		return start, end, false
	}
	first, err := ical.ReadMoments(a, m.finder, m.options.Zone)
	if err != nil {
		return start, end, false
	}
	last, err := ical.ReadMoments(b, m.finder, m.options.Zone)
	if err != nil {
		return start, end, false
	}
	return first[0], last[0], true
}

// gone are the RECURRENCE-IDs of instances that were deleted from a series, or that an attendee is no longer invited to.
func (o *Options) gone(was, is *meeting, who string) []*content.Line {
	var out []*content.Line
	before := was.excluded()
	for key, l := range is.excluded() {
		invited := attendee(was.instances[master], who) != nil
		if old := was.instances[key]; old != nil {
			invited = attendee(old, who) != nil
		}
		if before[key] == nil && invited {
			out = append(out, content.New("RECURRENCE-ID", l.Value(), l.Params()...))
		}
	}
	for _, key := range is.order {
		c := is.instances[key]
		old := was.instances[key]
		if old == nil {
			old = was.instances[master]
		}
		if key != master && attendee(c, who) == nil && attendee(old, who) != nil {
			out = append(out, c.Get("RECURRENCE-ID").Clone())
		}
	}
	slices.SortFunc(out, func(a, b *content.Line) int { return strings.Compare(a.Value(), b.Value()) })
	return out
}

// cancelAll calls off all that an attendee was invited to.
func (o *Options) cancelAll(was, is *meeting, who string, base Message) Message {
	var components []*content.Component
	for _, key := range was.order {
		if c := was.instances[key]; attendee(c, who) != nil && (key == master || attendee(was.instances[master], who) == nil) {
			components = append(components, o.cancellation(c, is.instances[key], who))
		}
	}
	base.Method = "CANCEL"
	base.Object = was.envelope("CANCEL", components...)
	return base
}

// cancelInstances calls off some instances of a series that goes on.
func (o *Options) cancelInstances(was, is *meeting, who string, gone []*content.Line, base Message) Message {
	var components []*content.Component
	for _, id := range gone {
		key, err := was.key(id)
		if err != nil {
			continue
		}
		c := was.instances[key]
		if c == nil {
			c = was.instances[master]
		}
		x := o.cancellation(c, is.instances[master], who)
		for _, name := range []string{"RRULE", "RDATE", "EXDATE", "DTEND", "DURATION"} {
			x.Remove(name)
		}
		x.Set(id.Clone())
		x.Set(content.New("DTSTART", id.Value(), id.Params()...))
		components = append(components, x)
	}
	base.Method = "CANCEL"
	base.Object = was.envelope("CANCEL", components...)
	return base
}

// cancellation is a component called off for one attendee. Its SEQUENCE is above all that he knows.
func (o *Options) cancellation(c, now *content.Component, who string) *content.Component {
	x := o.outgoing(c)
	keep := attendee(x, who).Clone()
	x.Remove("ATTENDEE")
	x.Add(keep)
	x.Set(content.New("STATUS", "CANCELLED"))
	x.Set(content.New("SEQUENCE", strconv.Itoa(max(sequence(c)+1, sequence(now)))))
	return x
}

// Request is the message that invites one attendee to all that he is invited to, as an answer to REFRESH.
func Request(object *content.Component, who string, o *Options) (Message, error) {
	is, err := o.parse(object)
	if err != nil {
		return Message{}, err
	}
	none, err := o.parse(nil)
	if err != nil {
		return Message{}, err
	}
	who = strings.ToLower(who)
	line := anyLine(is, who)
	if line == nil || !o.self(is.organizer()) {
		return Message{}, fmt.Errorf("%w: %.100q is not invited to it", ErrObject, who)
	}
	organizer := is.organizer()
	base := Message{From: address(organizer), FromName: organizer.Param("CN"), To: who, ToName: line.Param("CN")}
	all := o.tell(none, is, who, base)
	if len(all) == 0 {
		return Message{}, fmt.Errorf("%w: it is called off", ErrObject)
	}
	return all[0], nil
}
