package client

import (
	"context"

	"zarafa/mapi"
)

// MeetingSettings say what is done with meeting messages that a mailbox gets (agents.md section 2.2).
type MeetingSettings struct {
	// Accept answers requests, and takes called off meetings out of the calendar, without a person.
	Accept bool
	// DeclineConflicting and DeclineRecurring are about Accept: requests for a time that is taken, and for series, are declined.
	DeclineConflicting, DeclineRecurring bool
	// Process enters requests tentatively and notes answers. Mailboxes have it until somebody switches it off.
	Process bool
}

// ProcessMeetings names the property that [MeetingSettings].Process is kept in, which has no id that every server knows.
func ProcessMeetings() mapi.PropName { return mapi.PropName{Set: mapi.PsetidKC, ID: 1} }

// FreebusyMessages are the entry ids of the messages that the settings are kept in, LocalFreebusy last; holder are the properties of the
// inbox or of the root folder. The settings are read from the last one and written into all of them.
func FreebusyMessages(holder mapi.Props) []mapi.EntryID {
	list, _ := holder.Get(mapi.PrFreebusyEntryIDs)
	var ids []mapi.EntryID
	for i, v := range list.Values() {
		if i <= freebusyLocal && len(v.Data) > 0 {
			ids = append(ids, v.Data)
		}
	}
	return ids
}

// MeetingSettings reads the settings, by one call, and one more if [Names] do not know the name of Process yet. holder are the properties
// of the inbox or of the root folder. NOT_FOUND if the store has no free/busy messages.
func (s *Session) MeetingSettings(ctx context.Context, holder mapi.Props) (m MeetingSettings, err error) {
	m.Process = true
	messages := FreebusyMessages(holder)
	if len(messages) == 0 {
		return m, mapi.Errorf(mapi.NotFound, "meeting settings", "the store has no free/busy messages")
	}
	o, err := s.LoadObject(ctx, messages[len(messages)-1])
	if err != nil {
		return m, err
	}
	read := func(tag mapi.PropTag, field *bool) {
		if p, ok := o.Props.Get(tag); ok {
			*field = p.Bool()
		}
	}
	read(mapi.PrProcessMeetingRequests, &m.Accept)
	read(mapi.PrDeclineConflictingMeetingRequests, &m.DeclineConflicting)
	read(mapi.PrDeclineRecurringMeetingRequests, &m.DeclineRecurring)
	ids, err := s.PropIDs(ctx, true, ProcessMeetings())
	if err != nil {
		return m, err
	}
	read(mapi.MakeTag(ids[0], mapi.PtBoolean), &m.Process)
	return m, nil
}

// MeetingSettings are those of the mailbox. One without free/busy messages has what new ones have.
func (b *Mailbox) MeetingSettings(ctx context.Context) (MeetingSettings, error) {
	m, err := b.Store.Session.MeetingSettings(ctx, b.InboxProps)
	if IsNotFound(err) {
		return MeetingSettings{Process: true}, nil
	}
	return m, err
}
