package ics_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/storage"
	"zarafa/wire"
	"zarafa/wire/msgstream"
)

// remoteKey is a key of another server.
func remoteKey(n byte) []byte { return append(bytes.Repeat([]byte{0xEE}, 16), n, 0, 0, 0) }

// simple is the stream of a message with these properties.
func simple(t *testing.T, values ...mapi.PropValue) []byte {
	t.Helper()
	return build(t, func(w *msgstream.Writer) error { return w.Message(0, plain(values...), 0) })
}

// recorder keeps the batches of the feed.
type recorder struct{ batches []*feed.Batch }

func (r *recorder) Apply(b *feed.Batch) { r.batches = append(r.batches, b) }

// changes lists the recorded changes of the bench's folder to one item.
func (b *bench) changes(item storage.Ref) []storage.Change {
	b.Helper()
	list, err := b.Store.Changes(b.Context(), b.folder.SourceKey, 0)
	b.OK(err)
	return slices.DeleteFunc(list, func(c storage.Change) bool { return !bytes.Equal(c.SourceKey, item.SourceKey) })
}

// consistent checks the folder's counters and the store's size against the messages.
func (b *bench) consistent() {
	b.Helper()
	want, err := change.Recount(b.Context(), b.Store, b.folder.ID)
	b.OK(err)
	want.CommitTime = 0
	if got := b.Counters(b.folder); got != want {
		b.Errorf("counters %+v, counted %+v", got, want)
	}
	var size int64
	b.OK(b.Store.Rows(b.Context(), storage.RowQuery{Parent: b.folder.ID, Type: mapi.TypeMessage}, func(r *storage.Row) error {
		size += int64(r.Props.Uint32(mapi.PrMessageSize))
		return nil
	}))
	box, err := b.Store.Counters(b.Context(), b.folder.Store)
	b.OK(err)
	if box.Size != size {
		b.Errorf("the store has %d bytes, its messages %d", box.Size, size)
	}
}

func TestImportNew(t *testing.T) {
	b := newBench(t)
	heard := &recorder{}
	b.Bus.Add(heard)
	changed := mapi.FileTime(0x01DD7B36D9973A00)
	stream := simple(t,
		mapi.String(0x0037001E, "first wins"), mapi.String(0x0037001F, "second"),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead|mapi.MsgAssociated|mapi.MsgDeleted|mapi.MsgHasAttach),
		mapi.Time(mapi.PrLastModificationTime, changed), mapi.String(0x3FFA001E, "remote user"),
		mapi.Binary(mapi.PrChangeKey, remoteKey(1)), mapi.Binary(mapi.PrPredecessorChangeList, remoteKey(1)),
		mapi.Long(mapi.PrECIMAPID, 99999), mapi.Binary(mapi.PrEntryID, []byte("not stored")), mapi.Time(mapi.PrDeletedOn, changed),
		mapi.Long(mapi.PrSubject.WithType(mapi.PtLong), 1), mapi.Binary(mapi.PrSourceKey, remoteKey(7)),
	)
	message := b.importNew(stream, 5)
	o := b.Object(message.ID)
	for _, want := range []mapi.PropValue{
		mapi.String(mapi.PrSubject, "first wins"), mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.Time(mapi.PrLastModificationTime, changed), mapi.Time(mapi.PrCreationTime, mapi.FileTimeOf(b.Now)),
		mapi.String(mapi.PrLastModifierName, "remote user"), mapi.Binary(mapi.PrChangeKey, remoteKey(1)),
		mapi.Binary(mapi.PrPredecessorChangeList, remoteKey(1)), mapi.Bool(mapi.PrHasAttach, false),
	} {
		if got, ok := o.Props.Get(want.Tag); !ok || !got.Equal(want) {
			t.Errorf("%v: %v, want %v", want.Tag, got, want)
		}
	}
	if o.Props.Has(mapi.PrEntryID.ID()) || o.Props.Has(mapi.PrDeletedOn.ID()) || o.Props.Uint32(mapi.PrECIMAPID) == 99999 || !o.Props.Has(mapi.PrECIMAPID.ID()) {
		t.Errorf("what is the server's to set came from the stream: %v", o.Props)
	}
	if !bytes.Equal(o.SourceKey, remoteKey(7)) || o.Flags != 0 || o.Owner != b.alice.User {
		t.Errorf("%+v", o.Ref)
	}
	if list := b.changes(message); len(list) != 1 || list[0].Type != 0x1001 || list[0].Sync != 5 {
		t.Errorf("recorded %+v", list)
	}
	b.consistent()
	if k := b.Counters(b.folder); k.Content != 1 || k.Unread != 0 {
		t.Errorf("%+v", k)
	}
	events := heard.batches[len(heard.batches)-1].Events
	if events[0].Kind != feed.Created || events[0].Object.ID != message.ID || events[0].Row.Props.Str(mapi.PrSubject) != "first wins" {
		t.Errorf("announced %+v", events[0])
	}
}

