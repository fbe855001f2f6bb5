package mailbox

import (
	"bytes"
	"context"
	"io"
	"slices"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// largestKept is up to which size the bytes of a mail are kept beside its message. Larger ones are made anew for IMAP.
const largestKept = 32 << 20

// Append saves mails.
func (a *account) Append(ctx context.Context, id mailstore.MailboxID, messages []mailstore.NewMessage) (done mailstore.Appended, err error) {
	f, err := a.user.destination(ctx, id)
	if err != nil {
		return done, err
	}
	for i := range messages {
		if limit := a.MaxMessage(); limit > 0 && messages[i].Content.Size() > limit {
			return done, fail(mailstore.TooBig, "The message is larger than this server takes")
		}
		if _, err := categoriesOf(messages[i].Keywords); err != nil {
			return done, err
		}
	}
	numbered := f.store.session.Gateway()
	var from view.UID
	if !numbered {
		if from, err = a.user.nextUID(ctx, f); err != nil {
			return done, told(err)
		}
	}
	saved := make([]client.Saved, 0, len(messages))
	for i := range messages {
		one, err := a.save(ctx, f, &messages[i])
		if err != nil {
			a.takeBack(ctx, f, saved)
			return done, toldMissing(err)
		}
		saved = append(saved, one)
	}
	done.UIDValidity = f.validity
	if numbered {
		for _, one := range saved {
			done.UIDs = append(done.UIDs, view.UID(one.UID))
		}
		return done, a.user.show(ctx, f, done.UIDs)
	}
	arrived, err := a.user.arrivals(ctx, f, from)
	if err != nil {
		return done, nil // they are saved; where, is not known
	}
	for _, one := range saved {
		i := slices.IndexFunc(arrived, func(x arrival) bool { return bytes.Equal(x.id, one.EntryID) })
		if i < 0 {
			return mailstore.Appended{UIDValidity: f.validity}, nil // it has gone already
		}
		done.UIDs = append(done.UIDs, arrived[i].uid)
	}
	return done, nil
}

// takeBack deletes what was saved before one could not be.
func (a *account) takeBack(ctx context.Context, f *folder, saved []client.Saved) {
	if len(saved) == 0 {
		return
	}
	ids := make([]mapi.EntryID, len(saved))
	for i := range saved {
		ids[i] = saved[i].EntryID
	}
	if err := f.store.session.DeleteMessages(context.WithoutCancel(ctx), true, ids...); err != nil {
		a.user.server.settings.Log.Warn("appended messages could not be taken back", "user", a.user.info.Name, "folder", f.Name, "error", err)
	}
}

// save saves one mail as the delivery agent would, beside its flags.
func (a *account) save(ctx context.Context, f *folder, n *mailstore.NewMessage) (saved client.Saved, err error) {
	data, err := io.ReadAll(io.NewSectionReader(n.Content, 0, n.Content.Size()))
	if err != nil {
		return saved, err
	}
	date := n.Date
	if date.IsZero() {
		date = a.user.server.settings.Now()
	}
	parsed := tree.ParseBytes(tree.CRLF(data))
	m, err := convert.ImportOrFallback(parsed, &convert.ImportOptions{Now: date, ArrivesNow: true})
	if err != nil {
		a.user.server.settings.Log.Warn("an appended mail could not be converted and is saved as an attachment", "user", a.user.info.Name, "error", err)
	}
	if parsed.Size <= largestKept {
		if err := convert.SetIMAP(m, parsed); err != nil {
			return saved, err
		}
	}
	if err := a.setFlags(m, n); err != nil {
		return saved, err
	}
	return f.store.session.SaveNumbered(ctx, f.entryID, m, client.SaveOptions{})
}

// setFlags gives a new message its flags. A draft is one that can be sent.
func (a *account) setFlags(m *mapi.Message, n *mailstore.NewMessage) error {
	categories, err := categoriesOf(n.Keywords)
	if err != nil {
		return err
	}
	old := state{}
	if v, ok := m.GetNamed(convert.Keywords(), mapi.PtMVUnicode); ok {
		for _, c := range v.Values() {
			old.categories = append(old.categories, c.Str())
		}
	}
	s := old.apply(&mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: n.Flags}, categories)
	set, _ := s.changes(a.user.tags, &old, a.user.server.settings.Now())
	for _, v := range set {
		if v.Tag != a.user.tags.keywords {
			m.Props.Set(v)
		}
	}
	if len(s.categories) > 0 {
		m.SetNamed(convert.Keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), s.categories...))
	}
	flags := m.Props.Uint32(mapi.PrMessageFlags) &^ (mapi.MsgRead | mapi.MsgUnsent)
	if s.read {
		flags |= mapi.MsgRead
	}
	if n.Flags&view.Draft != 0 {
		flags |= mapi.MsgUnsent
	}
	m.Props.Set(mapi.Long(mapi.PrMessageFlags, flags))
	return nil
}
