package attacks_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// trespass is a request of a user about what belongs to another one.
type trespass struct {
	what string
	req  wire.Request
	// also are result codes that are as good as NO_ACCESS and NOT_FOUND.
	also []mapi.Code
	// harmless requests may even succeed, as long as nothing changes and nothing comes back but what hidden allows.
	harmless bool
	hidden   func(wire.Response) error
}

var noRows = func(resp wire.Response) error {
	switch r := resp.(type) {
	case *wire.TableMultiResponse:
		public := 0
		for _, row := range r.RowSet.Rows {
			// The root is visible to everybody, and so is this folder, whose access list says so; the own store is hers, and her company's.
			name := mapi.Props(row).Str(mapi.PrDisplayName)
			if name == "Public Folders" {
				public++
			}
			own := strings.HasPrefix(name, "Inbox - alice") || strings.HasSuffix(name, "acme") || name == "Public Folders" && public == 1
			if name != "" && name != "FINDER_ROOT" && !own {
				return fmt.Errorf("row %v", row)
			}
		}
	case *wire.ExportMessageChangesAsStreamResponse:
		if n := len(r.MsgStreams); n > 0 {
			return fmt.Errorf("%d messages", n)
		}
	}
	return nil
}

// reading are requests to see what is in a mailbox of which the caller may see nothing.
func reading(own, other *mailbox) []trespass {
	attachment := other.Object.Children[1].ServerID
	folderKey, messageKey := other.Object.Props.Bytes(mapi.PrParentSourceKey), other.Object.Props.Bytes(mapi.PrSourceKey)
	load := func(entry mapi.EntryID, id uint32, tag mapi.PropTag) wire.Request {
		return &wire.LoadPropRequest{EntryID: entry, ObjID: id, PropTag: uint32(tag)}
	}
	table := func(entry mapi.EntryID, kind uint32, of mapi.ObjectType, flags uint32) wire.Request {
		return &wire.TableMultiRequest{Request: wire.TableMultiParams{
			Open:       &wire.TableOpenParams{EntryID: entry, TableType: kind, Type: uint32(of), Flags: mapi.OpenUnicode | flags},
			SetColumns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSubject, mapi.PrDisplayName}, QueryRows: &wire.TableQueryRowsParams{Count: 100},
		}}
	}
	export := func(tag mapi.PropTag, key []byte) wire.Request {
		return &wire.ExportMessageChangesAsStreamRequest{
			PropTags: []mapi.PropTag{mapi.PrSubject}, PropTag: uint32(tag), SourceKeyPairs: []wire.SourceKeyPair{{ParentKey: folderKey, ObjectKey: key}},
		}
	}
	subscribe := func(key []byte, mask, sync uint32) *wire.NotifySubscribe {
		return &wire.NotifySubscribe{Connection: 77, Key: key, EventMask: mask, SyncState: wire.NotifySyncState{SyncID: sync, ChangeID: 1}}
	}
	all := mapi.EventCreated | mapi.EventDeleted | mapi.EventModified | mapi.EventMoved | mapi.EventCopied | mapi.EventNewMail
	return []trespass{
		{what: "folder", req: &wire.LoadObjectRequest{EntryID: other.Folder, Flags: mapi.OpenUnicode}},
		{what: "inbox", req: &wire.LoadObjectRequest{EntryID: other.Inbox, Flags: mapi.OpenUnicode}},
		{what: "search folder", req: &wire.LoadObjectRequest{EntryID: other.Search, Flags: mapi.OpenUnicode}},
		{what: "message", req: &wire.LoadObjectRequest{EntryID: other.Message, Flags: mapi.OpenUnicode}},
		{what: "message with subscription", req: &wire.LoadObjectRequest{EntryID: other.Message, Flags: mapi.OpenUnicode, NotSubscribe: subscribe(other.Message, all, 0)}},
		{what: "body", req: load(other.Message, 0, mapi.PrBody)},
		{what: "body by number", req: load(other.Message, other.Object.ServerID, mapi.PrBody)},
		{what: "body by number alone", req: load(nil, other.Object.ServerID, mapi.PrBody)},
		{what: "body as if of an own message", req: load(own.Message, other.Object.ServerID, mapi.PrBody)},
		{what: "attachment", req: load(other.Message, attachment, mapi.PrAttachDataBin)},
		{what: "attachment by number alone", req: load(nil, attachment, mapi.PrAttachDataBin)},
		{what: "attachment as if of an own message", req: load(own.Message, attachment, mapi.PrAttachDataBin)},
		{what: "attachment as if of the own store", req: load(own.Store.EntryID, attachment, mapi.PrAttachDataBin)},
		{what: "message status", req: &wire.GetMessageStatusRequest{EntryID: other.Message}},
		{what: "change keys", req: &wire.GetChangeInfoRequest{EntryID: other.Message}},
		{what: "contents", req: table(other.Folder, mapi.TableMS, mapi.TypeMessage, 0), hidden: noRows, harmless: true},
		{what: "associated contents", req: table(other.Inbox, mapi.TableMS, mapi.TypeMessage, mapi.OpenAssociated), hidden: noRows, harmless: true},
		{what: "deleted contents", req: table(other.Folder, mapi.TableMS, mapi.TypeMessage, mapi.OpenShowSoftDeletes), hidden: noRows, harmless: true},
		{what: "contents of the search folder", req: table(other.Search, mapi.TableMS, mapi.TypeMessage, 0), hidden: noRows, harmless: true},
		{what: "hierarchy", req: table(other.Folder, mapi.TableMS, mapi.TypeFolder, 0), hidden: noRows, harmless: true},
		{what: "hierarchy of the root", req: table(other.Store.RootID, mapi.TableMS, mapi.TypeFolder, mapi.OpenConvenientDepth), hidden: noRows, harmless: true},
		{what: "hierarchy of the store", req: table(other.Store.EntryID, mapi.TableMS, mapi.TypeFolder, mapi.OpenConvenientDepth), hidden: noRows, harmless: true,
			also: []mapi.Code{mapi.InvalidParameter, mapi.InvalidType, mapi.InvalidEntryID}},
		{what: "mailboxes", req: table(other.Store.EntryID, mapi.TableMailbox, mapi.TypeMessage, 0), hidden: noRows, harmless: true,
			also: []mapi.Code{mapi.BadValue, mapi.NoSupport}},
		{what: "outgoing queue", req: table(other.Store.EntryID, mapi.TableSpooler, mapi.TypeMessage, 0)},
		{what: "outgoing queue of everybody", req: table(nil, mapi.TableSpooler, mapi.TypeMessage, 0)},
		{what: "stores", req: table(nil, mapi.TableUserStores, mapi.TypeStore, 0), hidden: noRows, harmless: true},
		{what: "sessions", req: table(nil, mapi.TableStatsSessions, mapi.TypeStatus, 0)},
		{what: "criteria", req: &wire.TableGetSearchCriteriaRequest{EntryID: other.Search}},
		{what: "search in the other's folder", req: &wire.TableSetSearchCriteriaRequest{EntryID: own.Search, Folders: [][]byte{other.Folder},
			Restrict: &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "id of a message", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: other.Store.EntryID, FolderSourceKey: folderKey, MessageSourceKey: messageKey}},
		{what: "id of a folder", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: other.Store.EntryID, FolderSourceKey: folderKey}},
		{what: "id as if in the own store", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: own.Store.EntryID, FolderSourceKey: folderKey, MessageSourceKey: messageKey}},
		{what: "new contents sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, ChangeType: 1}},
		{what: "new hierarchy sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, ChangeType: 2}},
		{what: "new sync of everything", req: &wire.SetSyncStatusRequest{ChangeType: 1}},
		{what: "taking over a sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, SyncID: other.Sync, ChangeID: 9, ChangeType: 1}},
		{what: "changes", req: &wire.GetChangesRequest{SyncID: other.Sync, ChangeType: 1, Flags: 0x30}},
		{what: "changes since", req: &wire.GetChangesRequest{SyncID: other.Sync, ChangeID: 1, ChangeType: 1, Flags: 0x30}},
		{what: "changes as if of the own folder", req: &wire.GetChangesRequest{
			SourceKeyFolder: own.Object.Props.Bytes(mapi.PrParentSourceKey), SyncID: other.Sync, ChangeType: 1, Flags: 0x30}},
		{what: "stream by source key", req: export(mapi.PrSourceKey, messageKey), hidden: noRows, harmless: true},
		{what: "stream by entry id", req: export(mapi.PrEntryID, other.Message), hidden: noRows, harmless: true},
		{what: "events of a folder", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(other.Folder, all, 0)}},
		{what: "events of a message", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(other.Message, all, 0)}},
		{what: "events of a sync", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(nil, mapi.EventICSChange, other.Sync)}},
		{what: "events of several", req: &wire.NotifySubscribeMultiRequest{NotifySubscribeArray: []wire.NotifySubscribe{
			*subscribe(own.Folder, all, 0), *subscribe(other.Folder, all, 0)}}},
		{what: "quota", req: &wire.GetQuotaRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID}},
		{what: "quota status", req: &wire.GetQuotaStatusRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID}},
	}
}