// Keys that are in use are replaced, change keys are made where none came or none can be kept.
func TestImportKeys(t *testing.T) {
	b := newBench(t)
	key, change := mapi.Binary(mapi.PrSourceKey, remoteKey(7)), mapi.Binary(mapi.PrChangeKey, remoteKey(1))
	first := b.importNew(simple(t, key, change), 5)
	second := b.importNew(simple(t, key), 5)
	third := b.importNew(simple(t, change), 0)
	if bytes.Equal(first.SourceKey, second.SourceKey) || len(second.SourceKey) != 22 {
		t.Errorf("source key %x", second.SourceKey)
	}
	for _, m := range []storage.Ref{second, third} {
		want := mapi.ChangeKey(b.Store.ServerGUID(), b.changes(m)[0].ID)
		if got := b.Object(m.ID).Props.Bytes(mapi.PrChangeKey); !bytes.Equal(got, want) {
			t.Errorf("change key %x, want %x", got, want)
		}
	}
	box := b.Object(second.ID).Props
	if box.Str(mapi.PrLastModifierName) != "alice" || len(box.Bytes(mapi.PrLastModifierEntryID)) == 0 {
		t.Error("nobody is named as modifier")
	}
}

func TestImportAssociated(t *testing.T) {
	b := newBench(t)
	id := mapi.NewEntryID(b.folder.EntryID.StoreGUID(), mapi.TypeMessage)
	req := &wire.ImportMessageFromStreamRequest{Flags: mapi.FlagAssociated | mapi.FlagDeleted, ParentEntryID: b.folder.EntryID, EntryID: id, IsNew: true}
	b.OK(b.tryImport(simple(t), req))
	message := b.Ref(id)
	if message.Flags != mapi.FlagAssociated || b.Object(message.ID).Props.Uint32(mapi.PrMessageFlags) != mapi.MsgAssociated {
		t.Errorf("flags %#x", message.Flags)
	}
	b.consistent()
}

// Replacing keeps what identifies a message and throws the rest away.
func TestImportReplaces(t *testing.T) {
	b := newBench(t)
	old := b.Save(b.alice.User, b.folder, &wire.SaveObject{
		ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "old"), mapi.String(mapi.PrComment, "goes"), mapi.Binary(mapi.PrHTML, make([]byte, 50_000))},
		Items: []wire.SaveObject{
			{ObjType: uint32(mapi.TypeMailUser), ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, "goes")}},
			{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, make([]byte, 50_000))}},
		},
	})
	before := b.Object(old.ID)
	data := bytes.Repeat([]byte("new data "), 200_000)
	stream := build(t, func(w *msgstream.Writer) error {
		return errors.Join(
			w.Message(0, plain(
				mapi.String(mapi.PrSubject, "new"), mapi.Long(mapi.PrMessageFlags, mapi.MsgRead), mapi.Binary(mapi.PrChangeKey, remoteKey(1)),
				mapi.Binary(mapi.PrSourceKey, remoteKey(7)), mapi.Long(mapi.PrECIMAPID, 99999),
			), 1),
			w.Attachment(1, plain(mapi.String(mapi.PrDisplayName, "file")), int64(len(data)), bytes.NewReader(data)),
			w.Message(2, plain(mapi.String(mapi.PrSubject, "inner")), 1),
			w.Recipient(mapi.TypeMailUser, 3, plain(mapi.String(mapi.PrDisplayName, "to"))))
	})
	conflicts := mapi.Multi(mapi.PrConflictItems, mapi.Binary(0, []byte("other")))
	req := &wire.ImportMessageFromStreamRequest{ParentEntryID: b.folder.EntryID, EntryID: old.EntryID, SyncID: 5, ConflictItems: &conflicts}
	b.OK(b.tryImport(stream, req))

	o := b.Object(old.ID)
	if !bytes.Equal(o.SourceKey, old.SourceKey) || !bytes.Equal(o.EntryID, old.EntryID) || o.Flags != old.Flags {
		t.Errorf("%+v, was %+v", o.Ref, old)
	}
	if o.Props.Str(mapi.PrSubject) != "new" || o.Props.Has(mapi.PrComment.ID()) || len(o.Lobs) != 0 ||
		o.Props.Uint32(mapi.PrECIMAPID) != before.Props.Uint32(mapi.PrECIMAPID) || !bytes.Equal(o.Props.Bytes(mapi.PrChangeKey), remoteKey(1)) {
		t.Errorf("properties %v", o.Props)
	}
	if v, _ := o.Props.Get(mapi.PrConflictItems); !v.Equal(conflicts) {
		t.Errorf("conflict items %v", v)
	}
	if o.Props.Uint32(mapi.PrMessageFlags) != mapi.MsgRead|mapi.MsgHasAttach || !o.Props.Has(mapi.PrHasAttach.ID()) {
		t.Errorf("flags %#x", o.Props.Uint32(mapi.PrMessageFlags))
	}
	if len(o.Children) != 1 || o.Children[0].Lobs[0].Size != int64(len(data)) || len(o.Children[0].Children[0].Children) != 1 {
		t.Fatalf("parts %+v", o.Children)
	}
	if list := b.changes(old); len(list) != 2 || list[1].Type != 0x1002 || list[1].Sync != 5 {
		t.Errorf("recorded %+v", list)
	}
	if k := b.Counters(b.folder); k.Content != 1 || k.Unread != 0 {
		t.Errorf("%+v", k)
	}
	b.consistent()
	if got := events(t, b.stream(old, 0)); !bytes.Equal(got[1].data, data) {
		t.Error("the attachment's data changed on the way")
	}
}

