package objects

import (
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
)

// LogonTimes are when a user last logged on and off; zero times say nothing.
type LogonTimes struct{ On, Off time.Time }

// RecordLogon notes the times in the user's private store, where administrators look for them. It is nobody's change:
// no modification time, no event. Users without a store are passed over.
func (s *Service) RecordLogon(ctx context.Context, user uint32, times LogonTimes) error {
	box, err := s.tree.MailboxOf(ctx, user, mapi.StorePrivate)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return s.writer.Do(ctx, box.ID, change.Author{User: user}, func(ctx context.Context, ch *change.Change) error {
		o, err := ch.Object(ctx, box.ID)
		if err != nil {
			return err
		}
		for _, t := range []struct {
			tag  mapi.PropTag
			time time.Time
		}{{mapi.PrLastLogonTime, times.On}, {mapi.PrLastLogoffTime, times.Off}} {
			if !t.time.IsZero() {
				o.Props.Set(mapi.Time(t.tag, mapi.FileTimeOf(t.time.Truncate(time.Second))))
			}
		}
		return ch.PutObject(ctx, o)
	})
}