// writing are requests to change what is in a mailbox in which the caller may at most read.
func writing(own, other *mailbox) []trespass {
	list := append(saving(own, other), deleting(own, other)...)
	return append(list, administering(own, other)...)
}

func saving(own, other *mailbox) []trespass {
	attachment := other.Object.Children[1].ServerID
	subject := []mapi.PropValue{mapi.String(mapi.PrSubject, "taken over")}
	save := func(parent, entry mapi.EntryID, o *wire.SaveObject) wire.Request {
		return &wire.SaveObjectRequest{ParentEntryID: append([]byte{}, parent...), EntryID: entry, SaveObj: o}
	}
	message := func(id uint32, parts ...wire.SaveObject) *wire.SaveObject {
		return &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ServerID: id, ModProps: subject, Items: parts}
	}
	part := wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ServerID: attachment, ModProps: subject}
	gone := part
	gone.Delete = true
	fresh := mapi.NewEntryID(other.Store.GUID, mapi.TypeMessage)
	taken := []mapi.Code{mapi.DatabaseError, mapi.Collision, mapi.InvalidEntryID, mapi.InvalidParameter}
	list := []trespass{
		{what: "new message", req: save(other.Folder, fresh, message(0))},
		{what: "message", req: save(other.Folder, other.Message, message(other.Object.ServerID))},
		{what: "message with the own folder as parent", req: save(own.Folder, other.Message, message(other.Object.ServerID))},
		{what: "message with the own store as parent", req: save(own.Store.EntryID, other.Message, message(other.Object.ServerID))},
		{what: "message under the own message's id", req: save(own.Folder, own.Message, message(other.Object.ServerID))},
		{what: "message without a parent", req: save(nil, other.Message, message(other.Object.ServerID)), also: taken},
		{what: "attachment as a message", req: save(own.Folder, own.Message, message(attachment)), also: taken},
		{what: "attachment in the own message", req: save(own.Folder, own.Message, message(own.Object.ServerID, part)), harmless: true, also: taken},
		{what: "attachment deleted from the own message", req: save(own.Folder, own.Message, message(own.Object.ServerID, gone)), harmless: true, also: taken},
		{what: "attachment moved to a new message", req: save(own.Folder, mapi.NewEntryID(own.Store.GUID, mapi.TypeMessage), message(0, part)), harmless: true, also: taken},
		{what: "message id again", req: save(own.Folder, other.Message, message(0)), also: taken},
		{what: "store", req: save(nil, other.Store.EntryID, &wire.SaveObject{ObjType: uint32(mapi.TypeStore), ServerID: other.StoreID, ModProps: subject}), also: taken},
		{what: "criteria", req: &wire.TableSetSearchCriteriaRequest{EntryID: other.Search, Folders: [][]byte{other.Folder},
			Restrict: &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}}},
		{what: "subfolder", req: &wire.CreateFolderRequest{ParentID: other.Folder, Type: 1, Name: wire.Text("new")}},
		{what: "subfolder of the root", req: &wire.CreateFolderRequest{ParentID: other.Store.RootID, Type: 1, Name: wire.Text("new")}},
		{what: "subfolders", req: &wire.CreateFoldersRequest{ParentEID: other.Folder, Batch: []wire.NewFolder{{Name: wire.Text("new"), Type: 1}}}},
		{what: "folder id again", req: &wire.CreateFolderRequest{ParentID: own.Folder, NewEntryID: other.Folder, Type: 1, Name: wire.Text("again")}, also: taken},
		{what: "receive folder", req: &wire.SetReceiveFolderRequest{StoreID: other.Store.EntryID, EntryID: other.Folder, MessageClass: wire.Text("IPM.X")}},
		{what: "receive folder in the own store", req: &wire.SetReceiveFolderRequest{StoreID: other.Store.EntryID, EntryID: own.Folder, MessageClass: wire.Text("IPM.X")},
			also: taken},
		{what: "message status", req: &wire.SetMessageStatusRequest{EntryID: other.Message, NewStatus: 1, NewStatusMask: 1}},
	}
	for _, id := range other.blobs {
		blob := part
		blob.ServerID, blob.InstanceIDs = 0, [][]byte{id}
		list = append(list, trespass{what: "large value of the other by its instance id", also: []mapi.Code{mapi.UnknownInstanceID},
			req: save(own.Folder, mapi.NewEntryID(own.Store.GUID, mapi.TypeMessage), message(0, blob))})
	}
	return list
}

