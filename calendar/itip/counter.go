package itip

import (
	"fmt"
	"slices"
	"strings"

	"zarafa/calendar/content"
)

// Accept is an organizer's object with the time that an attendee proposed by COUNTER. What has to be sent then says [Send].
func Accept(existing, counter *content.Component, o *Options) (*content.Component, error) {
	is, err := o.parse(existing)
	if err != nil {
		return nil, err
	}
	msg, err := o.parse(counter)
	if err != nil {
		return nil, err
	}
	if existing == nil || counter == nil {
		return nil, fmt.Errorf("%w: nothing to propose for", ErrObject)
	}
	var changed []*content.Component
	for _, key := range msg.order {
		have := is.instances[key]
		if have == nil && is.instances[master] != nil {
			if have, err = is.override(msg.instances[key].Get("RECURRENCE-ID"), msg); err != nil {
				return nil, err
			}
		}
		if have == nil {
			return nil, fmt.Errorf("%w: a proposal for what is not there", ErrObject)
		}
		c := have.Clone()
		for _, name := range []string{"DTSTART", "DTEND", "DURATION"} {
			c.Remove(name)
			for l := range msg.instances[key].All(name) {
				c.Add(l.Clone())
			}
		}
		c.Set(content.New("SEQUENCE", fmt.Sprint(sequence(have)+1)))
		changed = append(changed, c)
		is.instances[key] = c
	}
	var all []*content.Component
	for _, key := range is.order {
		all = append(all, is.instances[key].Clone())
	}
	for i, key := range msg.order {
		if !slices.Contains(is.order, key) {
			all = append(all, changed[i])
		}
	}
	return o.joined(is, msg, all), nil
}

// Decline is the organizer's answer that he keeps to his time (RFC 5546 3.2.8).
func Decline(existing, counter *content.Component, o *Options) (Message, error) {
	is, err := o.parse(existing)
	if err != nil {
		return Message{}, err
	}
	msg, err := o.parse(counter)
	if err != nil {
		return Message{}, err
	}
	if existing == nil || counter == nil {
		return Message{}, fmt.Errorf("%w: nothing to propose for", ErrObject)
	}
	organizer := is.organizer()
	var who *content.Line
	for l := range msg.any().All("ATTENDEE") {
		who = l
		break
	}
	if organizer == nil || who == nil {
		return Message{}, fmt.Errorf("%w: a proposal by nobody", ErrObject)
	}
	var all []*content.Component
	for _, key := range msg.order {
		c := o.outgoing(msg.instances[key])
		c.Set(organizer.Clone())
		all = append(all, c)
	}
	return Message{
		Method: "DECLINECOUNTER", From: address(organizer), FromName: organizer.Param("CN"), To: address(who), ToName: who.Param("CN"),
		Object: msg.envelope("DECLINECOUNTER", all...),
	}, nil
}

// Status is SCHEDULE-STATUS of an attendee after a message to him was sent, or was not (RFC 6638 7.3).
type Status string

// The states.
const (
	Sent      Status = "1.1" // handed over, with nothing known of what became of it
	Delivered Status = "1.2"
	Invalid   Status = "3.7" // nobody has that address
	Failed    Status = "5.1" // could not be delivered
)

// SetStatus notes in an object what became of the message to somebody.
func SetStatus(object *content.Component, who string, s Status) {
	who = strings.ToLower(who)
	for c := range object.Components() {
		for _, name := range []string{"ATTENDEE", "ORGANIZER"} {
			for l := range c.All(name) {
				if address(l) == who {
					l.SetParam("SCHEDULE-STATUS", string(s))
				}
			}
		}
	}
}
