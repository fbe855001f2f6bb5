package memory

import (
	"bytes"
	"context"
	"slices"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/header"
	"zarafa/mail/structure"
	"zarafa/mail/tree"
)

// folder is an open mailbox.
type folder struct {
	account *account
	mailbox *mailbox
}

func (f *folder) lock()   { f.account.store.mu.Lock() }
func (f *folder) unlock() { f.account.store.mu.Unlock() }

func (f *folder) UIDValidity() uint32 { return f.mailbox.uidValidity }

func (f *folder) Rights() mailstore.Rights {
	f.lock()
	defer f.unlock()
	return f.mailbox.rights(f.account.user)
}

func (f *folder) Recent(_ context.Context, claim bool) (view.UID, error) {
	f.lock()
	defer f.unlock()
	first := f.mailbox.recent
	if claim {
		f.mailbox.recent = f.mailbox.snapshot.UIDNext
	}
	return first, nil
}

func (f *folder) Snapshot() *view.Snapshot {
	f.lock()
	defer f.unlock()
	return f.mailbox.snapshot
}

func (f *folder) Sync(context.Context) error {
	f.lock()
	defer f.unlock()
	return f.exists()
}

func (f *folder) exists() error {
	if f.mailbox.deleted {
		return refuse(mailstore.Nonexistent, "This mailbox has been deleted")
	}
	return nil
}

func (f *folder) Close() {
	f.lock()
	defer f.unlock()
	delete(f.mailbox.watchers, f)
}

// content is a mail as mailstore.Content.
type content struct{ *bytes.Reader }

func (f *folder) Fetch(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	for _, uid := range uids {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.lock()
		message, ok := f.mailbox.snapshot.Get(uid)
		mail := f.mailbox.mails[uid]
		f.unlock()
		if !ok {
			continue
		}
		r, err := mail.record(want)
		if err != nil {
			return err
		}
		r.Message = message
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// record gives what is wanted of a mail.
func (m *mail) record(want mailstore.Items) (*mailstore.Record, error) {
	r := &mailstore.Record{Size: int64(len(m.content)), Date: m.date, SaveDate: m.saved, EmailID: m.id, EntryID: []byte(m.id)}
	t := tree.ParseBytes(m.content)
	s := structure.New(t)
	var err error
	if want&mailstore.ItemEnvelope != 0 {
		if r.Envelope, err = s.Envelope(); err != nil {
			return nil, err
		}
	}
	if want&mailstore.ItemStructure != 0 {
		if r.Body, err = s.Body(); err != nil {
			return nil, err
		}
		if r.BodyStructure, err = s.BodyStructure(); err != nil {
			return nil, err
		}
	}
	if want&mailstore.ItemHeader != 0 {
		if r.Header, err = t.HeaderBytes(t.Root); err != nil {
			return nil, err
		}
	}
	if want&mailstore.ItemMail != 0 {
		r.Mail = content{bytes.NewReader(m.content)}
	}
	if want&mailstore.ItemPreview != 0 {
		r.Preview = preview(t)
	}
	if want&mailstore.ItemObjectID != 0 {
		// Mails whose first reference is the same belong together.
		fields := header.Parse(m.content[t.Root.Header:t.Root.Body])
		for _, name := range []string{"References", "Message-ID"} {
			if value := fields.Get(name); value != "" {
				if ids := header.MessageIDs(value); len(ids) > 0 {
					r.ThreadID = threadID(ids[0])
					break
				}
			}
		}
	}
	return r, nil
}

func (f *folder) Change(_ context.Context, uids []view.UID, c mailstore.FlagChange) (modified []view.UID, err error) {
	f.lock()
	defer f.unlock()
	if err := f.exists(); err != nil {
		return nil, err
	}
	m := f.mailbox
	u := view.Update{HighestModSeq: m.nextModSeq(f.account.store.options.ModSeq, m.snapshot.HighestModSeq), Keywords: m.snapshot.KeywordSets()}
	for _, uid := range uids {
		message, ok := m.snapshot.Get(uid)
		if !ok {
			continue
		}
		if c.Conditional && message.ModSeq > c.UnchangedSince {
			modified = append(modified, uid)
			continue
		}
		before := message
		words := m.snapshot.Keywords(message.Keywords)
		switch c.Mode {
		case mailstore.ReplaceFlags:
			message.Flags, words = c.Flags, unique(c.Keywords)
		case mailstore.AddFlags:
			message.Flags, words = message.Flags|c.Flags, unique(append(slices.Clone(words), c.Keywords...))
		case mailstore.RemoveFlags:
			message.Flags &^= c.Flags
			words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return hasWord(c.Keywords, word) })
		}
		if u.Keywords, message.Keywords = m.keywordSet(u.Keywords, words); message != before {
			message.ModSeq = u.HighestModSeq
			u.Set = append(u.Set, message)
		}
	}
	if len(u.Set) > 0 {
		m.apply(u)
	}
	return modified, nil
}

// copyTo copies messages with their flags.
func (m *mailbox) copyTo(modSeq bool, uids []view.UID, to *mailbox) (c mailstore.Copied) {
	var list []addition
	for _, uid := range uids {
		if message, ok := m.snapshot.Get(uid); ok {
			list = append(list, addition{mail: m.mails[uid], flags: message.Flags, keywords: m.snapshot.Keywords(message.Keywords)})
			c.From = append(c.From, uid)
		}
	}
	c.UIDValidity = to.uidValidity
	if len(list) > 0 {
		c.To = to.addMails(modSeq, list)
	}
	return c
}

// remove takes messages away.
func (m *mailbox) remove(modSeq bool, uids []view.UID) {
	m.apply(view.Update{Gone: uids, HighestModSeq: m.nextModSeq(modSeq, m.snapshot.HighestModSeq)})
	for _, uid := range uids {
		delete(m.mails, uid)
	}
}

// destination is the mailbox that messages shall come into.
func (f *folder) destination(id mailstore.MailboxID) (*mailbox, error) {
	to, err := f.account.byID(id)
	if err != nil || to.noSelect {
		return nil, refuse(mailstore.TryCreate, "There is no such mailbox")
	}
	return to, f.account.may(to, "i")
}

func (f *folder) Copy(_ context.Context, uids []view.UID, id mailstore.MailboxID) (mailstore.Copied, error) {
	f.lock()
	defer f.unlock()
	to, err := f.destination(id)
	if err == nil {
		err = f.exists()
	}
	if err != nil {
		return mailstore.Copied{}, err
	}
	return f.mailbox.copyTo(f.account.store.options.ModSeq, uids, to), nil
}

func (f *folder) Move(_ context.Context, uids []view.UID, id mailstore.MailboxID) (mailstore.Copied, error) {
	f.lock()
	defer f.unlock()
	to, err := f.destination(id)
	if err == nil {
		err = f.exists()
	}
	if err == nil {
		err = f.account.may(f.mailbox, "t")
	}
	if err != nil {
		return mailstore.Copied{}, err
	}
	c := f.mailbox.copyTo(f.account.store.options.ModSeq, uids, to)
	f.mailbox.remove(f.account.store.options.ModSeq, c.From)
	return c, nil
}

func (f *folder) Expunge(_ context.Context, uids []view.UID) error {
	f.lock()
	defer f.unlock()
	if err := f.exists(); err != nil {
		return err
	}
	if err := f.account.may(f.mailbox, "e"); err != nil {
		return err
	}
	f.mailbox.remove(f.account.store.options.ModSeq, uids)
	return nil
}
