package suite

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/wire"
)

// The user of the mailbox.
const (
	userName     = "alice"
	userPassword = "secret"
	// administrator is the user that this process may be on the Unix socket.
	administrator = "SYSTEM"
)

// What [Fill] puts into the mailbox.
const (
	filledMessages = 2000
	filledUsers    = 50
)

// mailbox is what benchmarks know of the user's store.
type mailbox struct {
	session  *client.Session // for preparations
	store    client.Store
	inbox    mapi.EntryID
	messages []mapi.EntryID // of the inbox
	keys     [][]byte       // their source keys
	inboxKey []byte
}

// Fill makes the users and the mailbox in an empty database, always the same.
func Fill(ctx context.Context, d Database) (err error) {
	e, err := Start(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	admin, err := client.LogOn(ctx, client.Options{Endpoint: e.endpoint(), User: administrator})
	if err != nil {
		return err
	}
	e.closers = append(e.closers, func() error { return admin.Close(ctx) })
	for i := range filledUsers {
		name := fmt.Sprintf("user%02d", i)
		if i == 0 {
			name = userName
		}
		user := client.User{Name: name, Password: userPassword, FullName: "Full Name of " + name, Email: name + "@example.com", Class: mapi.ClassActiveUser}
		if user.ID, user.EntryID, err = admin.CreateUser(ctx, user); err != nil {
			return err
		}
		if i == 0 {
			if _, err := admin.CreateStore(ctx, user, client.English); err != nil {
				return err
			}
		}
	}
	return firstError(e.fillInbox(), e.fillLoad())
}

func (e *Environment) fillInbox() error {
	c, err := e.logOn()
	if err != nil {
		return err
	}
	m, err := e.openMailbox()
	if err != nil {
		return err
	}
	for n := range filledMessages {
		if _, err := c.deliver(m.inbox, n); err != nil {
			return err
		}
	}
	return nil
}

// deliver saves a new message.
func (c *connection) deliver(folder mapi.EntryID, n int) (mapi.EntryID, error) {
	req := saving(c.session, folder, n)
	return req.EntryID, c.do(req, &wire.LoadObjectResponse{})
}

// saving is a request to save a new message.
func saving(session uint64, folder mapi.EntryID, n int) *wire.SaveObjectRequest {
	id := mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
	return &wire.SaveObjectRequest{SessionID: session, ParentEntryID: folder, EntryID: id, SaveObj: newMessage(n)}
}

// theMailbox finds the mailbox, the first time by reading it.
func (e *Environment) theMailbox() (*mailbox, error) {
	if e.mailbox != nil {
		return e.mailbox, nil
	}
	m, err := e.openMailbox()
	if err != nil {
		return nil, err
	}
	query := client.TableQuery{
		Kind: mapi.TableMS, EntryID: m.inbox, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSourceKey, mapi.PrParentSourceKey}, Sort: []mapi.SortOrder{{Tag: mapi.PrSubject}},
	}
	err = m.session.EachRow(e.ctx, query, func(row mapi.Props) error {
		m.messages = append(m.messages, slices.Clone(row.Bytes(mapi.PrEntryID)))
		m.keys = append(m.keys, slices.Clone(row.Bytes(mapi.PrSourceKey)))
		m.inboxKey = slices.Clone(row.Bytes(mapi.PrParentSourceKey))
		return nil
	})
	if err == nil && len(m.messages) != filledMessages {
		err = fmt.Errorf("the mailbox has %d messages in place of %d", len(m.messages), filledMessages)
	}
	e.mailbox = m
	return m, err
}

func (e *Environment) openMailbox() (*mailbox, error) {
	s, err := client.LogOn(e.ctx, client.Options{Endpoint: e.endpoint(), User: userName, Password: userPassword, NoUnixAuth: true})
	if err != nil {
		return nil, err
	}
	e.closers = append(e.closers, func() error { return s.Close(e.ctx) })
	m := &mailbox{session: s}
	if m.store, err = s.Store(e.ctx); err != nil {
		return nil, err
	}
	folders, err := s.DefaultFolders(e.ctx, m.store)
	m.inbox = folders[client.Inbox]
	return m, err
}

// newFolder makes a folder for one benchmark.
func (e *Environment) newFolder(name string, search bool) (mapi.EntryID, error) {
	m, err := e.theMailbox()
	if err != nil {
		return nil, err
	}
	return m.session.CreateFolder(e.ctx, m.store.RootID, client.NewFolder{Name: name, Search: search})
}
