package dagent

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// send puts a message into the user's outbox and the queue of outgoing mail, from which the spooler sends it. Nothing of it stays.
func (v *delivery) send(ctx context.Context, m *mapi.Message) error {
	outbox := mapi.EntryID(v.box.Props.Bytes(mapi.PrIPMOutboxEntryID))
	if len(outbox) == 0 {
		return fmt.Errorf("%s has no outbox: %w", v.to.Account, mapi.NotFound)
	}
	now := mapi.FileTimeOf(v.now())
	for _, p := range []mapi.PropValue{
		mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgFromMe|mapi.MsgRead), mapi.Bool(mapi.PrDeleteAfterSubmit, true),
		mapi.Time(mapi.PrClientSubmitTime, now), mapi.Time(mapi.PrMessageDeliveryTime, now),
	} {
		m.Props.Set(p)
	}
	for i := range m.Recipients {
		m.Recipients[i].Set(mapi.Bool(mapi.PrResponsibility, false))
	}
	s := v.box.Store.Session
	id, err := s.SaveMessage(ctx, outbox, m, client.SaveOptions{})
	if err != nil {
		return err
	}
	return s.SubmitMessage(ctx, id, nil, v.now())
}

// sendMail sends a mail that was written as such: it leaves byte by byte as it is, to the people named and not to those in its header.
func (v *delivery) sendMail(ctx context.Context, to []header.Address, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	t := tree.ParseBytes(text.Bytes())
	m, err := convert.Import(t, &convert.ImportOptions{Directory: v.directory(), Now: v.now(), ArrivesNow: true})
	if err != nil {
		return err
	}
	if err := convert.SetIMAP(m, t); err != nil {
		return err
	}
	m.Recipients = nil
	for _, a := range to {
		convert.AddRecipient(m, v.directory(), mapi.RecipientTo, a)
	}
	m.Props.Set(mapi.Bool(mapi.PrAutoForwarded, true))
	guid := mapi.NewGUID()
	m.Props.Set(mapi.Binary(mapi.PrSearchKey, guid[:]))
	return v.send(ctx, m)
}

// messageID is a new one.
func (v *delivery) messageID() string {
	return fmt.Sprintf("<%s@%s>", mapi.NewGUID(), v.host)
}

// self is the user as mails name him.
func (v *delivery) self() header.Address { return addressOf(v.to.Name, v.to.SMTP) }

func addressOf(name, address string) header.Address {
	list := header.Mailboxes(header.ParseAddresses(address, nil))
	if len(list) == 0 {
		return header.Address{Name: name}
	}
	list[0].Name = name
	return list[0]
}

// asUser is a session of the user himself, with his rights and no others.
func (v *delivery) asUser(ctx context.Context) (*client.Session, error) {
	return v.config.Connection.LogOn(ctx, client.Options{
		App: "zarafa-dagent", AppMisc: v.to.Account, Impersonate: v.to.Account,
	})
}

func (v *delivery) closeSession(ctx context.Context, s *client.Session) {
	if err := s.Close(context.WithoutCancel(ctx)); err != nil {
		v.log.Debug("a session did not end well", "error", err)
	}
}