func deleting(own, other *mailbox) []trespass {
	partial := []mapi.Code{mapi.PartialCompletion, mapi.NoSupport}
	ids := func(list ...mapi.EntryID) (out [][]byte) {
		for _, id := range list {
			out = append(out, id)
		}
		return out
	}
	everything := mapi.DelMessages | mapi.DelFolders | mapi.DelAssociated | mapi.DelHard
	return []trespass{
		{what: "deleting", req: &wire.DeleteObjectsRequest{Messages: ids(other.Message)}},
		{what: "deleting for good", req: &wire.DeleteObjectsRequest{Messages: ids(other.Message), Flags: mapi.DelHard}},
		{what: "deleting a folder as a message", req: &wire.DeleteObjectsRequest{Messages: ids(other.Folder), Flags: everything}, harmless: true,
			also: []mapi.Code{mapi.InvalidType, mapi.InvalidEntryID}},
		{what: "emptying", req: &wire.EmptyFolderRequest{EntryID: other.Folder, Flags: everything}},
		{what: "emptying the root", req: &wire.EmptyFolderRequest{EntryID: other.Store.RootID, Flags: everything}},
		{what: "deleting a folder", req: &wire.DeleteFolderRequest{EntryID: other.Folder, Flags: everything}},
		{what: "deleting the search folder", req: &wire.DeleteFolderRequest{EntryID: other.Search, Flags: everything}},
		{what: "moving a message out", req: &wire.CopyObjectsRequest{Messages: ids(other.Message), DestFolderID: own.Folder, Flags: mapi.CopyMove}, also: partial},
		{what: "moving a message about", req: &wire.CopyObjectsRequest{Messages: ids(other.Message), DestFolderID: other.Inbox, Flags: mapi.CopyMove}, also: partial},
		{what: "copying a message in", req: &wire.CopyObjectsRequest{Messages: ids(own.Message), DestFolderID: other.Folder}, also: partial},
		{what: "copying a message about", req: &wire.CopyObjectsRequest{Messages: ids(other.Message), DestFolderID: other.Folder}, also: partial},
		{what: "moving a folder out", req: &wire.CopyFolderRequest{EntryID: other.Folder, DestFolderID: own.Folder, Flags: mapi.CopyMove | mapi.CopySubfolders}, also: partial},
		{what: "copying a folder in", req: &wire.CopyFolderRequest{EntryID: own.Folder, DestFolderID: other.Folder, Flags: mapi.CopySubfolders}, also: partial},
		{what: "renaming by moving", req: &wire.CopyFolderRequest{EntryID: other.Folder, DestFolderID: other.Inbox, NewFolderName: wire.Text("x"), Flags: mapi.CopyMove}},
		{what: "rights of a folder", req: &wire.SetRightsRequest{EntryID: other.Folder, RightsArray: rightsFor(own)}},
		{what: "rights of the root", req: &wire.SetRightsRequest{EntryID: other.Store.RootID, RightsArray: rightsFor(own)}},
		{what: "rights of the store", req: &wire.SetRightsRequest{EntryID: other.Store.EntryID, RightsArray: rightsFor(own)}},
		{what: "sending", req: &wire.SubmitMessageRequest{EntryID: other.Message, Flags: mapi.SubmitMaster}},
		{what: "finishing", req: &wire.FinishedMessageRequest{EntryID: other.Message, Flags: mapi.SubmitMaster}},
		{what: "stopping", req: &wire.AbortSubmitRequest{EntryID: other.Message}},
		{what: "locking", req: &wire.SetLockStateRequest{EntryID: other.Message, Locked: true}},
		{what: "counting", req: &wire.ResetFolderCountRequest{EntryID: other.Folder}},
		{what: "an event", req: &wire.NotifyRequest{Notification: wire.Notification{EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{
			EntryID: other.Message, ParentID: other.Folder, MessageClass: wire.Text("IPM.Note")}}}, harmless: true},
	}
}

