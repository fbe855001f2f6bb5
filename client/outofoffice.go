package client

import (
	"context"
	"time"

	"zarafa/mapi"
)

// OutOfOffice is what a store answers to mail while its owner is away.
type OutOfOffice struct {
	On      bool
	Subject string
	Message string
	// From and Until bound the absence, both inclusive; the zero time is no bound.
	From, Until time.Time
}

// Away reports whether mail that comes now is answered.
func (o *OutOfOffice) Away(now time.Time) bool {
	return o.On && (o.From.IsZero() || !now.Before(o.From)) && (o.Until.IsZero() || !now.After(o.Until))
}

// outOfOfficeIn reads it from a store's properties.
func outOfOfficeIn(props mapi.Props) OutOfOffice {
	on, _ := props.Get(mapi.PrECOutOfOffice)
	return OutOfOffice{
		On: on.Bool(), Subject: props.Str(mapi.PrECOutOfOfficeSubject), Message: props.Str(mapi.PrECOutOfOfficeMsg),
		From: timeIn(props, mapi.PrECOutOfOfficeFrom), Until: timeIn(props, mapi.PrECOutOfOfficeUntil),
	}
}

// timeIn is a time's value, the zero time when it is missing.
func timeIn(props mapi.Props, tag mapi.PropTag) time.Time {
	v, ok := props.Get(tag)
	if !ok || v.Time() == 0 {
		return time.Time{}
	}
	return v.Time().Time()
}

// OutOfOffice reads a store's.
func (s *Session) OutOfOffice(ctx context.Context, store mapi.EntryID) (OutOfOffice, error) {
	o, err := s.LoadObject(ctx, store)
	if err != nil {
		return OutOfOffice{}, err
	}
	return s.outOfOffice(ctx, store, o.Props, o.Large)
}

// OutOfOffice is that of the mailbox, without a call unless the message is very long.
func (b *Mailbox) OutOfOffice(ctx context.Context) (OutOfOffice, error) {
	return b.Store.Session.outOfOffice(ctx, b.Store.EntryID, b.Props, b.largeInStore)
}

func (s *Session) outOfOffice(ctx context.Context, store mapi.EntryID, props mapi.Props, large []mapi.PropTag) (OutOfOffice, error) {
	away := outOfOfficeIn(props)
	if !isAmong(large, mapi.PrECOutOfOfficeMsg) {
		return away, nil
	}
	v, err := s.LoadValue(ctx, store, 0, mapi.PrECOutOfOfficeMsg)
	away.Message = v.Str()
	return away, err
}

// SetOutOfOffice replaces a store's. The text stays with the store while it is switched off.
func (s *Session) SetOutOfOffice(ctx context.Context, store mapi.EntryID, o OutOfOffice) error {
	c := Change{Set: []mapi.PropValue{
		mapi.Bool(mapi.PrECOutOfOffice, o.On), mapi.String(mapi.PrECOutOfOfficeSubject, o.Subject), mapi.String(mapi.PrECOutOfOfficeMsg, o.Message),
	}}
	for tag, bound := range map[mapi.PropTag]time.Time{mapi.PrECOutOfOfficeFrom: o.From, mapi.PrECOutOfOfficeUntil: o.Until} {
		if bound.IsZero() {
			c.Delete = append(c.Delete, tag)
		} else {
			c.Set = append(c.Set, mapi.Time(tag, mapi.FileTimeOf(bound)))
		}
	}
	return s.update(ctx, store, c)
}
