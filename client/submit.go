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
	if err := s.SetProps(ctx, id, submitProps(sent, now)...); err != nil {
		return err
	}
	return s.Submit(ctx, id)
}

// submitProps are what a message has that is to be sent.
func submitProps(sent mapi.EntryID, now time.Time) []mapi.PropValue {
	at := mapi.FileTimeOf(now)
	props := []mapi.PropValue{
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Long(mapi.PrSubmitFlags, 0),
	}
	if sent != nil {
		props = append(props, mapi.Binary(mapi.PrSentmailEntryID, sent))
	}
	return props
}

// Submit queues a message that [Session.SaveOutgoing] has saved, or that was queued before; one that is in the queue stays there once.
func (s *Session) Submit(ctx context.Context, id mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SubmitMessageRequest{SessionID: session, EntryID: id, Flags: submitFlags}
	}, new(wire.SubmitMessageResponse), nil)
}

// SaveOutgoing saves a new message that [Session.Submit] can queue as it is: together they are two calls in place of the four of a message
// that is saved first and then submitted. What sent and now are, [Session.SubmitMessage] says.
func (s *Session) SaveOutgoing(ctx context.Context, outbox, sent mapi.EntryID, m *mapi.Message, now time.Time) (mapi.EntryID, error) {
	out := *m
	out.Props = append(mapi.Props{}, m.Props...)
	for _, p := range submitProps(sent, now) {
		out.Props.Set(p)
	}
	out.Props.Set(mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead))
	return s.SaveMessage(ctx, outbox, &out, SaveOptions{})
}

// AbortSubmit takes a message out of the queue before it is sent. NOT_IN_QUEUE if it is in none, or has been sent.
func (s *Session) AbortSubmit(ctx context.Context, id mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.AbortSubmitRequest{SessionID: session, EntryID: id}
	}, new(wire.AbortSubmitResponse), nil)
}

// FinishSubmit takes a message out of the queue that was sent, or given up, and marks it so; it is no draft any more then. It
// needs the rights of the store's owner. What becomes of the message, by PR_SENTMAIL_ENTRYID and PR_DELETE_AFTER_SUBMIT, is the caller's to
// do.
func (s *Session) FinishSubmit(ctx context.Context, id mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.FinishedMessageRequest{SessionID: session, EntryID: id, Flags: submitFlags}
	}, new(wire.FinishedMessageResponse), nil)
}

// SetLock locks a message, or unlocks it. Nobody else can open a locked message; SUBMITTED if another session has it locked. Locks end with
// the session.
func (s *Session) SetLock(ctx context.Context, id mapi.EntryID, locked bool) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetLockStateRequest{SessionID: session, EntryID: id, Locked: locked}
	}, new(wire.SetLockStateResponse), nil)
}

// Queued is a message in the outgoing queue.
type Queued struct {
	EntryID, Store mapi.EntryID
	Owner          string        // login name of the store's owner
	Flags          uint32        // mapi.SubmitMaster, mapi.SubmitDoSentMail
	Deferred       mapi.FileTime // not to be sent before, 0 for at once
	Submitted      mapi.FileTime // PR_CLIENT_SUBMIT_TIME
	Key            []byte        // PR_INSTANCE_KEY, by which events of the table name rows
}

// QueuedOf reads a row of the table that OpenQueue opens, or of an event of it.
func QueuedOf(row mapi.Props) Queued {
	deferred, _ := row.Get(mapi.PrDeferredSendTime)
	submitted, _ := row.Get(mapi.PrClientSubmitTime)
	return Queued{
		EntryID: row.Bytes(mapi.PrEntryID), Store: row.Bytes(mapi.PrStoreEntryID), Owner: row.Str(mapi.PrECMailboxOwnerAccount),
		Flags: row.Uint32(mapi.PrECOutgoingFlags), Deferred: deferred.Time(), Submitted: submitted.Time(), Key: row.Bytes(mapi.PrInstanceKey),
	}
}

// OpenQueue opens the table of the messages to be sent, those that have waited longest first: of all users for administrators who
// name no store. Its rows are for [QueuedOf].
func (s *Session) OpenQueue(ctx context.Context, store mapi.EntryID) (*Table, error) {
	return s.OpenTable(ctx, TableQuery{
		Kind: mapi.TableSpooler, EntryID: store, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{
			mapi.PrInstanceKey, mapi.PrEntryID, mapi.PrStoreEntryID, mapi.PrECMailboxOwnerAccount, mapi.PrECOutgoingFlags, mapi.PrDeferredSendTime,
			mapi.PrClientSubmitTime,
		},
		Sort: []mapi.SortOrder{{Tag: mapi.PrECHierarchyID}},
	})
}
