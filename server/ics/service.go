// Package ics is incremental change synchronisation: clients learn what changed in a folder, in a tree of folders or in the
// address book since they last asked, and carry whole messages in and out as streams (objects.md section 13).
//
// It owns the registered syncs and the sets of items that restricted syncs have seen. The records of changes are written
// by whoever changes something, in the same transaction; this package only reads them.
//
// Methods may be called from any goroutine. Ids of changes rise in commit order within a folder, so
// the highest id that a client has seen is a complete description of what it knows.
//
// It refuses syncs that are registered for another folder or another kind than the client says.
package ics

import (
	"context"
	"log/slog"
	"time"

	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/directory"
	"zarafa/server/objects"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// Types of changes, as recorded: kind of the item, or-ed with what happened.
const (
	messageNew    = mapi.ChangeMessage | mapi.ChangeNew
	messageChange = mapi.ChangeMessage | mapi.ChangeModified
	messageFlag   = mapi.ChangeMessage | mapi.ChangeFlag
	folderNew     = mapi.ChangeFolder | mapi.ChangeNew
	userNew       = mapi.ChangeUser | mapi.ChangeNew
	// goneFromSet is what a restricted sync reports for an item that no longer matches: without the kind.
	goneFromSet = mapi.ChangeHardDelete
)

// Service answers the operations of synchronisation.
type Service struct {
	store     storage.Store
	objects   *objects.Service
	rights    *rights.Checker
	directory directory.Directory
	locales   *collation.Locales
	log       *slog.Logger
}

// New makes the service.
func New(store storage.Store, objects *objects.Service, rights *rights.Checker, directory directory.Directory, locales *collation.Locales, log *slog.Logger) *Service {
	return &Service{store: store, objects: objects, rights: rights, directory: directory, locales: locales, log: log}
}

// folder finds the folder of a source key and checks that the caller may synchronise it: its
// contents need the right to read, its subfolders that it is visible. The empty key stands for the
// whole server and is for system administrators.
func (s *Service) folder(c *session.Call, key []byte, kind uint32) (storage.Ref, error) {
	if len(key) == 0 {
		return storage.Ref{}, directory.RequireSystemAdmin(c.Context, s.directory, c.Session.UserID, "ics")
	}
	ref, err := s.store.RefBySourceKey(c.Context, key)
	if err != nil {
		return ref, err
	}
	need := rights.Read
	if kind == mapi.SyncHierarchy {
		need = rights.Visible
	}
	return ref, s.rights.Check(c.Context, c.Session.UserID, ref, need)
}

// CleanUp forgets syncs that no client used for longer than the lifetime.
func (s *Service) CleanUp(ctx context.Context, now time.Time, lifetime time.Duration) error {
	if lifetime <= 0 {
		return nil
	}
	return s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		return tx.DeleteSyncsBefore(ctx, now.Add(-lifetime))
	}, nil)
}
