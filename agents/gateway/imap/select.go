package imap

import (
	"context"
	"strconv"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// errNoModSeq answers what needs modification sequences where there are none.
var errNoModSeq = &imapwire.Error{Text: "CONDSTORE is not offered here"}

// selectMailbox is SELECT and EXAMINE (RFC 9051 6.3.2, RFC 7162 3.1.8 and 3.2.5).
func (s *session) selectMailbox(ctx context.Context, c *call) error {
	args := s.dec.Select()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if args.QResync != nil && !s.qresync {
		return &imapwire.Error{Text: "ENABLE QRESYNC first"} // RFC 7162 3.2.5
	}
	if args.CondStore && !s.account.Capabilities().ModSeq {
		return errNoModSeq
	}
	// Whether the new one can be opened or not, the old one is closed (RFC 9051 6.3.2).
	if s.selection != nil {
		s.unselect()
		s.line("* OK [CLOSED] The mailbox before is closed")
	}
	s.condStore = s.condStore || args.CondStore
	m, err := s.find(ctx, args.Mailbox)
	if err != nil {
		return err
	}
	if m.NoSelect {
		return &mailstore.Error{Code: mailstore.Nonexistent, Text: "There are no messages in this mailbox"}
	}
	folder, err := s.account.Open(ctx, m.ID, s.wake)
	if err != nil {
		return fault(ctx, err)
	}
	sel := &selection{folder: folder, mailbox: m, readOnly: c.name == "EXAMINE" || readOnly(folder.Rights())}
	sel.view = view.NewSession(folder.Snapshot())
	if err := s.claimRecent(ctx, sel); err != nil {
		folder.Close()
		return fault(ctx, err)
	}
	s.selection = sel
	s.tellSelection()
	if q := args.QResync; q != nil && q.UIDValidity == folder.UIDValidity() {
		s.resync(q)
	}
	if c.code, c.text = "READ-WRITE", "Mailbox selected"; sel.readOnly {
		c.code = "READ-ONLY"
	}
	return nil
}

// readOnly reports whether nothing can be changed with some rights (RFC 4314 5.2).
func readOnly(rights mailstore.Rights) bool {
	return !has(rights, 's') && !has(rights, 'w') && !has(rights, 't') && !has(rights, 'e') && !has(rights, 'i')
}

// claimRecent finds out which messages are \Recent.
func (s *session) claimRecent(ctx context.Context, sel *selection) error {
	if s.rev2 {
		return nil
	}
	first, err := sel.folder.Recent(ctx, !sel.readOnly)
	if err == nil {
		sel.view.AddRecent(first, sel.view.Last())
	}
	return err
}

// tellSelection sends what SELECT answers.
func (s *session) tellSelection() {
	sel := s.selection
	snapshot := sel.view.Known()
	s.tellKeywords(snapshot, true)
	s.enc().Raw("* ").Number(uint64(snapshot.Len())).Raw(" EXISTS").CRLF()
	if s.rev2 {
		s.enc().Raw(`* LIST () "/" `).Mailbox(sel.mailbox.Name).CRLF()
	} else {
		sel.recent = sel.view.Recent()
		s.enc().Raw("* ").Number(uint64(sel.recent)).Raw(" RECENT").CRLF()
		for i, m := range snapshot.All(0) {
			if m.Flags&view.Seen == 0 {
				s.line("* OK [UNSEEN " + strconv.Itoa(i+1) + "] First unseen message")
				break
			}
		}
	}
	s.line("* OK [UIDVALIDITY " + strconv.FormatUint(uint64(sel.folder.UIDValidity()), 10) + "] UIDs are valid")
	s.line("* OK [UIDNEXT " + strconv.FormatUint(uint64(snapshot.UIDNext), 10) + "] Next UID")
	s.line("* OK [MAILBOXID (" + string(sel.mailbox.ID) + ")] Id of the mailbox")
	if s.account.Capabilities().ModSeq {
		s.tellModSeq()
	}
}

// tellModSeq sends the mailbox's modification sequence, if one is selected.
func (s *session) tellModSeq() {
	if s.selection != nil {
		s.line("* OK [" + s.highestModSeq() + "] Modification sequence of the mailbox")
	}
}

// highestModSeq is the code HIGHESTMODSEQ (RFC 7162 3.1.2.1). A mailbox without changes has at least 1.
func (s *session) highestModSeq() string {
	return "HIGHESTMODSEQ " + strconv.FormatUint(uint64(max(1, s.selection.view.Known().HighestModSeq)), 10)
}

// resync tells what has changed since the client knew the mailbox (RFC 7162 3.2.5): VANISHED first, then flags. Which messages are gone needs no
// history: they are those that the client knows and that are not there.
func (s *session) resync(q *imapwire.QResync) {
	v := s.selection.view
	snapshot := v.Known()
	known := q.Known
	if known.Empty() {
		known.AddRange(1, imapwire.Star)
	}
	last := lastEver(snapshot)
	s.tellVanished(known)
	for i, m := range snapshot.All(0) {
		if uint64(m.ModSeq) > q.ModSeq && known.Contains(uint32(m.UID), last) {
			s.tellFlags(view.Numbered{Index: i, Message: m}, true)
		}
	}
}

// lastEver is the last UID that ever was, 0 before the first.
func lastEver(snapshot *view.Snapshot) uint32 { return uint32(max(snapshot.UIDNext, 1)) - 1 }

// tellVanished sends VANISHED (EARLIER) with the UIDs of a set that are not there, up to the last that ever was: "*" stands for that, or the client
// would not be told of the last messages.
func (s *session) tellVanished(set imapwire.NumSet) {
	snapshot := s.selection.view.Known()
	last := lastEver(snapshot)
	var gone imapwire.NumSet
	for _, r := range set.Normalize(last) {
		next, end := uint64(r.First), min(uint64(r.Last), uint64(last))
		from, _ := snapshot.Find(view.UID(r.First))
		for _, m := range snapshot.All(from) {
			uid := uint64(m.UID)
			if uid > end {
				break
			}
			if uid > next {
				gone.AddRange(uint32(next), uint32(uid-1))
			}
			next = uid + 1
		}
		if next <= end {
			gone.AddRange(uint32(next), uint32(end))
		}
	}
	if !gone.Empty() {
		s.enc().Raw("* VANISHED (EARLIER) ").Set(gone).CRLF()
	}
}

// closeMailbox is CLOSE: what is deleted is expunged, and nobody told (RFC 9051 6.4.1).
func (s *session) closeMailbox(ctx context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	sel := s.selection
	if !sel.readOnly && has(sel.folder.Rights(), 'e') {
		if uids := deletedUIDs(sel.folder.Snapshot()); len(uids) > 0 {
			if err := sel.folder.Expunge(ctx, uids); err != nil {
				return fault(ctx, err)
			}
		}
	}
	s.unselect()
	return nil
}

func (s *session) unselectMailbox(context.Context, *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	s.unselect()
	return nil
}

func deletedUIDs(snapshot *view.Snapshot) (uids []view.UID) {
	for _, m := range snapshot.All(0) {
		if m.Flags&view.Deleted != 0 {
			uids = append(uids, m.UID)
		}
	}
	return uids
}

// expunge is EXPUNGE and UID EXPUNGE (RFC 9051 6.4.3, 6.4.9).
func (s *session) expunge(ctx context.Context, c *call) error {
	var set imapwire.NumSet
	if c.uid {
		set = s.dec.UIDs()
	}
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if err := s.writable('e'); err != nil {
		return err
	}
	uids := deletedUIDs(s.selection.folder.Snapshot())
	if c.uid {
		named, err := s.resolve(set, true)
		if err != nil {
			return err
		}
		uids = intersect(uids, named)
	}
	if len(uids) > 0 {
		if err := s.selection.folder.Expunge(ctx, uids); err != nil {
			return fault(ctx, err)
		}
	}
	if s.qresync {
		s.announce(ctx, true) // so that the code is that after the change (RFC 7162 3.2.7)
		c.code = s.highestModSeq()
	}
	return nil
}

// writable says no if the mailbox was opened for reading, or the user lacks a right.
func (s *session) writable(right byte) error {
	if s.selection.readOnly {
		return &mailstore.Error{Code: mailstore.NoPermission, Text: "The mailbox is read-only"}
	}
	if !has(s.selection.folder.Rights(), right) {
		return &mailstore.Error{Code: mailstore.NoPermission, Text: "You may not do this in this mailbox"}
	}
	return nil
}