// The numbers of named properties are the sender's; names count.
func TestImportRenumbersNames(t *testing.T) {
	b := newBench(t)
	known, err := b.Objects.Names().IDs(t.Context(), b.alice.User, []storage.Name{{GUID: mapi.GUID{9}, LID: 1}, {GUID: mapi.GUID{1}, LID: 0x8501}})
	b.OK(err)
	name := func(n msgstream.Name, v mapi.PropValue) msgstream.Property {
		return msgstream.Property{PropValue: v, Name: &n}
	}
	stream := build(t, func(w *msgstream.Writer) error {
		return errors.Join(w.Message(0, []msgstream.Property{
			name(msgstream.Name{GUID: mapi.GUID{1}, ID: 0x8501}, mapi.Long(0xC0000003, 1)),
			name(msgstream.Name{GUID: mapi.GUID{2}, Kind: msgstream.NameString, Text: "new"}, mapi.Long(0xC0010003, 2)),
			name(msgstream.Name{GUID: mapi.GUID{1}, ID: 0x8501}, mapi.Long(0xC0020003, 3)),
			{PropValue: mapi.Long(0x81A00003, 4)},
		}, 1), w.Recipient(mapi.TypeMailUser, 1, []msgstream.Property{
			name(msgstream.Name{GUID: mapi.GUID{2}, Kind: msgstream.NameString, Text: "new"}, mapi.Strings(0xC001101E, "5")),
		}))
	})
	o := b.Object(b.importNew(stream, 5).ID)
	added := known[1] + 1
	for tag, want := range map[mapi.PropTag]uint32{mapi.MakeTag(known[1], mapi.PtLong): 1, mapi.MakeTag(added, mapi.PtLong): 2, 0x81A00003: 4} {
		if got := o.Props.Uint32(tag); got != want {
			t.Errorf("%v = %d, want %d", tag, got, want)
		}
	}
	if v, _ := o.Children[0].Props.Get(mapi.MakeTag(added, 0x101F)); len(v.Values()) != 1 || v.Values()[0].Str() != "5" {
		t.Errorf("recipient %v", o.Children[0].Props)
	}
	long := build(t, func(w *msgstream.Writer) error {
		return w.Message(0, []msgstream.Property{name(msgstream.Name{Kind: msgstream.NameString, Text: string(make([]byte, 186))}, mapi.Long(0xC0000003, 1))}, 0)
	})
	id := mapi.NewEntryID(b.folder.EntryID.StoreGUID(), mapi.TypeMessage)
	b.Fails(b.tryImport(long, &wire.ImportMessageFromStreamRequest{ParentEntryID: b.folder.EntryID, EntryID: id, IsNew: true}), mapi.InvalidParameter)
}

// nested is a message in as many messages.
func nested(t *testing.T, n int) []byte {
	t.Helper()
	return build(t, func(w *msgstream.Writer) error {
		for range n {
			if err := errors.Join(w.Message(0, nil, 1), w.Attachment(0, nil, 0, nil)); err != nil {
				return err
			}
		}
		return w.Message(0, nil, 0)
	})
}

