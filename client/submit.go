package client

import (
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

// Flags of submitMessage (objects.md section 7).
const submitFlags = mapi.SubmitMaster | mapi.SubmitDoSentMail

// SubmitMessage puts a message of the session user's store into the queue of outgoing mail, at the given time. sent is the folder
// that it is moved to when it has gone out; nil leaves it where it is.
func (s *Session) SubmitMessage(ctx context.Context, id, sent mapi.EntryID, now time.Time) error {
	at := mapi.FileTimeOf(now)
	props := []mapi.PropValue{
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Long(mapi.PrSubmitFlags, 0),
	}
	if sent != nil {
		props = append(props, mapi.Binary(mapi.PrSentmailEntryID, sent))
	}
	if err := s.SetProps(ctx, id, props...); err != nil {
		return err
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SubmitMessageRequest{SessionID: session, EntryID: id, Flags: submitFlags}
	}, new(wire.SubmitMessageResponse), nil)
}
