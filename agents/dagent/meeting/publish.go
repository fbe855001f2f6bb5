package meeting

import (
	"context"
	"fmt"
	"time"

	"zarafa/calendar/ical"
	"zarafa/client"
)

// publishedMonths is for how many months free/busy times are published, the current one included.
const publishedMonths = 6

// published is the time that free/busy times are published for.
func (j *job) published() (from, to time.Time) {
	now := j.now.UTC()
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(0, publishedMonths, 0)
}

// publishAnew publishes the owner's free/busy times as his calendar is now.
func (j *job) publishAnew(ctx context.Context) error {
	from, to := j.published()
	list, err := j.entries(ctx, from, to)
	if err != nil {
		return err
	}
	return j.publish(ctx, list)
}

// publish publishes free/busy times of the calendar's entries. A server without a public store has no place for them.
func (j *job) publish(ctx context.Context, list []entry) error {
	f := client.FreeBusy{}
	f.Start, f.End = j.published()
	for _, t := range j.times(ctx, list, f.Start, f.End, func(*entry) bool { return true }) {
		one := client.BusyTime{Start: later(t.Start, f.Start), End: earlier(t.End, f.End)}
		switch t.Busy {
		case ical.Busy:
			f.Busy = append(f.Busy, one)
		case ical.Tentative:
			f.Tentative = append(f.Tentative, one)
		case ical.OutOfOffice:
			f.OOF = append(f.OOF, one)
		}
	}
	err := j.session.PublishFreeBusy(ctx, j.box.Store, &client.User{EntryID: j.owner.EntryID, Name: j.owner.Account}, f)
	if err == nil || client.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("publishing free/busy times: %w", err)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
