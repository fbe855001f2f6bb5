// Package servicetest puts the services that own objects, users and rights over an SQLite database of their own, for
// tests of packages that work on objects.
//
// It owns users and mailboxes to test with and short ways to make folders and messages; nothing listens, and calls are made
// straight into the services. Each [Bench] belongs to one test. Errors of what it does for a test end the test.
package servicetest

import (
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/objects"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/storage/sqlite"
	"zarafa/wire"
)

// Bench is what a test works on. Everything happens at Now.
type Bench struct {
	*testing.T
	Store   storage.Store
	Tree    *change.Tree
	Rights  *rights.Checker
	Users   *directory.Service
	Objects *objects.Service
	Bus     *feed.Bus
	Locales *collation.Locales
	Now     time.Time

	ACL      *rights.Service
	sessions uint64
	close    func()
}

// Mailbox is a user and his store.
type Mailbox struct {
	User  uint32
	Store mapi.EntryID
	Root  mapi.EntryID
}

// New opens an empty database in a file of its own. Sinks given with [feed.Bus.Add] afterwards hear of changes after the
// caches of objects and rights.
func New(t *testing.T) *Bench { return Open(t, filepath.Join(t.TempDir(), "test.db")) }

// Open is New on a file that may hold something already, as after a restart.
func Open(t *testing.T, path string) *Bench {
	t.Helper()
	return OpenWith(t, path, directory.Settings{SystemEmail: "postmaster@localhost"})
}

// OpenWith is Open with settings for the directory.
func OpenWith(t *testing.T, path string, settings directory.Settings) *Bench {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := beside(t, store, settings)
	b.close = sync.OnceFunc(func() {
		if err := store.Close(); err != nil {
			b.Errorf("closing the database: %v", err)
		}
	})
	b.Cleanup(b.close)
	return b
}

// CloseStore closes the database before the test ends, so that it can be opened again: as for a server that dies, whatever
// still works on it.
func (b *Bench) CloseStore() { b.close() }

// Beside makes a bench on the same database whose changes the services of this one do not hear of.
func (b *Bench) Beside() *Bench {
	return beside(b.T, b.Store, directory.Settings{SystemEmail: "postmaster@localhost"})
}

