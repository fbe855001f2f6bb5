package client

import (
	"bytes"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/wire"
)

// Kinds of incremental change synchronisation (objects.md section 13).
const (
	SyncContents  = mapi.SyncContents
	SyncHierarchy = mapi.SyncHierarchy
)

// Flags of a synchronisation.
const (
	SyncNoDeletions     = mapi.SyncNoDeletions
	SyncNoSoftDeletions = mapi.SyncNoSoftDeletions
	SyncReadState       = mapi.SyncReadState // changes of the read flag too
	SyncAssociated      = mapi.SyncAssociated
	SyncNormal          = mapi.SyncNormal
	SyncPlainText       = mapi.SyncPlainText // streams without RTF and HTML
	SyncCatchUp         = mapi.SyncCatchUp   // only the state, no changes
	SyncBestBody        = mapi.SyncBestBody  // streams with one of RTF and HTML
)

// ChangeKind is what happened to an item; it is the same for messages and folders.
type ChangeKind uint32

// Kinds of changes.
const (
	ItemNew         ChangeKind = 1
	ItemChanged     ChangeKind = 2
	ItemFlagged     ChangeKind = 3 // its read flag: Flags of the change are the new PR_MESSAGE_FLAGS
	ItemSoftDeleted ChangeKind = 4
	ItemDeleted     ChangeKind = 5 // for good, or out of a restricted synchronisation
	changeKindMask  uint32     = 0xF
)

// ItemChange is a change that the server knows and the client does not.
type ItemChange struct {
	ID        uint32
	Kind      ChangeKind
	SourceKey []byte
	ParentKey []byte
	Flags     uint32
}

// Sync is one client's synchronisation of one folder, or of the folders below it. A client keeps it as long as its copy.
type Sync struct {
	ID     uint32 // the server's number of it
	Change uint32 // the state: the newest change that the copy has; 0 is an empty copy
	Kind   uint32 // SyncContents or SyncHierarchy
}

// NewSync registers a synchronisation of the folder with a source key.
func (s *Session) NewSync(ctx context.Context, folder []byte, kind uint32) (Sync, error) {
	sync := Sync{Kind: kind}
	var err error
	sync.ID, err = s.setSyncStatus(ctx, folder, sync)
	return sync, err
}

// SaveSync tells the server which state the client has reached, so that it knows what to keep.
func (s *Session) SaveSync(ctx context.Context, folder []byte, sync Sync) error {
	_, err := s.setSyncStatus(ctx, folder, sync)
	return err
}

func (s *Session) setSyncStatus(ctx context.Context, folder []byte, sync Sync) (id uint32, err error) {
	var resp wire.SetSyncStatusResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetSyncStatusRequest{
			SessionID: session, SourceKeyFolder: nonNil(folder), SyncID: sync.ID, ChangeID: sync.Change, ChangeType: sync.Kind,
		}
	}, &resp, func() error { id = resp.SyncID; return nil })
	return id, err
}

// Changes lists what happened since the state of sync, oldest first (a first synchronisation: newest items first), and
// the state after it. restrict leaves items out, nil takes all.
func (s *Session) Changes(ctx context.Context, sync Sync, flags uint32, restrict *mapi.Restriction) (list []ItemChange, state uint32, err error) {
	var resp wire.ICSChangeResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetChangesRequest{
			SessionID: session, SourceKeyFolder: []byte{}, SyncID: sync.ID, ChangeID: sync.Change, ChangeType: sync.Kind, Flags: flags, Restrict: restrict,
		}
	}, &resp, func() error {
		state = resp.MaxChangeID
		list = make([]ItemChange, len(resp.ChangesArray))
		for i := range resp.ChangesArray {
			c := &resp.ChangesArray[i]
			list[i] = ItemChange{
				ID: c.ChangeID, Kind: ChangeKind(c.ChangeType & changeKindMask), Flags: c.Flags,
				SourceKey: bytes.Clone(c.SourceKey), ParentKey: bytes.Clone(c.ParentSourceKey),
			}
		}
		return nil
	})
	return list, state, err
}

// SyncStates asks for the newest changes of the folders of synchronisations, by their numbers: those that differ from the client's
// state have news. Numbers that the server does not know are left out.
func (s *Session) SyncStates(ctx context.Context, ids []uint32) (newest map[uint32]uint32, err error) {
	var resp wire.GetSyncStatesReponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetSyncStatesRequest{SessionID: session, SyncID: ids}
	}, &resp, func() error {
		newest = make(map[uint32]uint32, len(resp.SyncStates))
		for _, st := range resp.SyncStates {
			newest[st.SyncID] = st.ChangeID
		}
		return nil
	})
	return newest, err
}

// Collapse leaves one change of each item: the last, but a change of the read flag does not hide that the item is new or
// changed, and what was deleted and came back has changed. Deletions come after changes and before changes of read flags,
// as clients apply them (objects.md section 13).
func Collapse(list []ItemChange) []ItemChange {
	last := make(map[string]int, len(list))
	var out []ItemChange
	for _, c := range list {
		at, seen := last[string(c.SourceKey)]
		if !seen {
			last[string(c.SourceKey)] = len(out)
			out = append(out, c)
			continue
		}
		before := &out[at]
		switch {
		case c.Kind == ItemFlagged && before.Kind < ItemFlagged:
			// The whole item comes anyway, with its read flag.
		case before.Kind == ItemNew && c.Kind == ItemChanged:
			before.ID = c.ID
		case before.Kind > ItemFlagged && c.Kind < ItemFlagged:
			*before = c
			before.Kind = ItemChanged
		default:
			*before = c
		}
	}
	slices.SortStableFunc(out, func(a, b ItemChange) int { return turn(a.Kind) - turn(b.Kind) })
	return out
}

// turn is when changes of a kind are applied.
func turn(k ChangeKind) int {
	switch k {
	case ItemSoftDeleted:
		return 1
	case ItemDeleted:
		return 2
	case ItemFlagged:
		return 3
	}
	return 0
}

// EntryIDOf finds a message of a folder by their source keys; an empty message key finds the folder itself.
func (s *Session) EntryIDOf(ctx context.Context, store mapi.EntryID, folder, message []byte) (id mapi.EntryID, err error) {
	var resp wire.GetEntryIDFromSourceKeyResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetEntryIDFromSourceKeyRequest{
			SessionID: session, StoreID: store, FolderSourceKey: nonNil(folder), MessageSourceKey: nonNil(message),
		}
	}, &resp, func() error { id = copyID(resp.EntryID); return nil })
	return id, err
}

// Version is which change an object stands at, and which changes led there.
type Version struct {
	ChangeKey    []byte // PR_CHANGE_KEY
	Predecessors []byte // PR_PREDECESSOR_CHANGE_LIST
}

// Includes reports whether v has seen the change that w stands at. If neither of two versions includes the other they are in
// conflict.
func (v Version) Includes(w Version) bool { return mapi.HasPredecessor(v.Predecessors, w.ChangeKey) }

// VersionOf asks for the version of a message or folder.
func (s *Session) VersionOf(ctx context.Context, id mapi.EntryID) (v Version, err error) {
	var resp wire.GetChangeInfoResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetChangeInfoRequest{SessionID: session, EntryID: id}
	}, &resp, func() error {
		v = Version{bytes.Clone(resp.PropCK.Data), bytes.Clone(resp.PropPCL.Data)}
		return nil
	})
	return v, err
}
