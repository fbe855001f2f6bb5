package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

func (s *suite) mailboxes() {
	ctx := s.Context()
	for _, name := range []string{"Work/2026/May", "Work/2026/June", "Zebra"} {
		id, err := s.a.Create(ctx, name, "")
		s.ok(err)
		s.want("the id of "+name, s.id(name), id)
	}
	list, err := s.a.List(ctx)
	s.ok(err)
	seen := make(map[string]bool)
	for _, m := range list {
		if i := strings.LastIndex(m.Name, "/"); i >= 0 && !seen[m.Name[:i]] {
			s.Errorf("%s comes before what is above it", m.Name)
		}
		if seen[m.Name] {
			s.Errorf("%s is listed twice", m.Name)
		}
		seen[m.Name] = true
	}
	for _, name := range []string{"INBOX", "Work", "Work/2026", "Work/2026/May", "Work/2026/June", "Zebra"} {
		if !seen[name] {
			s.Errorf("%s is not listed", name)
		}
	}
	s.want("the inbox by another spelling", s.id("inBox"), s.id("INBOX"))
	s.ok(s.a.Subscribe(ctx, "Work/2026/May", true))
	may, validity := s.id("Work/2026/May"), s.open(s.a, s.id("Work/2026/May")).UIDValidity()
	s.ok(s.a.Rename(ctx, "Work/2026", "Old"))
	s.want("the id after renaming", s.id("Old/May"), may)
	s.want("UIDVALIDITY after renaming", s.open(s.a, may).UIDValidity(), validity)
	_, err = s.a.Find(ctx, "Work/2026/May")
	s.code("the old name", err, mailstore.Nonexistent)
	_, err = s.a.Create(ctx, "Zebra", "")
	s.code("creating what is there", err, mailstore.AlreadyExists)
	s.code("renaming onto another", s.a.Rename(ctx, "Old", "Zebra"), mailstore.AlreadyExists)
	s.code("renaming nothing", s.a.Rename(ctx, "nothing", "x"), mailstore.Nonexistent)
	s.code("deleting nothing", s.a.Delete(ctx, "nothing"), mailstore.Nonexistent)
	s.code("deleting the inbox", s.a.Delete(ctx, "INBOX"), mailstore.Cannot)
	s.ok(s.a.Subscribe(ctx, "never there", false))
	s.ok(s.a.Delete(ctx, "Zebra"))
	_, err = s.a.Open(ctx, may+"x", func() {})
	s.code("opening what is not there", err, mailstore.Nonexistent)
	_, err = s.a.Append(ctx, may+"x", []mailstore.NewMessage{message(mail("x"), 0)})
	s.code("appending to what is not there", err, mailstore.TryCreate)
	id, err := s.a.Create(ctx, "Zebra", "")
	s.ok(err)
	s.want("the new mailbox", s.open(s.a, id).Snapshot().Len(), 0)
}

func (s *suite) flags() {
	inbox := s.open(s.a, s.id("INBOX"))
	uids := s.append("INBOX", message(mail("one"), view.Seen|view.Flagged, "Blue"), message(mail("two"), view.Draft|view.Answered))
	s.want("after APPEND", inbox.shown(), "1 0000101 Blue\n2 0010010")
	inbox.change(uids, mailstore.AddFlags, view.Seen|view.Forwarded|view.Deleted, "work", "BLUE", "=5D")
	s.want("after +FLAGS", strings.ToLower(inbox.shown()), "1 0101101 =5d blue work\n2 0111011 =5d blue work")
	inbox.change(append(uids, uids[1]+1000), mailstore.RemoveFlags, view.Seen|view.Flagged|view.Answered, "Work", "=5D")
	s.want("after -FLAGS", strings.ToLower(inbox.shown()), "1 0101000 blue\n2 0111000 blue")
	inbox.change(uids[1:], mailstore.ReplaceFlags, view.MDNSent|view.Answered)
	s.want("after FLAGS", strings.ToLower(inbox.shown()), "1 0101000 blue\n2 1000010")
	s.want("opened again", s.open(s.account("alice"), s.id("INBOX")).shown(), inbox.shown())
	before := inbox.Snapshot()
	inbox.change(nil, mailstore.AddFlags, view.Seen)
	s.want("nothing", inbox.shown(), s.open(s.a, s.id("INBOX")).shown())
	if d := view.Diff(before, inbox.Snapshot()); len(d.Changed) > 0 {
		s.Errorf("a change of nothing changed %v", d)
	}
}

