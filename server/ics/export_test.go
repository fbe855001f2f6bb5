package ics_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
	"zarafa/wire/msgstream"
)

// The columns are the cells a table would show; these are the ones clients ask for.
func TestExportColumns(t *testing.T) {
	b := newBench(t)
	message := b.NewMessage(b.alice.User, b.folder, "x", mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
	stored := b.Object(message.ID).Props
	guid := message.EntryID.StoreGUID()
	narrow := mapi.PropTag(0x0037001E)
	want := []mapi.PropValue{
		mapi.Binary(mapi.PrSourceKey, message.SourceKey),
		mapi.Time(mapi.PrLastModificationTime, mapi.FileTimeOf(b.Now)),
		mapi.Binary(mapi.PrChangeKey, stored.Bytes(mapi.PrChangeKey)),
		mapi.Binary(mapi.PrParentSourceKey, b.folder.SourceKey),
		mapi.Binary(mapi.PrPredecessorChangeList, stored.Bytes(mapi.PrPredecessorChangeList)),
		mapi.Binary(mapi.PrEntryID, message.EntryID),
		mapi.Bool(mapi.PrAssociated, false),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.Binary(mapi.PrStoreRecordKey, guid[:]),
		mapi.Long(mapi.PrECHierarchyID, message.ID),
		mapi.Long(mapi.PrECParentHierarchyID, b.folder.ID),
		mapi.Binary(mapi.PrStoreEntryID, b.alice.Store),
		mapi.Binary(mapi.PrParentEntryID, b.folder.EntryID),
		mapi.String(narrow, "x"),
		mapi.Missing(mapi.PrBody),
	}
	tags := make([]mapi.PropTag, len(want))
	for i, v := range want {
		tags[i] = v.Tag
	}
	tags[len(tags)-1] = mapi.PrBody
	got := b.export(b.As(b.alice.User), 0, tags, message)[0].PropVals
	for i := range want {
		if got[i].Tag != want[i].Tag || !got[i].Equal(want[i]) {
			t.Errorf("column %v: %v, want %v", tags[i], got[i], want[i])
		}
	}
}

// What is not there, or not as the client says, is left out; the steps tell which ones came.
func TestExportLeavesOut(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	live, gone := b.NewMessage(b.alice.User, b.folder, "live"), b.NewMessage(b.alice.User, b.folder, "gone")
	b.Delete(b.alice.User, 0, gone)
	elsewhere := b.NewFolder(b.alice.User, b.alice.Root, "Elsewhere", mapi.FolderGeneric)
	pair := func(parent storage.Ref, key []byte) wire.SourceKeyPair {
		return wire.SourceKeyPair{ParentKey: parent.SourceKey, ObjectKey: key}
	}
	bySource := []wire.SourceKeyPair{
		pair(b.folder, []byte("unknown source key")), pair(elsewhere, live.SourceKey), pair(b.folder, gone.SourceKey),
		pair(b.folder, live.SourceKey), pair(b.folder, b.folder.SourceKey), {ObjectKey: live.SourceKey}, {},
	}
	byID := []wire.SourceKeyPair{
		{ParentKey: b.folder.EntryID, ObjectKey: live.EntryID}, {ParentKey: elsewhere.EntryID, ObjectKey: live.EntryID}, {ObjectKey: []byte("x")},
	}
	for _, c := range []struct {
		name  string
		user  uint32
		flags uint32
		tag   mapi.PropTag
		pairs []wire.SourceKeyPair
		want  []uint32
		code  mapi.Code
	}{
		{"live", b.alice.User, 0, mapi.PrSourceKey, bySource, []uint32{3, 5}, mapi.OK},
		{"default key", b.alice.User, 0, 0, bySource, []uint32{3, 5}, mapi.OK},
		{"deleted", b.alice.User, mapi.FlagDeleted, 0, bySource, []uint32{2}, mapi.OK},
		{"entry ids", b.alice.User, 0, mapi.PrEntryID, byID, []uint32{0}, mapi.OK},
		{"nothing", b.alice.User, 0, 0, nil, []uint32{}, mapi.OK},
		{"no right", bob.User, 0, 0, bySource, []uint32{}, mapi.OK},
		{"other key", b.alice.User, 0, mapi.PrSubject, bySource, nil, mapi.InvalidParameter},
		{"too many", b.alice.User, 0, 0, make([]wire.SourceKeyPair, 10_001), nil, mapi.TooBig},
	} {
		call := b.As(c.user)
		var resp wire.ExportMessageChangesAsStreamResponse
		req := wire.ExportMessageChangesAsStreamRequest{Flags: c.flags, PropTag: uint32(c.tag), SourceKeyPairs: c.pairs}
		err := b.svc.ExportMessageChangesAsStream(call, &req, &resp)
		if mapi.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err != nil {
			continue
		}
		steps := []uint32{}
		for i, m := range resp.MsgStreams {
			steps = append(steps, m.Step)
			if id := fmt.Sprintf("emcas-%d", i); m.StreamData.Href != id || call.Streams[i].ID != id {
				t.Errorf("%s: stream %d is called %q and %q", c.name, i, m.StreamData.Href, call.Streams[i].ID)
			}
		}
		if !slices.Equal(steps, c.want) || len(call.Streams) != len(steps) || resp.MsgStreams == nil {
			t.Errorf("%s: steps %v, want %v", c.name, steps, c.want)
		}
	}
}

func TestStreamsNeedTheCapability(t *testing.T) {
	b := newBench(t)
	c := b.As(b.alice.User)
	c.Session.Capabilities &^= mapi.CapEnhancedICS
	c.Attachment = bytes.NewReader(nil)
	b.Fails(b.svc.ExportMessageChangesAsStream(c, &wire.ExportMessageChangesAsStreamRequest{}, &wire.ExportMessageChangesAsStreamResponse{}), mapi.NoSupport)
	b.Fails(b.svc.ImportMessageFromStream(c, &wire.ImportMessageFromStreamRequest{}, &wire.ImportMessageFromStreamResponse{}), mapi.NoSupport)
}

// The client chooses the forms of the body.
func TestExportBodies(t *testing.T) {
	b := newBench(t)
	plainText, rtf, html := mapi.String(mapi.PrBody, "b"), mapi.Binary(mapi.PrRTFCompressed, []byte("r")), mapi.Binary(mapi.PrHTML, []byte("h"))
	large := mapi.Binary(mapi.PrHTML, make([]byte, 100_000))
	for _, c := range []struct {
		name  string
		props []mapi.PropValue
		flags uint32
		want  []mapi.PropTag
	}{
		{"all", []mapi.PropValue{plainText, rtf, html}, 0, []mapi.PropTag{0x1000001E, 0x10090102, 0x10130102}},
		{"best", []mapi.PropValue{plainText, rtf, html}, 0x2000, []mapi.PropTag{0x1000001E, 0x10090102}},
		{"best of one", []mapi.PropValue{plainText, html}, 0x2000, []mapi.PropTag{0x1000001E, 0x10130102}},
		{"best of large ones", []mapi.PropValue{mapi.Binary(mapi.PrRTFCompressed, make([]byte, 50_000)), large}, 0x2000, []mapi.PropTag{0x10090102}},
		{"plain", []mapi.PropValue{plainText, rtf, large}, 0x200, []mapi.PropTag{0x1000001E}},
		{"plain and best", []mapi.PropValue{html}, 0x2200, nil},
	} {
		message := b.NewMessage(b.alice.User, b.folder, "x", c.props...)
		var got []mapi.PropTag
		for _, p := range events(t, b.stream(message, c.flags))[0].props {
			if id := p.Tag.ID(); id >= 0x1000 && id < 0x2000 {
				got = append(got, p.Tag)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A message with everything: large values, names, recipients, attachments, a message in a message.
func TestExportWhole(t *testing.T) {
	b := newBench(t)
	ids, err := b.Objects.Names().IDs(t.Context(), b.alice.User, []storage.Name{
		{GUID: mapi.GUID{1}, LID: 0x8501}, {GUID: mapi.GUID{2}, IsString: true, String: "Schlüssel"},
	})
	b.OK(err)
	body, html := bytes.Repeat([]byte("ä"), 40_000), bytes.Repeat([]byte("<p>"), 40_000)
	data := bytes.Repeat([]byte("data"), 200_000)
	tree := &wire.SaveObject{
		ModProps: []mapi.PropValue{
			mapi.String(mapi.PrSubject, "whole"), {Tag: mapi.PrBody, Data: body}, mapi.Binary(mapi.PrHTML, html),
			mapi.Long(mapi.MakeTag(ids[0], mapi.PtLong), 7), mapi.Strings(mapi.MakeTag(ids[1], 0x101F), "a", "b"),
			mapi.Binary(mapi.MakeTag(ids[1]+1, mapi.PtBinary), []byte("no such name")), mapi.Binary(mapi.PrECIMAPEmail, []byte("From: x")),
		},
		Items: []wire.SaveObject{
			{ObjType: uint32(mapi.TypeDistList), ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, "list")}},
			{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, data)}},
			{ObjType: uint32(mapi.TypeAttach), Items: []wire.SaveObject{{
				ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "inner")},
				Items: []wire.SaveObject{{ObjType: uint32(mapi.TypeMailUser), ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, "bcc")}}},
			}}},
		},
	}
	got := events(t, b.stream(b.Save(b.alice.User, b.folder, tree), 0))
	kinds := []msgstream.EventKind{
		msgstream.Message, msgstream.Recipient, msgstream.Attachment, msgstream.Attachment,
		msgstream.Message, msgstream.Recipient, msgstream.EndMessage, msgstream.EndMessage,
	}
	for i, e := range got {
		if i >= len(kinds) || e.Kind != kinds[i] {
			t.Fatalf("event %d: %+v", i, e)
		}
	}
	top := &got[0]
	for tag, want := range map[mapi.PropTag][]byte{mapi.PrBody: body, mapi.PrHTML: html, mapi.PrECIMAPEmail: []byte("From: x")} {
		if v, _ := top.prop(tag); !bytes.Equal(v.Data, want) {
			t.Errorf("%v: %d bytes", tag, len(v.Data))
		}
	}
	if !bytes.Equal(got[2].data, data) || got[1].Type != mapi.TypeDistList || len(got[3].data) > 0 {
		t.Error("data or type of a part")
	}
	if v, _ := got[4].prop(mapi.PrSubject); v.Str() != "inner" {
		t.Errorf("embedded: %v", v)
	}
	checkOrderAndNames(t, top)
	if _, ok := got[4].prop(mapi.PrSourceKey); ok {
		t.Error("an embedded message has a source key")
	}
}

