// Package itip is scheduling (RFC 5546, RFC 6638 3.2) without a network and a store: what has to be sent when somebody changes a meeting, and
// what a meeting becomes when a message about it comes. It takes VCALENDARs with all components of one UID, and makes such.
//
// It changes nothing that it is given, and keeps no state; all of it may be used concurrently.
package itip

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
)

// ErrObject is wrapped by errors about objects and messages that are no meeting.
var ErrObject = errors.New("no meeting")

// Options are what scheduling needs to know.
type Options struct {
	// Self reports whether an address, without "mailto:", is one of the calendar's owner. All his addresses count: a message to oneself
	// comes back for ever. It must be set.
	Self func(address string) bool
	// Zone is that of times without one. It must be set.
	Zone *zone.Zone
	// Now is the DTSTAMP of what is made.
	Now time.Time
}

// Message is to be sent.
type Message struct {
	Method string
	// From and To are addresses; the names may be empty.
	From, FromName, To, ToName string
	Object                     *content.Component // the VCALENDAR with METHOD
}

// master is the key of the component without a RECURRENCE-ID.
const master = ""

// meeting is an object, read.
type meeting struct {
	object    *content.Component
	finder    *zone.Finder
	options   *Options
	instances map[string]*content.Component // by key
	order     []string
}

// parse reads an object. A nil object is a meeting without components.
func (o *Options) parse(object *content.Component) (*meeting, error) {
	m := &meeting{object: object, options: o, instances: map[string]*content.Component{}}
	if object == nil {
		return m, nil
	}
	m.finder = zone.NewFinder(object, o.Zone)
	uid := ""
	for c := range object.Components() {
		if !c.Is("VEVENT") && !c.Is("VTODO") {
			continue
		}
		if uid != "" && c.Text("UID") != uid {
			return nil, fmt.Errorf("%w: two UIDs", ErrObject)
		}
		uid = c.Text("UID")
		key, err := m.key(c.Get("RECURRENCE-ID"))
		if err != nil {
			return nil, err
		}
		if m.instances[key] != nil {
			return nil, fmt.Errorf("%w: two components for one instance", ErrObject)
		}
		m.instances[key] = c
		m.order = append(m.order, key)
	}
	if len(m.order) == 0 {
		return nil, fmt.Errorf("%w: neither VEVENT nor VTODO", ErrObject)
	}
	return m, nil
}

// key names an instance whatever the form of its RECURRENCE-ID: by its instant, or by its date.
func (m *meeting) key(l *content.Line) (string, error) {
	if l == nil {
		return master, nil
	}
	keys, err := m.keys(l)
	if err != nil {
		return "", err
	}
	return keys[0], nil
}

// keys are those of a line with several times, as EXDATE.
func (m *meeting) keys(l *content.Line) ([]string, error) {
	moments, err := ical.ReadMoments(l, m.finder, m.options.Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrObject, err)
	}
	var out []string
	for _, w := range moments {
		if w.Date {
			out = append(out, w.Wall.Format("20060102"))
		} else {
			out = append(out, w.Instant().Format("20060102T150405Z"))
		}
	}
	return out, nil
}

// excluded are the EXDATEs of the master by their keys.
func (m *meeting) excluded() map[string]*content.Line {
	out := map[string]*content.Line{}
	c := m.instances[master]
	if c == nil {
		return out
	}
	for l := range c.All("EXDATE") {
		keys, err := m.keys(l)
		if err != nil {
			continue
		}
		values := strings.Split(l.Value(), ",")
		for i, key := range keys {
			one := l.Clone()
			one.SetValue(strings.TrimSpace(values[i]))
			out[key] = one
		}
	}
	return out
}

// any is the component that says most about the whole: the master, or else the first.
func (m *meeting) any() *content.Component {
	if c := m.instances[master]; c != nil {
		return c
	}
	if len(m.order) == 0 {
		return nil
	}
	return m.instances[m.order[0]]
}

func (m *meeting) organizer() *content.Line {
	if c := m.any(); c != nil {
		return c.Get("ORGANIZER")
	}
	return nil
}

// address is a calendar user's mail address in lower case, or his whole URI.
func address(l *content.Line) string {
	if l == nil {
		return ""
	}
	v := strings.TrimSpace(l.Value())
	if len(v) > 7 && strings.EqualFold(v[:7], "mailto:") {
		v = v[7:]
	}
	return strings.ToLower(v)
}

func (o *Options) self(l *content.Line) bool {
	a := address(l)
	return a != "" && o.Self(a)
}

// mine is the owner's line among the attendees of a component, or nil.
func (o *Options) mine(c *content.Component) *content.Line {
	if c == nil {
		return nil
	}
	for l := range c.All("ATTENDEE") {
		if o.self(l) {
			return l
		}
	}
	return nil
}

// attendee is the line of an address, or nil.
func attendee(c *content.Component, who string) *content.Line {
	if c == nil {
		return nil
	}
	for l := range c.All("ATTENDEE") {
		if address(l) == who {
			return l
		}
	}
	return nil
}

// scheduled reports whether the server is to send messages to somebody (RFC 6638 7.1).
func scheduled(l *content.Line) bool {
	agent := strings.ToUpper(l.Param("SCHEDULE-AGENT"))
	return agent == "" || agent == "SERVER"
}

func sequence(c *content.Component) int {
	if c == nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(c.Value("SEQUENCE")))
	return n
}

func partstat(l *content.Line) string {
	if l == nil {
		return ""
	}
	if p := strings.ToUpper(l.Param("PARTSTAT")); p != "" {
		return p
	}
	return "NEEDS-ACTION"
}

// timing are the properties whose change makes answers void (RFC 6638 3.2.8).
var timing = []string{"DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE"}

// shown are those that attendees want to hear of beside.
var shown = []string{"SUMMARY", "LOCATION", "DESCRIPTION", "STATUS"}

// differ reports whether two components differ in some properties. Parameters count, but for those that say no more than a form.
func differ(a, b *content.Component, names []string) bool {
	for _, name := range names {
		if !slices.Equal(values(a, name), values(b, name)) {
			return true
		}
	}
	return false
}

func values(c *content.Component, name string) []string {
	var out []string
	for l := range c.All(name) {
		out = append(out, l.Param("TZID")+":"+l.Text())
	}
	slices.Sort(out)
	return out
}

// envelope makes a VCALENDAR of components, with the time zones of the one they come from.
func (m *meeting) envelope(method string, components ...*content.Component) *content.Component {
	out := content.NewComponent("VCALENDAR")
	out.Add(content.New("PRODID", "-//Zarafa//Calendar//EN"), content.New("VERSION", "2.0"))
	if method != "" {
		out.Add(content.New("METHOD", method))
	}
	for c := range m.object.Components() {
		if c.Is("VTIMEZONE") {
			out.AddComponent(c.Clone())
		}
	}
	out.AddComponent(components...)
	return out
}

// outgoing is a copy of a component for a message: without alarms, which are its owner's own, and without what is for the server.
func (o *Options) outgoing(c *content.Component) *content.Component {
	out := c.Clone()
	out.RemoveComponents(func(sub *content.Component) bool { return sub.Is("VALARM") })
	for _, name := range []string{"ATTENDEE", "ORGANIZER"} {
		for l := range out.All(name) {
			for _, p := range []string{"SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND"} {
				l.RemoveParam(p)
			}
		}
	}
	out.Set(o.stamp())
	return out
}

func (o *Options) stamp() *content.Line {
	return content.New("DTSTAMP", o.Now.UTC().Format("20060102T150405Z"))
}
