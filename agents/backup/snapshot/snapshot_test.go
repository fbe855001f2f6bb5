package snapshot_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/mapi"
)

var guid = mapi.GUID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

// zoo is a message with something of everything.
func zoo(subject string, flags uint32) *mapi.Message {
	pattern := func(n int, seed string) []byte { return bytes.Repeat([]byte(seed), n/len(seed)+1)[:n] }
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, "text of "+subject),
		mapi.Binary(mapi.PrHTML, pattern(100_000, "<p>long "+subject+"</p>")), mapi.Long(mapi.PrMessageFlags, flags),
		mapi.Time(mapi.PrMessageDeliveryTime, 133_000_000_000_000_000), mapi.Long(mapi.PrImportance, 2), mapi.Time(mapi.PrLastModificationTime, 133_100_000_000_000_000),
		mapi.Time(mapi.PrCreationTime, 133_050_000_000_000_000), mapi.String(mapi.PrSenderName, "Ben"), mapi.Float(mapi.MakeTag(0x6800, mapi.PtDouble), 2.5),
		mapi.Short(mapi.MakeTag(0x6801, mapi.PtI2), -7), mapi.I8(mapi.MakeTag(0x6802, mapi.PtI8), -1<<40), mapi.Bool(mapi.MakeTag(0x6803, mapi.PtBoolean), true),
		mapi.I8(mapi.MakeTag(0x6804, mapi.PtCurrency), 12345), mapi.Binary(mapi.MakeTag(0x6805, mapi.PtCLSID), guid[:]),
		mapi.Strings(mapi.MakeTag(0x6806, mapi.PtMVUnicode), "a", "", "ü"),
	}}
	m.SetNamed(mapi.PropName{Set: guid, Name: "own name"}, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "named"))
	m.SetNamed(mapi.PropName{Set: guid, ID: 77}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 7))
	m.SetNamed(mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8503}, mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), true))
	m.Recipients = []mapi.Props{
		{mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Anna"), mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, "anna@example.com")},
		{mapi.Long(mapi.PrRecipientType, mapi.RecipientCc), mapi.String(mapi.PrDisplayName, "Cleo"), mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, "cleo@example.com")},
	}
	inner := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "inside"), mapi.Long(mapi.PrMessageFlags, 1)}}
	inner.Attachments = []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "deep.txt"), mapi.Long(mapi.PrAttachNum, 0)}, Content: mapi.Bytes("deep")}}
	m.Attachments = []*mapi.Attachment{
		{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "small.txt"), mapi.Long(mapi.PrAttachNum, 0)}, Content: mapi.Bytes("small")},
		{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "large.bin"), mapi.Long(mapi.PrAttachNum, 1)}, Content: mapi.Bytes(pattern(5<<20, "large"))},
		{Props: mapi.Props{mapi.String(mapi.PrDisplayName, "inside"), mapi.Long(mapi.PrAttachNum, 2)}, Message: inner},
	}
	m.Attachments[0].SetNamed(mapi.PropName{Set: guid, Name: "of the file"}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 9))
	return m
}