func rightsFor(m *mailbox) []wire.Rights {
	return []wire.Rights{{UlUserID: m.User.ID, SUserID: m.User.EntryID, Type: mapi.ACEGrant, Rights: uint32(mapi.RightsAll), State: mapi.ACEStateNew}}
}

// administering are requests that only administrators may make.
func administering(own, other *mailbox) []trespass {
	guid, user := other.Store.GUID[:], &wire.User{
		UlUserID: other.User.ID, SUserID: other.User.EntryID, Password: wire.Text("mine now"), IsAdmin: 2, Username: wire.Text(other.User.Name),
	}
	return []trespass{
		{what: "user", req: &wire.SetUserRequest{User: user}},
		{what: "new user", req: &wire.CreateUserRequest{User: user}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "deleting the user", req: &wire.DeleteUserRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID}},
		{what: "new store", req: &wire.CreateStoreRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID, StoreType: mapi.StoreArchive,
			StoreID: mapi.NewEntryID(mapi.NewGUID(), mapi.TypeStore), RootID: mapi.NewEntryID(mapi.NewGUID(), mapi.TypeFolder)}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "removing the store", req: &wire.RemoveStoreRequest{StoreGUID: guid}, also: []mapi.Code{mapi.Collision}},
		{what: "hooking the store", req: &wire.HookStoreRequest{StoreGUID: guid, UserID: own.User.EntryID}, also: []mapi.Code{mapi.Collision}},
		{what: "unhooking the store", req: &wire.UnhookStoreRequest{UserID: other.User.EntryID}},
		{what: "quota", req: &wire.SetQuotaRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID, Quota: &wire.Quota{HardSize: 1}}},
		{what: "own quota", req: &wire.SetQuotaRequest{UlUserID: own.User.ID, SUserID: own.User.EntryID, Quota: &wire.Quota{HardSize: 1 << 40}}, harmless: true},
		{what: "send as", req: &wire.AddSendAsUserRequest{UlUserID: other.User.ID, SUserID: other.User.EntryID, UlSenderID: own.User.ID, SSenderID: own.User.EntryID}},
		{what: "group", req: &wire.SetGroupRequest{Group: &wire.Group{UlGroupID: other.Group.ID, SGroupID: other.Group.EntryID, Fullname: wire.Text("x")}}},
		{what: "group member", req: &wire.AddGroupUserRequest{UlGroupID: other.Group.ID, SGroupID: other.Group.EntryID, UlUserID: own.User.ID, SUserID: own.User.EntryID}},
		{what: "deleting the group", req: &wire.GroupDeleteRequest{UlGroupID: other.Group.ID, SGroupID: other.Group.EntryID}},
		{what: "purge", req: &wire.PurgeSoftDeleteRequest{}},
		{what: "caches", req: &wire.PurgeCacheRequest{Flags: 0xFFFF}},
		{what: "users", req: &wire.SyncUsersRequest{}},
	}
}

