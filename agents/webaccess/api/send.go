package api

import (
	"context"
	"encoding/binary"
	"time"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// maxAhead is how long in advance a mail can be sent.
const maxAhead = 366 * 24 * time.Hour

// draftsSend puts a draft into the queue, where it stays until the hold is over. It stays in its folder until it has gone out.
func (a *API) draftsSend(ctx context.Context, s *session.Session, args DraftSend) (r DraftSent, err error) {
	id, err := messageID(args.ID)
	if err != nil {
		return r, err
	}
	until, err := args.until(a.now())
	if err != nil {
		return r, err
	}
	if err := a.unchanged(ctx, s, id, args.IfInState); err != nil {
		return r, err
	}
	l, err := a.Load(ctx, s, MessageRef{ID: args.ID})
	if err != nil {
		return r, err
	}
	if err := isDraft(l.Message.Props); err != nil {
		return r, err
	}
	if queued(l.Message.Props) {
		return r, &Problem{Code: AlreadySent, Message: "the message is in the queue already"}
	}
	to := recipientsOf(l.Message)
	if len(to) == 0 {
		return r, invalid("the message has no recipients")
	}
	change := client.MessageChange{Set: a.outgoing(s, until), DeleteNamed: []mapi.PropName{aboutName()}}
	if err := server(s).ChangeMessage(ctx, id, change); err != nil {
		return r, err
	}
	if err := server(s).Submit(ctx, id); err != nil {
		return r, a.takeBack(ctx, s, id, err)
	}
	r.Until = timeOf(until)
	if err := a.remember(ctx, s, to); err != nil {
		a.settings.Log.Warn("the recipients of a mail could not be remembered", "user", s.User.Name, "error", err)
	}
	a.mark(ctx, s, l.Message)
	return r, nil
}

// until is when a mail goes out.
func (d *DraftSend) until(now time.Time) (time.Time, error) {
	if d.Hold < 0 || d.Hold > maxHold {
		return now, invalid("hold is from 0 to %d seconds", maxHold)
	}
	at, err := d.At.instant()
	if err != nil {
		return at, err
	}
	if at.Sub(now) > maxAhead {
		return at, invalid("a mail is sent within %d days", int(maxAhead.Hours()/24))
	}
	if held := now.Add(time.Duration(d.Hold) * time.Second); at.Before(held) {
		return held, nil
	}
	return at, nil
}

// outgoing are the properties of a message that is sent: who sends it, when, and where it lies afterwards.
func (a *API) outgoing(s *session.Session, until time.Time) mapi.Props {
	now := a.now()
	m := new(mapi.Message)
	convert.SetSender(m, self{s}, addressOfText(s.Entry.Name, s.User.Email))
	m.Props.Set(mapi.String(mapi.PrSenderSMTPAddress, s.User.Email))
	m.Props.Set(mapi.String(mapi.PrSentRepresentingSMTPAddress, s.User.Email))
	at := mapi.FileTimeOf(now)
	for _, v := range []mapi.PropValue{
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Long(mapi.PrSubmitFlags, 0),
	} {
		m.Props.Set(v)
	}
	if sent := s.Folders[client.SentItems]; sent != nil {
		m.Props.Set(mapi.Binary(mapi.PrSentmailEntryID, sent))
	}
	if until.After(now) {
		m.Props.Set(mapi.Time(mapi.PrDeferredSendTime, mapi.FileTimeOf(until)))
	}
	return m.Props
}

// self is a directory that knows the user alone.
type self struct{ *session.Session }

// ByAddress is the user.
func (d self) ByAddress(string) (convert.Entry, bool) {
	e := &d.Entry
	return convert.Entry{Name: e.Name, Account: e.Account, SMTP: e.SMTP, EntryID: e.EntryID, ObjectType: e.ObjectType, DisplayType: e.DisplayType}, true
}

// takeBack makes a draft of a message again that could not be sent.
func (a *API) takeBack(ctx context.Context, s *session.Session, id mapi.EntryID, reason error) error {
	if err := unsend(ctx, s, id); err != nil {
		a.settings.Log.Warn("a mail that could not be sent keeps the marks of one that waits", "user", s.User.Name, "error", err)
	}
	return reason
}

func unsend(ctx context.Context, s *session.Session, id mapi.EntryID) error {
	return server(s).DeleteProps(ctx, id, mapi.PrClientSubmitTime, mapi.PrMessageDeliveryTime, mapi.PrDeferredSendTime, mapi.PrSubmitFlags)
}

// mark notes at the message that a draft is about that it was answered or sent on. One that is gone meanwhile is left alone.
func (a *API) mark(ctx context.Context, s *session.Session, m *mapi.Message) {
	v, ok := m.GetNamed(aboutName(), mapi.PtBinary)
	if !ok || len(v.Data) < 4 {
		return
	}
	verb, id := binary.LittleEndian.Uint32(v.Data), mapi.EntryID(v.Data[4:])
	if !id.Valid() || id.Type() != mapi.TypeMessage {
		return
	}
	const iconReplied, iconForwarded = 261, 262 // PR_ICON_INDEX (MS-OXOMSG 2.2.1.9)
	icon := uint32(iconReplied)
	if verb == verbForward {
		icon = iconForwarded
	}
	err := server(s).SetProps(ctx, id, mapi.Long(mapi.PrLastVerbExecuted, verb), mapi.Long(mapi.PrIconIndex, icon),
		mapi.Time(mapi.PrLastVerbExecutionTime, mapi.FileTimeOf(a.now())))
	if err != nil && !client.IsNotFound(err) {
		a.settings.Log.Debug("a message could not be marked as answered", "user", s.User.Name, "error", err)
	}
}

// draftsHold takes a message back out of the queue: it is a draft again.
func (a *API) draftsHold(ctx context.Context, s *session.Session, args DraftGet) (d Draft, err error) {
	id, err := messageID(args.ID)
	if err != nil {
		return d, err
	}
	err = server(s).AbortSubmit(ctx, id)
	if client.IsNotFound(err) { // it has gone to the sent items
		return d, &Problem{Code: AlreadySent, Message: "the message has been sent"}
	}
	if err != nil {
		return d, err
	}
	if err := unsend(ctx, s, id); err != nil {
		return d, err
	}
	return a.draftsGet(ctx, s, args)
}
