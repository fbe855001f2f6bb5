package fulltext

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/internal/servicetest"
	"zarafa/storage"
	"zarafa/wire"
)

// bench is a service with a mailbox.
type bench struct {
	*servicetest.Bench
	svc      *Service
	alice    servicetest.Mailbox
	inbox    storage.Ref
	path     string // of the database
	folder   string // of the index
	settings Settings
	bad      uint32 // a message over which a parser panics
}

// poisoned panics when one message is read.
type poisoned struct {
	storage.Store
	bad uint32
}

func (p poisoned) Object(ctx context.Context, id uint32) (*storage.Object, error) {
	if id == p.bad {
		panic("a parser met what it did not expect")
	}
	return p.Store.Object(ctx, id)
}

// A message over which a parser panics is not found. The index has all others, and is complete, each time the server starts.
func TestPanicOverAMessage(t *testing.T) {
	b := newBench(t)
	m1, bad, m2 := b.save("one", "red"), b.save("two", "red"), b.save("three", "red")
	b.finds("red", m1, bad, m2)
	b.bad, b.folder = bad.ID, filepath.Join(t.TempDir(), "other")
	for range 2 {
		b.open(t)
		b.svc.want(b.inbox.Store)
		b.finds("red", m1, m2)
		b.Change(b.alice.User, bad, mapi.String(mapi.PrSubject, "again"))
		b.finds("red", m1, m2)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{path: filepath.Join(t.TempDir(), "test.db"), folder: filepath.Join(t.TempDir(), "search"), settings: Settings{Attachments: true, Exclude: []uint16{0x001A}}}
	b.open(t)
	b.alice = b.NewMailbox("alice")
	b.inbox = b.NewFolder(b.alice.User, b.alice.Root, "Inbox", mapi.FolderGeneric)
	b.svc.want(b.inbox.Store)
	return b
}

// open starts the services, as after a restart of the server.
func (b *bench) open(t *testing.T) {
	t.Helper()
	if b.svc != nil {
		b.CloseStore()
	}
	b.Bench = servicetest.Open(t, b.path)
	b.svc = New(Options{Store: poisoned{b.Store, b.bad}, Path: b.folder, Settings: b.settings, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(b.svc.Close)
	b.Bus.Add(b.svc)
	b.svc.Start()
}

// save saves a message whose subject and body are these.
func (b *bench) save(subject, body string, parts ...wire.SaveObject) storage.Ref {
	b.Helper()
	return b.Save(b.alice.User, b.inbox, &wire.SaveObject{
		ModProps: []mapi.PropValue{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, body)}, Items: parts,
	})
}

func file(name, mimeTag, data string) wire.SaveObject {
	return wire.SaveObject{ClientID: 1, ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{
		mapi.String(mapi.PrAttachLongFilename, name), mapi.String(mapi.PrAttachMimeTag, mimeTag), mapi.Long(mapi.PrAttachMethod, 1),
		mapi.Binary(mapi.PrAttachDataBin, []byte(data)),
	}}
}

// finds checks what is found by a text in subject or body, now and after the index has caught up.
func (b *bench) finds(text string, want ...storage.Ref) {
	b.Helper()
	find, ok := NewFind([]byte(text), mapi.PrSubject.ID(), mapi.PrBody.ID())
	if !ok {
		b.Fatalf("%q has no words", text)
	}
	var ids []uint32
	for _, r := range want {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	for _, when := range []string{"at once", "later"} {
		got, ok, err := b.svc.Messages(b.Context(), b.inbox.Store, []Find{find})
		b.OK(err)
		if ok && !slices.Equal(got, ids) {
			b.Errorf("%q %s: found %v, want %v", text, when, got, ids)
		}
		b.OK(b.svc.Settle(b.Context()))
		if when == "later" && !ok {
			b.Errorf("%q: the index cannot tell", text)
		}
	}
}

func TestFollows(t *testing.T) {
	b := newBench(t)
	m1 := b.save("Budget 04", "We met in Zürich.")
	m2 := b.save("会議", "来週の会議について")
	b.finds("budg", m1)
	b.finds("zurich met", m1)
	b.finds("会議", m2)
	b.finds("absent")
	b.Change(b.alice.User, m1, mapi.String(mapi.PrSubject, "Plan 05"))
	b.finds("budget")
	b.finds("plan", m1)
	b.Delete(b.alice.User, 0x10, m2)
	b.finds("会議")
	if present, err := b.svc.index.Load().present(t.Context(), b.inbox.Store); err != nil || !slices.Equal(present, []uint32{m1.ID}) {
		t.Errorf("the index has %v, %v", present, err)
	}
}

func TestTextsOfMessages(t *testing.T) {
	b := newBench(t)
	long := make([]byte, mapi.LoadValueLimit+1)
	for i := range long {
		long[i] = "long "[i%5]
	}
	big := b.save("x", string(long)+" endword")
	page := b.Save(b.alice.User, b.inbox, &wire.SaveObject{ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Binary(mapi.PrHTML, []byte("<html><title>t</title><p>only<b>html</b></p></html>")),
	}})
	with := b.save("files", "see there", file("notes.txt", "", "plain minutes"), file("page.html", "text/html", "<p>hyper</p>"), file("photo.jpg", "image/jpeg", "pixels"))
	b.finds("endword", big)
	b.finds("onlyhtml", page)
	b.finds("minutes", with)
	b.finds("hyper there", with)
	b.finds("pixels")
	find, _ := NewFind([]byte("ipm"), mapi.PrMessageClass.ID())
	if got, _, err := b.svc.Messages(t.Context(), b.inbox.Store, []Find{find}); err != nil || len(got) > 0 {
		t.Errorf("an excluded property is found: %v, %v", got, err)
	}
}

// After a clean stop, a crash and without its file the index has what the database has.
func TestRestart(t *testing.T) {
	b := newBench(t)
	m1, m2, m3 := b.save("first", ""), b.save("second", ""), b.save("third", "")
	b.OK(b.svc.Settle(t.Context()))
	b.svc.Close()
	b.open(t)
	b.OK(b.svc.Settle(t.Context()))
	b.finds("first", m1)

	// As a crash leaves it: the file is that of a while ago.
	b.svc.Close()
	old := t.TempDir()
	b.OK(os.CopyFS(old, os.DirFS(b.folder)))
	b.open(t)
	b.OK(b.svc.Settle(t.Context()))
	m4 := b.save("fourth", "")
	b.Change(b.alice.User, m2, mapi.String(mapi.PrSubject, "other"))
	b.Delete(b.alice.User, 0x10, m3)
	sub := b.NewFolder(b.alice.User, b.alice.Root, "New", mapi.FolderGeneric)
	m5 := b.NewMessage(b.alice.User, sub, "fifth")
	b.OK(b.svc.Settle(t.Context()))
	b.svc.Close()
	b.OK(os.RemoveAll(b.folder))
	b.OK(os.CopyFS(b.folder, os.DirFS(old)))
	check := func() {
		t.Helper()
		b.OK(b.svc.Settle(t.Context()))
		b.finds("first", m1)
		b.finds("second")
		b.finds("other", m2)
		b.finds("third")
		b.finds("fourth", m4)
		b.finds("fifth", m5)
		if present, err := b.svc.index.Load().present(t.Context(), b.inbox.Store); err != nil || len(present) != 4 {
			t.Errorf("the index has %v, %v", present, err)
		}
	}
	b.open(t)
	check()

	b.svc.Close()
	b.OK(os.RemoveAll(b.folder))
	b.open(t)
	check()

	b.svc.Close()
	b.settings.Attachments = false // made anew
	b.open(t)
	check()
}

// A mailbox that nobody searches costs nothing but a look at a table.
func TestIndexedOnDemand(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	m := b.NewMessage(bob.User, b.NewFolder(bob.User, bob.Root, "Inbox", mapi.FolderGeneric), "quiet word")
	find, _ := NewFind([]byte("word"), mapi.PrSubject.ID())
	b.OK(b.svc.Settle(t.Context()))
	if present, err := b.svc.index.Load().present(t.Context(), m.Store); err != nil || len(present) > 0 {
		t.Errorf("the index has %v of a store that nobody searched, %v", present, err)
	}
	if _, ok, err := b.svc.Messages(t.Context(), m.Store, []Find{find}); ok || err != nil {
		t.Errorf("the index answers about a store that it does not have: %v", err)
	}
	b.OK(b.svc.Settle(t.Context()))
	for _, when := range []string{"after the first search", "after a restart"} {
		if got, ok, err := b.svc.Messages(t.Context(), m.Store, []Find{find}); !ok || err != nil || !slices.Equal(got, []uint32{m.ID}) {
			t.Errorf("%s: found %v, %v, %v", when, got, ok, err)
		}
		b.svc.Close()
		b.open(t)
		b.OK(b.svc.Settle(t.Context()))
	}
}

// A damaged file is made anew, whether that is found when it is opened or later.
func TestDamage(t *testing.T) {
	for name, damage := range map[string]func(data []byte) []byte{
		"no database":  func([]byte) []byte { return []byte("this is not a database, but long enough to be looked at") },
		"half of it":   func(data []byte) []byte { return data[:len(data)/2/8192*8192] },
		"other inside": func(data []byte) []byte { fill(data[8192:], 0xA5); return data },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			m := b.save("word", "")
			for range 50 {
				b.save("filler", "with some more text")
			}
			b.OK(b.svc.Settle(t.Context()))
			b.svc.Close()
			path := filepath.Join(b.folder, indexFile)
			data, err := os.ReadFile(path)
			b.OK(err)
			b.OK(os.WriteFile(path, damage(data), 0o600))
			b.open(t)
			b.OK(b.svc.Settle(t.Context()))
			find, _ := NewFind([]byte("word"), mapi.PrSubject.ID())
			if got, ok, err := b.svc.Messages(t.Context(), b.inbox.Store, []Find{find}); err != nil || ok && !slices.Equal(got, []uint32{m.ID}) {
				t.Errorf("found %v, %v", got, err)
			}
			b.finds("word", m)
		})
	}
}

func fill(data []byte, b byte) {
	for i := range data {
		data[i] = b
	}
}

// A folder that cannot be made leaves the service without an index.
func TestNoFolder(t *testing.T) {
	b := newBench(t)
	b.svc.Close()
	b.folder = filepath.Join(b.path, "search") // below a file
	b.open(t)
	find, _ := NewFind([]byte("word"), mapi.PrSubject.ID())
	if _, ok, err := b.svc.Messages(t.Context(), b.inbox.Store, []Find{find}); ok || err != nil {
		t.Errorf("an index that is not there answers: %v", err)
	}
}

// Changes that are too many to be remembered are read from the database.
func TestTooManyChanges(t *testing.T) {
	p := pending{known: make(map[uint32]bool), complete: true}
	for id := range uint32(maxWaiting + 2) {
		p.note(id)
	}
	if !p.behind || p.complete || len(p.waiting) > 0 || len(p.known) > 0 {
		t.Errorf("behind %v, complete %v, %d wait", p.behind, p.complete, len(p.waiting))
	}
}
