package mailbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"sync"

	"zarafa/agents/gateway/mailstore"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/structure"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// How many mails are loaded side by side, and how large they may be together; a larger one is alone.
const (
	mostAtOnce  = 8
	bytesAtOnce = 16 << 20
)

// stored is a mail in memory.
type stored struct {
	data   []byte
	gone   bool          // the message is there no longer
	parsed *tree.Message // see tree
}

// tree is the mail taken apart. Who wants the mail alone needs none.
func (m *stored) tree() *tree.Message {
	if m.parsed == nil {
		m.parsed = tree.ParseBytes(m.data)
	}
	return m.parsed
}

// content is a mail's bytes.
type content struct{ *bytes.Reader }

// Size is the number of bytes.
func (c content) Size() int64 { return c.Reader.Size() }

// withMails calls visit for each row, with the mail where it is needed. Mails are loaded some at a time.
func (o *openFolder) withMails(ctx context.Context, rows []mapi.Props, want mailstore.Items, visit func(mapi.Props, *stored) error) error {
	for len(rows) > 0 {
		n, loads, sum := 0, 0, int64(0)
		for n < len(rows) && loads < mostAtOnce {
			if _, came := rows[n].Get(mapi.PrECIMAPEmail); o.incomplete(rows[n], want) && !came {
				sum += int64(rows[n].Uint32(mapi.PrECIMAPEmailSize))
				if loads > 0 && sum > bytesAtOnce {
					break
				}
				loads++
			}
			n++
		}
		mails, err := o.loadMails(ctx, rows[:n], want)
		if err != nil {
			return told(err)
		}
		for i, row := range rows[:n] {
			if mails[i] != nil && mails[i].gone {
				continue
			}
			if err := visit(row, mails[i]); err != nil {
				return err
			}
			mails[i] = nil
		}
		rows = rows[n:]
	}
	return nil
}

// loadMails loads the mails of those rows that need them, side by side.
func (o *openFolder) loadMails(ctx context.Context, rows []mapi.Props, want mailstore.Items) ([]*stored, error) {
	mails, errs := make([]*stored, len(rows)), make([]error, len(rows))
	var wg sync.WaitGroup
	for i, row := range rows {
		if _, came := row.Get(mapi.PrECIMAPEmail); came {
			mails[i], errs[i] = o.loadMail(ctx, row, want)
		} else if o.incomplete(row, want) {
			wg.Go(func() { mails[i], errs[i] = o.loadMail(ctx, row, want) })
		}
	}
	wg.Wait()
	for i, err := range errs {
		if client.IsNotFound(err) {
			mails[i] = &stored{gone: true}
		} else if err != nil {
			return nil, err
		}
	}
	return mails, nil
}

// loadMail loads a mail. One that the server has not kept is made of the message, and kept from now on, so that it will be the same bytes again.
func (o *openFolder) loadMail(ctx context.Context, row mapi.Props, want mailstore.Items) (*stored, error) {
	id, number := mapi.EntryID(row.Bytes(mapi.PrEntryID)), objectNumber(row)
	if _, ok := row.Get(mapi.PrECIMAPEmailSize); ok {
		v, came := row.Get(mapi.PrECIMAPEmail)
		var err error
		if !came {
			v, err = o.session().LoadValue(ctx, id, number, mapi.PrECIMAPEmail)
		}
		if err == nil {
			m := &stored{data: v.Data}
			if want&(mailstore.ItemEnvelope|mailstore.ItemStructure) != 0 && row.Uint32(o.user.tags.version) != convert.IMAPVersion {
				o.keep(ctx, id, number, m, nil, false)
			}
			return m, nil
		}
		if !client.IsNotFound(err) {
			return nil, err
		} // the size without the mail: it is made anew, unless the message is gone
	}
	message, err := o.session().LoadMessage(ctx, id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = convert.Export(&b, message, &convert.ExportOptions{
		Addresses: o.user.addresses(ctx), Domain: o.user.server.settings.Domain, Now: dateOf(message.Props),
	})
	if err != nil {
		return nil, err
	}
	m := &stored{data: tree.CRLF(b.Bytes())}
	o.keep(ctx, id, number, m, message, true)
	return m, nil
}

// objectNumber is the server's number of a row's message.
func objectNumber(row mapi.Props) uint32 {
	if key := row.Bytes(mapi.PrInstanceKey); len(key) >= 4 {
		return binary.LittleEndian.Uint32(key)
	}
	return 0
}

// keep saves what IMAP needs beside a message. Where that is not allowed, or the message has just gone, it is made anew the next time.
func (o *openFolder) keep(ctx context.Context, id mapi.EntryID, number uint32, m *stored, message *mapi.Message, whole bool) {
	props, named, err := convert.IMAP(m.tree())
	if err != nil {
		return
	}
	t := o.user.tags
	for _, n := range named {
		switch n.Name {
		case convert.EnvelopeName():
			props.Set(mapi.String(t.envelope, n.Value.Str()))
		case convert.IMAPVersionName():
			props.Set(mapi.Long(t.version, n.Value.Uint32()))
		}
	}
	if !whole {
		props.Delete(mapi.PrECIMAPEmail.ID())
		props.Delete(mapi.PrECIMAPEmailSize.ID())
	}
	if own, err := m.tree().HeaderBytes(m.tree().Root); message != nil && err == nil {
		if header, ok := message.Props.Get(mapi.PrTransportMessageHeaders); !ok {
			props.Set(mapi.String(mapi.PrTransportMessageHeaders, strings.TrimRight(string(own), "\r\n")))
		} else if kept, _ := convert.KeptHeader(header.Data); !bytes.Equal(kept, own) {
			props.Set(mapi.Long(t.unlike, 1))
		}
	}
	_, err = o.session().SaveObject(ctx, o.folder.entryID, id, &client.Change{Type: mapi.TypeMessage, ServerID: number, Set: props}, false)
	if err != nil {
		o.user.server.settings.Log.Debug("what IMAP needs of a message could not be kept", "user", o.user.info.Name, "error", err)
	}
}

// fill gives a record what is wanted of the mail.
func (m *stored) fill(r *mailstore.Record, want mailstore.Items) (err error) {
	r.Size = int64(len(m.data))
	if want&mailstore.ItemMail != 0 {
		r.Mail = content{bytes.NewReader(m.data)}
	}
	if want&mailstore.ItemHeader != 0 {
		if r.Header, err = m.tree().HeaderBytes(m.tree().Root); err != nil {
			return err
		}
	}
	if want&(mailstore.ItemEnvelope|mailstore.ItemStructure) == 0 {
		return nil
	}
	s := structure.New(m.tree())
	if r.Envelope, err = s.Envelope(); err != nil {
		return err
	}
	if r.Body, err = s.Body(); err != nil {
		return err
	}
	r.BodyStructure, err = s.BodyStructure()
	return err
}

// addresses finds the addresses of people in the address book, for mails that are made of messages.
func (u *user) addresses(ctx context.Context) func(mapi.Props) (string, bool) {
	known := make(map[string]string)
	return func(who mapi.Props) (string, bool) {
		if smtp := who.Str(mapi.PrSMTPAddress); smtp != "" {
			return smtp, true
		}
		id := who.Bytes(mapi.PrEntryID)
		if len(id) == 0 {
			return "", false
		}
		address, ok := known[string(id)]
		if !ok {
			if e, err := u.session.Entry(ctx, id); err == nil {
				address = e.SMTP
			}
			known[string(id)] = address
		}
		return address, address != ""
	}
}
