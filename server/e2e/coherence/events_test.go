package coherence_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/internal/replay"
	"zarafa/server/servertest"
)

// eventWorld is two folders A and B with subscriptions on the store, on the messages in A, and on tables.
type eventWorld struct {
	t        *testing.T
	s        *client.Session
	names    map[string]string
	root     mapi.EntryID
	a, b     mapi.EntryID
	sentinel mapi.EntryID
	n        int
}

// Connections of the subscriptions.
const (
	onStore    = 1 // everything
	onMessages = 2 // in A
	ofRoot     = 3 // the subfolders of the root
	ofA        = 4 // the messages of A
	ofB        = 5
	ofDeleted  = 6 // the soft-deleted messages of A
)

func newEventWorld(t *testing.T) *eventWorld {
	i := servertest.Start(t, "sqlite", replay.RecordedSettings)
	w := &eventWorld{t: t, s: e2e.LogOnSystem(t, i), names: make(map[string]string)}
	st, err := w.s.Store(t.Context())
	w.must(err)
	w.root, w.names[string(st.RootID)] = st.RootID, "root"
	w.a, w.b, w.sentinel = w.folder(w.root, "A"), w.folder(w.root, "B"), w.folder(w.root, "sentinel")
	const all = mapi.EventCreated | mapi.EventDeleted | mapi.EventModified | mapi.EventMoved | mapi.EventCopied | mapi.EventSearchComplete
	w.must(w.s.Subscribe(t.Context(), onStore, st.EntryID, all))
	w.must(w.s.Subscribe(t.Context(), onMessages, w.a, all|mapi.EventMessagesOnly))
	w.must(w.s.Subscribe(t.Context(), sentinelConnection, w.sentinel, mapi.EventModified))
	w.watch(ofRoot, w.root, mapi.TypeFolder, 0)
	w.watch(ofA, w.a, mapi.TypeMessage, 0)
	w.watch(ofB, w.b, mapi.TypeMessage, 0)
	w.watch(ofDeleted, w.a, mapi.TypeMessage, mapi.OpenShowSoftDeletes)
	return w
}

func (w *eventWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *eventWorld) folder(parent mapi.EntryID, name string) mapi.EntryID {
	w.t.Helper()
	id, err := w.s.CreateFolder(w.t.Context(), parent, client.NewFolder{Name: name})
	w.must(err)
	w.names[string(id)] = name
	return id
}

func (w *eventWorld) message(folder mapi.EntryID) mapi.EntryID {
	w.t.Helper()
	w.n++
	subject := fmt.Sprintf("m%d", w.n)
	id, err := w.s.CreateMessage(w.t.Context(), folder, &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrSubject, subject), mapi.Long(mapi.PrMessageFlags, 0)}})
	w.must(err)
	w.names[string(id)] = subject
	return id
}

func (w *eventWorld) watch(connection uint32, folder mapi.EntryID, t mapi.ObjectType, flags uint32) {
	w.t.Helper()
	name := mapi.PrSubject
	if t == mapi.TypeFolder {
		name = mapi.PrDisplayName
	}
	table, err := w.s.OpenTable(w.t.Context(), client.TableQuery{Kind: mapi.TableMS, EntryID: folder, ObjectType: t, Flags: flags,
		Columns: []mapi.PropTag{name, mapi.PrInstanceKey}})
	w.must(err)
	w.must(table.Subscribe(w.t.Context(), connection))
}

// name is what a test calls an object; the first that has none is "new".
func (w *eventWorld) name(id mapi.EntryID) string {
	if name := w.names[string(id)]; name != "" {
		return name
	}
	return "new"
}

// events are those since the last time: of each connection, in the order in which they came.
func (w *eventWorld) events() string {
	w.t.Helper()
	w.n++
	w.must(w.s.SetProps(w.t.Context(), w.sentinel, mapi.String(mapi.PrComment, fmt.Sprint(w.n))))
	of := make(map[uint32][]string)
	for e, err := range w.s.Events(w.t.Context()) {
		w.must(err)
		if e.Connection == sentinelConnection {
			break
		}
		if text := w.describe(e); text != "" {
			of[e.Connection] = append(of[e.Connection], text)
		}
	}
	var out []string
	for connection := uint32(1); connection <= ofDeleted; connection++ {
		if list := of[connection]; list != nil {
			out = append(out, fmt.Sprintf("%d: %s", connection, strings.Join(list, ", ")))
		}
	}
	return strings.Join(out, "; ")
}

