package server_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
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
	attachment := other.object.Children[1].ServerID
	folderKey, messageKey := other.object.Props.Bytes(mapi.PrParentSourceKey), other.object.Props.Bytes(mapi.PrSourceKey)
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
		{what: "folder", req: &wire.LoadObjectRequest{EntryID: other.folder, Flags: mapi.OpenUnicode}},
		{what: "inbox", req: &wire.LoadObjectRequest{EntryID: other.inbox, Flags: mapi.OpenUnicode}},
		{what: "search folder", req: &wire.LoadObjectRequest{EntryID: other.search, Flags: mapi.OpenUnicode}},
		{what: "message", req: &wire.LoadObjectRequest{EntryID: other.message, Flags: mapi.OpenUnicode}},
		{what: "message with subscription", req: &wire.LoadObjectRequest{EntryID: other.message, Flags: mapi.OpenUnicode, NotSubscribe: subscribe(other.message, all, 0)}},
		{what: "body", req: load(other.message, 0, mapi.PrBody)},
		{what: "body by number", req: load(other.message, other.object.ServerID, mapi.PrBody)},
		{what: "body by number alone", req: load(nil, other.object.ServerID, mapi.PrBody)},
		{what: "body as if of an own message", req: load(own.message, other.object.ServerID, mapi.PrBody)},
		{what: "attachment", req: load(other.message, attachment, mapi.PrAttachDataBin)},
		{what: "attachment by number alone", req: load(nil, attachment, mapi.PrAttachDataBin)},
		{what: "attachment as if of an own message", req: load(own.message, attachment, mapi.PrAttachDataBin)},
		{what: "attachment as if of the own store", req: load(own.store.EntryID, attachment, mapi.PrAttachDataBin)},
		{what: "message status", req: &wire.GetMessageStatusRequest{EntryID: other.message}},
		{what: "change keys", req: &wire.GetChangeInfoRequest{EntryID: other.message}},
		{what: "contents", req: table(other.folder, mapi.TableMS, mapi.TypeMessage, 0), hidden: noRows, harmless: true},
		{what: "associated contents", req: table(other.inbox, mapi.TableMS, mapi.TypeMessage, mapi.OpenAssociated), hidden: noRows, harmless: true},
		{what: "deleted contents", req: table(other.folder, mapi.TableMS, mapi.TypeMessage, mapi.OpenShowSoftDeletes), hidden: noRows, harmless: true},
		{what: "contents of the search folder", req: table(other.search, mapi.TableMS, mapi.TypeMessage, 0), hidden: noRows, harmless: true},
		{what: "hierarchy", req: table(other.folder, mapi.TableMS, mapi.TypeFolder, 0), hidden: noRows, harmless: true},
		{what: "hierarchy of the root", req: table(other.store.RootID, mapi.TableMS, mapi.TypeFolder, mapi.OpenConvenientDepth), hidden: noRows, harmless: true},
		{what: "hierarchy of the store", req: table(other.store.EntryID, mapi.TableMS, mapi.TypeFolder, mapi.OpenConvenientDepth), hidden: noRows, harmless: true,
			also: []mapi.Code{mapi.InvalidParameter, mapi.InvalidType, mapi.InvalidEntryID}},
		{what: "mailboxes", req: table(other.store.EntryID, mapi.TableMailbox, mapi.TypeMessage, 0), hidden: noRows, harmless: true,
			also: []mapi.Code{mapi.BadValue, mapi.NoSupport}},
		{what: "outgoing queue", req: table(other.store.EntryID, mapi.TableSpooler, mapi.TypeMessage, 0)},
		{what: "outgoing queue of everybody", req: table(nil, mapi.TableSpooler, mapi.TypeMessage, 0)},
		{what: "stores", req: table(nil, mapi.TableUserStores, mapi.TypeStore, 0), hidden: noRows, harmless: true},
		{what: "sessions", req: table(nil, mapi.TableStatsSessions, mapi.TypeStatus, 0)},
		{what: "criteria", req: &wire.TableGetSearchCriteriaRequest{EntryID: other.search}},
		{what: "search in the other's folder", req: &wire.TableSetSearchCriteriaRequest{EntryID: own.search, Folders: [][]byte{other.folder},
			Restrict: &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "id of a message", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: other.store.EntryID, FolderSourceKey: folderKey, MessageSourceKey: messageKey}},
		{what: "id of a folder", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: other.store.EntryID, FolderSourceKey: folderKey}},
		{what: "id as if in the own store", req: &wire.GetEntryIDFromSourceKeyRequest{StoreID: own.store.EntryID, FolderSourceKey: folderKey, MessageSourceKey: messageKey}},
		{what: "new contents sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, ChangeType: 1}},
		{what: "new hierarchy sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, ChangeType: 2}},
		{what: "new sync of everything", req: &wire.SetSyncStatusRequest{ChangeType: 1}},
		{what: "taking over a sync", req: &wire.SetSyncStatusRequest{SourceKeyFolder: folderKey, SyncID: other.sync, ChangeID: 9, ChangeType: 1}},
		{what: "changes", req: &wire.GetChangesRequest{SyncID: other.sync, ChangeType: 1, Flags: 0x30}},
		{what: "changes since", req: &wire.GetChangesRequest{SyncID: other.sync, ChangeID: 1, ChangeType: 1, Flags: 0x30}},
		{what: "changes as if of the own folder", req: &wire.GetChangesRequest{
			SourceKeyFolder: own.object.Props.Bytes(mapi.PrParentSourceKey), SyncID: other.sync, ChangeType: 1, Flags: 0x30}},
		{what: "stream by source key", req: export(mapi.PrSourceKey, messageKey), hidden: noRows, harmless: true},
		{what: "stream by entry id", req: export(mapi.PrEntryID, other.message), hidden: noRows, harmless: true},
		{what: "events of a folder", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(other.folder, all, 0)}},
		{what: "events of a message", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(other.message, all, 0)}},
		{what: "events of a sync", req: &wire.NotifySubscribeRequest{NotifySubscribe: subscribe(nil, mapi.EventICSChange, other.sync)}},
		{what: "events of several", req: &wire.NotifySubscribeMultiRequest{NotifySubscribeArray: []wire.NotifySubscribe{
			*subscribe(own.folder, all, 0), *subscribe(other.folder, all, 0)}}},
		{what: "quota", req: &wire.GetQuotaRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID}},
		{what: "quota status", req: &wire.GetQuotaStatusRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID}},
	}
}

