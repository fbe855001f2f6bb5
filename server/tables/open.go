package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// TableOpen opens a table without reading a row of it (tables.md section 2).
func (s *Service) TableOpen(c *session.Call, req *wire.TableOpenRequest, resp *wire.TableOpenResponse) error {
	t, err := s.open(c, wire.TableOpenParams{
		EntryID: req.EntryID, TableType: req.TableType, Type: req.Type, Flags: req.Flags,
	})
	if err == nil {
		resp.TableID = t.id
	}
	return err
}

// TableClose closes a table; an unknown id is no error.
func (s *Service) TableClose(c *session.Call, req *wire.TableCloseRequest, _ *wire.TableCloseResponse) error {
	if t := s.remove(c.Session, req.TableID); t != nil {
		t.close()
	}
	return nil
}

func (s *Service) open(c *session.Call, p wire.TableOpenParams) (*table, error) {
	t := &table{
		svc: s, serial: s.serial.Add(1), session: c.Session, flags: p.Flags, locale: s.Locales.Default(),
		bookmarks: make(map[uint32]bookmark), lastBookmark: mapi.BookmarkFirstOwn - 1,
	}
	if err := s.describe(c, t, p); err != nil {
		return nil, err
	}
	var initial []mapi.SortOrder
	if p.TableType == mapi.TableAB {
		initial = addressBookOrder()
	}
	var err error
	if t.order, err = newOrder(initial, 0, 0, t.locale); err != nil {
		return nil, err
	}
	if p.TableType == mapi.TableSpooler { // it is filled at once
		t.columns = allColumns(t.flags, nil, true)
		if err = t.regrant(c.Context); err != nil {
			return nil, err
		}
		if err = t.populate(c.Context); err != nil { // nobody else knows the table yet
			return nil, err
		}
	}
	if err := s.add(c.Session, t); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// describe sets what a table is, its source and its default columns.
func (s *Service) describe(c *session.Call, t *table, p wire.TableOpenParams) (err error) {
	t.kind = rowKind{objType: mapi.ObjectType(p.Type)}
	switch p.TableType {
	case mapi.TableMS:
		return s.describeMS(c.Context, t, p)
	case mapi.TableAB:
		t.source = s.addressBookSource(c, p.EntryID, t.kind.objType, p.Flags)
		t.columns = addressBookColumns(p.Flags, p.Type)
	case mapi.TableSpooler:
		t.kind.objType = mapi.TypeMessage
		t.source, err = s.describeQueue(c, t, p)
	case mapi.TableUserStores:
		t.source = s.userStoresSource()
		t.columns = userStoreColumns(p.Flags)
	case mapi.TableMailbox:
		t.source = s.mailboxSource()
		t.columns = userStoreColumns(p.Flags)
	case mapi.TableStatsSystem, mapi.TableStatsSessions, mapi.TableStatsUsers, mapi.TableStatsCompany, mapi.TableStatsServers:
		t.source, err = s.statsSource(c, p.TableType)
		t.columns = statsColumns(p.Flags, p.TableType)
	case mapi.TableMultiStore:
		err = mapi.Errorf(mapi.NoSupport, "tableOpen", "tables over many stores")
	default:
		err = mapi.Errorf(mapi.BadValue, "tableOpen", "table type %d", p.TableType)
	}
	return err
}

func (s *Service) describeMS(ctx context.Context, t *table, p wire.TableOpenParams) error {
	parent, err := s.Tree.ByEntryID(ctx, p.EntryID)
	if err != nil {
		return err
	}
	if t.locale, err = s.storeLocale(ctx, parent.Store); err != nil {
		return err
	}
	deleted := p.Flags&mapi.OpenShowSoftDeletes != 0
	t.columns = folderColumns(p.Flags, t.kind.objType)
	search := parent.Type == mapi.TypeFolder && parent.FolderKind() == mapi.FolderSearch
	if search && t.kind.objType == mapi.TypeMessage {
		return s.describeSearch(ctx, t, parent)
	}
	set := rowSet{folder: parent.ID}
	switch t.kind.objType {
	case mapi.TypeMessage:
		set.class, _ = classOf(storage.Ref{Type: mapi.TypeMessage, Flags: messageFlags(p.Flags)})
	case mapi.TypeFolder:
		if search {
			return mapi.Errorf(mapi.NoSupport, "tableOpen", "a search folder has no subfolders")
		}
		set.class = cache.Folders
		if deleted {
			set.class = cache.DeletedFolders
		}
		t.kind = folderKind()
		if p.Flags&mapi.OpenConvenientDepth != 0 {
			t.source = &deepSource{folderSource{folder: parent, set: set}}
			return nil
		}
	default:
		t.source = &partsSource{parent: parent, objType: t.kind.objType}
		return nil
	}
	t.source = &folderSource{folder: parent, set: set}
	return nil
}

func messageFlags(open uint32) (flags uint32) {
	if open&mapi.OpenAssociated != 0 {
		flags |= mapi.FlagAssociated
	}
	if open&mapi.OpenShowSoftDeletes != 0 {
		flags |= mapi.FlagDeleted
	}
	return flags
}

// describeSearch is the table of a search folder's results; it has neither associated nor
// deleted rows, and unlike other folders it must be visible.
func (s *Service) describeSearch(ctx context.Context, t *table, folder storage.Ref) error {
	if t.flags&(mapi.OpenAssociated|mapi.OpenShowSoftDeletes) != 0 {
		return mapi.Errorf(mapi.NoSupport, "tableOpen", "associated or deleted rows of a search folder")
	}
	t.source = &searchSource{folder: folder}
	return t.regrant(ctx)
}

// describeQueue is the outgoing queue of a store, or the spooler's, which only administrators may see.
func (s *Service) describeQueue(c *session.Call, t *table, p wire.TableOpenParams) (source, error) {
	if len(p.EntryID) == 0 {
		return &queueSource{}, nil
	}
	ref, err := s.Tree.ByEntryID(c.Context, p.EntryID)
	if err != nil {
		return nil, err
	}
	if t.locale, err = s.storeLocale(c.Context, ref.Store); err != nil {
		return nil, err
	}
	return &queueSource{store: ref.Store}, nil
}

func (s *Service) maySpool(ctx context.Context, caller uint32) error {
	level, err := s.adminLevel(ctx, caller)
	if err != nil {
		return err
	}
	if level == 0 || level < directory.SystemLevel && s.Directory.Hosted() {
		return mapi.Errorf(mapi.NoAccess, "tableOpen", "only administrators see the queue of the spooler")
	}
	return nil
}

// storeLocale is the store's own locale for sorting, or the default.
func (s *Service) storeLocale(ctx context.Context, store uint32) (*collation.Locale, error) {
	recs, err := s.records(ctx, 0, []uint32{store}, nil)
	if err != nil {
		return nil, err
	}
	if v, ok := recs[0].Value(mapi.PrSortLocaleID); ok {
		return s.Locales.ByLCID(v.Uint32()), nil
	}
	return s.Locales.Default(), nil
}
