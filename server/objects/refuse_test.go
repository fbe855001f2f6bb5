package objects

import (
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

// TestEmptyRequests: a request with nothing in it gets a code from every operation.
func TestEmptyRequests(t *testing.T) {
	b := newBench(t)
	for _, calls := range []map[string]func() error{emptyObjectCalls(b), emptyMessageCalls(b), emptyStoreCalls(b)} {
		for name, call := range calls {
			if err := call(); err == nil {
				t.Errorf("%s: an empty request succeeded", name)
			} else if code := mapi.CodeOf(err); code == mapi.CallFailed || code == mapi.OK {
				t.Errorf("%s: %v has no code", name, err)
			}
		}
	}
}

// emptyObjectCalls are requests about objects.
func emptyObjectCalls(b *bench) map[string]func() error {
	return map[string]func() error{
		"saveObject": func() error {
			return b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{}, &wire.LoadObjectResponse{})
		},
		"saveObject, tree": func() error {
			return b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{SaveObj: &wire.SaveObject{}}, &wire.LoadObjectResponse{})
		},
		"loadObject": func() error {
			return b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{}, &wire.LoadObjectResponse{})
		},
		"loadProp": func() error { return b.svc.LoadProp(b.as(alice), &wire.LoadPropRequest{}, &wire.LoadPropResponse{}) },
		"createFolder": func() error {
			return b.svc.CreateFolder(b.as(alice), &wire.CreateFolderRequest{}, &wire.CreateFolderResponse{})
		},
		"create_folders": func() error {
			return b.svc.CreateFolders(b.as(alice), &wire.CreateFoldersRequest{}, &wire.CreateFoldersResponse{})
		},
		"deleteObjects": func() error {
			return b.svc.DeleteObjects(b.as(alice), &wire.DeleteObjectsRequest{}, &wire.DeleteObjectsResponse{})
		},
		"copyObjects": func() error {
			return b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{}, &wire.CopyObjectsResponse{})
		},
		"copyFolder": func() error {
			return b.svc.CopyFolder(b.as(alice), &wire.CopyFolderRequest{}, &wire.CopyFolderResponse{})
		},
		"emptyFolder": func() error {
			return b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{}, &wire.EmptyFolderResponse{})
		},
		"deleteFolder": func() error {
			return b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{}, &wire.DeleteFolderResponse{})
		},
		"setReadFlags": func() error {
			return b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{}, &wire.SetReadFlagsResponse{})
		},
		"setReceiveFolder": func() error { return b.svc.SetReceiveFolder(b.as(alice), &wire.SetReceiveFolderRequest{}, nil) },
	}
}

// emptyMessageCalls are requests about messages and receive folders.
func emptyMessageCalls(b *bench) map[string]func() error {
	return map[string]func() error{
		"getReceiveFolder": func() error {
			return b.svc.GetReceiveFolder(b.as(alice), &wire.GetReceiveFolderRequest{}, &wire.ReceiveFolderResponse{})
		},
		"receiveTable": func() error {
			return b.svc.GetReceiveFolderTable(b.as(alice), &wire.GetReceiveFolderTableRequest{}, &wire.ReceiveFolderTableResponse{})
		},
		"getMessageStatus": func() error {
			return b.svc.GetMessageStatus(b.as(alice), &wire.GetMessageStatusRequest{}, &wire.MessageStatus{})
		},
		"setMessageStatus": func() error {
			return b.svc.SetMessageStatus(b.as(alice), &wire.SetMessageStatusRequest{}, &wire.MessageStatus{})
		},
		"submitMessage":   func() error { return b.svc.SubmitMessage(b.as(alice), &wire.SubmitMessageRequest{}, nil) },
		"finishedMessage": func() error { return b.svc.FinishedMessage(b.as(alice), &wire.FinishedMessageRequest{}, nil) },
		"abortSubmit":     func() error { return b.svc.AbortSubmit(b.as(alice), &wire.AbortSubmitRequest{}, nil) },
		"setLockState":    func() error { return b.svc.SetLockState(b.as(alice), &wire.SetLockStateRequest{}, nil) },
		"resetFolderCount": func() error {
			return b.svc.ResetFolderCount(b.as(alice), &wire.ResetFolderCountRequest{}, &wire.ResetFolderCountResponse{})
		},
		"checkExistObject": func() error { return b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{}, nil) },
		"getChangeInfo": func() error {
			return b.svc.GetChangeInfo(b.as(alice), &wire.GetChangeInfoRequest{}, &wire.GetChangeInfoResponse{})
		},
		"entryIDFromKey": func() error {
			return b.svc.GetEntryIDFromSourceKey(b.as(alice), &wire.GetEntryIDFromSourceKeyRequest{}, &wire.GetEntryIDFromSourceKeyResponse{})
		},
		"createStore": func() error { return b.svc.CreateStore(b.as(mapi.UserSystem), &wire.CreateStoreRequest{}, nil) },
	}
}

