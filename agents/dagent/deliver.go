package dagent

import (
	"context"
	"fmt"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/reply"
	"zarafa/mapi"
)

// delivery is one mail on its way to one user.
type delivery struct {
	*Deliverer
	*job
	to      *client.Entry
	box     *client.Mailbox
	folder  mapi.EntryID
	inInbox bool // and so rules and absence count
	m       *mapi.Message
	facts   reply.Mail
	// propNames are the names behind property ids in the user's rules.
	propNames map[uint16]mapi.PropName
	// placed are the folders that the mail was stored in, or is being stored in.
	placed []mapi.EntryID
}

func (d *Deliverer) deliverOne(ctx context.Context, j *job, to *client.Entry) error {
	v, err := d.prepare(ctx, j, to)
	if err != nil {
		return statusOf(err)
	}
	if v.inInbox {
		err = v.sorted(ctx)
	} else {
		err = v.save(ctx, v.folder, v.m, !j.target.Silent)
	}
	if mapi.CodeOf(err) == mapi.NotFound {
		d.addresses.forget(to.SMTP)
	}
	if err == nil {
		d.log.Info("delivered", "user", to.Account, "from", j.mail.returnPath, "message", j.message.Props.Str(mapi.PrInternetMessageID), "bytes", j.mail.tree.Size)
	}
	return statusOf(err)
}

// prepare finds mailbox and folder and makes the user's own copy of the message.
func (d *Deliverer) prepare(ctx context.Context, j *job, to *client.Entry) (*delivery, error) {
	box, err := d.session.Mailbox(ctx, to.Account)
	if client.IsNotFound(err) {
		return nil, errNoMailbox
	}
	if err != nil {
		return nil, fmt.Errorf("the mailbox of %s: %w", to.Account, err)
	}
	v := &delivery{Deliverer: d, job: j, to: to, box: box}
	if isFull(box.Props) && !v.isInInbox(ctx) {
		return nil, errFull
	}
	v.facts = reply.Mail{Header: j.mail.header, ReturnPath: j.mail.returnPath, Mine: append([]string{to.SMTP}, to.Aliases...)}
	v.m = v.copyFor()
	if err := v.choose(ctx); err != nil {
		return nil, err
	}
	return v, nil
}

// isFull reports whether a store has reached its hard limit. The server does not hold administrators to it, and so this program has to.
func isFull(store mapi.Props) bool {
	limit := int64(store.Uint32(mapi.PrQuotaReceiveThreshold)) << 10 // in KiB
	size, _ := store.Get(mapi.PrMessageSizeExtended)
	return limit > 0 && size.Int64() >= limit
}

// copyFor is the message with what only this user's copy has: whom it reached, and how it names him.
func (v *delivery) copyFor() *mapi.Message {
	from := v.message
	if v.imap != nil && hasIMAP(v.to) {
		from = v.imap
	}
	m := *from
	m.Props = append(make(mapi.Props, 0, len(from.Props)+12), from.Props...)
	m.Named = append([]mapi.NamedValue(nil), from.Named...)
	named := v.facts.Addressed()
	key := mapi.AddressSearchKey(v.to.AddressType, v.to.SMTP)
	for _, p := range []mapi.PropValue{
		mapi.Binary(mapi.PrReceivedByEntryID, v.to.EntryID), mapi.String(mapi.PrReceivedByName, v.to.Name),
		mapi.String(mapi.PrReceivedByAddrtype, v.to.AddressType), mapi.String(mapi.PrReceivedByEmailAddress, v.to.Address),
		mapi.Binary(mapi.PrReceivedBySearchKey, key),
		mapi.Bool(mapi.PrMessageToMe, named.To), mapi.Bool(mapi.PrMessageCcMe, named.Cc), mapi.Bool(mapi.PrMessageRecipMe, true),
		mapi.Bool(mapi.PrECMessageBccMe, !named.To && !named.Cc),
	} {
		m.Props.Set(p)
	}
	guid := mapi.NewGUID()
	m.Props.Set(mapi.Binary(mapi.PrSearchKey, guid[:]))
	if v.target.Read {
		markRead(&m)
	}
	return &m
}

func markRead(m *mapi.Message) {
	m.Props.Set(mapi.Long(mapi.PrMessageFlags, m.Props.Uint32(mapi.PrMessageFlags)|mapi.MsgRead))
}

// save stores the mail in a folder of the user's server.
func (v *delivery) save(ctx context.Context, folder mapi.EntryID, m *mapi.Message, announce bool) error {
	return v.saveBy(ctx, v.box.Store.Session, folder, m, announce)
}

// saveBy stores the mail. It is no error if an earlier attempt has stored it there: what is left to do follows then, since nobody knows how
// far that attempt came.
func (v *delivery) saveBy(ctx context.Context, s *client.Session, folder mapi.EntryID, m *mapi.Message, announce bool) error {
	chosen := v.entryID(folder)
	v.placed = append(v.placed, folder)
	id, err := s.SaveMessage(ctx, folder, m, client.SaveOptions{ID: chosen, NewMail: announce})
	switch {
	case err == nil:
	case chosen != nil && mapi.CodeOf(err) == mapi.Collision:
		v.log.Info("a mail comes once more that is stored already; the sender did not get the answer", "user", v.to.Account, "from", v.mail.returnPath)
		return nil
	case id != nil:
		v.log.Warn("a mail is stored, but clients were not told", "user", v.to.Account, "error", err)
		return nil
	}
	return err
}

// sender is whom an answer goes to.
func (v *delivery) sender() string { return v.mail.returnPath }

// directory tells who users are.
func (v *delivery) directory() convert.Directory { return v.names }
