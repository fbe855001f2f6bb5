package objects

import (
	"context"
	"log/slog"
	"sync/atomic"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Settings are the settings of server.cfg that this package obeys.
type Settings struct {
	StoreNameFormat  string // storename_format: %f full name, %u login, %c company
	MaxEmbedded      int    // embedded_attachment_limit: depth of messages in messages
	SortLocaleID     uint32 // default_sort_locale_id
	SoftDeleteDays   int    // softdelete_lifetime in days; 0: nothing is purged
	MaxNames         int    // named properties of the server
	MaxNamesPerUser  int    // of them, made by one user since the start
	HideReminders    bool   // shared_reminders = no
	MaxBatchFolders  int    // folders one create_folders request may make
	MaxObjectsInList int    // entry ids one request may list
	DeleteBatch      int    // messages that one transaction deletes when a folder is emptied
}

// DefaultSettings are those of an untouched server.cfg.
func DefaultSettings() Settings {
	return Settings{
		StoreNameFormat: "%f", MaxEmbedded: 20, SortLocaleID: 1033, SoftDeleteDays: 30,
		MaxNames: 31485, MaxNamesPerUser: 4096, MaxBatchFolders: 1024, MaxObjectsInList: 100_000, DeleteBatch: 1000,
	}
}

// Subscriber takes the subscription that a client may ask for together with an object.
type Subscriber interface {
	Subscribe(c *session.Call, s *wire.NotifySubscribe) error
}

// Options are what a [Service] is made of.
type Options struct {
	Store     storage.Store
	Cells     *cache.Cells // keeps messages; a sink of the bus must renew cache.KindObject. nil: nothing is kept
	Tree      *change.Tree
	Rights    *rights.Checker
	Directory directory.Directory
	Bus       *feed.Bus
	Subscribe Subscriber // nil: subscriptions in loadObject are refused
	Cluster   Cluster    // nil: there is one server, without a name
	Locks     *Locks     // nil: the service makes its own
	Settings  Settings
	Log       *slog.Logger
}

// Service has the operations on stores, folders and messages.
type Service struct {
	store    storage.Store
	cells    *cache.Cells
	tree     *change.Tree
	writer   *change.Writer
	rights   *rights.Checker
	dir      directory.Directory
	subs     Subscriber
	cluster  Cluster
	settings Settings
	names    *Names
	locks    *Locks
	purging  atomic.Bool
	log      *slog.Logger
}

// New makes the service. Add the tree and the rights checker to the bus first.
func New(o Options) *Service {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if o.Locks == nil {
		o.Locks = NewLocks()
	}
	if o.Cluster == nil {
		o.Cluster = alone{}
	}
	return &Service{
		store: o.Store, cells: o.Cells, tree: o.Tree, writer: change.NewWriter(o.Store, o.Tree, o.Bus), rights: o.Rights, dir: o.Directory,
		subs: o.Subscribe, cluster: o.Cluster, settings: o.Settings, log: log,
		names: NewNames(o.Store, o.Settings.MaxNames, o.Settings.MaxNamesPerUser), locks: o.Locks,
	}
}

// Writer gives other parts of the server the way to write to the tree.
func (s *Service) Writer() *change.Writer { return s.writer }

// Tree gives other parts of the server the way to find objects.
func (s *Service) Tree() *change.Tree { return s.tree }

// Names gives other parts of the server the table of named properties.
func (s *Service) Names() *Names { return s.names }

// author is who makes the change a call asks for.
func author(c *session.Call, sync uint32) change.Author {
	return change.Author{User: c.Session.UserID, SyncID: sync, Now: c.Now}
}

// check asks for a right of the caller.
func (s *Service) check(c *session.Call, ref storage.Ref, need rights.Need) error {
	return s.rights.Check(c.Context, c.Session.UserID, ref, need)
}

// folder finds a folder by its entry id; INVALID_TYPE if it is something else.
func (s *Service) folder(ctx context.Context, id []byte) (storage.Ref, error) {
	ref, err := s.tree.ByEntryID(ctx, id)
	if err == nil && ref.Type != mapi.TypeFolder {
		err = mapi.Errorf(mapi.InvalidType, "objects", "object %d is no folder", ref.ID)
	}
	return ref, err
}

// message finds a message by its entry id.
func (s *Service) message(ctx context.Context, id []byte) (storage.Ref, error) {
	ref, err := s.tree.ByEntryID(ctx, id)
	if err == nil && ref.Type != mapi.TypeMessage {
		err = mapi.Errorf(mapi.InvalidType, "objects", "object %d is no message", ref.ID)
	}
	return ref, err
}

// mailStore finds a store by its entry id, unless it is in a company that the caller does not see.
func (s *Service) mailStore(c *session.Call, id []byte) (storage.Ref, error) {
	ref, err := s.tree.ByEntryID(c.Context, id)
	if err == nil && ref.Type != mapi.TypeStore {
		err = mapi.Errorf(mapi.InvalidType, "objects", "object %d is no store", ref.ID)
	}
	if err == nil {
		err = s.requireReach(c, ref)
	}
	return ref, err
}

// requireReach hides the stores of companies that the caller does not see.
func (s *Service) requireReach(c *session.Call, store storage.Ref) error {
	if !s.dir.Hosted() {
		return nil
	}
	box, err := s.tree.Mailbox(c.Context, store.ID)
	if err != nil {
		return err
	}
	return s.rights.RequireReach(c.Context, c.Session.UserID, box)
}

// ownerOfNew is whose a new object below parent is: the caller's, but what an administrator
// puts into somebody's store belongs to whom the folder belongs (objects.md section 2).
func (s *Service) ownerOfNew(ctx context.Context, caller uint32, parent storage.Ref) (uint32, error) {
	box, err := s.tree.Mailbox(ctx, parent.Store)
	if err != nil {
		return 0, err
	}
	if caller == box.UserID {
		return caller, nil
	}
	admin, err := s.rights.IsAdminOver(ctx, caller, box.UserID)
	if err != nil {
		return 0, err
	}
	if admin {
		return parent.Owner, nil
	}
	return caller, nil
}
