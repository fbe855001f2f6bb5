package itip

import (
	"slices"
	"strings"

	"zarafa/calendar/content"
)

// answer is what an attendee's change sends.
func (o *Options) answer(was, is *meeting, organizer *content.Line) []Message {
	if address(organizer) == "" {
		return nil
	}
	var components []*content.Component
	from, name := "", ""
	reply := func(c *content.Component, status string) {
		mine := o.mine(c)
		from, name = address(mine), mine.Param("CN")
		components = append(components, o.reply(c, mine, status))
	}
	if is.object == nil {
		// He removes what he has not declined, and what is not called off anyhow.
		for _, key := range was.order {
			c := was.instances[key]
			if l := o.mine(c); l != nil && scheduled(l) && partstat(l) != "DECLINED" && !canceled(c) {
				reply(c, "DECLINED")
			}
		}
	} else {
		o.changed(was, is, reply)
	}
	if len(components) == 0 {
		return nil
	}
	m := is
	if m.object == nil {
		m = was
	}
	return []Message{{
		Method: "REPLY", From: from, FromName: name, To: address(organizer), ToName: organizer.Param("CN"),
		Object: m.envelope("REPLY", components...),
	}}
}

// changed finds the answers that are other than before.
func (o *Options) changed(was, is *meeting, reply func(*content.Component, string)) {
	for _, key := range is.order {
		c := is.instances[key]
		l := o.mine(c)
		if l == nil || !scheduled(l) {
			continue
		}
		old := o.mine(was.instances[key])
		if old == nil && key != master {
			old = o.mine(was.instances[master])
		}
		before := partstat(old)
		if before == "" {
			before = "NEEDS-ACTION"
		}
		if now := partstat(l); now != before || strings.EqualFold(l.Param("SCHEDULE-FORCE-SEND"), "REPLY") {
			reply(c, now)
		}
	}
	// Instances that he removed from a series.
	whole := is.instances[master]
	if l := o.mine(whole); l == nil || !scheduled(l) || was.instances[master] == nil {
		return
	}
	before, now := was.excluded(), is.excluded()
	var keys []string
	for key := range now {
		if before[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		x := whole.Clone()
		for _, name := range []string{"RRULE", "RDATE", "EXDATE", "DTEND", "DURATION"} {
			x.Remove(name)
		}
		x.Set(content.New("RECURRENCE-ID", now[key].Value(), now[key].Params()...))
		x.Set(content.New("DTSTART", now[key].Value(), now[key].Params()...))
		reply(x, "DECLINED")
	}
}

// reply is a component with what an answer needs (RFC 5546 3.2.3), and no other attendee.
func (o *Options) reply(c *content.Component, mine *content.Line, status string) *content.Component {
	x := content.NewComponent(c.Name())
	for _, name := range []string{"UID", "RECURRENCE-ID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "DUE", "SUMMARY", "LOCATION", "ORGANIZER", "COMMENT"} {
		for l := range c.All(name) {
			x.Add(l.Clone())
		}
	}
	l := content.New("ATTENDEE", mine.Value(), content.P("PARTSTAT", status))
	if cn := mine.Param("CN"); cn != "" {
		l.SetParam("CN", cn)
	}
	x.Add(o.stamp(), l, content.New("REQUEST-STATUS", "2.0;Success"))
	return o.outgoing(x)
}
