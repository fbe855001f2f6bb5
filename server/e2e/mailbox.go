package e2e

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

// Mailbox is a user with a store, and one of everything that operations can be about.
type Mailbox struct {
	Session *client.Session
	User    client.User
	Store   client.Store
	StoreID uint32 // object id of the store
	Inbox   mapi.EntryID
	Folder  mapi.EntryID
	Search  mapi.EntryID
	Message mapi.EntryID
	Object  *client.Object // the message
	Fresh   mapi.EntryID   // of a message to come
	Sync    uint32
	Table   uint32 // sorted into categories
	Header  []byte // instance key of its first row
	State   []byte // which of its categories are open
	Group   client.Group
}

// AddMailbox creates a user with a store and logs on as him.
func AddMailbox(t *testing.T, i *servertest.Instance, name string) *Mailbox {
	t.Helper()
	m, err := newMailbox(t.Context(), i, name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newMailbox(ctx context.Context, i *servertest.Instance, name string) (*Mailbox, error) {
	admin, err := client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	_, _, err = admin.CreateUser(ctx, client.User{Name: name, Password: "secret", FullName: name, Email: name + "@example.com", Class: mapi.ClassActiveUser})
	if err != nil {
		return nil, err
	}
	m := &Mailbox{}
	if m.User, err = admin.User(ctx, name); err != nil {
		return nil, err
	}
	if m.Store, err = admin.CreateStore(ctx, m.User, client.English); err != nil {
		return nil, err
	}
	bare, company, _ := strings.Cut(name, "@")
	group := strings.TrimSuffix(bare+"'s@"+company, "@")
	if err = admin.CreateGroup(ctx, client.Group{Name: group, FullName: "Friends", Email: "f@example.com"}); err != nil {
		return nil, err
	}
	if m.Group, err = admin.Group(ctx, group); err != nil {
		return nil, err
	}
	if m.Session, err = client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: name}); err != nil {
		return nil, err
	}
	if m.Inbox, err = m.Session.ReceiveFolder(ctx, m.Store.EntryID, ""); err != nil {
		return nil, err
	}
	return m, m.Fill(ctx)
}

// Fill makes the things in the store, those that are missing.
func (m *Mailbox) Fill(ctx context.Context) error {
	s := m.Session
	store, err := s.LoadObject(ctx, m.Store.EntryID)
	if err != nil {
		return err
	}
	m.StoreID = store.ServerID
	parent := mapi.EntryID(store.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	ids, err := s.CreateFolders(ctx, parent, []client.NewFolder{{Name: "mine"}, {Name: "found", Search: true}})
	if err != nil {
		return err
	}
	m.Folder, m.Search = ids[0], ids[1]
	if m.Message, err = s.CreateMessage(ctx, m.Folder, KeptMessage()); err != nil {
		return err
	}
	if m.Object, err = s.LoadObject(ctx, m.Message); err != nil {
		return err
	}
	m.Fresh = mapi.NewEntryID(m.Store.GUID, mapi.TypeMessage)
	return m.open(ctx)
}

// KeptMessage has everything a message can have.
func KeptMessage() *client.Message {
	m := Letter(1)
	m.Props.Set(mapi.String(mapi.PrBody, "short"))
	m.Attachments[0].Data = []byte("short")
	m.Attachments = append(m.Attachments, client.Attachment{Name: "inner", Message: &client.Message{
		Props: mapi.Props{mapi.String(mapi.PrSubject, "inner")}, Recipients: m.Recipients, Attachments: []client.Attachment{{Name: "x", Data: []byte("inmost")}},
	}})
	return m
}

// open makes what belongs to the session: a synchronisation and a table.
func (m *Mailbox) open(ctx context.Context) error {
	var status wire.SetSyncStatusResponse
	err := m.Session.Do(ctx, func(id uint64) wire.Request {
		return &wire.SetSyncStatusRequest{SessionID: id, SourceKeyFolder: m.Object.Props.Bytes(mapi.PrParentSourceKey), ChangeType: 1}
	}, &status, nil)
	if err != nil {
		return err
	}
	m.Sync = status.SyncID
	var table wire.TableOpenResponse
	err = m.Session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableOpenRequest{SessionID: id, EntryID: m.Folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage), Flags: mapi.OpenUnicode}
	}, &table, nil)
	m.Table = table.TableID
	if err != nil {
		return err
	}
	return m.categorise(ctx)
}

// categorise sorts the table into categories and reads what requests need to know of them.
func (m *Mailbox) categorise(ctx context.Context) error {
	var rows wire.TableMultiResponse
	params := wire.TableMultiParams{
		TableID: m.Table, SetColumns: []mapi.PropTag{mapi.PrInstanceKey, mapi.PrSubject}, QueryRows: &wire.TableQueryRowsParams{Count: 1},
		Sort: &wire.TableSortParams{SortOrder: []mapi.SortOrder{{Tag: mapi.PrSubject}}, Categories: 1, Expanded: 1},
	}
	err := m.Session.Do(ctx, func(id uint64) wire.Request { return &wire.TableMultiRequest{SessionID: id, Request: params} }, &rows, func() error {
		if len(rows.RowSet.Rows) > 0 {
			m.Header = bytes.Clone(mapi.Props(rows.RowSet.Rows[0]).Bytes(mapi.PrInstanceKey))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var state wire.TableGetCollapseStateResponse
	return m.Session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableGetCollapseStateRequest{SessionID: id, TableID: m.Table, Bookmark: m.Header}
	}, &state, func() error { m.State = bytes.Clone(state.CollapseState); return nil })
}

// Whole reports whether the session and the things in the store are there.
func (m *Mailbox) Whole(ctx context.Context) bool {
	for _, id := range []mapi.EntryID{m.Folder, m.Search, m.Message} {
		if _, err := m.Session.LoadObject(ctx, id); err != nil {
			return false
		}
	}
	return m.Session.Do(ctx, func(id uint64) wire.Request {
		return &wire.TableGetRowCountRequest{SessionID: id, TableID: m.Table}
	}, new(wire.TableGetRowCountResponse), nil) == nil
}