// writing are requests to change what is in a mailbox in which the caller may at most read.
func writing(own, other *mailbox) []trespass {
	list := append(saving(own, other), deleting(own, other)...)
	return append(list, administering(own, other)...)
}

func saving(own, other *mailbox) []trespass {
	attachment := other.object.Children[1].ServerID
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
	fresh := mapi.NewEntryID(other.store.GUID, mapi.TypeMessage)
	taken := []mapi.Code{mapi.DatabaseError, mapi.Collision, mapi.InvalidEntryID, mapi.InvalidParameter}
	list := []trespass{
		{what: "new message", req: save(other.folder, fresh, message(0))},
		{what: "message", req: save(other.folder, other.message, message(other.object.ServerID))},
		{what: "message with the own folder as parent", req: save(own.folder, other.message, message(other.object.ServerID))},
		{what: "message with the own store as parent", req: save(own.store.EntryID, other.message, message(other.object.ServerID))},
		{what: "message under the own message's id", req: save(own.folder, own.message, message(other.object.ServerID))},
		{what: "message without a parent", req: save(nil, other.message, message(other.object.ServerID)), also: taken},
		{what: "attachment as a message", req: save(own.folder, own.message, message(attachment)), also: taken},
		{what: "attachment in the own message", req: save(own.folder, own.message, message(own.object.ServerID, part)), harmless: true, also: taken},
		{what: "attachment deleted from the own message", req: save(own.folder, own.message, message(own.object.ServerID, gone)), harmless: true, also: taken},
		{what: "attachment moved to a new message", req: save(own.folder, mapi.NewEntryID(own.store.GUID, mapi.TypeMessage), message(0, part)), harmless: true, also: taken},
		{what: "message id again", req: save(own.folder, other.message, message(0)), also: taken},
		{what: "store", req: save(nil, other.store.EntryID, &wire.SaveObject{ObjType: uint32(mapi.TypeStore), ServerID: other.storeID, ModProps: subject}), also: taken},
		{what: "criteria", req: &wire.TableSetSearchCriteriaRequest{EntryID: other.search, Folders: [][]byte{other.folder},
			Restrict: &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}}},
		{what: "subfolder", req: &wire.CreateFolderRequest{ParentID: other.folder, Type: 1, Name: wire.Text("new")}},
		{what: "subfolder of the root", req: &wire.CreateFolderRequest{ParentID: other.store.RootID, Type: 1, Name: wire.Text("new")}},
		{what: "subfolders", req: &wire.CreateFoldersRequest{ParentEID: other.folder, Batch: []wire.NewFolder{{Name: wire.Text("new"), Type: 1}}}},
		{what: "folder id again", req: &wire.CreateFolderRequest{ParentID: own.folder, NewEntryID: other.folder, Type: 1, Name: wire.Text("again")}, also: taken},
		{what: "receive folder", req: &wire.SetReceiveFolderRequest{StoreID: other.store.EntryID, EntryID: other.folder, MessageClass: wire.Text("IPM.X")}},
		{what: "receive folder in the own store", req: &wire.SetReceiveFolderRequest{StoreID: other.store.EntryID, EntryID: own.folder, MessageClass: wire.Text("IPM.X")},
			also: taken},
		{what: "message status", req: &wire.SetMessageStatusRequest{EntryID: other.message, NewStatus: 1, NewStatusMask: 1}},
	}
	for _, id := range other.blobs {
		blob := part
		blob.ServerID, blob.InstanceIDs = 0, [][]byte{id}
		list = append(list, trespass{what: "large value of the other by its instance id", also: []mapi.Code{mapi.UnknownInstanceID},
			req: save(own.folder, mapi.NewEntryID(own.store.GUID, mapi.TypeMessage), message(0, blob))})
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
		{what: "deleting", req: &wire.DeleteObjectsRequest{Messages: ids(other.message)}},
		{what: "deleting for good", req: &wire.DeleteObjectsRequest{Messages: ids(other.message), Flags: mapi.DelHard}},
		{what: "deleting a folder as a message", req: &wire.DeleteObjectsRequest{Messages: ids(other.folder), Flags: everything}, harmless: true,
			also: []mapi.Code{mapi.InvalidType, mapi.InvalidEntryID}},
		{what: "emptying", req: &wire.EmptyFolderRequest{EntryID: other.folder, Flags: everything}},
		{what: "emptying the root", req: &wire.EmptyFolderRequest{EntryID: other.store.RootID, Flags: everything}},
		{what: "deleting a folder", req: &wire.DeleteFolderRequest{EntryID: other.folder, Flags: everything}},
		{what: "deleting the search folder", req: &wire.DeleteFolderRequest{EntryID: other.search, Flags: everything}},
		{what: "moving a message out", req: &wire.CopyObjectsRequest{Messages: ids(other.message), DestFolderID: own.folder, Flags: mapi.CopyMove}, also: partial},
		{what: "moving a message about", req: &wire.CopyObjectsRequest{Messages: ids(other.message), DestFolderID: other.inbox, Flags: mapi.CopyMove}, also: partial},
		{what: "copying a message in", req: &wire.CopyObjectsRequest{Messages: ids(own.message), DestFolderID: other.folder}, also: partial},
		{what: "copying a message about", req: &wire.CopyObjectsRequest{Messages: ids(other.message), DestFolderID: other.folder}, also: partial},
		{what: "moving a folder out", req: &wire.CopyFolderRequest{EntryID: other.folder, DestFolderID: own.folder, Flags: mapi.CopyMove | mapi.CopySubfolders}, also: partial},
		{what: "copying a folder in", req: &wire.CopyFolderRequest{EntryID: own.folder, DestFolderID: other.folder, Flags: mapi.CopySubfolders}, also: partial},
		{what: "renaming by moving", req: &wire.CopyFolderRequest{EntryID: other.folder, DestFolderID: other.inbox, NewFolderName: wire.Text("x"), Flags: mapi.CopyMove}},
		{what: "rights of a folder", req: &wire.SetRightsRequest{EntryID: other.folder, RightsArray: rightsFor(own)}},
		{what: "rights of the root", req: &wire.SetRightsRequest{EntryID: other.store.RootID, RightsArray: rightsFor(own)}},
		{what: "rights of the store", req: &wire.SetRightsRequest{EntryID: other.store.EntryID, RightsArray: rightsFor(own)}},
		{what: "sending", req: &wire.SubmitMessageRequest{EntryID: other.message, Flags: mapi.SubmitMaster}},
		{what: "finishing", req: &wire.FinishedMessageRequest{EntryID: other.message, Flags: mapi.SubmitMaster}},
		{what: "stopping", req: &wire.AbortSubmitRequest{EntryID: other.message}},
		{what: "locking", req: &wire.SetLockStateRequest{EntryID: other.message, Locked: true}},
		{what: "counting", req: &wire.ResetFolderCountRequest{EntryID: other.folder}},
		{what: "an event", req: &wire.NotifyRequest{Notification: wire.Notification{EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{
			EntryID: other.message, ParentID: other.folder, MessageClass: wire.Text("IPM.Note")}}}, harmless: true},
	}
}

