package imap

import (
	"context"
	"errors"
	"slices"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// fetching is a FETCH that runs.
type fetching struct {
	*session
	items []imapwire.FetchItem
	want  mailstore.Items
	flags bool // FLAGS is among the items
	// seen are the messages that have become \Seen by this, rising; their flags are told.
	seen     []view.UID
	line     []byte
	sections []section // of the message that is answered, one for each of the items
}

// fetch is FETCH and UID FETCH (RFC 9051 6.4.5, RFC 7162 3.1.4, RFC 9394).
func (s *session) fetch(ctx context.Context, c *call) error {
	args := s.dec.Fetch()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if args.Vanished && !(c.uid && s.qresync) {
		return &imapwire.Error{Text: "VANISHED is for UID FETCH after ENABLE QRESYNC"} // RFC 7162 3.2.6
	}
	f := &fetching{session: s}
	f.plan(args.Items, c.uid, args.HasChangedSince)
	if slices.ContainsFunc(f.items, func(i imapwire.FetchItem) bool { return i.Kind == imapwire.FetchModSeq }) {
		if err := s.enableCondStore(); err != nil {
			return err
		}
	}
	uids, err := s.resolve(args.Set, c.uid)
	if err != nil {
		return err
	}
	if args.Partial {
		uids = partial(uids, args.First, args.Last)
	}
	if f.flags {
		// What FETCH tells of flags is what they are now.
		if newest := s.selection.folder.Snapshot(); newest != s.selection.view.Known() {
			s.tellKeywords(newest, false)
			s.selection.view.Adopt(newest, uids)
		}
	}
	if args.HasChangedSince {
		uids = s.changedSince(uids, args.ChangedSince)
	}
	if args.Vanished && !args.Set.Saved {
		s.tellVanished(args.Set)
	}
	if err := f.setSeen(ctx, uids); err != nil {
		return err
	}
	found, err := f.run(ctx, uids)
	if err == nil && found < len(uids) && !c.uid {
		c.code = string(mailstore.ExpungeIssued)
	}
	return err
}

// partial gives a page of messages (RFC 9394 3.1): ends count from 1, or from the last if they are negative.
func partial(uids []view.UID, first, last int64) []view.UID {
	n := int64(len(uids))
	from, to := min(first, last), max(first, last)
	if first < 0 {
		from, to = n+from+1, n+to+1
	}
	from, to = max(from, 1), min(to, n)
	if from > to {
		return nil
	}
	return uids[from-1 : to]
}

// changedSince leaves those whose modification sequence is greater.
func (s *session) changedSince(uids []view.UID, since uint64) (changed []view.UID) {
	known := s.selection.view.Known()
	for _, uid := range uids {
		if m, ok := known.Get(uid); ok && uint64(m.ModSeq) > since {
			changed = append(changed, uid)
		}
	}
	return changed
}

// plan finds out what is needed of the store. UID comes first: clients that find it behind a body have put it to another message.
func (f *fetching) plan(items []imapwire.FetchItem, uid, changedSince bool) {
	has := func(kind imapwire.FetchKind) bool {
		return slices.ContainsFunc(items, func(i imapwire.FetchItem) bool { return i.Kind == kind })
	}
	if uid || has(imapwire.FetchUID) {
		f.items = append(f.items, imapwire.FetchItem{Kind: imapwire.FetchUID})
	}
	for _, item := range items {
		if plain := item.Kind <= imapwire.FetchBodyStructure || item.Kind >= imapwire.FetchRFC822; plain && f.asksFor(item.Kind) {
			continue // once is enough
		}
		f.items = append(f.items, item)
		f.want |= needs(&item)
	}
	f.flags = has(imapwire.FetchFlags)
	reading := slices.ContainsFunc(items, func(i imapwire.FetchItem) bool { return i.SetsSeen() })
	if !has(imapwire.FetchModSeq) && (changedSince || f.condStore && (f.flags || reading)) {
		f.items = append(f.items, imapwire.FetchItem{Kind: imapwire.FetchModSeq})
	}
}

// asksFor reports whether an item of some kind is there.
func (f *fetching) asksFor(kind imapwire.FetchKind) bool {
	return slices.ContainsFunc(f.items, func(i imapwire.FetchItem) bool { return i.Kind == kind })
}

// needs says what an item is made of.
func needs(item *imapwire.FetchItem) mailstore.Items {
	switch item.Kind {
	case imapwire.FetchInternalDate:
		return mailstore.ItemDate
	case imapwire.FetchSize:
		return mailstore.ItemSize
	case imapwire.FetchEnvelope:
		return mailstore.ItemEnvelope
	case imapwire.FetchBody, imapwire.FetchBodyStructure:
		return mailstore.ItemStructure
	case imapwire.FetchRFC822Header:
		return mailstore.ItemHeader
	case imapwire.FetchSection:
		if ofHeader(item) {
			return mailstore.ItemHeader
		}
		return mailstore.ItemMail
	case imapwire.FetchRFC822, imapwire.FetchRFC822Text, imapwire.FetchBinary, imapwire.FetchBinarySize:
		return mailstore.ItemMail
	case imapwire.FetchPreview:
		return mailstore.ItemPreview
	case imapwire.FetchEmailID, imapwire.FetchThreadID:
		return mailstore.ItemObjectID
	case imapwire.FetchSaveDate:
		return mailstore.ItemSaveDate
	}
	return 0
}

// ofHeader reports whether an item is of the mail's header alone, so that the mail need not be read.
func ofHeader(item *imapwire.FetchItem) bool {
	switch item.Section.Text {
	case imapwire.SectionHeader, imapwire.SectionHeaderFields, imapwire.SectionHeaderFieldsNot:
		return item.Kind == imapwire.FetchRFC822Header || item.Kind == imapwire.FetchSection && len(item.Section.Part) == 0
	}
	return item.Kind == imapwire.FetchRFC822Header
}

// setSeen makes messages \Seen that are read by this FETCH, all at once.
func (f *fetching) setSeen(ctx context.Context, uids []view.UID) error {
	sel := f.selection
	if sel.readOnly || !has(sel.folder.Rights(), 's') || !slices.ContainsFunc(f.items, func(i imapwire.FetchItem) bool { return i.SetsSeen() }) {
		return nil
	}
	for _, uid := range uids {
		if m, ok := sel.folder.Snapshot().Get(uid); ok && m.Flags&view.Seen == 0 {
			f.seen = append(f.seen, uid)
		}
	}
	if len(f.seen) == 0 {
		return nil
	}
	_, err := sel.folder.Change(ctx, f.seen, mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: view.Seen})
	if err != nil {
		return fault(ctx, err)
	}
	newest := sel.folder.Snapshot()
	f.tellKeywords(newest, false)
	sel.view.Adopt(newest, f.seen)
	return nil
}

// run sends the answers and counts them.
func (f *fetching) run(ctx context.Context, uids []view.UID) (found int, err error) {
	if f.want == 0 {
		// All is known here, of messages that are gone too.
		for _, uid := range uids {
			if err := f.answer(&mailstore.Record{Message: view.Message{UID: uid}}); err != nil {
				return 0, err
			}
		}
		return len(uids), nil
	}
	err = f.selection.folder.Fetch(ctx, uids, f.want, func(r *mailstore.Record) error {
		found++
		return f.answer(r)
	})
	f.tree.detach()
	var stop *answerError
	if errors.As(err, &stop) {
		return found, stop.error
	}
	return found, fault(ctx, err)
}

// answerError is an error of ours that has gone through Folder.Fetch.
type answerError struct{ error }
