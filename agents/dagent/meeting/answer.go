package meeting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/ical"
	"zarafa/calendar/itip"
	"zarafa/client"
	"zarafa/mapi"
)

// request is a request that is answered without a person.
type request struct {
	wanted   []ical.Time
	before   []entry // of the calendar
	have     *entry  // the meeting's item, nil if it is new
	existing *mapi.Message
	item     *mapi.Message // what it becomes
	// stays is true for a meeting that is in the calendar as accepted for these times already, settled if its organizer was told so, too.
	// If he was not, a delivery was broken off, and nobody has looked who came first.
	stays, settled bool
	given          []given
}

// answer accepts or declines a request.
func (j *job) answer(ctx context.Context) (Outcome, error) {
	r, outcome, err := j.read(ctx)
	if err != nil {
		return Outcome{}, err
	}
	switch outcome {
	case itip.Applied:
	case itip.Outdated:
		return Outcome{Action: Consumed, Did: "passed over a request that is out of date"}, nil
	default:
		return Outcome{}, nil // his own meeting, or a stranger's message about somebody else's
	}
	if r.settled {
		return j.accept(ctx, r)
	}
	if j.settings.DeclineRecurring && isSet(j.message, recurring) {
		return j.decline(ctx, r, texts(j.box.Language()).noSeries(j.owner.Name))
	}
	taken, err := j.conflicts(ctx, r.wanted, r.before, func(e *entry) bool { return !r.stays || e.order < r.have.order })
	if err != nil {
		return Outcome{}, err
	}
	if len(taken) > 0 {
		return j.decline(ctx, r, j.takenText(ctx, taken))
	}
	return j.accept(ctx, r)
}

// read finds out what the request asks for and what the calendar has.
func (j *job) read(ctx context.Context) (*request, itip.Outcome, error) {
	r := new(request)
	var err error
	if r.wanted, err = j.wanted(ctx); err != nil {
		return nil, itip.Ignored, err
	}
	from, to := span(r.wanted)
	if r.before, err = j.entries(ctx, from, to); err != nil {
		return nil, itip.Ignored, err
	}
	r.have = j.match(r.before)
	if r.existing, err = j.load(ctx, r.have); err != nil {
		return nil, itip.Ignored, err
	}
	if r.existing != nil && !j.fromOrganizer(ctx, r.existing) {
		return nil, itip.Ignored, nil
	}
	var outcome itip.Outcome
	if r.item, outcome, err = itip.ReceiveItem(r.existing, j.message, j.options(ctx)); err != nil || outcome != itip.Applied {
		return nil, outcome, err
	}
	if r.existing != nil && longOf(r.existing, responseStatus) == responseAccepted {
		o := j.options(ctx)
		was, err1 := ical.Times(r.existing, from, to, o)
		is, err2 := ical.Times(r.item, from, to, o)
		r.stays = err1 == nil && err2 == nil && slices.EqualFunc(was, is, func(a, b ical.Time) bool {
			return a.Start.Equal(b.Start) && a.End.Equal(b.End)
		})
	}
	if r.stays {
		if r.given, err = j.answers(ctx, classAccepted); err != nil {
			return nil, itip.Ignored, err
		}
		r.settled = slices.ContainsFunc(r.given, j.sameTime)
	}
	return r, itip.Applied, nil
}

