package client_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// calls counts the operations of sessions.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) note(operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, operation)
}

// take are the calls since the last time.
func (c *calls) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}

// were checks the calls since the last time.
func (c *calls) were(t *testing.T, what string, want ...string) {
	t.Helper()
	if got := c.take(); !slices.Equal(got, want) {
		t.Errorf("%s: calls %q, want %q", what, got, want)
	}
}

// counted logs alice on once more, with her calls counted.
func counted(t *testing.T, i *servertest.Instance, o client.Options) (*client.Session, *calls) {
	t.Helper()
	c := new(calls)
	o.OnCall = c.note
	s := logOn(t, i, o)
	c.take()
	return s, c
}

// mailbox makes alice with a store, and finds her folders.
func mailbox(t *testing.T, i *servertest.Instance) (client.Store, client.FolderIDs) {
	t.Helper()
	s, st := newUser(t, i, "alice", client.English)
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	return st, ids
}

func keywords() mapi.PropName { return mapi.PropName{Set: mapi.PsPublicStrings, Name: "Keywords"} }

func header(name string) mapi.PropName {
	return mapi.PropName{Set: mapi.PsInternetHeaders, Name: name}
}

// file is a content outside of memory: n bytes of a pattern, which of the file counts how often it was opened.
type file struct {
	n      int64
	opened *int
}

func (f file) Size() int64 { return f.n }

func (f file) Open() (io.ReadCloser, error) {
	if f.opened != nil {
		*f.opened++
	}
	return io.NopCloser(io.LimitReader(new(pattern), f.n)), nil
}

// pattern is an endless stream that does not compress to nothing.
type pattern struct{ at uint32 }

func (p *pattern) Read(b []byte) (int, error) {
	for i := range b {
		p.at = p.at*1664525 + 1013904223
		b[i] = byte(p.at >> 24)
	}
	return len(b), nil
}

// unsized is a content whose size only reading tells.
type unsized struct{ mapi.Content }

func (unsized) Size() int64 { return -1 }

// everything is a message with all that a message can have, named properties of all kinds at all depths.
func everything(content mapi.Content) *mapi.Message {
	inner := &mapi.Message{
		Props:       mapi.Props{mapi.String(mapi.PrSubject, "inner"), mapi.String(mapi.PrMessageClass, "IPM.Note")},
		Attachments: []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "deep.bin")}, Content: content}},
	}
	inner.SetNamed(header("x-inner"), mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "in it"))
	m := &mapi.Message{
		Props: mapi.Props{
			mapi.String(mapi.PrSubject, "Grüße"), mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrBody, strings.Repeat("long ", 20_000)),
			mapi.Long(mapi.PrMessageFlags, mapi.MsgUnmodified), mapi.Missing(mapi.PrComment),
		},
		Recipients: []mapi.Props{
			{mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Bob"), mapi.String(mapi.PrEmailAddress, "bob@example.net")},
			{
				mapi.Long(mapi.PrRecipientType, mapi.RecipientCc), mapi.String(mapi.PrDisplayName, "All"), mapi.String(mapi.PrAddrtype, "ZARAFA"),
				mapi.Binary(mapi.PrEntryID, []byte("an entry id")), mapi.Long(mapi.PrObjectType, uint32(mapi.TypeDistList)),
			},
		},
		Attachments: []*mapi.Attachment{
			{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "a.txt")}, Content: mapi.Bytes("small")},
			{Message: inner},
		},
	}
	m.SetNamed(keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), "red", "blue"))
	m.SetNamed(header("x-spam-flag"), mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "YES"))
	m.SetNamed(mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8530}, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "fixed"))
	m.SetNamed(mapi.PropName{Set: mapi.GUID{1, 2, 3}, ID: 77}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 7))
	m.Attachments[0].SetNamed(keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), "of the file"))
	return m
}

// sameMessage compares what everything made with what was loaded.
func sameMessage(t *testing.T, got, want *mapi.Message) {
	t.Helper()
	compare := func(what string, got, want mapi.Props) {
		t.Helper()
		for _, p := range want {
			if p.IsError() || p.Tag == mapi.PrMessageFlags {
				continue
			}
			if v, ok := got.Get(p.Tag); !ok || !v.Equal(p) {
				t.Errorf("%s: property %v is %v, want %v", what, p.Tag, v, p)
			}
		}
	}
	named := func(what string, got, want []mapi.NamedValue) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: named %v, want %v", what, got, want)
		}
		for _, w := range want {
			if !slices.ContainsFunc(got, func(g mapi.NamedValue) bool { return g.Name == w.Name && g.Value.Equal(w.Value) }) {
				t.Errorf("%s: no %v in %v", what, w, got)
			}
		}
	}
	compare("message", got.Props, want.Props)
	named("message", got.Named, want.Named)
	if len(got.Recipients) != len(want.Recipients) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("%d recipients, %d attachments", len(got.Recipients), len(got.Attachments))
	}
	for i := range want.Recipients {
		compare(fmt.Sprint("recipient ", i), got.Recipients[i], want.Recipients[i])
	}
	for i, a := range want.Attachments {
		g := got.Attachments[i]
		compare(fmt.Sprint("attachment ", i), g.Props, a.Props)
		named(fmt.Sprint("attachment ", i), g.Named, a.Named)
		switch {
		case a.Message != nil && g.Message != nil:
			sameMessage(t, g.Message, a.Message)
		case a.Message != nil || g.Message != nil || g.Content == nil:
			t.Errorf("attachment %d: %+v", i, g)
		default:
			sameContent(t, g.Content, a.Content)
		}
	}
}

