package imap

import (
	"context"
	"math"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// store is STORE and UID STORE (RFC 9051 6.4.6, RFC 7162 3.1.3).
func (s *session) store(ctx context.Context, c *call) error {
	args := s.dec.Store()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	flags, keywords, err := parseFlags(args.Flags)
	if err != nil {
		return err
	}
	if flags, keywords, err = s.permitted(args.Mode, flags, keywords); err != nil {
		return err
	}
	if args.HasUnchangedSince {
		if err := s.enableCondStore(); err != nil {
			return err
		}
	}
	uids, err := s.resolve(args.Set, c.uid)
	if err != nil {
		return err
	}
	change := mailstore.FlagChange{Mode: mailstore.FlagMode(args.Mode), Flags: flags, Keywords: keywords}
	if args.HasUnchangedSince {
		change.Conditional, change.UnchangedSince = true, view.ModSeq(min(args.UnchangedSince, math.MaxUint32))
	}
	if len(uids) == 0 {
		return nil
	}
	modified, err := s.selection.folder.Change(ctx, uids, change)
	if err != nil {
		return fault(ctx, err)
	}
	s.tellStored(uids, modified, change, args.Silent)
	if len(modified) > 0 {
		c.code = "MODIFIED " + s.numbersOf(modified, c.uid)
	}
	if s.server.options.ExpungeOnDelete && args.Mode != imapwire.StoreRemove && flags&view.Deleted != 0 {
		return fault(ctx, s.selection.folder.Expunge(ctx, without(uids, modified)))
	}
	return nil
}

// permitted leaves of flags those that the user may change (RFC 4314 4).
func (s *session) permitted(mode imapwire.StoreMode, flags view.Flags, keywords []string) (view.Flags, []string, error) {
	rights := s.selection.folder.Rights()
	seen, deleted, others := has(rights, 's'), has(rights, 't'), has(rights, 'w')
	allowed := view.Flags(0)
	if seen {
		allowed |= view.Seen
	}
	if deleted {
		allowed |= view.Deleted
	}
	if others {
		allowed |= ^(view.Seen | view.Deleted)
	}
	some := flags&allowed != 0 || others && len(keywords) > 0 || flags == 0 && len(keywords) == 0
	switch {
	case s.selection.readOnly:
		return 0, nil, s.writable('w')
	case !some || mode == imapwire.StoreReplace && !(seen && deleted && others):
		return 0, nil, &mailstore.Error{Code: mailstore.NoPermission, Text: "You may not change these flags in this mailbox"}
	case !others:
		keywords = nil
	}
	return flags & allowed, keywords, nil
}

// tellStored sends the flags of the messages, unless the client wants none; those that are not what he expects he gets in any case, at the end
// of the command.
func (s *session) tellStored(uids, modified []view.UID, change mailstore.FlagChange, silent bool) {
	v := s.selection.view
	newest := s.selection.folder.Snapshot()
	s.tellKeywords(newest, false)
	done := without(uids, modified)
	if silent {
		known := v.Known()
		expected := done[:0:0]
		for _, uid := range done {
			before, _ := known.Get(uid)
			if now, ok := newest.Get(uid); ok && asExpected(known, before, newest, now, change) {
				expected = append(expected, uid)
			}
		}
		done = expected
	}
	for _, m := range v.Adopt(newest, done) {
		if !silent || s.condStore && !m.SameFlags {
			s.tellFlags(m, !silent)
		}
	}
}

// asExpected reports whether a message has become what somebody expects who knew it before the change.
func asExpected(known *view.Snapshot, before view.Message, newest *view.Snapshot, now view.Message, change mailstore.FlagChange) bool {
	flags := before.Flags
	had, has := known.Keywords(before.Keywords), newest.Keywords(now.Keywords)
	var want func(word string) bool
	switch change.Mode {
	case mailstore.ReplaceFlags:
		flags = change.Flags
		want = func(word string) bool { return hasWord(change.Keywords, word) }
	case mailstore.AddFlags:
		flags |= change.Flags
		want = func(word string) bool { return hasWord(had, word) || hasWord(change.Keywords, word) }
	default:
		flags &^= change.Flags
		want = func(word string) bool { return hasWord(had, word) && !hasWord(change.Keywords, word) }
	}
	if flags != now.Flags {
		return false
	}
	for _, word := range has {
		if !want(word) {
			return false
		}
	}
	for _, list := range [][]string{had, change.Keywords} {
		for _, word := range list {
			if want(word) && !hasWord(has, word) {
				return false
			}
		}
	}
	return true
}

// numbersOf writes messages that the client knows as a set of UIDs or of sequence numbers.
func (s *session) numbersOf(uids []view.UID, uid bool) string {
	if uid {
		return setOf(uids)
	}
	var set imapwire.NumSet
	for _, uid := range uids {
		if i, ok := s.selection.view.Known().Find(uid); ok {
			set.Add(uint32(i + 1))
		}
	}
	return set.String()
}