// emptyStoreCalls are requests about stores.
func emptyStoreCalls(b *bench) map[string]func() error {
	return map[string]func() error{
		"hookStore":   func() error { return b.svc.HookStore(b.as(mapi.UserSystem), &wire.HookStoreRequest{}, nil) },
		"unhookStore": func() error { return b.svc.UnhookStore(b.as(mapi.UserSystem), &wire.UnhookStoreRequest{}, nil) },
		"removeStore": func() error { return b.svc.RemoveStore(b.as(mapi.UserSystem), &wire.RemoveStoreRequest{}, nil) },
		"resolveStore": func() error {
			return b.svc.ResolveStore(b.as(alice), &wire.ResolveStoreRequest{}, &wire.ResolveUserStoreResponse{})
		},
		"resolveUserStore": func() error {
			return b.svc.ResolveUserStore(b.as(alice), &wire.ResolveUserStoreRequest{}, &wire.ResolveUserStoreResponse{})
		},
		"getStoreName": func() error {
			return b.svc.GetStoreName(b.as(alice), &wire.GetStoreNameRequest{}, &wire.GetStoreNameResponse{})
		},
		"getStoreType": func() error {
			return b.svc.GetStoreType(b.as(alice), &wire.GetStoreTypeRequest{}, &wire.GetStoreTypeResponse{})
		},
		"getPublicStore": func() error {
			return b.svc.GetPublicStore(b.as(alice), &wire.GetPublicStoreRequest{}, &wire.GetStoreResponse{})
		},
		"purge by a user":    func() error { return b.svc.PurgeSoftDelete(b.as(alice), &wire.PurgeSoftDeleteRequest{}, nil) },
		"deferred by a user": func() error { return b.svc.PurgeDeferredUpdates(b.as(alice), &wire.PurgeDeferredUpdatesRequest{}, nil) },
	}
}

