package meeting

import (
	"context"
	"time"

	"zarafa/calendar/itip"
	"zarafa/mapi"
)

// process does to the calendar what a person's client would do when it sees the message: a request is entered tentatively, an answer is
// noted at the organizer's item, what is called off is marked. The message is delivered in any case.
func (j *job) process(ctx context.Context) (Outcome, error) {
	list, err := j.entries(ctx, time.Time{}, time.Time{})
	if err != nil {
		return Outcome{}, err
	}
	have := j.match(list)
	existing, err := j.load(ctx, have)
	if err != nil {
		return Outcome{}, err
	}
	asks := j.method == "REQUEST" || j.method == "CANCEL"
	if existing != nil && asks && !j.fromOrganizer(ctx, existing) {
		return Outcome{}, nil
	}
	item, outcome, err := itip.ReceiveItem(existing, j.message, j.options(ctx))
	if err == nil && outcome == itip.Proposed {
		item, outcome, err = itip.ReceiveItem(existing, withoutProposal(j.message), j.options(ctx))
	}
	switch {
	case err != nil:
		return Outcome{}, err
	case outcome == itip.Outdated && asks:
		return Outcome{Set: mapi.Props{mapi.Long(tag(meetingType, mapi.PtLong), outOfDate)}, Did: "marked a message as out of date"}, nil
	case outcome != itip.Applied:
		return Outcome{}, nil
	}
	if _, err := j.save(ctx, have, item); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Set: mapi.Props{mapi.Bool(processed, true)}, Did: "brought the calendar up to date by a meeting message"}
	if !asks {
		return out, nil // when the organizer is busy has not changed
	}
	if alone := j.alone(list); len(alone) > 0 && j.method == "REQUEST" {
		if err := j.session.DeleteMessages(ctx, false, alone...); err != nil {
			return out, err
		}
	}
	return out, j.publishAnew(ctx)
}

// withoutProposal is an answer that proposes another time as the answer that it is beside: the proposal itself stays on the message, for
// the organizer to decide.
func withoutProposal(m *mapi.Message) *mapi.Message {
	out := *m
	out.Props = mapi.Props(mapi.CloneProps(m.Props))
	out.Props.Delete(tag(counter, mapi.PtBoolean).ID())
	return &out
}
