package imap

import (
	"context"
	"strconv"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/view"
)

// announce tells the client what has changed in the selected mailbox; if expunge is not set, nothing that changes the numbers of messages.
func (s *session) announce(ctx context.Context, expunge bool) {
	sel := s.selection
	newest := sel.folder.Snapshot()
	step := sel.view.Step(newest, expunge)
	if step.Empty() {
		return
	}
	s.tellKeywords(newest, false)
	s.tellGone(step)
	if len(step.Added) > 0 {
		s.line("* " + strconv.Itoa(sel.view.Known().Len()) + " EXISTS")
	}
	s.tellRecent(ctx, step)
	for _, m := range step.Changed {
		if !m.SameFlags || s.condStore {
			s.tellFlags(m, true)
		}
	}
}

// tellGone sends EXPUNGE, or VANISHED to those who enabled it (RFC 7162 3.2.10).
func (s *session) tellGone(step view.Step) {
	if len(step.Gone) == 0 {
		return
	}
	if s.qresync {
		s.line("* VANISHED " + setOf(step.Gone))
		return
	}
	var line []byte
	for _, number := range step.Expunged {
		line = append(strconv.AppendInt(append(line[:0], "* "...), int64(number), 10), " EXPUNGE\r\n"...)
		s.enc().RawBytes(line)
	}
}

// tellRecent claims new messages and sends RECENT if their number is another one (RFC 3501 7.3.2).
func (s *session) tellRecent(ctx context.Context, step view.Step) {
	sel := s.selection
	if s.rev2 || len(step.Added)+len(step.Gone) == 0 {
		return
	}
	if n := len(step.Added); n > 0 {
		first, err := sel.folder.Recent(ctx, !sel.readOnly)
		if err != nil {
			s.log.Warn("it is not known which messages are recent", "mailbox", sel.mailbox.Name, "error", err)
			return
		}
		sel.view.AddRecent(max(first, step.Added[0].UID), step.Added[n-1].UID)
	}
	if n := sel.view.Recent(); n != sel.recent || len(step.Added) > 0 {
		sel.recent = n
		s.line("* " + strconv.Itoa(n) + " RECENT")
	}
}

// tellFlags sends FETCH with the flags of a message, or with its modification sequence alone.
func (s *session) tellFlags(m view.Numbered, flags bool) {
	line := append(strconv.AppendInt([]byte("* "), int64(m.Index+1), 10), " FETCH ("...)
	if s.qresync || s.uidsInFetch() {
		line = append(strconv.AppendUint(append(line, "UID "...), uint64(m.UID), 10), ' ')
	}
	if flags {
		line = s.messageFlags(append(line, "FLAGS "...), m.Message)
	}
	if s.condStore {
		if flags {
			line = append(line, ' ')
		}
		line = append(strconv.AppendUint(append(line, "MODSEQ ("...), uint64(m.ModSeq), 10), ')')
	}
	s.enc().RawBytes(append(line, ")\r\n"...))
}

// uidsInFetch reports whether the client gets UIDs with all flags: with UID commands it must, and with modification sequences it wants them.
func (s *session) uidsInFetch() bool { return s.uidCommand || s.condStore }

// setOf writes UIDs as a set, in their order; those that rise one by one as ranges.
func setOf(uids []view.UID) string {
	var set imapwire.NumSet
	for _, uid := range uids {
		set.Add(uint32(uid))
	}
	return set.String()
}