// TestStrangersGetNothing: bob knows every id of alice's store.
func TestStrangersGetNothing(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id, saved := b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{attachment("a", []byte("secret"))}})
	mine := b.folder(bob, b.root[bob], "Inbox")
	for name, err := range map[string]error{
		"load folder": b.svc.LoadObject(b.as(bob), &wire.LoadObjectRequest{EntryID: inbox}, &wire.LoadObjectResponse{}),
		"load":        b.svc.LoadObject(b.as(bob), &wire.LoadObjectRequest{EntryID: id}, &wire.LoadObjectResponse{}),
		"loadProp":    b.svc.LoadProp(b.as(bob), &wire.LoadPropRequest{ObjID: saved.Items[0].ServerID, PropTag: uint32(mapi.PrAttachDataBin)}, &wire.LoadPropResponse{}),
		"save by number": b.svc.SaveObject(b.as(bob), &wire.SaveObjectRequest{ParentEntryID: mine, EntryID: id, SaveObj: &wire.SaveObject{
			ServerID: saved.ServerID, ObjType: 5}}, &wire.LoadObjectResponse{}),
		"save into":   b.svc.SaveObject(b.as(bob), &wire.SaveObjectRequest{ParentEntryID: inbox, SaveObj: &wire.SaveObject{ObjType: 5}}, &wire.LoadObjectResponse{}),
		"delete":      b.svc.DeleteObjects(b.as(bob), deleteReq(0, id), nil),
		"folder":      b.svc.DeleteFolder(b.as(bob), &wire.DeleteFolderRequest{EntryID: inbox, Flags: 5}, nil),
		"empty":       b.svc.EmptyFolder(b.as(bob), &wire.EmptyFolderRequest{EntryID: inbox}, nil),
		"read":        b.svc.SetReadFlags(b.as(bob), &wire.SetReadFlagsRequest{Messages: list(id)}, nil),
		"status":      b.svc.SetMessageStatus(b.as(bob), &wire.SetMessageStatusRequest{EntryID: id}, &wire.MessageStatus{}),
		"finished":    b.svc.FinishedMessage(b.as(bob), &wire.FinishedMessageRequest{EntryID: id}, nil),
		"change info": b.svc.GetChangeInfo(b.as(bob), &wire.GetChangeInfoRequest{EntryID: id}, &wire.GetChangeInfoResponse{}),
		"subfolder":   b.svc.CreateFolder(b.as(bob), &wire.CreateFolderRequest{ParentID: inbox, Type: 1, Name: wire.Text("x")}, &wire.CreateFolderResponse{}),
		"copy folder": b.svc.CopyFolder(b.as(bob), &wire.CopyFolderRequest{EntryID: inbox, DestFolderID: mine}, nil),
		"a new store": b.svc.CreateStore(b.as(bob), &wire.CreateStoreRequest{UlUserID: bob, StoreType: 2}, nil),
		"lock":        b.svc.SetLockState(b.as(bob), &wire.SetLockStateRequest{EntryID: id, Locked: true}, nil),
		"count":       b.svc.ResetFolderCount(b.as(bob), &wire.ResetFolderCountRequest{EntryID: inbox}, &wire.ResetFolderCountResponse{}),
	} {
		if mapi.CodeOf(err) != mapi.NoAccess {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := b.svc.CopyObjects(b.as(bob), &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: mine}, nil)
	b.fails(err, mapi.PartialCompletion)
	// The single-instance id of an attachment that bob cannot read is as good as none.
	err = b.svc.SaveObject(b.as(bob), &wire.SaveObjectRequest{ParentEntryID: mine, SaveObj: &wire.SaveObject{
		ObjType: 5, Items: []wire.SaveObject{{ObjType: 7, InstanceIDs: saved.Items[0].InstanceIDs}},
	}}, &wire.LoadObjectResponse{})
	b.fails(err, mapi.UnknownInstanceID)
	b.consistent(alice)
	b.consistent(bob)
}

func TestSharedAttachment(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	_, saved := b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{attachment("a", []byte("shared"))}})
	id, _ := b.save(alice, inbox, &wire.SaveObject{Items: []wire.SaveObject{{ObjType: 7, InstanceIDs: saved.Items[0].InstanceIDs}}})
	part := b.load(alice, id).Items[0].ServerID
	var resp wire.LoadPropResponse
	b.ok(b.svc.LoadProp(b.as(alice), &wire.LoadPropRequest{ObjID: part, PropTag: uint32(mapi.PrAttachDataBin)}, &resp))
	if string(resp.PropVal.Data) != "shared" {
		t.Errorf("got %q", resp.PropVal.Data)
	}
	for _, ids := range [][][]byte{{{1, 2, 3}}, {saved.Items[0].InstanceIDs[0], saved.Items[0].InstanceIDs[0]}} {
		err := b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: inbox, SaveObj: &wire.SaveObject{
			ObjType: 5, Items: []wire.SaveObject{{ObjType: 7, InstanceIDs: ids}},
		}}, &wire.LoadObjectResponse{})
		b.fails(err, mapi.UnknownInstanceID)
	}
}

