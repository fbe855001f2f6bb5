package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// mailbox is a user with a store, and one of everything that operations can be about.
type mailbox struct {
	session *client.Session
	user    client.User
	store   client.Store
	storeID uint32 // object id of the store
	inbox   mapi.EntryID
	folder  mapi.EntryID
	search  mapi.EntryID
	message mapi.EntryID
	object  *client.Object // the message
	fresh   mapi.EntryID   // of a message to come
	sync    uint32
	table   uint32   // sorted into categories
	header  []byte   // instance key of its first row
	state   []byte   // which of its categories are open
	blobs   [][]byte // instance ids of large values, see keepBlob
	group   client.Group
	company client.Company
}

// addMailbox creates a user with a store and logs on as him.
func addMailbox(t *testing.T, i *servertest.Instance, name string) *mailbox {
	t.Helper()
	m, err := newMailbox(t.Context(), i, name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newMailbox(ctx context.Context, i *servertest.Instance, name string) (*mailbox, error) {
	admin, err := client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	_, _, err = admin.CreateUser(ctx, client.User{Name: name, Password: "secret", FullName: name, Email: name + "@example.com", Class: mapi.ClassActiveUser})
	if err != nil {
		return nil, err
	}
	m := &mailbox{}
	if m.user, err = admin.User(ctx, name); err != nil {
		return nil, err
	}
	if m.store, err = admin.CreateStore(ctx, m.user, client.English); err != nil {
		return nil, err
	}
	bare, company, _ := strings.Cut(name, "@")
	group := strings.TrimSuffix(bare+"'s@"+company, "@")
	if err = admin.CreateGroup(ctx, client.Group{Name: group, FullName: "Friends", Email: "f@example.com"}); err != nil {
		return nil, err
	}
	if m.group, err = admin.Group(ctx, group); err != nil {
		return nil, err
	}
	if m.session, err = client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: name}); err != nil {
		return nil, err
	}
	if m.inbox, err = m.session.ReceiveFolder(ctx, m.store.EntryID, ""); err != nil {
		return nil, err
	}
	return m, m.fill(ctx)
}

// fill makes the things in the store, those that are missing.
func (m *mailbox) fill(ctx context.Context) error {
	s := m.session
	store, err := s.LoadObject(ctx, m.store.EntryID)
	if err != nil {
		return err
	}
	m.storeID = store.ServerID
	parent := mapi.EntryID(store.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	ids, err := s.CreateFolders(ctx, parent, []client.NewFolder{{Name: "mine"}, {Name: "found", Search: true}})
	if err != nil {
		return err
	}
	m.folder, m.search = ids[0], ids[1]
	if m.message, err = s.CreateMessage(ctx, m.folder, keptMessage()); err != nil {
		return err
	}
	if m.object, err = s.LoadObject(ctx, m.message); err != nil {
		return err
	}
	m.fresh = mapi.NewEntryID(m.store.GUID, mapi.TypeMessage)
	return m.open(ctx)
}

// keptMessage has everything a message can have.
func keptMessage() *client.Message {
	m := letter(1)
	m.Props.Set(mapi.String(mapi.PrBody, "short"))
	m.Attachments[0].Data = []byte("short")
	m.Attachments = append(m.Attachments, client.Attachment{Name: "inner", Message: &client.Message{
		Props: mapi.Props{mapi.String(mapi.PrSubject, "inner")}, Recipients: m.Recipients, Attachments: []client.Attachment{{Name: "x", Data: []byte("inmost")}},
	}})
	return m
}

// open makes what belongs to the session: a synchronisation and a table.
func (m *mailbox) open(ctx context.Context) error {
	var status wire.SetSyncStatusResponse
	err := m.session.Do(ctx, func(id uint64) wire.Request {
		return &wire.SetSyncStatusRequest{SessionID: id, SourceKeyFolder: m.object.Props.Bytes(mapi.PrParentSourceKey), ChangeType: 1}
	}, &status, nil)
	if err != nil {
		return err
	}
	m.sync = status.SyncID
	var table wire.TableOpenResponse
	err = m.session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableOpenRequest{SessionID: id, EntryID: m.folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage), Flags: mapi.OpenUnicode}
	}, &table, nil)
	m.table = table.TableID
	if err != nil {
		return err
	}
	return m.categorise(ctx)
}