// accept enters the meeting, looks whether nobody else was faster, and tells the organizer.
func (j *job) accept(ctx context.Context, r *request) (Outcome, error) {
	j.stamp(r.item)
	if j.beforeSave != nil {
		j.beforeSave()
	}
	id, err := j.save(ctx, r.have, r.item)
	if err != nil {
		return Outcome{}, err
	}
	from, to := j.published()
	if first, last := span(r.wanted); len(r.wanted) > 0 && !r.settled {
		from, to = earlier(from, first), later(to, last)
	}
	after, err := j.entries(ctx, from, to)
	if err != nil {
		return Outcome{}, j.undo(ctx, r, id, err)
	}
	if !r.settled {
		switch place, taken, err := j.place(ctx, r, after, id); {
		case err != nil:
			return Outcome{}, j.undo(ctx, r, id, err)
		case place == repeated:
			return j.withdraw(ctx, id)
		case place == second:
			r.have, r.existing = &after[find(after, id)], r.item
			return j.decline(ctx, r, j.takenText(ctx, taken))
		}
	}
	if err := j.reply(ctx, classAccepted, responseAccepted, texts(j.box.Language()).accepted, r.given); err != nil {
		return Outcome{}, j.undo(ctx, r, id, err)
	}
	out := Outcome{Action: Consumed, Did: "accepted a meeting request"}
	alone := j.alone(after)
	if len(alone) > 0 {
		if err := j.session.DeleteMessages(ctx, false, alone...); err != nil {
			return out, fmt.Errorf("removing instances that the series has now: %w", err)
		}
	}
	return out, j.publish(ctx, slices.DeleteFunc(after, func(e entry) bool { return slices.ContainsFunc(alone, e.is) }))
}

// place is where a request stands among those that came at the same time.
type place int

const (
	first    place = iota
	second         // somebody has the time
	repeated       // the same request was entered by somebody else
)

// place looks whether an entry that was saved came first. All who save at one moment see those whose change has a lower number, so that
// they agree about who that is.
func (j *job) place(ctx context.Context, r *request, after []entry, id mapi.EntryID) (place, []ical.Time, error) {
	own := find(after, id)
	if own < 0 {
		return first, nil, errors.New("the item that was saved has gone from the calendar")
	}
	order := after[own].order
	sooner := func(e *entry) bool { return e.order < order }
	for i := range after {
		if e := &after[i]; r.have == nil && sooner(e) && slices.Equal(e.full, after[own].full) && find(r.before, e.id) < 0 {
			return repeated, nil, nil
		}
	}
	taken, err := j.conflicts(ctx, r.wanted, after, sooner)
	if len(taken) > 0 {
		return second, taken, err
	}
	return first, nil, err
}

// withdraw takes out what is in the calendar a second time. Who entered it first answers, if he gets so far; the message is delivered, so
// that it is not lost if he does not.
func (j *job) withdraw(ctx context.Context, id mapi.EntryID) (Outcome, error) {
	if err := j.session.DeleteMessages(ctx, true, id); err != nil {
		return Outcome{}, fmt.Errorf("removing an item that is there twice: %w", err)
	}
	return Outcome{Did: "left a meeting request to another delivery of it"}, nil
}

// decline takes the meeting out of the calendar, if an earlier form of it was there, and tells the organizer why.
func (j *job) decline(ctx context.Context, r *request, why string) (Outcome, error) {
	if r.have != nil {
		if err := j.remove(ctx, r.have, r.existing); err != nil {
			return Outcome{}, err
		}
	}
	given, err := j.answers(ctx, classDeclined)
	if err != nil {
		return Outcome{}, err
	}
	if err := j.reply(ctx, classDeclined, responseDeclined, why, given); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Action: Consumed, Did: "declined a meeting request: " + why}
	if r.have == nil {
		return out, nil
	}
	return out, j.publishAnew(ctx)
}

// stamp makes an item one that the owner has accepted.
func (j *job) stamp(item *mapi.Message) {
	busy := ical.Busy
	if v, ok := item.GetNamed(intendedBusy, mapi.PtLong); ok && !j.isResource() {
		busy = v.Uint32()
	}
	j.stampOne(item, busy)
	stampSeries(item, busy)
	for _, a := range item.Attachments {
		if a.Message != nil && isSet(a.Message, isException) {
			j.stampOne(a.Message, busy)
		}
	}
}