func rightsFor(m *mailbox) []wire.Rights {
	return []wire.Rights{{UlUserID: m.user.ID, SUserID: m.user.EntryID, Type: mapi.ACEGrant, Rights: uint32(mapi.RightsAll), State: mapi.ACEStateNew}}
}

// administering are requests that only administrators may make.
func administering(own, other *mailbox) []trespass {
	guid, user := other.store.GUID[:], &wire.User{
		UlUserID: other.user.ID, SUserID: other.user.EntryID, Password: wire.Text("mine now"), IsAdmin: 2, Username: wire.Text(other.user.Name),
	}
	return []trespass{
		{what: "user", req: &wire.SetUserRequest{User: user}},
		{what: "new user", req: &wire.CreateUserRequest{User: user}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "deleting the user", req: &wire.DeleteUserRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID}},
		{what: "new store", req: &wire.CreateStoreRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID, StoreType: mapi.StoreArchive,
			StoreID: mapi.NewEntryID(mapi.NewGUID(), mapi.TypeStore), RootID: mapi.NewEntryID(mapi.NewGUID(), mapi.TypeFolder)}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "removing the store", req: &wire.RemoveStoreRequest{StoreGUID: guid}, also: []mapi.Code{mapi.Collision}},
		{what: "hooking the store", req: &wire.HookStoreRequest{StoreGUID: guid, UserID: own.user.EntryID}, also: []mapi.Code{mapi.Collision}},
		{what: "unhooking the store", req: &wire.UnhookStoreRequest{UserID: other.user.EntryID}},
		{what: "quota", req: &wire.SetQuotaRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID, Quota: &wire.Quota{HardSize: 1}}},
		{what: "own quota", req: &wire.SetQuotaRequest{UlUserID: own.user.ID, SUserID: own.user.EntryID, Quota: &wire.Quota{HardSize: 1 << 40}}, harmless: true},
		{what: "send as", req: &wire.AddSendAsUserRequest{UlUserID: other.user.ID, SUserID: other.user.EntryID, UlSenderID: own.user.ID, SSenderID: own.user.EntryID}},
		{what: "group", req: &wire.SetGroupRequest{Group: &wire.Group{UlGroupID: other.group.ID, SGroupID: other.group.EntryID, Fullname: wire.Text("x")}}},
		{what: "group member", req: &wire.AddGroupUserRequest{UlGroupID: other.group.ID, SGroupID: other.group.EntryID, UlUserID: own.user.ID, SUserID: own.user.EntryID}},
		{what: "deleting the group", req: &wire.GroupDeleteRequest{UlGroupID: other.group.ID, SGroupID: other.group.EntryID}},
		{what: "purge", req: &wire.PurgeSoftDeleteRequest{}},
		{what: "caches", req: &wire.PurgeCacheRequest{Flags: 0xFFFF}},
		{what: "users", req: &wire.SyncUsersRequest{}},
	}
}