// categorise sorts the table into categories and reads what requests need to know of them.
func (m *mailbox) categorise(ctx context.Context) error {
	var rows wire.TableMultiResponse
	params := wire.TableMultiParams{
		TableID: m.table, SetColumns: []mapi.PropTag{mapi.PrInstanceKey, mapi.PrSubject}, QueryRows: &wire.TableQueryRowsParams{Count: 1},
		Sort: &wire.TableSortParams{SortOrder: []mapi.SortOrder{{Tag: mapi.PrSubject}}, Categories: 1, Expanded: 1},
	}
	err := m.session.Do(ctx, func(id uint64) wire.Request { return &wire.TableMultiRequest{SessionID: id, Request: params} }, &rows, func() error {
		if len(rows.RowSet.Rows) > 0 {
			m.header = bytes.Clone(mapi.Props(rows.RowSet.Rows[0]).Bytes(mapi.PrInstanceKey))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var state wire.TableGetCollapseStateResponse
	return m.session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableGetCollapseStateRequest{SessionID: id, TableID: m.table, Bookmark: m.header}
	}, &state, func() error { m.state = bytes.Clone(state.CollapseState); return nil })
}

// whole reports whether the session and the things in the store are there.
func (m *mailbox) whole(ctx context.Context) bool {
	for _, id := range []mapi.EntryID{m.folder, m.search, m.message} {
		if _, err := m.session.LoadObject(ctx, id); err != nil {
			return false
		}
	}
	return m.session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableGetRowCountRequest{SessionID: id, TableID: m.table}
	}, new(wire.TableGetRowCountResponse), nil) == nil
}

// mend brings back what requests have destroyed, if need be with a new user.
func (m *mailbox) mend(t *testing.T, i *servertest.Instance) {
	t.Helper()
	if m.whole(t.Context()) || m.fill(t.Context()) == nil {
		return
	}
	bare, company, _ := strings.Cut(m.user.Name, "@")
	successor := addMailbox(t, i, strings.TrimSuffix(bare+"+@"+company, "@"))
	successor.company = m.company
	if successor.user.AdminLevel = m.user.AdminLevel; m.user.AdminLevel != 0 {
		admin := logOn(t, i.Endpoint(), "SYSTEM")
		defer admin.Close(t.Context())
		if err := admin.SetUser(t.Context(), successor.user); err != nil {
			t.Fatal(err)
		}
	}
	*m = *successor
}