// tryAccess has a user try everything on the mailbox of another one, see tryAll. What she may not do she cannot do, whatever way she
// asks, and nothing changes.
func tryAccess(t *testing.T, look int) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			instance := servertest.Start(t, engine, "")
			alice, bob := addMailbox(t, instance, "alice"), addMailbox(t, instance, "bob")
			bob.keepBlob(t)
			t.Run("stranger", func(t *testing.T) {
				tryAll(t, alice, bob, append(reading(alice, bob), writing(alice, bob)...), look)
			})
			if err := bob.Session.Grant(t.Context(), bob.Folder, client.Grant{UserID: alice.User.ID, EntryID: alice.User.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}); err != nil {
				t.Fatal(err)
			}
			t.Run("reader", func(t *testing.T) {
				if _, err := alice.Session.LoadObject(t.Context(), bob.Message); err != nil {
					t.Fatalf("a reader may not read: %v", err)
				}
				tryAll(t, alice, bob, slices.DeleteFunc(writing(alice, bob), func(x trespass) bool { return strings.HasPrefix(x.what, "large value") }), look)
			})
		})
	}
}

// tryAll has the owner of a mailbox make requests, and compares another's before and after each look requests.
func tryAll(t *testing.T, own, other *mailbox, list []trespass, look int) {
	before := other.everything(t)
	for tried := range slices.Chunk(list, look) {
		var names []string
		for _, x := range tried {
			name := x.req.Op().String() + " " + x.what
			names = append(names, name)
			t.Run(name, func(t *testing.T) { x.try(t, own) })
		}
		if after := other.everything(t); after != before {
			t.Errorf("the mailbox has changed by %s: %s", strings.Join(names, ", or "), firstDifference(before, after))
			before = after
		}
	}
}

