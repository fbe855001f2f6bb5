package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// maxFolderName bounds the name of a folder in bytes.
const maxFolderName = 2048

// NewFolder describes a folder to make.
type NewFolder struct {
	Kind         uint32 // mapi.FolderGeneric or FolderSearch
	Name         string
	Comment      wire.NullString
	Owner        uint32
	EntryID      mapi.EntryID // nil: the server makes one
	SourceKey    []byte       // nil: the server makes one
	OpenIfExists bool
}

// CreateFolder makes a folder, or finds the one that has the name (objects.md section 5).
func (s *Service) CreateFolder(c *session.Call, req *wire.CreateFolderRequest, resp *wire.CreateFolderResponse) error {
	ids, err := s.createFolders(c, req.ParentID, []wire.NewFolder{{
		Name: req.Name, Comment: req.Comment, EntryID: req.NewEntryID, OpenIfExists: req.OpenIfExists,
		Type: req.Type, SyncID: req.SyncID, OriginalSourceKey: req.OrigSourceKey,
	}})
	if err == nil {
		resp.EntryID = ids[0]
	}
	return err
}

// CreateFolders makes several folders below one, all of them or none.
func (s *Service) CreateFolders(c *session.Call, req *wire.CreateFoldersRequest, resp *wire.CreateFoldersResponse) error {
	if len(req.Batch) > s.settings.MaxBatchFolders {
		return mapi.Errorf(mapi.TooBig, "create_folders", "%d folders, the limit is %d", len(req.Batch), s.settings.MaxBatchFolders)
	}
	ids, err := s.createFolders(c, req.ParentEID, req.Batch)
	resp.EntryIDs = ids
	return err
}

func (s *Service) createFolders(c *session.Call, parentID []byte, batch []wire.NewFolder) ([][]byte, error) {
	parent, err := s.folder(c.Context, parentID)
	if err != nil {
		return nil, err
	}
	owner, err := s.ownerOfNew(c.Context, c.Session.UserID, parent)
	if err != nil {
		return nil, err
	}
	box, err := s.tree.Mailbox(c.Context, parent.Store)
	if err != nil {
		return nil, err
	}
	specs := make([]NewFolder, len(batch))
	for i := range batch {
		if specs[i], err = newFolder(&batch[i], owner); err != nil {
			return nil, err
		}
	}
	// To find a folder by its name takes less than to make one, and which it will be shows only inside.
	mayCreate, mayFind := s.check(c, parent, rights.CreateSubfolder), s.check(c, parent, rights.Visible)
	ids := make([][]byte, len(batch))
	return ids, s.writer.Do(c.Context, parent.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		// Clients have always been told of the parent after each of its new folders.
		for i := range specs {
			ch.SyncID = batch[i].SyncID
			ref, found, err := createFolder(ctx, ch, parent, box.GUID, specs[i])
			if err != nil {
				return err
			}
			if found && mayFind != nil {
				return mayFind
			}
			if !found && mayCreate != nil {
				return mayCreate
			}
			ids[i] = ref.EntryID
			if found || i == len(specs)-1 {
				continue // the last one's counters are announced at the end
			}
			if err := ch.AnnounceCounters(ctx, parent.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// newFolder checks a request for a folder. Clients that leave its type out (0, which in the tree is the root) want an
// ordinary one.
func newFolder(f *wire.NewFolder, owner uint32) (NewFolder, error) {
	spec := NewFolder{
		Kind: f.Type, Name: f.Name.String, Comment: f.Comment, Owner: owner,
		SourceKey: f.OriginalSourceKey, OpenIfExists: f.OpenIfExists,
	}
	if spec.Kind == 0 {
		spec.Kind = mapi.FolderGeneric
	}
	if spec.Kind != mapi.FolderGeneric && spec.Kind != mapi.FolderSearch {
		return spec, mapi.Errorf(mapi.InvalidType, "createFolder", "folder type %d", f.Type)
	}
	if spec.Name == "" || len(spec.Name) > maxFolderName {
		return spec, mapi.Errorf(mapi.InvalidParameter, "createFolder", "a name of %d bytes", len(spec.Name))
	}
	if len(f.EntryID) > 0 {
		id := mapi.EntryID(f.EntryID)
		if !id.Valid() || id.Type() != mapi.TypeFolder {
			return spec, mapi.Errorf(mapi.InvalidEntryID, "createFolder", "not the entry id of a folder")
		}
		spec.EntryID = id.WithFlags(0)
	}
	return spec, nil
}

// createFolder makes a folder inside a change. If a live one has the name, an ordinary client gets that one (found) or
// COLLISION; a synchronising client gets a second folder of the name.
func createFolder(ctx context.Context, ch *change.Change, parent storage.Ref, store mapi.GUID, spec NewFolder) (ref storage.Ref, found bool, err error) {
	parent, err = ch.Folder(ctx, parent.ID)
	if err != nil {
		return ref, false, err
	}
	if parent.FolderKind() == mapi.FolderSearch {
		return ref, false, mapi.Errorf(mapi.NoAccess, "createFolder", "folder %d is a search folder", parent.ID)
	}
	if ch.SyncID == 0 {
		sibling, err := ch.FolderNamed(ctx, parent.ID, spec.Name)
		if err != nil {
			return ref, false, err
		}
		if sibling != nil && spec.OpenIfExists {
			return *sibling, true, nil
		}
		if sibling != nil {
			return ref, false, mapi.Errorf(mapi.Collision, "createFolder", "folder %d has the name %q", sibling.ID, spec.Name)
		}
	}
	o, err := newFolderObject(ctx, ch, parent, store, spec)
	if err != nil {
		return ref, false, err
	}
	return o.Ref, false, ch.InsertFolder(ctx, o, parent, nil)
}

// newFolderObject fills a new folder.
func newFolderObject(ctx context.Context, ch *change.Change, parent storage.Ref, store mapi.GUID, spec NewFolder) (*storage.Object, error) {
	o := &storage.Object{Ref: storage.Ref{
		Store: parent.Store, Parent: parent.ID, Type: mapi.TypeFolder, Flags: spec.Kind, Owner: spec.Owner, EntryID: spec.EntryID,
	}}
	if len(o.EntryID) == 0 {
		o.EntryID = mapi.NewEntryID(store, mapi.TypeFolder)
	}
	var err error
	if o.ID, err = ch.NewObjectID(ctx); err != nil {
		return nil, err
	}
	if o.SourceKey, err = ch.SourceKeyFor(ctx, spec.SourceKey); err != nil {
		return nil, err
	}
	o.Props.Set(mapi.String(mapi.PrDisplayName, spec.Name))
	if spec.Comment.Valid {
		o.Props.Set(mapi.String(mapi.PrComment, spec.Comment.String))
	}
	o.Props.Set(mapi.Long(mapi.PrFolderType, spec.Kind))
	o.Props.Set(mapi.Time(mapi.PrCreationTime, ch.Time()))
	o.Props.Set(mapi.Time(mapi.PrLastModificationTime, ch.Time()))
	return o, nil
}
