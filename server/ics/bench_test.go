package ics_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"zarafa/mapi"
	"zarafa/server/ics"
	"zarafa/server/internal/servicetest"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
	"zarafa/wire/msgstream"
)

// bench is the service with a mailbox and a folder in it.
type bench struct {
	*servicetest.Bench
	svc    *ics.Service
	alice  servicetest.Mailbox
	folder storage.Ref
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Bench: servicetest.New(t)}
	b.svc = ics.New(b.Store, b.Objects, b.Rights, b.Users, b.Locales, slog.New(slog.DiscardHandler))
	b.alice = b.NewMailbox("alice")
	b.folder = b.NewFolder(b.alice.User, b.alice.Root, "Inbox", mapi.FolderGeneric)
	return b
}

// recordedStreams are parts of a recorded server's export answers, by file name.
func recordedStreams(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../../wire/msgstream/testdata/*.bin")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded streams: %v", err)
	}
	m := make(map[string][]byte)
	for _, f := range files {
		if m[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// export asks for messages of a folder.
func (b *bench) export(c *session.Call, flags uint32, tags []mapi.PropTag, messages ...storage.Ref) []wire.MessageStream {
	b.Helper()
	req := wire.ExportMessageChangesAsStreamRequest{Flags: flags, PropTags: tags}
	for _, m := range messages {
		req.SourceKeyPairs = append(req.SourceKeyPairs, wire.SourceKeyPair{ParentKey: b.folder.SourceKey, ObjectKey: m.SourceKey})
	}
	var resp wire.ExportMessageChangesAsStreamResponse
	b.OK(b.svc.ExportMessageChangesAsStream(c, &req, &resp))
	return resp.MsgStreams
}

// stream exports one message and gives its stream.
func (b *bench) stream(message storage.Ref, flags uint32) []byte {
	b.Helper()
	c := b.As(b.alice.User)
	if list := b.export(c, flags, nil, message); len(list) != 1 || len(c.Streams) != 1 {
		b.Fatalf("%d messages with %d streams", len(list), len(c.Streams))
	}
	var out bytes.Buffer
	b.OK(c.Streams[0].Write(&out))
	return out.Bytes()
}

// importNew imports a stream as a new message of a sync.
func (b *bench) importNew(stream []byte, sync uint32) storage.Ref {
	b.Helper()
	id := mapi.NewEntryID(b.folder.EntryID.StoreGUID(), mapi.TypeMessage)
	b.OK(b.tryImport(stream, &wire.ImportMessageFromStreamRequest{ParentEntryID: b.folder.EntryID, EntryID: id, IsNew: true, SyncID: sync}))
	return b.Ref(id)
}

func (b *bench) tryImport(stream []byte, req *wire.ImportMessageFromStreamRequest) error {
	c := b.As(b.alice.User)
	c.Attachment = bytes.NewReader(stream)
	return b.svc.ImportMessageFromStream(c, req, &wire.ImportMessageFromStreamResponse{})
}

// event is an event of a stream with all that belongs to it.
type event struct {
	msgstream.Event
	props []msgstream.Property
	data  []byte
}

// events reads a stream.
func events(t *testing.T, stream []byte) []event {
	t.Helper()
	var out []event
	r := msgstream.NewReader(bytes.NewReader(stream), msgstream.Limits{})
	for {
		e, err := r.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		ev := event{Event: e}
		for _, p := range e.Props {
			ev.props = append(ev.props, msgstream.Property{PropValue: p.Clone(), Name: p.Name})
		}
		if e.Data != nil {
			if ev.data, err = io.ReadAll(e.Data); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, ev)
	}
}

// prop is a property of an event.
func (e *event) prop(tag mapi.PropTag) (mapi.PropValue, bool) {
	for _, p := range e.props {
		if p.Tag.Canonical() == tag.Canonical() {
			return p.PropValue, true
		}
	}
	return mapi.PropValue{}, false
}

// build writes a stream.
func build(t *testing.T, f func(w *msgstream.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	w := msgstream.NewWriter(&out)
	if err := f(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plain are properties without names.
func plain(values ...mapi.PropValue) []msgstream.Property {
	out := make([]msgstream.Property, len(values))
	for i, v := range values {
		out[i].PropValue = v
	}
	return out
}