// try makes the request, which must be refused.
func (x trespass) try(t *testing.T, own *mailbox) {
	resp := wire.NewResponse(x.req.Op())
	err := own.Session.Do(t.Context(), func(id uint64) wire.Request { e2e.SetSession(x.req, id); return x.req }, resp, func() error {
		if x.hidden != nil {
			return x.hidden(resp)
		}
		return nil
	})
	code := mapi.CodeOf(err)
	switch {
	case err == nil && x.harmless, code == mapi.NoAccess, code == mapi.NotFound, slices.Contains(x.also, code):
	case err == nil:
		t.Error("allowed")
	default:
		t.Error(err)
	}
}

func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return la[i] + " became " + lb[i]
		}
	}
	return fmt.Sprintf("%d lines became %d", len(la), len(lb))
}

// keepBlob puts a large value into the mailbox and keeps the name by which saves can refer to it.
func (m *mailbox) keepBlob(t *testing.T) {
	t.Helper()
	secret := wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, []byte("a secret of "+m.User.Name))}}
	var resp wire.LoadObjectResponse
	err := m.Session.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.SaveObjectRequest{SessionID: id, ParentEntryID: m.Folder, EntryID: mapi.NewEntryID(m.Store.GUID, mapi.TypeMessage),
			SaveObj: &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), Items: []wire.SaveObject{secret}}}
	}, &resp, func() error {
		for _, item := range resp.SaveObject.Items {
			for _, id := range item.InstanceIDs {
				m.blobs = append(m.blobs, slices.Clone(id))
			}
		}
		return nil
	})
	if err != nil || len(m.blobs) == 0 {
		t.Fatalf("%d instance ids, %v", len(m.blobs), err)
	}
}

// TestForeignSession uses the session of somebody else from another machine, and the name of somebody else.
func TestForeignSession(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	addMailbox(t, instance, "alice")
	bob := addMailbox(t, instance, "bob")
	stolen, err := wire.AppendRequest(nil, &wire.GetStoreRequest{SessionID: bob.Session.ID()}), error(nil)
	got, err := e2e.NewRawClient(t, "tcp", instance.TCPAddr).Post(stolen)
	if err != nil || got.Code != mapi.EndOfSession {
		t.Errorf("a session from another address: %v, %v", got.Code, err)
	}
	for what, o := range map[string]client.Options{
		"wrong password":     {User: "bob", Password: "guess"},
		"no password":        {User: "bob"},
		"an unknown user":    {User: "nobody", Password: "secret"},
		"no user":            {Password: "secret"},
		"acting as bob":      {User: "alice", Password: "secret", Impersonate: "bob"},
		"acting as SYSTEM":   {User: "alice", Password: "secret", Impersonate: "SYSTEM"},
		"a group":            {User: "Everyone", Password: ""},
		"SYSTEM by password": {User: "SYSTEM", Password: "SYSTEM"},
	} {
		o.Endpoint = "http://" + instance.TCPAddr + "/"
		s, err := client.LogOn(t.Context(), o)
		if mapi.CodeOf(err) != mapi.LogonFailed {
			t.Errorf("%s: %v", what, err)
		}
		if err == nil {
			s.Close(context.Background())
		}
	}
}
