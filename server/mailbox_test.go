package server_test

import (
	"bytes"
	"context"
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
	table   uint32 // sorted into categories
	header  []byte // instance key of its first row
	state   []byte // which of its categories are open
	group   client.Group
	blobs   [][]byte
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