// marks are the texts by which requests name what is in the mailbox, always in the same order.
func (m *mailbox) marks(session uint64) []string {
	marks := []string{
		number(session), fmt.Sprintf("<ulTableId>%d<", m.table), fmt.Sprintf("<ulSyncId>%d<", m.sync),
		fmt.Sprintf("<ulServerId>%d<", m.object.ServerID),
	}
	for _, id := range [][]byte{m.folder, m.search, m.message, m.fresh, m.object.Props.Bytes(mapi.PrSourceKey), m.object.Props.Bytes(mapi.PrParentSourceKey), m.user.EntryID} {
		marks = append(marks, b64(id))
	}
	return marks
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// aboutFolders are the operations whose sEntryId is a folder, aboutStores those where it is a store.
var (
	aboutFolders = map[string]bool{
		"getRights": true, "setRights": true, "emptyFolder": true, "deleteFolder": true, "copyFolder": true, "tableOpen": true, "resetFolderCount": true,
		"tableMulti": true,
	}
	aboutStores = map[string]bool{"getStoreName": true, "getStoreType": true, "getStore": true}
)

// value gives the members of a request their meaning; session is the caller's.
func (m *mailbox) value(session uint64) valueOf {
	return func(op *operation, f member) string {
		if f.Name == op.Session {
			return number(session)
		}
		if id := m.idOf(op, f.Name); id != nil && f.Type == "base64Binary" {
			return b64(id)
		}
		if n := m.numberOf(op, f.Name); n != 0 {
			return number(n)
		}
		switch f.Name {
		case "szUserName", "lpszUsername", "szUsername":
			if op.Name != "createUser" && op.Name != "setUser" {
				return m.user.Name
			}
			return op.Name + " of " + m.user.Name
		case "lpszGroupname", "lpszCompanyname":
			if op.Name == "resolveGroupname" {
				return m.group.Name
			}
			return op.Name + " of " + m.user.Name
		case "lpszPseudoUrl":
			return "pseudo://Unknown"
		case "fOpenIfExists", "open-if-exists", "bIsNew":
			return "1"
		}
		return ""
	}
}

// numberOf is the value of a member that is a number, 0 for any.
func (m *mailbox) numberOf(op *operation, name string) uint64 {
	switch name {
	case "ulTableId":
		return uint64(m.table)
	case "ulSyncId":
		if op.Name == "getChanges" || op.Name == "setSyncStatus" {
			return uint64(m.sync)
		}
	case "ulUserId", "ulUserid", "ulSenderId", "ulRecipientId":
		return uint64(m.user.ID)
	case "ulGroupId":
		return uint64(m.group.ID)
	case "ulCompanyId", "ulCompanyid", "ulSetCompanyId":
		return uint64(m.company.ID)
	case "ulAdministrator":
		return uint64(m.user.ID)
	case "ulServerId":
		return uint64(m.object.ServerID)
	case "ulTableType":
		return uint64(mapi.TableMS)
	case "ulType", "ulChangeType", "type", "lRowCount", "ulRowCount", "ulCount", "ulDays":
		if op.Name == "tableOpen" || op.Name == "tableMulti" {
			return uint64(mapi.TypeMessage)
		}
		return 1
	case "ulPropTag", "ulPropId", "item":
		if op.Name == "exportMessageChangesAsStream" {
			return uint64(mapi.PrSourceKey)
		}
		return uint64(mapi.PrSubject)
	case "ulFlags":
		if op.Name == "deleteFolder" {
			return uint64(mapi.DelMessages | mapi.DelFolders)
		}
	case "ulObjClass":
		return uint64(mapi.ClassActiveUser)
	case "ulEventMask":
		return uint64(mapi.EventModified)
	case "ulEventType":
		return uint64(mapi.EventNewMail)
	case "ulCapabilities", "clientCaps":
		return 0xFFFF
	}
	return 0
}

// idOf is the value of a member that is an identifier.
func (m *mailbox) idOf(op *operation, name string) []byte {
	switch name {
	case "sUserId", "sSenderId", "sRecipientId":
		return m.user.EntryID
	case "sGroupId":
		return m.group.EntryID
	case "sCompanyId", "sSetCompanyId":
		return m.company.EntryID
	case "lpsEntryId":
		if op.Name == "getStore" {
			return m.store.EntryID
		}
		return m.folder
	case "sStoreId", "store":
		return m.store.EntryID
	case "sStoreGuid":
		g := m.store.EntryID.StoreGUID()
		return g[:]
	case "sRootId":
		return m.store.RootID
	case "sParentId", "parent-eid", "sParentEntryId", "pParentId", "folder":
		return m.folder
	case "sDestFolderId":
		return m.inbox
	case "sInstanceKey", "sBookmark":
		return m.header
	case "sCollapseState":
		return m.state
	case "item", "sKey", "pEntryId", "message":
		if op.Name == "tableSetSearchCriteria" {
			return m.folder
		}
		return m.message
	case "sEntryId":
		switch {
		case op.Name == "readABProps":
			return m.user.EntryID
		case op.Name == streamed:
			return m.fresh
		case aboutStores[op.Name]:
			return m.store.EntryID
		case aboutFolders[op.Name]:
			return m.folder
		case op.Name == "tableSetSearchCriteria" || op.Name == "tableGetSearchCriteria":
			return m.search
		}
		return m.message
	case "sObjectKey", "messageSourceKey":
		return m.object.Props.Bytes(mapi.PrSourceKey)
	case "sParentKey", "folderSourceKey", "sSourceKeyFolder":
		return m.object.Props.Bytes(mapi.PrParentSourceKey)
	}
	return nil
}
