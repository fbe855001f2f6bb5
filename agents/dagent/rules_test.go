package dagent

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/rules"
)

func hasSubject(word string) *mapi.Restriction {
	v := mapi.String(mapi.PrSubject, word)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: mapi.PrSubject, Value: &v}
}

// setRules gives a mailbox rules: each with a word in the subject as its condition.
func (b *box) setRules(list ...rules.Rule) {
	b.t.Helper()
	var rows []mapi.Props
	for i := range list {
		r := &list[i]
		r.Sequence, r.State, r.Provider = uint32(i+1), r.State|rules.StateEnabled, "RuleOrganizer"
		if r.Condition == nil {
			r.Condition = hasSubject(r.Name)
		}
		rows = append(rows, r.Row())
	}
	if err := b.SetRules(b.t.Context(), b.folders[client.Inbox], rows); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) folder(name string) mapi.EntryID {
	b.t.Helper()
	id, err := b.CreateFolder(b.t.Context(), b.storeProps().Bytes(mapi.PrIPMSubtreeEntryID), client.NewFolder{Name: name})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func to(address string) []mapi.PropValue {
	return []mapi.PropValue{
		mapi.Long(mapi.PrRecipientType, 1), mapi.String(mapi.PrDisplayName, address), mapi.String(mapi.PrAddrtype, "SMTP"),
		mapi.String(mapi.PrEmailAddress, address), mapi.String(mapi.PrSMTPAddress, address),
		mapi.Binary(mapi.PrEntryID, mapi.OneOff{Name: address, AddressType: "SMTP", Address: address}.Encode()),
		mapi.Binary(mapi.PrSearchKey, mapi.AddressSearchKey("SMTP", address)),
	}
}

// queued is a message that was in the queue of outgoing mail.
type queued struct {
	*mapi.Message
	owner string // login name
}

// sent are the messages in the queue of outgoing mail, taken out of it.
func (w *world) sent() []queued {
	w.t.Helper()
	q, err := w.admin.OpenQueue(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = q.Close(w.t.Context()) }()
	var list []queued
	for {
		rows, err := q.Rows(w.t.Context(), 50)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(rows) == 0 {
			return list
		}
		for _, row := range rows {
			entry := client.QueuedOf(row)
			m, err := w.admin.LoadMessage(w.t.Context(), entry.EntryID)
			if err == nil {
				err = w.admin.FinishSubmit(w.t.Context(), entry.EntryID)
			}
			if err != nil {
				w.t.Fatal(err)
			}
			list = append(list, queued{m, strings.Clone(entry.Owner)})
		}
	}
}

func recipients(m *mapi.Message) string {
	var list []string
	for _, r := range m.Recipients {
		list = append(list, r.Str(mapi.PrSMTPAddress))
	}
	return strings.Join(list, " ")
}

// Rules move, copy, delete, mark and categorise; the mail is where they say.
func TestRulesSort(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	alice, bob := w.box("alice"), w.box("bob")
	moved, copied := alice.folder("Moved"), alice.folder("Copied")
	shared := bob.folder("Shared")
	user, err := w.admin.User(t.Context(), "alice")
	if err == nil {
		err = bob.Grant(t.Context(), shared, client.Grant{UserID: user.ID, EntryID: user.EntryID, Rights: mapi.RightCreate | mapi.RightFolderVisible})
	}
	if err != nil {
		t.Fatal(err)
	}
	private := bob.folder("Private")
	importance := mapi.Long(mapi.PrImportance, 2)
	alice.setRules(
		rules.Rule{Name: "move", Actions: []mapi.Action{{Type: mapi.ActMove, Store: alice.store.EntryID, Folder: moved}}},
		rules.Rule{Name: "copy", Actions: []mapi.Action{{Type: mapi.ActCopy, Store: alice.store.EntryID, Folder: copied}}},
		rules.Rule{Name: "shared", Actions: []mapi.Action{{Type: mapi.ActMove, Store: bob.store.EntryID, Folder: shared}}},
		rules.Rule{Name: "private", Actions: []mapi.Action{{Type: mapi.ActMove, Store: bob.store.EntryID, Folder: private}}},
		rules.Rule{Name: "delete", Actions: []mapi.Action{{Type: mapi.ActDelete}}},
		rules.Rule{Name: "mark", Actions: []mapi.Action{{Type: mapi.ActMarkAsRead}, {Type: mapi.ActTag, Prop: &importance}}},
		rules.Rule{Name: "gone", Actions: []mapi.Action{{Type: mapi.ActMove, Store: alice.store.EntryID, Folder: mapi.NewEntryID(alice.store.GUID, mapi.TypeFolder)}}},
	)
	send := w.lmtp(w.deliverer())
	deliver := func(subject string) {
		t.Helper()
		w.want(subject, send("carol@example.org", mail(subject), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	}
	for _, subject := range []string{"move", "copy", "shared", "delete", "mark"} {
		deliver(subject)
	}
	w.want("moved", alice.subjects(moved), "move")
	w.want("copied", alice.subjects(copied), "copy")
	w.want("in another's folder, by right", bob.subjects(shared), "shared")
	w.want("inbox", alice.subjects(alice.folders[client.Inbox]), "copy|mark")
	m := alice.mails(alice.folders[client.Inbox])[1]
	if m.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0 || m.Props.Uint32(mapi.PrImportance) != 2 {
		t.Error("the mail is not marked")
	}
	// Without the right, and where the folder is gone, the mail stays, the rule is switched off, and its owner is told.
	deliver("private")
	deliver("gone")
	w.want("inbox", alice.subjects(alice.folders[client.Inbox]), "copy|mark|private|A rule was switched off|gone|A rule was switched off")
	w.want("another's folder, without right", bob.subjects(private), "")
	rows, err := alice.Rules(t.Context(), alice.folders[client.Inbox])
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		r := rules.FromRow(row)
		if off := r.State&rules.StateError != 0; off != (r.Name == "gone" || r.Name == "private") {
			t.Errorf("rule %s: state %x", r.Name, r.State)
		}
	}
	deliver("gone")
	w.want("once more", len(alice.mails(alice.folders[client.Inbox])), 7)
}

// Rules send mails on, answer and refuse them; loops end.
func TestRulesSend(t *testing.T) {
	w := newWorld(t, "forward_whitelist_domains = example.net\nforward_whitelist_domain_message = no %forward\n", "alice")
	alice := w.box("alice")
	template := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note.Rules.ReplyTemplate.Microsoft"), mapi.String(mapi.PrSubject, "I am busy"), mapi.String(mapi.PrBody, "Later.\r\n"),
	}}
	id, err := alice.SaveMessage(t.Context(), alice.folders[client.Inbox], template, client.SaveOptions{Associated: true})
	if err != nil {
		t.Fatal(err)
	}
	alice.setRules(
		rules.Rule{Name: "forward", Actions: []mapi.Action{{Type: mapi.ActForward, Recipients: [][]mapi.PropValue{to("dave@example.net")}}}},
		rules.Rule{Name: "attach", Actions: []mapi.Action{{Type: mapi.ActForward, Flavor: rules.ForwardAsAttachment, Recipients: [][]mapi.PropValue{to("dave@example.net")}}}},
		rules.Rule{Name: "redirect", Actions: []mapi.Action{{Type: mapi.ActForward, Flavor: rules.ForwardPreserveSender, Recipients: [][]mapi.PropValue{to("dave@example.net")}}}},
		rules.Rule{Name: "elsewhere", Actions: []mapi.Action{{Type: mapi.ActForward, Recipients: [][]mapi.PropValue{to("dave@example.com")}}}},
		rules.Rule{Name: "answer", Actions: []mapi.Action{{Type: mapi.ActReply, Message: id}}},
		rules.Rule{Name: "refuse", Actions: []mapi.Action{{Type: mapi.ActBounce, Code: 38}}},
	)
	send := w.lmtp(w.deliverer())
	deliver := func(subject string, more ...string) []queued {
		t.Helper()
		w.want(subject, send("carol@example.org", mail(subject, more...), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		return w.sent()
	}
	one := func(subject string) *mapi.Message {
		t.Helper()
		list := deliver(subject)
		if len(list) != 1 {
			t.Fatalf("%s: %d messages were sent", subject, len(list))
		}
		return list[0].Message
	}
	m := one("forward")
	w.want("forwarded", m.Props.Str(mapi.PrSubject)+" to "+recipients(m), "FW: forward to dave@example.net")
	m = one("attach")
	if len(m.Attachments) != 1 || m.Attachments[0].Message == nil {
		t.Error("not forwarded as an attachment")
	}
	m = one("redirect")
	raw := string(m.Props.Bytes(mapi.PrECIMAPEmail))
	w.want("redirected", recipients(m), "dave@example.net")
	if !strings.Contains(raw, "Resent-From:") || !strings.Contains(raw, "\r\nFrom: Carol <carol@example.org>\r\n") {
		t.Errorf("redirected:\n%s", raw)
	}
	w.want("a mail that was redirected comes back", len(deliver("redirect", headersOf(raw))), 0)
	w.want("to a domain that is not allowed", len(deliver("elsewhere")), 0)
	m = one("answer")
	w.want("answered", recipients(m), "carol@example.org")
	w.want("the same sender again", len(deliver("answer")), 0)
	w.now = w.now.Add(25 * time.Hour)
	w.want("the next day", len(deliver("answer")), 1)
	w.want("to a list", len(deliver("answer", "List-Id: <x>\n")), 0)
	w.want("forwarded twice", len(deliver("forward", "X-Kopano-Rule-Action: forward\n")), 0)
	inbox := len(alice.mails(alice.folders[client.Inbox]))
	m = one("refuse")
	w.want("refused", recipients(m), "carol@example.org")
	w.want("a mail that was refused", len(alice.mails(alice.folders[client.Inbox])), inbox)
	if !strings.HasPrefix(m.Props.Str(mapi.PrMessageClass), "REPORT.IPM.Note.NDR") {
		t.Errorf("refused by %s", m.Props.Str(mapi.PrMessageClass))
	}
	if !bytes.Contains([]byte(alice.subjects(alice.folders[client.Inbox])), []byte("REJECT: elsewhere not forwarded")) {
		t.Error("the user was not told that his rule may not forward there")
	}
}

// A rule that sends a mail on and deletes it deletes it only if it could be sent.
func TestForwardAndDelete(t *testing.T) {
	w := newWorld(t, "", "alice")
	alice := w.box("alice")
	alice.setRules(rules.Rule{Name: "on", Actions: []mapi.Action{
		{Type: mapi.ActForward, Recipients: [][]mapi.PropValue{to("dave@example.net")}}, {Type: mapi.ActDelete},
	}})
	send := w.lmtp(w.deliverer())
	for _, test := range []struct {
		more  string
		sent  int
		inbox string
	}{
		{"", 1, ""},
		{"X-Kopano-Rule-Action: forward\n", 0, "on"}, // a rule has forwarded it already
	} {
		w.want("delivery", send("carol@example.org", mail("on", test.more), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		w.want("sent", len(w.sent()), test.sent)
		w.want("inbox", alice.subjects(alice.folders[client.Inbox]), test.inbox)
	}
	err := w.admin.DeleteProps(t.Context(), alice.store.EntryID, mapi.PrIPMOutboxEntryID)
	if err != nil {
		t.Fatal(err)
	}
	w.want("delivery without an outbox", send("carol@example.org", mail("on", "X: 2\n"), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	w.want("inbox", alice.subjects(alice.folders[client.Inbox]), "on|on")
}

// headersOf are the Resent fields and X-Loop of a mail, as they would come back.
func headersOf(raw string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.SplitN(raw, "\r\n\r\n", 2)[0]) {
		if strings.HasPrefix(line, "X-Loop:") || strings.HasPrefix(line, "Resent-") {
			b.WriteString(strings.TrimRight(line, "\r\n") + "\n")
		}
	}
	return b.String()
}

// A user who is away answers each sender once in a while, and nobody who is not to be answered.
func TestAbsence(t *testing.T) {
	w := newWorld(t, "", "alice")
	alice := w.box("alice")
	away := client.OutOfOffice{On: true, Subject: "Away", Message: "Back on Monday.\n", From: w.now.Add(-time.Hour), Until: w.now.Add(100 * time.Hour)}
	set := func() {
		t.Helper()
		if err := alice.SetOutOfOffice(t.Context(), alice.store.EntryID, away); err != nil {
			t.Fatal(err)
		}
	}
	set()
	send := w.lmtp(w.deliverer())
	answers := func(from, text string) int {
		t.Helper()
		w.want("delivery", send(from, text, "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
		return len(w.sent())
	}
	w.want("delivery", send("carol@example.org", mail("first"), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	list := w.sent()
	if len(list) != 1 {
		t.Fatalf("%d answers", len(list))
	}
	raw := string(list[0].Props.Bytes(mapi.PrECIMAPEmail))
	for _, line := range []string{"Auto-Submitted: auto-replied", "To: carol@example.org", "In-Reply-To: <first@example.org>"} {
		if !strings.Contains(raw, "\r\n"+line) {
			t.Errorf("the answer lacks %s:\n%s", line, raw)
		}
	}
	w.want("the same sender again", answers("carol@example.org", mail("second")), 0)
	w.want("another sender", answers("dave@example.org", strings.ReplaceAll(mail("third"), "carol", "dave")), 1)
	away.Message = "Back on Tuesday.\n"
	set()
	w.want("another text", answers("carol@example.org", mail("fourth")), 1)
	w.now = w.now.Add(25 * time.Hour)
	w.want("the next day", answers("carol@example.org", mail("fifth")), 1)
	for name, text := range map[string]string{
		"a list": mail("x", "List-Id: <x>\n"), "a machine": mail("x", "Auto-Submitted: auto-generated\n"), "not named": strings.Replace(mail("x"), "alice@example.com", "all@example.com", 1),
	} {
		w.want(name, answers("erin@example.org", text), 0)
	}
	w.want("a report", answers("", mail("x")), 0)
	w.now = w.now.Add(100 * time.Hour)
	w.want("after the absence", answers("carol@example.org", mail("x")), 0)
}
