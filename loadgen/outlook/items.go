package outlook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/wire"
)

// change makes a call that changes items, between the notes that the truth needs.
func (u *User) change(call func() error, tokens ...content.Token) error {
	u.truth.Begin(tokens...)
	err := call()
	if code := mapi.CodeOf(err); err != nil && code != mapi.NetworkError && code != mapi.PartialCompletion {
		u.truth.Undone(tokens...)
	}
	return err
}

// create makes an item in a folder.
func (u *User) create(ctx context.Context, s *client.Session, f truth.Folder, t content.Token, m *client.Message) (mapi.EntryID, error) {
	u.truth.Adding(t, f, m.Props)
	id, err := s.CreateMessage(ctx, u.folders[f], m)
	switch {
	case err == nil:
		u.truth.Added(t, id)
	case mapi.CodeOf(err) != mapi.NetworkError:
		u.truth.Removed(t)
	}
	return id, err
}

// open opens an item and checks it.
func (u *User) load(ctx context.Context, p truth.Picked) (*client.Object, error) {
	o, err := u.session.LoadObject(ctx, p.ID)
	if client.IsNotFound(err) {
		return nil, errors.Join(u.truth.CheckMissing(p.Token), err)
	}
	if err != nil {
		return nil, err
	}
	if err := u.truth.CheckItem(p.Token, o.Props); err != nil {
		return nil, err
	}
	for _, tag := range o.Large {
		if _, err := u.session.LoadValue(ctx, p.ID, o.ServerID, tag); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// pick chooses a message, if possible one that want accepts.
func (u *User) pick(f truth.Folder, want func(truth.Picked) bool) (truth.Picked, error) {
	p, ok := u.truth.Pick(u.options.Random, f, want)
	if !ok {
		return p, errNothing
	}
	return p, nil
}

func unread(p truth.Picked) bool { return !p.Read }

// read opens a message of the inbox, unread ones first, and marks it as read.
func (u *User) read(ctx context.Context) error {
	p, err := u.pick(inbox, unread)
	if err != nil {
		if p, err = u.pick(inbox, nil); err != nil {
			return err
		}
	}
	if _, err := u.load(ctx, p); err != nil || p.Read {
		return err
	}
	return u.setRead(ctx, p, true)
}

func (u *User) setRead(ctx context.Context, p truth.Picked, read bool) error {
	err := u.change(func() error { return u.session.SetRead(ctx, read, p.ID) }, p.Token)
	if err == nil {
		u.truth.SetRead(p.Token, read)
	}
	return err
}

func (u *User) markUnread(ctx context.Context) error {
	p, err := u.pick(inbox, func(p truth.Picked) bool { return p.Read })
	if err != nil {
		return err
	}
	return u.setRead(ctx, p, false)
}

// send writes a message and submits it.
func (u *User) send(ctx context.Context) error {
	r := u.options.Random
	to := content.Address{Name: "somebody", Email: fmt.Sprintf("person%d@example.com", r.IntN(500))}
	return u.submit(ctx, content.Mail{To: []content.Address{to}})
}

// reply opens a message and sends an answer to it.
func (u *User) reply(ctx context.Context) error {
	p, err := u.pick(inbox, nil)
	if err != nil {
		return err
	}
	o, err := u.load(ctx, p)
	if err != nil {
		return err
	}
	to := content.Address{Name: o.Props.Str(mapi.PrSenderName), Email: o.Props.Str(mapi.PrSenderEmailAddress)}
	return u.submit(ctx, content.Mail{To: []content.Address{to}, Subject: "RE: " + o.Props.Str(mapi.PrSubject)})
}

// Flags of finishedMessage for the queue that submitted messages are in (objects.md section 7).
const finished = mapi.SubmitMaster | mapi.SubmitDoSentMail

// submit saves a message in the outbox, submits it, and does what the spooler does then: takes it out of the
// queue and moves it to the sent items. Nothing is sent to anybody.
func (u *User) submit(ctx context.Context, mail content.Mail) error {
	login := u.options.Client.User
	mail.Token, mail.Time, mail.Unsent, mail.Read = u.newToken(), time.Now(), true, true
	mail.From = content.Address{Name: login, Login: login, Email: content.Email(login)}
	id, err := u.create(ctx, u.session, outbox, mail.Token, u.options.Material.Mail(u.options.Random, mail))
	if err != nil {
		return err
	}
	now := time.Now()
	u.truth.Begin(mail.Token)
	if err := u.session.SubmitMessage(ctx, id, u.folders[sent], now); err != nil {
		return err // several calls, of which some may have been carried out
	}
	err = u.session.Do(ctx, func(session uint64) wire.Request {
		return &wire.FinishedMessageRequest{SessionID: session, EntryID: id, Flags: finished}
	}, new(wire.FinishedMessageResponse), nil)
	if err != nil {
		return err
	}
	if err := u.session.MoveMessages(ctx, u.folders[sent], id); err != nil {
		return err
	}
	u.truth.Retimed(mail.Token, mapi.FileTimeOf(now), true)
	u.truth.Moved(mail.Token, sent)
	return nil
}

// move files a message of the inbox.
func (u *User) move(ctx context.Context) error {
	if len(u.folders) == int(ownFolders) {
		return errNothing
	}
	return u.moveTo(ctx, inbox, ownFolders+truth.Folder(u.options.Random.IntN(len(u.folders)-int(ownFolders))))
}

func (u *User) moveTo(ctx context.Context, from, to truth.Folder) error {
	p, err := u.pick(from, nil)
	if err != nil {
		return err
	}
	err = u.change(func() error { return u.session.MoveMessages(ctx, u.folders[to], p.ID) }, p.Token)
	if err == nil {
		u.truth.Moved(p.Token, to)
	}
	return err
}

// purgeShare is which share of deletions, one in so many, empties the deleted items.
const purgeShare = 3

// remove moves a message to the deleted items, or deletes one of those for good.
func (u *User) remove(ctx context.Context) error {
	if u.options.Random.IntN(purgeShare) > 0 {
		return u.moveTo(ctx, inbox, deleted)
	}
	p, err := u.pick(deleted, nil)
	if err != nil {
		return err
	}
	err = u.change(func() error { return u.session.DeleteMessages(ctx, false, p.ID) }, p.Token)
	if err == nil {
		u.truth.Removed(p.Token)
	}
	return err
}

func (u *User) addAppointment(ctx context.Context) error {
	r, t := u.options.Random, u.newToken()
	start := time.Now().Add(time.Duration(r.IntN(28*48)) * 30 * time.Minute).Truncate(30 * time.Minute)
	_, err := u.create(ctx, u.session, calendar, t, u.options.Material.Appointment(r, t, start))
	return err
}

func (u *User) addContact(ctx context.Context) error {
	t := u.newToken()
	_, err := u.create(ctx, u.session, contacts, t, u.options.Material.Contact(u.options.Random, t))
	return err
}