func sameContent(t *testing.T, got, want mapi.Content) {
	t.Helper()
	a, err := got.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := want.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if want.Size() >= 0 && got.Size() != want.Size() {
		t.Errorf("a content of %d bytes, want %d", got.Size(), want.Size())
	}
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(a, x)
		m, errWant := io.ReadFull(b, y)
		if n != m || !bytes.Equal(x[:n], y[:m]) || err != errWant {
			t.Fatalf("contents differ: %d and %d bytes, %v, %v", n, m, err, errWant)
		}
		if err != nil {
			return
		}
	}
}

// A message is saved by one call, with the ids of its names asked for once, and loaded by one, whatever is in it. Large contents go as
// a stream, and come when they are opened.
func TestSaveAndLoad(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	_, ids := mailbox(t, i)
	names := client.NewNames()
	s, made := counted(t, i, client.Options{User: "SYSTEM", Names: names})
	for _, tt := range []struct {
		what    string
		content mapi.Content
		save    []string
		open    []string
	}{
		{"first", mapi.Bytes("x"), []string{"getIDsFromNames", "saveObject"}, nil},
		{"names are known", mapi.Bytes("y"), []string{"saveObject"}, nil},
		{"large", file{n: 3 << 20}, []string{"importMessageFromStream"}, []string{"exportMessageChangesAsStream"}},
		{"of unknown size", unsized{file{n: 1000}}, []string{"importMessageFromStream"}, nil},
	} {
		m := everything(tt.content)
		id, err := s.SaveMessage(t.Context(), ids[client.Inbox], m, client.SaveOptions{})
		if err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		made.were(t, tt.what+": save", tt.save...)
		got, err := s.LoadMessage(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		made.were(t, tt.what+": load", "exportMessageChangesAsStream")
		sameMessage(t, got, m)
		made.were(t, tt.what+": open", tt.open...)
		if !bytes.Equal(got.Props.Bytes(mapi.PrEntryID), id) || !bytes.Equal(got.Props.Bytes(mapi.PrParentEntryID), ids[client.Inbox]) ||
			got.Props.Str(mapi.PrDisplayTo) != "Bob" || got.Props.Str(mapi.PrDisplayCc) != "All" || !got.Props.Has(mapi.PrSearchKey.ID()) ||
			!got.Props.Has(mapi.PrSourceKey.ID()) || got.Props.Uint32(mapi.PrMessageFlags) != mapi.MsgUnmodified|mapi.MsgHasAttach {
			t.Errorf("%s: computed properties %v", tt.what, got.Props)
		}
		if err := s.ReplaceMessage(t.Context(), id, got); err != nil {
			t.Errorf("%s: replacing it with itself: %v", tt.what, err)
		}
		made.take()
		if got, err = s.LoadMessage(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		sameMessage(t, got, m)
		made.take()
	}
	other, made := counted(t, i, client.Options{User: "SYSTEM", Names: names})
	if _, err := other.SaveMessage(t.Context(), ids[client.Inbox], everything(mapi.Bytes("x")), client.SaveOptions{}); err != nil {
		t.Error(err)
	}
	made.were(t, "another session with the same names", "saveObject")
}

// Errors come as what they are: of the server with their code, of a content as its own.
func TestSaveAndLoadFail(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	st, ids := mailbox(t, i)
	s, _ := counted(t, i, client.Options{User: "SYSTEM"})
	broken := errors.New("the disk is broken")
	for _, content := range []mapi.Content{failing{1 << 20, broken}, failing{10, broken}, failing{-1, broken}} {
		if _, err := s.SaveMessage(t.Context(), ids[client.Inbox], everything(content), client.SaveOptions{}); !errors.Is(err, broken) {
			t.Errorf("a content that cannot be read: %v", err)
		}
	}
	nowhere := mapi.NewEntryID(st.GUID, mapi.TypeFolder)
	for _, content := range []mapi.Content{mapi.Bytes("x"), file{n: 20 << 20}} {
		if _, err := s.SaveMessage(t.Context(), nowhere, everything(content), client.SaveOptions{}); !client.IsNotFound(err) {
			t.Errorf("a folder that does not exist, %d bytes: %v", content.Size(), err)
		}
	}
	if _, err := s.LoadMessage(t.Context(), mapi.NewEntryID(st.GUID, mapi.TypeMessage)); !client.IsNotFound(err) {
		t.Errorf("a message that does not exist: %v", err)
	}
	id, err := s.SaveMessage(t.Context(), ids[client.Inbox], everything(file{n: 1 << 20}), client.SaveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.LoadMessage(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	deep := m.Attachments[1].Message.Attachments[0].Content
	if err := s.ReplaceMessage(t.Context(), id, everything(file{n: 2 << 20})); err != nil {
		t.Fatal(err)
	}
	readAll := func() error {
		r, err := deep.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	}
	if err := readAll(); !client.IsNotFound(err) {
		t.Errorf("a content that has changed: %v", err)
	}
	if err := s.DeleteMessages(t.Context(), false, id); err != nil {
		t.Fatal(err)
	}
	if err := readAll(); !client.IsNotFound(err) {
		t.Errorf("a content of a message that is gone: %v", err)
	}
	if _, err := s.LoadMessage(t.Context(), id); !client.IsNotFound(err) {
		t.Errorf("a deleted message: %v", err)
	}
	if got, err := s.LoadDeleted(t.Context(), id); err != nil || got.Props.Str(mapi.PrSubject) != "Grüße" {
		t.Errorf("a message that can be restored: %v", err)
	}
}

// failing is a content that breaks in the middle.
type failing struct {
	n   int64
	err error
}

func (f failing) Size() int64 { return f.n }

func (f failing) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader("start"), errorReader{f.err})), nil
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }
