package ics_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// remote is a log-on over the wire.
type remote struct {
	*testing.T
	http    *soaphttp.Client
	session uint64
}

func logOn(t *testing.T, endpoint string) *remote {
	t.Helper()
	h, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	r := &remote{T: t, http: h}
	var on wire.LogonResponse
	r.call(&wire.LogonRequest{
		Username: wire.Text("SYSTEM"), Capabilities: mapi.CapEnhancedICS | mapi.CapUnicode | mapi.CapLargeSessionID,
	}, &on)
	if on.Er != mapi.OK || on.Capabilities&mapi.CapEnhancedICS == 0 {
		t.Fatalf("log-on: %v, capabilities %#x", on.Er, on.Capabilities)
	}
	r.session = on.SessionID
	return r
}

// send sends a request, with a stream or without, and reads the envelope of the answer.
func (r *remote) send(req wire.Request, attachment io.Reader, resp wire.Response) (*soaphttp.Response, error) {
	answer, err := r.http.Do(r.Context(), soaphttp.Request{Body: wire.AppendRequest(nil, req), Attachment: attachment, AttachmentID: "id3"})
	if err != nil {
		return nil, err
	}
	d := wire.NewDecoder(wire.ServerLimits())
	d.Reset(answer.Body)
	return answer, wire.DecodeResponse(d, resp)
}

func (r *remote) call(req wire.Request, resp wire.Response) {
	r.Helper()
	answer, err := r.send(req, nil, resp)
	if err != nil {
		r.Fatal(err)
	}
	answer.Close()
}

// newMailFolder makes a user with a store and a folder, and gives the folder's id.
func (r *remote) newMailFolder(name string) mapi.EntryID {
	r.Helper()
	var user wire.CreateUserResponse
	r.call(&wire.CreateUserRequest{SessionID: r.session, User: &wire.User{
		Username: wire.Text(name), FullName: wire.Text(name), MailAddress: wire.Text(name + "@example.com"), ObjClass: uint32(mapi.ClassActiveUser),
	}}, &user)
	guid := mapi.NewGUID()
	root := mapi.NewEntryID(guid, mapi.TypeFolder)
	var store wire.CreateStoreResponse
	r.call(&wire.CreateStoreRequest{
		SessionID: r.session, StoreType: mapi.StorePrivate, UlUserID: user.UlUserID, StoreID: mapi.NewEntryID(guid, mapi.TypeStore), RootID: root,
	}, &store)
	var folder wire.CreateFolderResponse
	r.call(&wire.CreateFolderRequest{
		SessionID: r.session, ParentID: root, Type: mapi.FolderGeneric, Name: wire.Text("Inbox"), Comment: wire.Text(""),
	}, &folder)
	if folder.Er != mapi.OK {
		r.Fatalf("createUser %v, createStore %v, createFolder %v", user.Er, store.Result, folder.Er)
	}
	return bytes.Clone(folder.EntryID)
}

func newMessageID(folder mapi.EntryID) mapi.EntryID {
	return mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
}

// save saves a message with an attachment of random bytes.
func (r *remote) save(folder mapi.EntryID, subject string, data []byte) mapi.EntryID {
	r.Helper()
	id := newMessageID(folder)
	var resp wire.LoadObjectResponse
	r.call(&wire.SaveObjectRequest{SessionID: r.session, ParentEntryID: folder, EntryID: id, SaveObj: &wire.SaveObject{
		ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, subject)},
		Items: []wire.SaveObject{{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, data)}}},
	}}, &resp)
	if resp.Er != mapi.OK {
		r.Fatal(resp.Er)
	}
	return id
}

// export asks for messages by their entry ids; the answer's parts are yet to be read.
func (r *remote) export(ids ...mapi.EntryID) *soaphttp.Response {
	r.Helper()
	req := wire.ExportMessageChangesAsStreamRequest{SessionID: r.session, PropTag: uint32(mapi.PrEntryID)}
	for _, id := range ids {
		req.SourceKeyPairs = append(req.SourceKeyPairs, wire.SourceKeyPair{ObjectKey: id})
	}
	var resp wire.ExportMessageChangesAsStreamResponse
	answer, err := r.send(&req, nil, &resp)
	if err != nil || resp.Er != mapi.OK || len(resp.MsgStreams) != len(ids) {
		r.Fatalf("%d of %d messages, %v %v", len(resp.MsgStreams), len(ids), resp.Er, err)
	}
	return answer
}

func (r *remote) importStream(folder, id mapi.EntryID, stream io.Reader) (mapi.Code, error) {
	var resp wire.ImportMessageFromStreamResponse
	answer, err := r.send(&wire.ImportMessageFromStreamRequest{
		SessionID: r.session, ParentEntryID: folder, EntryID: id, IsNew: true, StreamData: wire.XOP{Href: "cid:id3"},
	}, stream, &resp)
	if err == nil {
		answer.Close()
	}
	return resp.Result, err
}

// Messages go from one mailbox to another over the wire without being in anybody's memory as a whole.
func TestStreamsOverTheWire(t *testing.T) {
	server := servertest.Start(t, "sqlite", "")
	source, dest := logOn(t, server.Endpoint()), logOn(t, server.Endpoint())
	from, to := source.newMailFolder("alice"), source.newMailFolder("bob")
	random := rand.NewChaCha8([32]byte{1})
	var ids []mapi.EntryID
	var data [][]byte
	for i, size := range []int{3 << 20, 0, 100} {
		b := make([]byte, size)
		random.Read(b)
		data = append(data, b)
		ids = append(ids, source.save(from, fmt.Sprint("message ", i), b))
	}
	answer := source.export(ids...)
	defer answer.Close()
	var copies []mapi.EntryID
	for i := range ids {
		part, stream, err := answer.NextPart()
		if err != nil || part != fmt.Sprint("emcas-", i) {
			t.Fatalf("part %q: %v", part, err)
		}
		id := newMessageID(to)
		if code, err := dest.importStream(to, id, stream); err != nil || code != mapi.OK {
			t.Fatalf("message %d: %v %v", i, code, err)
		}
		copies = append(copies, id)
	}
	if _, _, err := answer.NextPart(); err != io.EOF {
		t.Errorf("after the last part: %v", err)
	}
	again := dest.export(copies...)
	defer again.Close()
	for i := range copies {
		_, stream, err := again.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(stream)
		if err != nil {
			t.Fatal(err)
		}
		list := events(t, whole)
		if v, _ := list[0].prop(mapi.PrSubject); v.Str() != fmt.Sprint("message ", i) || !bytes.Equal(list[1].data, data[i]) {
			t.Errorf("message %d came as %q with %d bytes", i, v.Str(), len(list[1].data))
		}
	}
}

// A client that goes away in the middle of a message leaves nothing.
func TestBrokenImportOverTheWire(t *testing.T) {
	server := servertest.Start(t, "sqlite", "")
	r := logOn(t, server.Endpoint())
	folder := r.newMailFolder("alice")
	answer := r.export(r.save(folder, "x", make([]byte, 1<<20)))
	_, part, err := answer.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	stream, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	answer.Close()
	gone := errors.New("gone")
	id := newMessageID(folder)
	half := io.MultiReader(bytes.NewReader(stream[:len(stream)/2]), readFailure{gone})
	if _, err := r.importStream(folder, id, half); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
	if code, err := r.importStream(folder, id, bytes.NewReader(stream[:len(stream)/2])); err != nil || code != mapi.CallFailed {
		t.Errorf("a stream that ends early: %v %v", code, err)
	}
	var found wire.CheckExistObjectResponse
	r.call(&wire.CheckExistObjectRequest{SessionID: r.session, EntryID: id}, &found)
	if found.Result != mapi.NotFound {
		t.Errorf("the message is there: %v", found.Result)
	}
	if code, err := r.importStream(folder, id, bytes.NewReader(stream)); err != nil || code != mapi.OK {
		t.Errorf("the whole stream: %v %v", code, err)
	}
}

// readFailure is a reader that fails.
type readFailure struct{ err error }

func (r readFailure) Read([]byte) (int, error) { return 0, r.err }