// describe leaves out what the sentinel causes.
func (w *eventWorld) describe(e client.Event) string {
	if e.TableEvent != 0 {
		row := ""
		if len(e.Row) > 0 {
			row = " " + e.Row[0].Str()
		}
		if row == " sentinel" {
			return ""
		}
		return map[uint32]string{1: "changed", 3: "added", 4: "removed", 5: "modified"}[e.TableEvent] + row
	}
	if bytes.Equal(e.EntryID, w.sentinel) {
		return ""
	}
	kinds := map[uint32]string{mapi.EventCreated: "created", mapi.EventDeleted: "deleted", mapi.EventModified: "modified",
		mapi.EventMoved: "moved", mapi.EventCopied: "copied", mapi.EventSearchComplete: "searched"}
	text := kinds[e.Type] + " " + w.name(e.EntryID)
	if e.ParentID != nil {
		text += " in " + w.name(e.ParentID)
	}
	if e.OldID != nil {
		text += " from " + w.name(e.OldID) + " in " + w.name(e.OldParentID)
	}
	return text
}

// TestEvents does one thing after the other and compares what subscribers are told (objects.md section 12).
func TestEvents(t *testing.T) {
	w := newEventWorld(t)
	ctx, s := t.Context(), w.s
	var m, c mapi.EntryID
	ten := make([]mapi.EntryID, 10)
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"create a message", func() { m = w.message(w.a) },
			"1: created m1 in A, modified A; 2: created m1 in A; 3: modified A; 4: added m1"},
		{"save it", func() { w.must(s.SetProps(ctx, m, mapi.Long(mapi.PrImportance, 2))) },
			"1: modified m1 in A; 2: modified m1 in A; 4: modified m1"},
		{"read it", func() { w.must(s.SetRead(ctx, true, m)) },
			"1: modified m1 in A, modified A; 2: modified m1 in A; 3: modified A; 4: modified m1"},
		{"read it again", func() { w.must(s.SetRead(ctx, true, m)) }, ""},
		{"copy it", func() { w.must(s.CopyMessages(ctx, w.b, m)) },
			"1: modified B, copied new in B from m1 in A, modified B; 2: copied new in B from m1 in A; 3: modified B, modified B; 5: added m1"},
		{"move it", func() { w.must(s.MoveMessages(ctx, w.b, m)) },
			"1: moved new in B from m1 in A, modified A, modified B; 2: moved new in B from m1 in A; 3: modified A, modified B; 4: removed; 5: added m1"},
		{"another", func() { m = w.message(w.a) },
			"1: created m8 in A, modified A; 2: created m8 in A; 3: modified A; 4: added m8"},
		{"delete it softly", func() { w.must(s.DeleteMessages(ctx, false, m)) },
			"1: deleted m8 in A, modified A; 2: deleted m8 in A; 3: modified A; 4: removed; 6: added m8"},
		{"and for good", func() { w.must(s.DeleteMessages(ctx, true, m)) },
			"1: deleted m8 in A, modified A; 2: deleted m8 in A; 3: modified A; 6: removed"},
		{"rename a folder", func() { w.must(s.SetProps(ctx, w.b, mapi.String(mapi.PrDisplayName, "B2"))) }, "1: modified B; 3: modified B2"},
		{"a subfolder", func() { c = w.folder(w.a, "C") }, "1: created C in A, modified A; 3: modified A"},
		{"move it", func() { w.must(s.CopyFolder(ctx, c, w.b, "", mapi.CopyMove)) },
			"1: moved C in B from C in A, modified A, modified B; 3: modified A, modified B2"},
		{"copy it to the root", func() { w.must(s.CopyFolder(ctx, c, w.root, "D", 0)) }, "1: copied new in root from C in B, modified root; 3: added D"},
		{"delete it", func() { w.must(s.DeleteFolder(ctx, c, 0)) }, "1: deleted C in B, modified B; 3: modified B2"},
		{"delete a folder that has messages", func() { w.must(s.DeleteFolder(ctx, w.b, mapi.DelMessages)) }, "1: deleted B in root, modified root; 3: removed"},
	} {
		step.do()
		if got := w.events(); got != step.want {
			t.Errorf("%s:\n%s, want\n%s", step.what, got, step.want)
		}
	}
	c = w.folder(w.root, "E")
	w.watch(ofA, c, mapi.TypeMessage, 0) // a number that is taken stays with the first subscription
	w.must(w.s.Subscribe(ctx, ofA, c, mapi.EventModified))
	w.message(c)
	if got := w.events(); strings.Contains(got, "4: ") {
		t.Errorf("a second subscription under one number: %s", got)
	}
	for i := range ten {
		ten[i] = w.message(w.a)
	}
	w.events()
	w.must(s.SetRead(ctx, true, ten[:9]...))
	if got := w.events(); strings.Count(got, "modified m") != 27 || strings.Contains(got, "changed") {
		t.Errorf("nine messages: %s", got)
	}
	w.must(s.DeleteMessages(ctx, false, ten...))
	if got := w.events(); !strings.HasSuffix(got, "; 3: modified A; 4: changed; 6: changed") || strings.Count(got, "deleted m") != 20 {
		t.Errorf("ten messages: %s", got)
	}
}