func (s *suite) transfer() {
	ctx := s.Context()
	_, err := s.a.Create(ctx, "Work", "")
	s.ok(err)
	inbox, work := s.open(s.a, s.id("INBOX")), s.open(s.a, s.id("Work"))
	uids := s.append("INBOX", message(mail("one"), view.Seen, "Blue"), message(mail("two"), 0), message(mail("three"), view.Flagged))
	c, err := inbox.Copy(ctx, uids[:2], s.id("Work"))
	s.ok(err)
	s.want("copied", c, mailstore.Copied{UIDValidity: work.UIDValidity(), From: uids[:2], To: work.uids()})
	s.want("the copies", work.shown(), "1 0000001 Blue\n2 0000000")
	c, err = inbox.Move(ctx, []view.UID{uids[0], uids[2], uids[2] + 1000}, s.id("Work"))
	s.ok(err)
	s.want("moved", c.From, []view.UID{uids[0], uids[2]})
	s.want("what was moved", c.To, work.uids()[2:])
	s.want("what is left", inbox.uids(), uids[1:2])
	s.want("the mails", work.mails(c.To), []string{mail("one"), mail("three")})
	if first := inbox.Snapshot().UIDNext; first <= uids[2] {
		s.Errorf("UIDNEXT is %d after UID %d", first, uids[2])
	}
	_, err = inbox.Copy(ctx, uids[1:2], s.id("Work")+"x")
	s.code("copying to nowhere", err, mailstore.TryCreate)
	s.ok(inbox.Expunge(ctx, uids))
	s.want("after EXPUNGE", inbox.shown(), "")
	// Who has a mailbox open that is deleted can go on reading it (RFC 2180 3.1); one of the same name is another one.
	s.ok(s.a.Delete(ctx, "Work"))
	s.want("a mail of the deleted mailbox", work.mails(work.uids()[2:]), []string{mail("one"), mail("three")})
	id, err := s.a.Create(ctx, "Work", "")
	s.ok(err)
	if other := s.open(s.a, id); other.Snapshot().Len() > 0 || other.UIDValidity() == work.UIDValidity() {
		s.Errorf("the new mailbox has %d messages and UIDVALIDITY %d, as the deleted one", other.Snapshot().Len(), other.UIDValidity())
	}
	again := s.append("INBOX", message(mail("four"), 0))
	if again[0] <= uids[2] {
		s.Errorf("UID %d is given after %d", again[0], uids[2])
	}
}

func (s *suite) fetch() {
	inbox := s.open(s.a, s.id("INBOX"))
	uids := s.append("INBOX", message("From: a@example.org\nSubject: bare\n\nline\n", 0), message(mail("two"), view.Seen))
	s.want("mails", inbox.mails(uids), []string{"From: a@example.org\r\nSubject: bare\r\n\r\nline\r\n", mail("two")})
	count := 0
	s.ok(inbox.Fetch(s.Context(), append(uids, uids[1]+1000), mailstore.ItemEnvelope|mailstore.ItemStructure|mailstore.ItemHeader|mailstore.ItemDate, func(r *mailstore.Record) error {
		if r.Message.UID != uids[count] || !strings.HasPrefix(r.Envelope, "(") || !strings.HasPrefix(strings.ToLower(r.BodyStructure), `("text" "plain"`) ||
			!strings.HasSuffix(string(r.Header), "\r\n\r\n") || r.Date.IsZero() {
			s.Errorf("the record is %+v", r)
		}
		count++
		return nil
	}))
	s.want("visited", count, 2)
	stop := errors.New("enough")
	if err := inbox.Fetch(s.Context(), uids, mailstore.ItemSize, func(*mailstore.Record) error { return stop }); !errors.Is(err, stop) {
		s.Errorf("an error of visit became %v", err)
	}
}