func (j *job) stampOne(item *mapi.Message, busy uint32) {
	setLong(item, busyStatus, busy)
	setLong(item, responseStatus, responseAccepted)
	setTime(item, replyTime, j.now)
	item.SetNamed(replyName, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), j.owner.Name))
	if j.isResource() {
		item.SetNamed(reminderSet, mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), false))
	}
	for i := range item.Recipients {
		if row := &item.Recipients[i]; j.self(row.Str(mapi.PrSMTPAddress)) {
			row.Set(mapi.Long(mapi.PrRecipientTrackstatus, responseAccepted))
			row.Set(mapi.Time(mapi.PrRecipientTrackstatusTime, mapi.FileTimeOf(j.now)))
		}
	}
}

// save puts an item into the calendar, in place of the one that is there.
func (j *job) save(ctx context.Context, have *entry, item *mapi.Message) (mapi.EntryID, error) {
	if have != nil {
		if err := j.session.ReplaceMessage(ctx, have.id, item); err != nil {
			return nil, fmt.Errorf("changing the item: %w", err)
		}
		return have.id, nil
	}
	id, err := j.session.SaveMessage(ctx, j.calendar, item, client.SaveOptions{})
	if err != nil {
		return nil, fmt.Errorf("saving the item: %w", err)
	}
	return id, nil
}

// uncertain reports whether nobody knows what the server has done.
func uncertain(ctx context.Context, err error) bool {
	return ctx.Err() != nil || mapi.CodeOf(err) == mapi.NetworkError
}

// undoTime is how long it may take to bring the calendar back to what it was.
const undoTime = 30 * time.Second

// undo brings the calendar back to what it was, as the organizer has not been told anything. Where nobody knows whether he has been,
// because an answer of the server is missing, the item stays.
func (j *job) undo(ctx context.Context, r *request, id mapi.EntryID, err error) error {
	if uncertain(ctx, err) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if r.have == nil {
		return errors.Join(err, j.session.DeleteMessages(ctx, true, id))
	}
	return errors.Join(err, j.session.ReplaceMessage(ctx, id, r.existing))
}

// remove takes a meeting out of the calendar: all of it, or the one instance that the message is about.
func (j *job) remove(ctx context.Context, have *entry, existing *mapi.Message) error {
	_, alone := calendar.Day(have.full)
	if _, one := calendar.Day(j.full); one && !alone {
		cancel := *j.message
		cancel.Props = mapi.Props(mapi.CloneProps(j.message.Props))
		cancel.Props.Set(mapi.String(mapi.PrMessageClass, classCanceled))
		item, outcome, err := itip.ReceiveItem(existing, &cancel, j.options(ctx))
		if err != nil || outcome != itip.Applied {
			return err
		}
		if !isEmpty(item) {
			j.stamp(item)
			_, err = j.save(ctx, have, item)
			return err
		}
	}
	if err := j.session.DeleteMessages(ctx, false, have.id); err != nil {
		return fmt.Errorf("removing the item: %w", err)
	}
	return nil
}

// takeOut takes what was called off out of the calendar.
func (j *job) takeOut(ctx context.Context) (Outcome, error) {
	list, err := j.entries(ctx, time.Time{}, time.Time{})
	if err != nil {
		return Outcome{}, err
	}
	have := j.match(list)
	existing, err := j.load(ctx, have)
	if err != nil || have == nil || !j.fromOrganizer(ctx, existing) {
		return Outcome{}, err
	}
	_, outcome, err := itip.ReceiveItem(existing, j.message, j.options(ctx))
	switch {
	case err != nil:
		return Outcome{}, err
	case outcome == itip.Outdated:
		return Outcome{Action: Consumed, Did: "passed over a cancellation that is out of date"}, nil
	case outcome != itip.Applied:
		return Outcome{}, nil
	}
	if err := j.remove(ctx, have, existing); err != nil {
		return Outcome{}, err
	}
	return Outcome{Action: Consumed, Did: "took a meeting that was called off out of the calendar"}, j.publishAnew(ctx)
}
