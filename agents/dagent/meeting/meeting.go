// Package meeting does what a mailbox's owner would do with a meeting message that is delivered to him (MS-OXOCAL 3.1.4.7, 3.1.4.8):
// rooms, equipment and users who want it accept and decline requests without a person; for everybody else requests are entered
// tentatively, answers are noted at the organizer's item, and what is called off is marked. Which of these a mailbox wants its settings
// say ([client.MeetingSettings]).
//
// The package owns the order of things, so that two requests for one room at one moment do not both get it: within a process one mailbox
// has one message at a time, and of two processes the one that saves second finds the other's item when it looks again, and gives way. A
// message that comes twice is answered once.
//
// A [Processor] may be used by several goroutines. It refuses messages without an identity (PidLidGlobalObjectId), and those that a
// stranger sends about somebody else's meeting: they are delivered as they are.
package meeting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/client"
	"zarafa/mapi"
)

// Action is what is to become of a message.
type Action int

// The actions.
const (
	// Deliver it as any other mail, with the changes that the outcome names.
	Deliver Action = iota
	// Consumed: it has been dealt with, and is not to be saved.
	Consumed
)

// Outcome is what became of a message.
type Outcome struct {
	Action Action
	// Set are properties that a message to be delivered gets beside its own: that it was processed, or that it is out of date.
	Set mapi.Props
	// Did is what was done, for the log; it is empty if that is nothing.
	Did string
}

// Processor deals with meeting messages.
type Processor struct {
	zone  *zone.Zone
	lanes lanes
	// beforeSave is called before an item is saved, so that a test can have two processes do that at one moment.
	beforeSave func()
}

// New makes a processor; local is the zone of times that name none.
func New(local *zone.Zone) *Processor { return &Processor{zone: local} }

// Process looks at a message on its way into a mailbox, before rules run. Messages that are about no meeting cost no call. The message is
// not saved yet and is not changed; what comes back says whether it is to be. Junk mail is not for Process: it would answer it.
//
// box.Store.Session acts for the owner: it is his own or an administrator's. owner is his entry in the address book, now the time of
// delivery.
//
// After an error the message is to be delivered unless the outcome says [Consumed], which it does if the organizer has his answer already
// and only what comes after that has failed. A delivery may be repeated after any error, also with the same message once more.
func (p *Processor) Process(ctx context.Context, box *client.Mailbox, owner client.Entry, m *mapi.Message, now time.Time) (Outcome, error) {
	if !isMeeting(m) {
		return Outcome{}, nil
	}
	j := p.newJob(box, owner, m, now)
	if len(j.id) == 0 || len(j.calendar) == 0 {
		return Outcome{}, nil
	}
	settings, err := box.MeetingSettings(ctx)
	if err != nil {
		return Outcome{}, fmt.Errorf("reading how %s answers meeting requests: %w", owner.Account, err)
	}
	if !settings.Accept && !settings.Process {
		return Outcome{}, nil
	}
	j.settings = settings
	unlock, err := p.lanes.lock(ctx, box.Store.GUID)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	out, err := j.run(ctx)
	if err == nil {
		err = errors.Join(j.unknown...)
	}
	if err != nil {
		err = fmt.Errorf("a meeting message for %s: %w", owner.Account, err)
	}
	return out, err
}

// isMeeting reports whether a message is about a meeting of the owner's. Messages that Outlook calls notifications are for people; what a
// delegate is sent is about somebody else's calendar.
func isMeeting(m *mapi.Message) bool {
	const prefix = "IPM.Schedule.Meeting."
	class := m.Props.Str(mapi.PrMessageClass)
	return len(class) > len(prefix) && strings.EqualFold(class[:len(prefix)], prefix) && ical.Method(m) != "" &&
		!boolOf(m.Props, delegatedByRule)
}

// job is one message.
type job struct {
	*Processor
	session  *client.Session
	box      *client.Mailbox
	owner    client.Entry
	message  *mapi.Message
	method   string
	now      time.Time
	settings client.MeetingSettings
	calendar mapi.EntryID
	// full and id are the message's GlobalObjectId with and without the day of an instance.
	full, id []byte
	people   people
	unknown  []error // addresses that could not be looked up
}

func (p *Processor) newJob(box *client.Mailbox, owner client.Entry, m *mapi.Message, now time.Time) *job {
	j := &job{
		Processor: p, session: box.Store.Session, box: box, owner: owner, message: m, method: ical.Method(m), now: now,
		calendar: box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID), full: globalID(m),
	}
	if j.id = binaryOf(m, cleanGlobalObjectID); len(j.id) == 0 {
		j.id = j.full
	}
	j.id = calendar.CleanGlobalID(j.id)
	if len(j.full) == 0 {
		j.full = j.id
	}
	j.people.add(m)
	return j
}

// run does what the settings say. Requests that ask for no answer are for people (agents.md section 3.4).
func (j *job) run(ctx context.Context) (Outcome, error) {
	asked := !j.message.Props.Has(mapi.PrResponseRequested.ID()) || boolOf(j.message.Props, mapi.PrResponseRequested)
	switch {
	case j.settings.Accept && j.method == "REQUEST" && asked:
		return j.answer(ctx)
	case j.settings.Accept && j.method == "CANCEL":
		return j.takeOut(ctx)
	case j.settings.Process:
		return j.process(ctx)
	}
	return Outcome{}, nil
}

// options are those of conversions.
func (j *job) options(ctx context.Context) *ical.Options {
	return &ical.Options{
		Zone: j.zone, Who: j.people.who, Self: j.self, Now: j.now, Attachments: attachments,
		Address: func(p ical.Person) string { return j.addressOf(ctx, p) },
	}
}

// attachments is how many bytes of files an item takes over from a request.
const attachments = 8 << 20

// self reports whether an address is one of the owner's.
func (j *job) self(address string) bool {
	if strings.EqualFold(address, j.owner.SMTP) {
		return true
	}
	for _, alias := range j.owner.Aliases {
		if _, a, ok := strings.Cut(alias, ":"); ok && strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}

// fromOrganizer reports whether a message about an item comes from the item's organizer: nobody else may move it or call it off.
func (j *job) fromOrganizer(ctx context.Context, item *mapi.Message) bool {
	have, is := represented(item), represented(j.message)
	if len(have.EntryID) > 0 && bytes.Equal(have.EntryID, is.EntryID) {
		return true
	}
	a, b := j.smtp(ctx, have), j.smtp(ctx, is)
	return a != "" && strings.EqualFold(a, b)
}
