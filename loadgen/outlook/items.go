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
	u.truth.Adding(t, f, m.Props, digest(m))
	id, err := s.CreateMessage(ctx, u.folders[f], m)
	switch {
	case err == nil:
		u.truth.Added(t, id)
	case mapi.CodeOf(err) != mapi.NetworkError:
		u.truth.Removed(t)
	}
	return id, err
}

// digest is the checksum of a message's body and attachments.
func digest(m *client.Message) truth.Content {
	var d truth.Digest
	d.Write(m.Props.Bytes(mapi.PrBody))
	for i := range m.Attachments {
		d.Write(m.Attachments[i].Data)
	}
	return d.Content()
}

// load opens an item and checks it.
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

// pick chooses an item of a folder, among those that the client has.
func (u *User) pick(f truth.Folder, which truth.Which) (truth.Picked, error) {
	var p truth.Picked
	var ok bool
	if c := u.copyOf(f); c != nil {
		p, ok = u.truth.PickCopied(u.options.Random, c.copy, which)
	} else {
		p, ok = u.truth.Pick(u.options.Random, f, which)
	}
	if !ok {
		return p, errNothing
	}
	return p, nil
}

// read opens a message of the inbox, unread ones first, and marks it as read. In cached mode it is there already.
func (u *User) read(ctx context.Context) error {
	p, err := u.pick(inbox, truth.Unread)
	if err != nil {
		if p, err = u.pick(inbox, truth.Any); err != nil {
			return err
		}
	}
	if u.local == nil {
		if _, err := u.load(ctx, p); err != nil {
			return err
		}
	} else if p.Read {
		return errNothing // the server sees nothing of it
	}
	if p.Read {
		return nil
	}
	return u.setRead(ctx, p, true)
}

func (u *User) setRead(ctx context.Context, p truth.Picked, read bool) error {
	err := u.change(func() error { return u.uploads(inbox).SetRead(ctx, read, p.ID) }, p.Token)
	if err != nil {
		return err
	}
	u.truth.SetRead(p.Token, read)
	if c := u.copyOf(inbox); c != nil {
		u.truth.FlagOwn(c.copy, p.Token, read)
	}
	return nil
}

func (u *User) markUnread(ctx context.Context) error {
	p, err := u.pick(inbox, truth.Read)
	if err != nil {
		return err
	}
	return u.setRead(ctx, p, false)
}

// send submits the draft in work; without one it writes a message first.
func (u *User) send(ctx context.Context) error {
	if u.draft != nil {
		return u.sendDraft(ctx)
	}
	r := u.options.Random
	to := content.Address{Name: "somebody", Email: fmt.Sprintf("person%d@example.com", r.IntN(500))}
	return u.submit(ctx, content.Mail{To: []content.Address{to}})
}

// reply opens a message and sends an answer to it.
func (u *User) reply(ctx context.Context) error {
	p, err := u.pick(inbox, truth.Any)
	if err != nil {
		return err
	}
	o, err := u.load(ctx, p)
	if err != nil {
		return err
	}
	to := content.Address{Name: o.Props.Str(mapi.PrSenderName), Email: o.Props.Str(mapi.PrSenderEmailAddress)}
	if err := u.submit(ctx, content.Mail{To: []content.Address{to}, Subject: "RE: " + o.Props.Str(mapi.PrSubject)}); err != nil {
		return err
	}
	return u.markReplied(ctx, p, o)
}

// What lists show of messages that were replied to (MS-OXOMSG 2.2.1.5 and 2.2.1.6).
const (
	verbReply = 102
	iconReply = 261
)

// markReplied has lists show that a message was replied to.
func (u *User) markReplied(ctx context.Context, p truth.Picked, o *client.Object) error {
	return u.change(func() error {
		_, err := u.session.SaveObject(ctx, u.folders[inbox], p.ID, &client.Change{Type: mapi.TypeMessage, ServerID: o.ServerID, Set: []mapi.PropValue{
			mapi.Long(mapi.PrLastVerbExecuted, verbReply), mapi.Long(mapi.PrIconIndex, iconReply),
		}}, false)
		if err == nil {
			u.truth.Undone(p.Token) // nothing that is checked has changed
		}
		return err
	}, p.Token)
}

// Flags of finishedMessage for the queue that submitted messages are in (objects.md section 7).
const finished = mapi.SubmitMaster | mapi.SubmitDoSentMail

// submit saves a message in the outbox, submits it, and does what the spooler does then: takes it out of the
// queue and moves it to the sent items. Nothing is sent to anybody.
func (u *User) submit(ctx context.Context, mail content.Mail) error {
	id, err := u.write(ctx, outbox, &mail)
	if err != nil {
		return err
	}
	return u.submitted(ctx, mail.Token, id)
}

// write creates a message that is to be sent.
func (u *User) write(ctx context.Context, f truth.Folder, mail *content.Mail) (mapi.EntryID, error) {
	login := u.options.Client.User
	mail.Token, mail.Time, mail.Unsent, mail.Read = u.newToken(), time.Now(), true, true
	mail.From = content.Address{Name: login, Login: login, Email: content.Email(login)}
	return u.create(ctx, u.session, f, mail.Token, u.options.Material.Mail(u.options.Random, *mail))
}

// submitted submits a message that was saved.
func (u *User) submitted(ctx context.Context, t content.Token, id mapi.EntryID) error {
	now := time.Now()
	u.truth.Begin(t)
	if err := u.session.SubmitMessage(ctx, id, u.folders[sent], now); err != nil {
		return err // several calls, of which some may have been carried out
	}
	err := u.session.Do(ctx, func(session uint64) wire.Request {
		return &wire.FinishedMessageRequest{SessionID: session, EntryID: id, Flags: finished}
	}, new(wire.FinishedMessageResponse), nil)
	if err != nil {
		return err
	}
	if err := u.session.MoveMessages(ctx, u.folders[sent], id); err != nil {
		return err
	}
	u.truth.Retimed(t, mapi.FileTimeOf(now), true)
	u.truth.Moved(t, sent)
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
	p, err := u.pick(from, truth.Any)
	if err != nil {
		return err
	}
	err = u.change(func() error { return u.uploads(from).Move(ctx, u.folders[to], p.ID) }, p.Token)
	if err != nil {
		return err
	}
	u.truth.Moved(p.Token, to)
	u.dropOwn(from, p.Token)
	return nil
}

// purgeShare is which share of deletions, one in so many, empties the deleted items.
const purgeShare = 3

// remove moves a message to the deleted items, or deletes one of those for good.
func (u *User) remove(ctx context.Context) error {
	if u.options.Random.IntN(purgeShare) > 0 {
		return u.moveTo(ctx, inbox, deleted)
	}
	p, err := u.pick(deleted, truth.Any)
	if err != nil {
		return err
	}
	err = u.change(func() error { return u.uploads(deleted).Delete(ctx, false, p.ID) }, p.Token)
	if err != nil {
		return err
	}
	u.dropOwn(deleted, p.Token)
	u.truth.Removed(p.Token)
	return nil
}