func TestHardQuotaStopsSaving(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id := b.message(alice, inbox, "first", 0)
	b.dir.quota = directory.Quota{Soft: 1}
	b.message(alice, inbox, "soft limits do not stop saving", 0)
	b.fails(b.svc.SubmitMessage(b.as(alice), &wire.SubmitMessageRequest{EntryID: id, Flags: 1}, nil), mapi.StoreFull)
	b.dir.quota = directory.Quota{Hard: 1}
	save := func(user uint32) error {
		return b.svc.SaveObject(b.as(user), &wire.SaveObjectRequest{ParentEntryID: inbox, SaveObj: &wire.SaveObject{ObjType: 5}}, &wire.LoadObjectResponse{})
	}
	b.fails(save(alice), mapi.StoreFull)
	b.ok(save(mapi.UserSystem))
	b.fails(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: inbox}, nil), mapi.StoreFull)
	var status wire.QuotaStatus
	b.ok(b.svc.GetQuotaStatus(b.as(alice), &wire.GetQuotaStatusRequest{}, &status))
	if status.QuotaStatus != 3 || status.StoreSize == 0 {
		t.Errorf("status %+v", status)
	}
	b.fails(b.svc.GetQuotaStatus(b.as(bob), &wire.GetQuotaStatusRequest{UlUserID: alice}, &status), mapi.NoAccess)
	b.consistent(alice)
}

func TestEmbeddingHasALimit(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	nest := func(depth int) *wire.SaveObject {
		n := &wire.SaveObject{ObjType: 5}
		for range depth {
			n = &wire.SaveObject{ObjType: 5, Items: []wire.SaveObject{{ObjType: 7, Items: []wire.SaveObject{*n}}}}
		}
		return n
	}
	save := func(n *wire.SaveObject) error {
		return b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: inbox, SaveObj: n}, &wire.LoadObjectResponse{})
	}
	b.ok(save(nest(20)))
	b.fails(save(nest(21)), mapi.TooComplex)
	b.fails(save(&wire.SaveObject{ObjType: 5, Items: []wire.SaveObject{{ObjType: 6, Items: []wire.SaveObject{{ObjType: 5}}}}}), mapi.InvalidParameter)
	b.consistent(alice)
}

func TestNamesHaveLimits(t *testing.T) {
	b := newBench(t)
	b.svc.names.limitUser = 2
	guid := mapi.NewGUID()
	ask := func(user, flags uint32, names ...string) ([]mapi.PropTag, error) {
		req := &wire.GetIDsFromNamesRequest{Flags: flags}
		for _, n := range names {
			req.NamedProps = append(req.NamedProps, wire.NamedProp{String: wire.Text(n), GUID: guid[:]})
		}
		var resp wire.GetIDsFromNamesResponse
		err := b.svc.GetIDsFromNames(b.as(user), req, &resp)
		return resp.PropTags, err
	}
	got, err := ask(alice, 2, "one", "two", "one")
	b.ok(err)
	if got[0] != 2 || got[1] != 3 || got[2] != 2 {
		t.Errorf("numbers %v, want them to start at 2", got)
	}
	got, err = ask(alice, 0, "ONE", "two")
	b.ok(err)
	if got[0] != 0 || got[1] != 3 {
		t.Errorf("numbers %v", got)
	}
	_, err = ask(alice, 2, "three")
	b.fails(err, mapi.NotEnoughMemory)
	_, err = ask(mapi.UserSystem, 2, "three")
	b.ok(err)
	_, err = ask(mapi.UserSystem, 2, strings.Repeat("x", 186))
	b.fails(err, mapi.InvalidParameter)
	err = b.svc.GetIDsFromNames(b.as(alice), &wire.GetIDsFromNamesRequest{Flags: 2, NamedProps: []wire.NamedProp{{}}}, &wire.GetIDsFromNamesResponse{})
	b.fails(err, mapi.NoAccess)
	var names wire.GetNamesFromIDsResponse
	b.ok(b.svc.GetNamesFromIDs(b.as(alice), &wire.GetNamesFromIDsRequest{PropTags: []mapi.PropTag{2, 99, 0, 1}}, &names))
	if names.Names[0].String.String != "one" || names.Names[1].GUID != nil || names.Names[2].GUID != nil || names.Names[3].GUID != nil {
		t.Errorf("names %+v", names.Names)
	}
}