func beside(t *testing.T, store storage.Store, settings directory.Settings) *Bench {
	t.Helper()
	b := &Bench{T: t, Store: store, Bus: new(feed.Bus), Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	b.OK(objects.Seed(t.Context(), store))
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	var err error
	b.Users, err = directory.New(t.Context(), store, settings, log, func() time.Time { return b.Now })
	b.OK(err)
	b.Locales, err = collation.NewLocales("en_US")
	b.OK(err)
	b.Tree = change.NewTree(store)
	b.Rights = rights.NewChecker(rights.Config{OwnerAutoFullAccess: true}, b.Tree, b.Users, store)
	b.Bus.Add(b.Tree)
	b.Bus.Add(b.Rights)
	b.ACL = rights.NewService(b.Rights, b.Tree, b.Users, store, b.Bus)
	b.Objects = objects.New(objects.Options{
		Store: store, Tree: b.Tree, Rights: b.Rights, Directory: b.Users, Bus: b.Bus, Settings: objects.DefaultSettings(), Log: log,
	})
	return b
}

// OK ends the test if there is an error.
func (b *Bench) OK(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Fails ends the test unless an operation ended with a code.
func (b *Bench) Fails(err error, want mapi.Code) {
	b.Helper()
	if mapi.CodeOf(err) != want {
		b.Fatalf("got %v, want %v", err, want)
	}
}

// As is a call in a new session of a user.
func (b *Bench) As(user uint32) *session.Call {
	b.sessions++
	s := &session.Session{ID: b.sessions, UserID: user, Capabilities: mapi.CapGIFN32 | mapi.CapEnhancedICS | mapi.CapMultiServer}
	return &session.Call{Context: b.Context(), Session: s, Now: b.Now, Log: slog.New(slog.DiscardHandler)}
}

// NewMailbox makes a user with a private store.
func (b *Bench) NewMailbox(name string) Mailbox {
	b.Helper()
	var created wire.CreateUserResponse
	b.OK(b.Users.CreateUser(b.As(mapi.UserSystem), &wire.CreateUserRequest{User: &wire.User{
		Username: wire.Text(name), FullName: wire.Text(name + " Example"), MailAddress: wire.Text(name + "@example.com"),
		ObjClass: uint32(mapi.ClassActiveUser),
	}}, &created))
	guid := mapi.NewGUID()
	m := Mailbox{User: created.UlUserID, Store: mapi.NewEntryID(guid, mapi.TypeStore), Root: mapi.NewEntryID(guid, mapi.TypeFolder)}
	b.OK(b.Objects.CreateStore(b.As(mapi.UserSystem), &wire.CreateStoreRequest{
		StoreType: mapi.StorePrivate, UlUserID: m.User, StoreID: m.Store, RootID: m.Root,
	}, &wire.CreateStoreResponse{}))
	return m
}

// NewFolder makes a folder of a kind (mapi.FolderGeneric, FolderSearch) below another one.
func (b *Bench) NewFolder(user uint32, parent mapi.EntryID, name string, kind uint32) storage.Ref {
	b.Helper()
	var resp wire.CreateFolderResponse
	b.OK(b.Objects.CreateFolder(b.As(user), &wire.CreateFolderRequest{
		ParentID: parent, Type: kind, Name: wire.Text(name), Comment: wire.Text(""),
	}, &resp))
	return b.Ref(mapi.EntryID(resp.EntryID))
}

// NewMessage saves a message with a subject and further properties.
func (b *Bench) NewMessage(user uint32, folder storage.Ref, subject string, props ...mapi.PropValue) storage.Ref {
	b.Helper()
	all := append([]mapi.PropValue{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject)}, props...)
	return b.Save(user, folder, &wire.SaveObject{ModProps: all})
}

// Save saves a new message with its parts.
func (b *Bench) Save(user uint32, folder storage.Ref, n *wire.SaveObject) storage.Ref {
	b.Helper()
	return b.SaveAs(b.As(user), folder, n, 0, 0)
}

// SaveAs is Save in a given session, with flags of the row and a sync id.
func (b *Bench) SaveAs(c *session.Call, folder storage.Ref, n *wire.SaveObject, flags, sync uint32) storage.Ref {
	b.Helper()
	id := mapi.NewEntryID(folder.EntryID.StoreGUID(), mapi.TypeMessage)
	n.ObjType = uint32(mapi.TypeMessage)
	b.OK(b.Objects.SaveObject(c, &wire.SaveObjectRequest{
		ParentEntryID: folder.EntryID, EntryID: id, SaveObj: n, Flags: flags, SyncID: sync,
	}, &wire.LoadObjectResponse{}))
	return b.Ref(id)
}

// Change sets properties of a message.
func (b *Bench) Change(user uint32, message storage.Ref, props ...mapi.PropValue) {
	b.Helper()
	b.OK(b.Objects.SaveObject(b.As(user), &wire.SaveObjectRequest{
		ParentEntryID: message.EntryID, EntryID: message.EntryID,
		SaveObj: &wire.SaveObject{ServerID: message.ID, ObjType: uint32(mapi.TypeMessage), ModProps: props},
	}, &wire.LoadObjectResponse{}))
}

// Delete deletes messages with flags of deleteObjects.
func (b *Bench) Delete(user uint32, flags uint32, messages ...storage.Ref) {
	b.Helper()
	list := make([][]byte, len(messages))
	for i, m := range messages {
		list[i] = m.EntryID
	}
	b.OK(b.Objects.DeleteObjects(b.As(user), &wire.DeleteObjectsRequest{Flags: flags, Messages: list}, &wire.DeleteObjectsResponse{}))
}

// Ref reads an object's reference from the database.
func (b *Bench) Ref(id mapi.EntryID) storage.Ref {
	b.Helper()
	ref, err := b.Store.RefByEntryID(b.Context(), id)
	b.OK(err)
	return ref
}

// Object reads an object with its parts from the database.
func (b *Bench) Object(id uint32) *storage.Object {
	b.Helper()
	o, err := b.Store.Object(b.Context(), id)
	b.OK(err)
	return o
}

// Counters reads the counters of a folder, without the time of the last change.
func (b *Bench) Counters(folder storage.Ref) storage.Counters {
	b.Helper()
	k, err := b.Store.Counters(b.Context(), folder.ID)
	b.OK(err)
	k.CommitTime = 0
	return k
}