func (s *suite) match() {
	inbox := s.open(s.a, s.id("INBOX"))
	uids := s.append("INBOX", message(mail("plain"), 0), message(mail("=?utf-8?Q?Gr=C3=BC=C3=9Fe?="), 0), message(mail("long"+strings.Repeat(" word", 100)), 0))
	for _, c := range []struct {
		mailstore.Condition
		want []view.UID
	}{
		{mailstore.Condition{Key: mailstore.MatchSubject, Text: "PLAI"}, uids[:1]},
		{mailstore.Condition{Key: mailstore.MatchSubject, Text: "grüße"}, uids[1:2]},
		{mailstore.Condition{Key: mailstore.MatchFrom, Text: "carol@"}, uids},
		{mailstore.Condition{Key: mailstore.MatchCc, Text: ""}, nil},
		{mailstore.Condition{Key: mailstore.MatchHeader, Field: "to", Text: "ALICE"}, uids},
		{mailstore.Condition{Key: mailstore.MatchBody, Text: "ext of plain"}, uids[:1]},
		{mailstore.Condition{Key: mailstore.MatchText, Text: "subject: plain"}, uids[:1]},
		{mailstore.Condition{Key: mailstore.MatchLarger, Size: 500}, uids[2:]},
		{mailstore.Condition{Key: mailstore.MatchSmaller, Size: 500}, uids[:2]},
	} {
		found, err := inbox.Match(s.Context(), uids, c.Condition)
		s.ok(err)
		s.want(fmt.Sprint(c.Condition), found, c.want)
	}
	// What has no Date field was sent when it came, near the day that is asked for and far from it.
	undated := message("Subject: undated\r\n\r\n", 0)
	undated.Date = time.Date(2024, 2, 4, 12, 0, 0, 0, time.UTC)
	uids = s.append("INBOX", undated)
	for days, want := range map[int][]view.UID{-100: uids, 0: uids, 1: nil, 100: nil} {
		found, err := inbox.Match(s.Context(), uids, mailstore.Condition{Key: mailstore.MatchSentSince, Date: time.Date(2024, 2, 4+days, 0, 0, 0, 0, time.UTC)})
		s.ok(err)
		s.want(fmt.Sprint("sent since ", days, " days after it came"), found, want)
	}
}

func (s *suite) status() {
	uids := s.append("INBOX", message(mail("one"), view.Seen), message(mail("two"), view.Deleted), message(mail("three"), 0))
	for range 2 { // once it is not open, then it is
		st, err := s.a.Status(s.Context(), s.id("INBOX"), mailstore.StatusItems{Size: true, Deleted: true, Recent: true})
		s.ok(err)
		s.want("counts", []uint32{st.Messages, st.Unseen, st.Deleted, st.Recent}, []uint32{3, 2, 1, 3})
		s.want("sizes", []int64{st.Size, st.DeletedStorage}, []int64{int64(len(mail("one") + mail("two") + mail("three"))), int64(len(mail("two")))})
		if st.UIDNext <= uids[2] {
			s.Errorf("UIDNEXT is %d", st.UIDNext)
		}
		s.open(s.a, s.id("INBOX"))
	}
	inbox := s.open(s.a, s.id("INBOX"))
	for _, want := range []view.UID{uids[0], uids[2] + 1} {
		first, err := inbox.Recent(s.Context(), true)
		s.ok(err)
		if first > want || want > uids[2] && first <= uids[2] {
			s.Errorf("the first recent UID is %d, want %d", first, want)
		}
	}
}

