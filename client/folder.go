package client

import (
	"context"
	"fmt"
	"strings"

	"zarafa/mapi"
	"zarafa/wire"
)

// NewFolder describes a folder to create.
type NewFolder struct {
	Name    string
	Comment string
	Search  bool // a search folder
}

func (f *NewFolder) kind() uint32 {
	if f.Search {
		return mapi.FolderSearch
	}
	return mapi.FolderGeneric
}

// CreateFolder creates a folder, or finds the one that has the name already.
func (s *Session) CreateFolder(ctx context.Context, parent mapi.EntryID, f NewFolder) (id mapi.EntryID, err error) {
	return s.createFolder(ctx, 0, parent, f, nil)
}

func (s *Session) createFolder(ctx context.Context, sync uint32, parent mapi.EntryID, f NewFolder, key []byte) (id mapi.EntryID, err error) {
	var resp wire.CreateFolderResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CreateFolderRequest{
			SessionID: session, ParentID: parent, Type: f.kind(), Name: wire.Text(f.Name), Comment: wire.Text(f.Comment),
			OpenIfExists: true, SyncID: sync, OrigSourceKey: nonNil(key),
		}
	}, &resp, func() error { id = copyID(resp.EntryID); return nil })
	return id, err
}

// CreateFolders creates several folders under one parent at once: all or none. Those whose name exists are found.
func (s *Session) CreateFolders(ctx context.Context, parent mapi.EntryID, list []NewFolder) (ids []mapi.EntryID, err error) {
	batch := make([]wire.NewFolder, len(list))
	for i, f := range list {
		batch[i] = wire.NewFolder{
			Name: wire.Text(f.Name), Comment: wire.Text(f.Comment), OpenIfExists: true, Type: f.kind(), OriginalSourceKey: []byte{},
		}
	}
	var resp wire.CreateFoldersResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CreateFoldersRequest{SessionID: session, ParentEID: parent, Batch: batch}
	}, &resp, func() error {
		if len(resp.EntryIDs) != len(list) {
			return errIncomplete
		}
		ids = copyIDs(resp.EntryIDs)
		return nil
	})
	return ids, err
}

// DeleteFolder deletes a folder. flags are mapi.DelFolders and mapi.DelMessages, without which a folder that holds
// something is kept, and mapi.DelHard, without which it can be restored.
func (s *Session) DeleteFolder(ctx context.Context, id mapi.EntryID, flags uint32) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.DeleteFolderRequest{SessionID: session, EntryID: id, Flags: flags}
	}, new(wire.DeleteFolderResponse), nil)
}

// EmptyFolder deletes what a folder holds. flags are mapi.DelAssociated and mapi.DelHard.
func (s *Session) EmptyFolder(ctx context.Context, id mapi.EntryID, flags uint32) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.EmptyFolderRequest{SessionID: session, EntryID: id, Flags: flags}
	}, new(wire.EmptyFolderResponse), nil)
}

// CopyFolder copies a folder below another one of the same store; flags are mapi.CopyMove and mapi.CopySubfolders. An
// empty name keeps the name.
func (s *Session) CopyFolder(ctx context.Context, id, dest mapi.EntryID, name string, flags uint32) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CopyFolderRequest{
			SessionID: session, EntryID: id, DestFolderID: dest, NewFolderName: wire.NullString{String: name, Valid: name != ""}, Flags: flags,
		}
	}, new(wire.CopyFolderResponse), nil)
}

// ResetFolderCount counts a folder's contents anew and returns how many counters were wrong.
func (s *Session) ResetFolderCount(ctx context.Context, id mapi.EntryID) (fixed uint32, err error) {
	var resp wire.ResetFolderCountResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResetFolderCountRequest{SessionID: session, EntryID: id}
	}, &resp, func() error { fixed = resp.Updates; return nil })
	return fixed, err
}

// Folder is a folder in a listing.
type Folder struct {
	EntryID   mapi.EntryID
	ParentID  mapi.EntryID
	SourceKey []byte
	Name      string
	Class     string // PR_CONTAINER_CLASS, empty if it has none
	Kind      uint32 // mapi.FolderGeneric or mapi.FolderSearch
	Messages  uint32
	Unread    uint32
	Depth     uint32 // 1 directly below the folder listed
}

// Folders lists the folders below one, with deep all the way down.
func (s *Session) Folders(ctx context.Context, parent mapi.EntryID, deep bool) ([]Folder, error) {
	query := TableQuery{
		Kind: mapi.TableMS, EntryID: parent, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{
			mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrDisplayName, mapi.PrContainerClass, mapi.PrFolderType,
			mapi.PrContentCount, mapi.PrContentUnread, mapi.PrDepth, mapi.PrSourceKey,
		},
	}
	if deep {
		query.Flags |= mapi.OpenConvenientDepth
	}
	var list []Folder
	err := s.EachRow(ctx, query, func(row mapi.Props) error {
		list = append(list, Folder{
			EntryID: row.Bytes(mapi.PrEntryID), ParentID: row.Bytes(mapi.PrParentEntryID), Name: row.Str(mapi.PrDisplayName),
			Class: row.Str(mapi.PrContainerClass), Kind: row.Uint32(mapi.PrFolderType), Messages: row.Uint32(mapi.PrContentCount),
			Unread: row.Uint32(mapi.PrContentUnread), SourceKey: row.Bytes(mapi.PrSourceKey), Depth: row.Uint32(mapi.PrDepth),
		})
		return nil
	})
	return list, err
}

// FolderByPath finds a folder by the names on the way from start, case aside. Where one is missing the error carries
// NOT_FOUND.
func (s *Session) FolderByPath(ctx context.Context, start mapi.EntryID, names ...string) (mapi.EntryID, error) {
	for _, name := range names {
		list, err := s.Folders(ctx, start, false)
		if err != nil {
			return nil, err
		}
		found := false
		for _, f := range list {
			if strings.EqualFold(f.Name, name) {
				start, found = f.EntryID, true
				break
			}
		}
		if !found {
			return nil, &mapi.Error{Op: "opening a folder", Code: mapi.NotFound, Err: fmt.Errorf("there is no folder %q", name)}
		}
	}
	return start, nil
}

// Deleted lists what was deleted from a folder and can be restored: messages with mapi.TypeMessage, folders with mapi.TypeFolder.
func (s *Session) Deleted(ctx context.Context, folder mapi.EntryID, t mapi.ObjectType, columns ...mapi.PropTag) (rows []mapi.Props, err error) {
	query := TableQuery{Kind: mapi.TableMS, EntryID: folder, ObjectType: t, Flags: mapi.OpenUnicode | mapi.OpenShowSoftDeletes, Columns: columns}
	err = s.EachRow(ctx, query, func(row mapi.Props) error { rows = append(rows, row); return nil })
	return rows, err
}

// RestoreMessages puts deleted messages into a folder of their store, which may be the one that they were deleted from. They get
// new entry ids. PARTIAL_COMPLETION if some were not restored, STORE_FULL if there is no room.
func (s *Session) RestoreMessages(ctx context.Context, folder mapi.EntryID, ids ...mapi.EntryID) error {
	return s.copyMessages(ctx, 0, folder, mapi.CopyMove, ids)
}

// RestoreFolder puts a deleted folder below another one of its store, with all that was in it.
func (s *Session) RestoreFolder(ctx context.Context, id, parent mapi.EntryID) error {
	return s.CopyFolder(ctx, id, parent, "", mapi.CopyMove|mapi.CopySubfolders)
}
