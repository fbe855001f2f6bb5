package admin

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"zarafa/client"
	"zarafa/mapi"
)

// meetingOptions say what happens to meeting requests that a user receives.
type meetingOptions struct {
	accept, declineConflict, declineRecurring, process boolean
}

func (m *meetingOptions) define(fs *pflag.FlagSet) {
	fs.Var(&m.accept, "mr-accept", "accept meeting requests automatically")
	fs.Var(&m.declineConflict, "mr-decline-conflict", "decline them if the time is taken")
	fs.Var(&m.declineRecurring, "mr-decline-recurring", "decline them if they recur")
	fs.Var(&m.process, "mr-process", "enter them tentatively")
}

func (m *meetingOptions) given() bool {
	return m.accept.given || m.declineConflict.given || m.declineRecurring.given || m.process.given
}

// freebusyMessages finds the two messages of a store.
func (j *job) freebusyMessages(ctx context.Context, st client.Store) ([]mapi.EntryID, error) {
	root, err := j.session.LoadObject(ctx, st.RootID)
	if err != nil {
		return nil, err
	}
	ids := client.FreebusyMessages(root.Props)
	if len(ids) == 0 {
		return nil, fmt.Errorf("the store has no free/busy messages")
	}
	return ids, nil
}

// setMeetingOptions changes what the options say in both messages.
func (j *job) setMeetingOptions(ctx context.Context, u client.User) error {
	st, err := j.storeOf(ctx, u.Name)
	if err != nil {
		return err
	}
	j = j.at(st.Session)
	messages, err := j.freebusyMessages(ctx, st)
	if err != nil {
		return fmt.Errorf("changing how %q answers meeting requests: %w", u.Name, err)
	}
	props, err := j.meetingProps(ctx)
	if err != nil {
		return err
	}
	for _, id := range messages {
		if err := j.session.SetProps(ctx, id, props...); err != nil {
			return fmt.Errorf("changing how %q answers meeting requests: %w", u.Name, err)
		}
	}
	return nil
}

func (j *job) meetingProps(ctx context.Context) ([]mapi.PropValue, error) {
	var props []mapi.PropValue
	for _, o := range []struct {
		option boolean
		tag    mapi.PropTag
	}{
		{j.meeting.accept, mapi.PrProcessMeetingRequests},
		{j.meeting.declineRecurring, mapi.PrDeclineRecurringMeetingRequests},
		{j.meeting.declineConflict, mapi.PrDeclineConflictingMeetingRequests},
	} {
		if o.option.given {
			props = append(props, mapi.Bool(o.tag, o.option.value))
		}
	}
	if j.meeting.process.given {
		tag, err := j.session.PropTag(ctx, client.ProcessMeetings(), mapi.PtBoolean, true)
		if err != nil {
			return nil, err
		}
		props = append(props, mapi.Bool(tag, j.meeting.process.value))
	}
	return props, nil
}

// meetingState reads the settings back, for --details.
func (j *job) meetingState(ctx context.Context, st client.Store) (client.MeetingSettings, error) {
	root, err := j.session.LoadObject(ctx, st.RootID)
	if err != nil {
		return client.MeetingSettings{}, err
	}
	return j.session.MeetingSettings(ctx, root.Props)
}