// TestAccess has a user try everything on the mailbox of another one. What she may not do she cannot do, whatever way she asks, and nothing changes.
func TestAccess(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			instance := servertest.Start(t, engine, "")
			alice, bob := addMailbox(t, instance, "alice"), addMailbox(t, instance, "bob")
			bob.keepBlob(t)
			t.Run("stranger", func(t *testing.T) {
				tryAll(t, alice, bob, append(reading(alice, bob), writing(alice, bob)...))
			})
			if err := bob.session.Grant(t.Context(), bob.folder, client.Grant{UserID: alice.user.ID, EntryID: alice.user.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}); err != nil {
				t.Fatal(err)
			}
			t.Run("reader", func(t *testing.T) {
				if _, err := alice.session.LoadObject(t.Context(), bob.message); err != nil {
					t.Fatalf("a reader may not read: %v", err)
				}
				tryAll(t, alice, bob, slices.DeleteFunc(writing(alice, bob), func(x trespass) bool { return strings.HasPrefix(x.what, "large value") }))
			})
		})
	}
}

func tryAll(t *testing.T, own, other *mailbox, list []trespass) {
	before := other.everything(t)
	for _, x := range list {
		t.Run(x.req.Op().String()+" "+x.what, func(t *testing.T) {
			resp := wire.NewResponse(x.req.Op())
			err := own.session.Do(t.Context(), func(id uint64) wire.Request { setSession(x.req, id); return x.req }, resp, func() error {
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
			if after := other.everything(t); after != before {
				t.Errorf("the mailbox has changed: %s", firstDifference(before, after))
				before = after
			}
		})
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

// everything is what the owner finds in the mailbox, as text.
func (m *mailbox) everything(t *testing.T) string {
	t.Helper()
	ctx, s := t.Context(), m.session
	var b strings.Builder
	show := func(id mapi.EntryID) { m.show(t, &b, id) }
	show(m.store.EntryID)
	show(m.store.RootID)
	folders, err := s.Folders(ctx, m.store.RootID, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		fmt.Fprintf(&b, "%+v\n", f)
		show(f.EntryID)
		for _, flags := range []uint32{0, mapi.OpenAssociated, mapi.OpenShowSoftDeletes} {
			err := s.EachRow(ctx, client.TableQuery{Kind: mapi.TableMS, EntryID: f.EntryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
				Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrMsgStatus, mapi.PrMessageFlags}}, func(row mapi.Props) error {
				fmt.Fprintln(&b, flags, row)
				show(row.Bytes(mapi.PrEntryID))
				return nil
			})
			if err != nil && !(mapi.CodeOf(err) == mapi.NoSupport && f.Kind == mapi.FolderSearch) {
				t.Fatal(err)
			}
		}
	}
	m.showSettings(t, &b)
	return b.String()
}

// show writes an object with its parts, its large values and its access list.
func (m *mailbox) show(t *testing.T, b *strings.Builder, id mapi.EntryID) {
	var resp wire.LoadObjectResponse
	large := map[uint32][]mapi.PropTag{}
	err := m.session.Do(t.Context(), func(session uint64) wire.Request {
		return &wire.LoadObjectRequest{SessionID: session, EntryID: id, Flags: mapi.OpenUnicode}
	}, &resp, func() error {
		sortProps(&resp.SaveObject, large)
		b.Write(wire.AppendResponse(nil, &resp, wire.SOAP11))
		return nil
	})
	fmt.Fprintf(b, "%x %v\n", id, err)
	for _, part := range slices.Sorted(maps.Keys(large)) {
		for _, tag := range large[part] {
			v, err := m.session.LoadValue(t.Context(), id, part, tag)
			fmt.Fprintln(b, tag, v.Data, err)
		}
	}
	grants, err := m.session.Rights(t.Context(), id)
	fmt.Fprintln(b, grants, err)
}

// sortProps sorts properties, whose order says nothing, and collects the large values of each part. The times of log-ons are left
// out: the server notes them now and then.
func sortProps(o *wire.SaveObject, large map[uint32][]mapi.PropTag) {
	logon := func(tag mapi.PropTag) bool { return tag == mapi.PrLastLogonTime || tag == mapi.PrLastLogoffTime }
	o.DelProps = slices.DeleteFunc(o.DelProps, logon)
	o.ModProps = slices.DeleteFunc(o.ModProps, func(v mapi.PropValue) bool { return logon(v.Tag) })
	slices.Sort(o.DelProps)
	slices.SortFunc(o.ModProps, func(a, b mapi.PropValue) int { return cmp.Compare(a.Tag, b.Tag) })
	for _, tag := range o.DelProps {
		if !mapi.Props(o.ModProps).Has(tag.ID()) {
			large[o.ServerID] = append(large[o.ServerID], tag)
		}
	}
	for i := range o.Items {
		sortProps(&o.Items[i], large)
	}
}

// showSettings writes what is about the mailbox and not in it.
func (m *mailbox) showSettings(t *testing.T, b *strings.Builder) {
	t.Helper()
	ask := func(req wire.Request) {
		resp := wire.NewResponse(req.Op())
		err := m.session.Do(t.Context(), func(id uint64) wire.Request { setSession(req, id); return req }, resp, func() error {
			b.Write(wire.AppendResponse(nil, resp, wire.SOAP11))
			return nil
		})
		fmt.Fprintln(b, req.Op(), err)
	}
	ask(&wire.GetUserRequest{UlUserID: m.user.ID, SUserID: m.user.EntryID})
	ask(&wire.GetGroupRequest{UlGroupID: m.group.ID, SGroupID: m.group.EntryID})
	ask(&wire.GetUserListOfGroupRequest{UlGroupID: m.group.ID, SGroupID: m.group.EntryID})
	ask(&wire.GetQuotaRequest{UlUserID: m.user.ID, SUserID: m.user.EntryID})
	ask(&wire.GetReceiveFolderTableRequest{StoreID: m.store.EntryID})
	ask(&wire.TableGetSearchCriteriaRequest{EntryID: m.search})
	ask(&wire.GetChangesRequest{SyncID: m.sync, ChangeType: 1, Flags: 0x30})
	ask(&wire.GetStoreRequest{})
}

// keepBlob puts a large value into the mailbox and keeps the name by which saves can refer to it.
func (m *mailbox) keepBlob(t *testing.T) {
	t.Helper()
	secret := wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.Binary(mapi.PrAttachDataBin, []byte("a secret of "+m.user.Name))}}
	var resp wire.LoadObjectResponse
	err := m.session.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.SaveObjectRequest{SessionID: id, ParentEntryID: m.folder, EntryID: mapi.NewEntryID(m.store.GUID, mapi.TypeMessage),
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
	stolen, err := wire.AppendRequest(nil, &wire.GetStoreRequest{SessionID: bob.session.ID()}), error(nil)
	got, err := newRawClient(t, "tcp", instance.TCPAddr).post(stolen)
	if err != nil || got.code != mapi.EndOfSession {
		t.Errorf("a session from another address: %v, %v", got.code, err)
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