// checkOrderAndNames checks the properties of TestExportWhole's message.
func checkOrderAndNames(t *testing.T, top *event) {
	t.Helper()
	last := top.props[len(top.props)-1]
	if last.Tag != mapi.PrSourceKey {
		t.Errorf("the last property is %v", last.Tag)
	}
	rest := top.props[:len(top.props)-1]
	if !slices.IsSortedFunc(rest, func(a, b msgstream.Property) int { return int(a.Tag.ID()) - int(b.Tag.ID()) }) {
		t.Error("properties do not ascend")
	}
	var names []msgstream.Name
	for _, p := range top.props {
		if p.Tag.Type().Base() == mapi.PtUnicode {
			t.Errorf("%v is not an 8-bit string", p.Tag)
		}
		if p.Name != nil {
			names = append(names, *p.Name)
		}
	}
	want := []msgstream.Name{{GUID: mapi.GUID{1}, ID: 0x8501}, {GUID: mapi.GUID{2}, Kind: msgstream.NameString, Text: "Schlüssel"}}
	if !slices.Equal(names, want) {
		t.Errorf("names %+v", names)
	}
}

// Streams are written when the call is over; a message that is gone by then gives an error, not half a stream.
func TestExportAfterTheCall(t *testing.T) {
	b := newBench(t)
	kept, gone := b.NewMessage(b.alice.User, b.folder, "kept"), b.NewMessage(b.alice.User, b.folder, "gone")
	c := b.As(b.alice.User)
	ctx, cancel := context.WithCancel(t.Context())
	c.Context = ctx
	b.export(c, 0, nil, kept, gone)
	cancel()
	b.Delete(b.alice.User, mapi.DelHard, gone)
	var out bytes.Buffer
	b.OK(c.Streams[0].Write(&out))
	if len(events(t, out.Bytes())) != 2 {
		t.Error("the stream of a live message is not whole")
	}
	out.Reset()
	if err := c.Streams[1].Write(&out); mapi.CodeOf(err) != mapi.NotFound || out.Len() > 0 {
		t.Errorf("%v after %d bytes", err, out.Len())
	}
}