// What is refused leaves nothing behind.
func TestImportRefuses(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	foreign := b.NewFolder(bob.User, bob.Root, "Inbox", mapi.FolderGeneric)
	search := b.NewFolder(b.alice.User, b.alice.Root, "Search", mapi.FolderSearch)
	live, gone := b.NewMessage(b.alice.User, b.folder, "live"), b.NewMessage(b.alice.User, b.folder, "gone")
	theirs := b.NewMessage(bob.User, foreign, "theirs")
	b.Delete(b.alice.User, 0, gone)
	whole := simple(t, mapi.String(mapi.PrSubject, "imported"))
	fresh := mapi.NewEntryID(b.folder.EntryID.StoreGUID(), mapi.TypeMessage)
	before := b.Object(live.ID)
	for name, c := range map[string]struct {
		stream []byte
		parent mapi.EntryID
		id     mapi.EntryID
		isNew  bool
		want   mapi.Code
	}{
		"id in use":         {whole, b.folder.EntryID, live.EntryID, true, mapi.Collision},
		"foreign id in use": {whole, b.folder.EntryID, theirs.EntryID, true, mapi.Collision},
		"id of a deleted":   {whole, b.folder.EntryID, gone.EntryID, true, mapi.Collision},
		"id of a folder":    {whole, b.folder.EntryID, b.folder.EntryID, true, mapi.InvalidEntryID},
		"malformed id":      {whole, b.folder.EntryID, []byte("x"), true, mapi.InvalidEntryID},
		"unknown message":   {whole, b.folder.EntryID, fresh, false, mapi.NotFound},
		"deleted message":   {whole, b.folder.EntryID, gone.EntryID, false, mapi.ObjectDeleted},
		"no such folder":    {whole, mapi.NewEntryID(mapi.NewGUID(), mapi.TypeFolder), fresh, true, mapi.NotFound},
		"not a folder":      {whole, live.EntryID, fresh, true, mapi.InvalidType},
		"not a message":     {whole, b.folder.EntryID, b.folder.EntryID, false, mapi.InvalidType},
		"search folder":     {whole, search.EntryID, fresh, true, mapi.NoAccess},
		"foreign folder":    {whole, foreign.EntryID, fresh, true, mapi.NoAccess},
		"foreign message":   {whole, foreign.EntryID, theirs.EntryID, false, mapi.NoAccess},
		"empty stream":      {nil, b.folder.EntryID, fresh, true, mapi.CallFailed},
		"cut stream":        {whole[:len(whole)-1], b.folder.EntryID, live.EntryID, false, mapi.CallFailed},
		"other version":     {append([]byte{0, 0, 0, 2}, whole[4:]...), b.folder.EntryID, live.EntryID, false, mapi.NoSupport},
		"not a stream":      {[]byte("\x00\x00\x00\x01\x00\x00\x00\x01\x30\x01\x00\x0A\x00\x00\x00\x00"), b.folder.EntryID, fresh, true, mapi.InvalidType},
		"embedded too deep": {nested(t, 21), b.folder.EntryID, fresh, true, mapi.TooComplex},
	} {
		req := &wire.ImportMessageFromStreamRequest{ParentEntryID: c.parent, EntryID: c.id, IsNew: c.isNew, SyncID: 5}
		if err := b.tryImport(c.stream, req); mapi.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	other := mapi.Long(mapi.PrMessageFlags, 0)
	b.Fails(b.tryImport(whole, &wire.ImportMessageFromStreamRequest{EntryID: live.EntryID, ConflictItems: &other}), mapi.InvalidParameter)
	none := b.As(b.alice.User)
	b.Fails(b.svc.ImportMessageFromStream(none, &wire.ImportMessageFromStreamRequest{EntryID: live.EntryID}, &wire.ImportMessageFromStreamResponse{}), mapi.InvalidParameter)

	after := b.Object(live.ID)
	if !slices.EqualFunc(before.Props, after.Props, mapi.PropValue.Equal) || len(b.changes(live)) != 1 {
		t.Errorf("the live message changed: %v, was %v", after.Props, before.Props)
	}
	if k := b.Counters(b.folder); k.Content != 1 || k.DeletedContent != 1 {
		t.Errorf("%+v", k)
	}
	b.OK(b.tryImport(nested(t, 20), &wire.ImportMessageFromStreamRequest{ParentEntryID: b.folder.EntryID, EntryID: fresh, IsNew: true}))
}

func TestImportObeysTheQuota(t *testing.T) {
	b := newBench(t)
	message := b.NewMessage(b.alice.User, b.folder, "x")
	b.OK(b.Users.SetQuota(b.As(mapi.UserSystem), &wire.SetQuotaRequest{UlUserID: b.alice.User, Quota: &wire.Quota{HardSize: 1}}, &wire.SetQuotaResponse{}))
	for _, req := range []*wire.ImportMessageFromStreamRequest{
		{ParentEntryID: b.folder.EntryID, EntryID: mapi.NewEntryID(b.folder.EntryID.StoreGUID(), mapi.TypeMessage), IsNew: true},
		{EntryID: message.EntryID},
	} {
		b.Fails(b.tryImport(simple(t), req), mapi.StoreFull)
	}
}