// others: what one connection does another one sees, and another user does not.
func (s *suite) others() {
	inbox, other := s.open(s.a, s.id("INBOX")), s.open(s.account("alice"), s.id("INBOX"))
	uids := s.append("INBOX", message(mail("one"), 0), message(mail("two"), 0))
	other.await("the messages", func(v *view.Snapshot) bool { return v.Len() == 2 })
	inbox.change(uids[:1], mailstore.AddFlags, view.Flagged)
	other.await("the flag", func(v *view.Snapshot) bool { m, _ := v.Get(uids[0]); return m.Flags == view.Flagged })
	s.ok(inbox.Expunge(s.Context(), uids[:1]))
	other.await("the end of one", func(v *view.Snapshot) bool { return v.Len() == 1 })
	bob := s.account("bob")
	m, err := bob.Find(s.Context(), "INBOX")
	s.ok(err)
	s.want("bob's inbox", s.open(bob, m.ID).Snapshot().Len(), 0)
	inbox.Close()
	inbox.Close()
	s.want("after one has been closed", other.Snapshot().Len(), 1)
}

func (s *suite) modSeq() {
	if !s.a.Capabilities().ModSeq {
		s.Skip("the store has none")
	}
	inbox := s.open(s.a, s.id("INBOX"))
	uids := s.append("INBOX", message(mail("one"), 0), message(mail("two"), 0))
	then := inbox.Snapshot().HighestModSeq
	inbox.change(uids[1:], mailstore.AddFlags, view.Flagged)
	late, err := inbox.Change(s.Context(), uids, mailstore.FlagChange{Mode: mailstore.AddFlags, Flags: view.Answered, Conditional: true, UnchangedSince: then})
	s.ok(err)
	s.want("late", late, uids[1:])
	s.want("flags", inbox.shown(), "1 0000010\n2 0000100")
	var numbers []view.ModSeq
	for _, m := range inbox.Snapshot().All(0) {
		numbers = append(numbers, m.ModSeq)
	}
	highest := inbox.Snapshot().HighestModSeq
	if slices.Min(numbers) <= then || slices.Max(numbers) > highest {
		s.Errorf("the messages have %v after %d, the mailbox %d", numbers, then, highest)
	}
	s.ok(inbox.Expunge(s.Context(), uids[:1]))
	if inbox.Snapshot().HighestModSeq <= highest {
		s.Errorf("an expunge left the mailbox at %d", highest)
	}
}

// missing: names that are subscribed to without a mailbox.
func (s *suite) missing() {
	ctx := s.Context()
	subscribed := func() (list []string) {
		all, err := s.a.List(ctx)
		s.ok(err)
		for _, m := range all {
			if m.Subscribed && (strings.HasPrefix(m.Name, "Sub") || m.Missing) {
				list = append(list, fmt.Sprint(m.Name, " ", m.Missing))
			}
		}
		slices.Sort(list)
		return list
	}
	for _, name := range []string{"Sub/one", "Sub/two"} {
		_, err := s.a.Create(ctx, name, "")
		s.ok(err)
		s.ok(s.a.Subscribe(ctx, name, true))
	}
	s.ok(s.a.Subscribe(ctx, "Sub/never", true))
	s.ok(s.a.Delete(ctx, "Sub/two"))
	s.want("subscribed", subscribed(), []string{"Sub/never true", "Sub/one false", "Sub/two true"})
	_, err := s.a.Find(ctx, "Sub/never")
	s.code("finding what is only subscribed to", err, mailstore.Nonexistent)
	_, err = s.a.Create(ctx, "Sub/never", "")
	s.ok(err)
	s.want("after it was made", subscribed(), []string{"Sub/never false", "Sub/one false", "Sub/two true"})
	for _, name := range []string{"Sub/one", "Sub/two", "Sub/never", "Sub/neither"} {
		s.ok(s.a.Subscribe(ctx, name, false))
	}
	s.want("after all is unsubscribed", subscribed(), []string(nil))
}