func (w *world) save(folder mapi.EntryID, m *mapi.Message, associated bool) mapi.EntryID {
	w.t.Helper()
	id, err := w.admin.SaveMessage(w.t.Context(), folder, m, client.SaveOptions{Associated: associated})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) defaults(st client.Store) client.FolderIDs {
	w.t.Helper()
	ids, err := w.admin.DefaultFolders(w.t.Context(), st)
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// A store goes into another user's with every property of every message, and of its folders.
func TestRestoreIntoAnotherStore(t *testing.T) {
	w := newWorld(t, "")
	anna, ben := w.user("anna"), w.user("ben")
	a, b := w.defaults(anna), w.defaults(ben)
	w.save(a[client.Inbox], zoo("read", 1), false)
	w.save(a[client.Inbox], zoo("unread", 0), false)
	w.save(a[client.Drafts], zoo("draft", 9), false)
	w.save(a[client.Inbox], &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Configuration.X"), mapi.Binary(mapi.MakeTag(0x7C07, mapi.PtBinary), []byte("<x/>"))}}, true)
	projects, err := w.admin.CreateFolder(t.Context(), a[client.Inbox], client.NewFolder{Name: "Projects / old", Comment: "closed"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.admin.SetProps(t.Context(), projects, mapi.String(mapi.PrContainerClass, "IPF.Note.Own")); err != nil {
		t.Fatal(err)
	}
	user, err := w.admin.User(t.Context(), "ben")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.admin.Grant(t.Context(), projects, client.Grant{UserID: user.ID, EntryID: user.EntryID, Rights: mapi.RightReadAny}); err != nil {
		t.Fatal(err)
	}
	w.save(projects, zoo("project", 1), false)
	rule := mapi.Props{
		mapi.Long(mapi.PrRuleSequence, 10), mapi.Long(mapi.PrRuleState, 1), mapi.String(mapi.PrRuleName, "to projects"), mapi.String(mapi.PrRuleProvider, "RuleOrganizer"),
		{Tag: mapi.PrRuleActions, More: &mapi.More{Actions: []mapi.Action{{Type: mapi.ActMove, Store: anna.EntryID, Folder: projects}}}},
	}
	if err := w.admin.SetRules(t.Context(), a[client.Inbox], []mapi.Props{rule}); err != nil {
		t.Fatal(err)
	}

	s := w.capture(anna, "anna", nil)
	if !s.Exact || len(s.Faults) > 0 {
		t.Errorf("exact %v, faults %v", s.Exact, s.Faults)
	}
	if done := w.restore(s, snapshot.Restore{Into: ben}); len(done.Failed) > 0 || done.Created < 5 {
		t.Errorf("%+v", done)
	}
	w.same(b[client.Inbox], a[client.Inbox])
	w.same(b[client.Drafts], a[client.Drafts])
	copied, err := w.admin.FolderByPath(t.Context(), b[client.Inbox], "Projects / old")
	if err != nil {
		t.Fatal(err)
	}
	w.same(copied, projects)
	o, err := w.admin.LoadObject(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	if o.Props.Str(mapi.PrContainerClass) != "IPF.Note.Own" || o.Props.Str(mapi.PrComment) != "closed" {
		t.Errorf("class %q, comment %q", o.Props.Str(mapi.PrContainerClass), o.Props.Str(mapi.PrComment))
	}
	grants, err := w.admin.Rights(t.Context(), copied)
	if err != nil || len(grants) != 1 || grants[0].UserID != user.ID || grants[0].Rights != mapi.RightReadAny {
		t.Errorf("rights %+v, %v", grants, err)
	}
	rules, err := w.admin.Rules(t.Context(), b[client.Inbox])
	if err != nil || len(rules) != 1 {
		t.Fatalf("rules %v, %v", rules, err)
	}
	actions, _ := rules[0].ByID(mapi.PrRuleActions.ID())
	if got := actions.More.Actions[0]; !bytes.Equal(got.Folder, copied) || !bytes.Equal(got.Store, ben.EntryID) {
		t.Errorf("the rule moves to %x of %x", got.Folder, got.Store)
	}

	// A second time there is nothing to do.
	if done := w.restore(s, snapshot.Restore{Into: ben}); done.Created != 0 || done.Replaced != 0 || len(done.Failed) > 0 {
		t.Errorf("again: %+v", done)
	}
}

// One message comes back to where it was, found by its subject.
func TestRestoreOneMessage(t *testing.T) {
	w := newWorld(t, "")
	anna := w.user("anna")
	inbox := w.defaults(anna)[client.Inbox]
	id := w.save(inbox, zoo("lost", 1), false)
	w.save(inbox, zoo("kept", 0), false)
	before, keys := w.contents(inbox), w.sourceKeys(inbox)
	s := w.capture(anna, "anna", nil)
	if err := w.admin.DeleteMessages(t.Context(), true, id); err != nil {
		t.Fatal(err)
	}
	want := func(_ item.Entry, s snapshot.Summary) bool { return strings.Contains(s.Subject, "lost") }
	if done := w.restore(s, snapshot.Restore{Into: anna, Want: want, Folder: "inbox", DryRun: true}); done.Created != 1 {
		t.Errorf("dry run: %+v", done)
	}
	if done := w.restore(s, snapshot.Restore{Into: anna, Want: want, Folder: "inbox"}); done.Created != 1 || len(done.Failed) > 0 {
		t.Errorf("%+v", done)
	}
	if got := w.sourceKeys(inbox); !slices.Equal(got, keys) {
		t.Errorf("source keys %x, want %x", got, keys)
	}
	after := w.contents(inbox)
	for i := range before {
		if len(after) != len(before) || before[i] != after[i] {
			t.Fatalf("message %d of %d differs:\n%s", i, len(after), difference(after[i], before[i]))
		}
	}
}

// sourceKeys are those of a folder's messages, sorted.
func (w *world) sourceKeys(folder mapi.EntryID) (keys []string) {
	w.t.Helper()
	err := w.admin.EachRow(w.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrSourceKey},
	}, func(r mapi.Props) error { keys = append(keys, string(r.Bytes(mapi.PrSourceKey))); return nil })
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// A store in which nothing has happened costs few calls and no bytes.
func TestIdleStore(t *testing.T) {
	w := newWorld(t, "")
	anna := w.user("anna")
	w.save(w.defaults(anna)[client.Inbox], zoo("one", 1), false)
	first := w.capture(anna, "anna", nil)
	w.takeCalls()
	r := w.open()
	c := snapshot.Capture{Repo: r, Log: w.log(), Now: w.clock, Opened: w.now, Principals: w.principals(), RightsInterval: 24 * 3600e9}
	w.takeCalls()
	second, err := c.Store(t.Context(), snapshot.Subject{Store: anna, User: "anna", Kind: snapshot.Private}, &first)
	if err != nil {
		t.Fatal(err)
	}
	if second.Root != first.Root || !second.Exact || r.Added() != 0 {
		t.Errorf("root %v and %v, exact %v, %d bytes", first.Root, second.Root, second.Exact, r.Added())
	}
	if calls := w.takeCalls(); len(calls) != 5 {
		t.Errorf("%d calls: %v", len(calls), calls)
	}
}
