package server

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"runtime"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

const largeSize = 9<<20 + 5

// withAttachment saves a message with a large attachment and gives its id and the attachment's number.
func (o *operations) withAttachment(data []byte) (mapi.EntryID, uint32) {
	o.Helper()
	req, id := o.saveRequest(1)
	req.SaveObj.Items = []wire.SaveObject{{ClientID: 1, ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{
		mapi.Long(mapi.PrAttachMethod, 1), mapi.Binary(mapi.PrAttachDataBin, data),
	}}}
	var saved wire.LoadObjectResponse
	o.do(req, &saved)
	return id, saved.SaveObject.Items[0].ServerID
}

// loadData begins to load the data of an attachment.
func (o *operations) loadData(part uint32) {
	o.Helper()
	o.send(encode(&wire.LoadPropRequest{SessionID: o.session, ObjID: part, PropTag: uint32(mapi.PrAttachDataBin)}))
	if o.last.large == nil {
		o.Fatal("the value is in the answer")
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// A large value is read while it is sent: nothing of it is read before, each piece is a statement, and what the client gets is the whole.
func TestLargeValueIsReadWhileItIsSent(t *testing.T) {
	o := newOperations(t)
	data := random(largeSize)
	_, part := o.withAttachment(data)
	o.loadData(part) // fills the caches
	if n := o.statements(func() { o.loadData(part) }); n != 2 {
		t.Errorf("%d statements before the answer begins, want 2: the object and its parts", n)
	}
	var answer bytes.Buffer
	large := o.last.large
	answer.Write(large.Head)
	pieces := uint64((largeSize + storage.LobPiece - 1) / storage.LobPiece)
	if n := o.statements(func() { o.ok(large.Write(&answer)) }); n != pieces+1 {
		t.Errorf("%d statements for %d pieces", n, pieces)
	}
	answer.Write(large.Tail)
	if int64(answer.Len()) != int64(len(large.Head)+len(large.Tail))+large.Length {
		t.Errorf("%d bytes, announced were %d between head and tail", answer.Len(), large.Length)
	}
	var resp wire.LoadPropResponse
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(answer.Bytes())
	o.ok(wire.DecodeResponse(d, &resp))
	if !bytes.Equal(resp.PropVal.Data, data) || resp.PropVal.Tag != mapi.PrAttachDataBin {
		t.Errorf("%v of %d bytes, want what was saved", resp.PropVal.Tag, len(resp.PropVal.Data))
	}
}

// 25 clients that ask for a large value and stop reading after a byte cost a piece and what it is encoded in each, and none of the budget for
// values that are read whole. The database is free for others meanwhile.
func TestSlowReadersOfALargeValue(t *testing.T) {
	const readers, each = 25, 3 * storage.LobPiece
	o := newOperations(t)
	_, part := o.withAttachment(random(largeSize))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range readers {
		o.loadData(part)
		large := o.last.large
		r, w := io.Pipe()
		done := make(chan error)
		go func() { done <- large.Write(w) }()
		t.Cleanup(func() {
			r.Close()
			if err := <-done; err == nil {
				t.Error("a value was written that nobody read")
			}
		})
		if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := int64(after.TotalAlloc - before.TotalAlloc); used > readers*each {
		t.Errorf("%d KiB were allocated for each of %d readers, want at most %d", used>>10/readers, readers, each>>10)
	}
	if held, _ := o.server.values.Stats(); held != 0 {
		t.Errorf("%d bytes of the budget are taken", held)
	}
	o.deliver(2) // another client writes
}

// A value that goes away while it is sent ends the answer; one that another message has is sent to its end.
func TestLargeValueGoesWhileItIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *operations, id mapi.EntryID, part uint32)
		whole  bool
	}{
		"deleted": {func(o *operations, id mapi.EntryID, _ uint32) {
			o.do(&wire.DeleteObjectsRequest{SessionID: o.session, Flags: mapi.DelHard, Messages: [][]byte{id}}, &wire.DeleteObjectsResponse{})
		}, false},
		"changed": {func(o *operations, id mapi.EntryID, part uint32) { o.replaceData(id, part) }, false},
		"changed, with a copy elsewhere": {func(o *operations, id mapi.EntryID, part uint32) {
			o.do(&wire.CopyObjectsRequest{SessionID: o.session, Messages: [][]byte{id}, DestFolderID: o.inbox}, &wire.CopyObjectsResponse{})
			o.replaceData(id, part)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOperations(t)
			data := random(largeSize)
			id, part := o.withAttachment(data)
			o.loadData(part)
			large := o.last.large
			r, w := io.Pipe()
			done := make(chan error, 1)
			go func() {
				err := large.Write(w)
				w.Close()
				done <- err
			}()
			first := make([]byte, 1<<20)
			_, err := io.ReadFull(r, first)
			o.ok(err)
			c.change(o, id, part)
			rest, err := io.ReadAll(r)
			o.ok(err)
			got, want := slices.Concat(first, rest), base64.StdEncoding.EncodeToString(data)
			err = <-done
			switch {
			case c.whole && (err != nil || string(got) != want):
				t.Errorf("%d bytes, %v; want the %d of the old value", len(got), err, len(want))
			case !c.whole && (mapi.CodeOf(err) != mapi.NotFound || len(got) >= len(want) || string(got) != want[:len(got)]):
				t.Errorf("%d bytes, %v; want the beginning of the old value and an error", len(got), err)
			}
		})
	}
}

// replaceData gives an attachment other data.
func (o *operations) replaceData(id mapi.EntryID, part uint32) {
	o.Helper()
	var loaded wire.LoadObjectResponse
	o.do(&wire.LoadObjectRequest{SessionID: o.session, EntryID: id}, &loaded)
	o.do(&wire.SaveObjectRequest{SessionID: o.session, ParentEntryID: o.inbox, EntryID: id, SaveObj: &wire.SaveObject{
		ObjType: uint32(mapi.TypeMessage), ServerID: loaded.SaveObject.ServerID,
		Items: []wire.SaveObject{{ServerID: part, ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, random(largeSize))}}},
	}}, &wire.LoadObjectResponse{})
}
