package client

import (
	"context"
	"fmt"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

// Names of the folders that users do not see; they are the same in all languages.
const (
	nameSubtree     = "IPM_SUBTREE"
	nameFinder      = "FINDER_ROOT"
	nameFreebusy    = "Freebusy Data"
	nameNonSubtree  = "NON_IPM_SUBTREE"
	nameSchedule    = "SCHEDULE+ FREE BUSY"
	nameLocalSite   = "Zarafa 1"
	namePublicStore = "Public folder"

	validFolders = 0xFF // PR_VALID_FOLDER_MASK: all of them

	finderRights  mapi.Rights = 0x499 // everyone reads and adds searches
	publicRights  mapi.Rights = 0x49B // everyone adds items and folders
	visibleRights mapi.Rights = 0x401 // everyone reads
)

// undoTimeout limits the removal of a store that could not be completed.
const undoTimeout = 10 * time.Second

// CreateStore creates a user's private store with its default folders (objects.md section 2.1). If a folder cannot be created
// the store is removed again. The error carries COLLISION if the user has a store.
func (s *Session) CreateStore(ctx context.Context, u User, lang Language) (Store, error) {
	return s.createStore(ctx, mapi.StorePrivate, u.ID, u.EntryID, func(st Store) error {
		return s.fillPrivateStore(ctx, st, lang)
	})
}

// CreatePublicStore creates the store that all users share, with its folders. The error carries COLLISION if there is one.
func (s *Session) CreatePublicStore(ctx context.Context) (Store, error) {
	return s.createStore(ctx, mapi.StorePublic, mapi.UserEveryone, everyoneID(), func(st Store) error {
		return s.fillPublicStore(ctx, st, Everyone())
	})
}

func (s *Session) createStore(ctx context.Context, storeType, owner uint32, ownerID []byte, fill func(Store) error) (Store, error) {
	st := Store{GUID: mapi.NewGUID(), Session: s}
	st.EntryID = mapi.NewEntryID(st.GUID, mapi.TypeStore)
	st.RootID = mapi.NewEntryID(st.GUID, mapi.TypeFolder)
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CreateStoreRequest{
			SessionID: session, StoreType: storeType, UlUserID: owner, SUserID: ownerID, StoreID: st.EntryID, RootID: st.RootID,
		}
	}, new(wire.CreateStoreResponse), nil)
	if err != nil {
		return Store{}, err
	}
	if err := fill(st); err != nil {
		err = fmt.Errorf("creating the folders of the store: %w", err)
		return Store{}, s.undoStore(ctx, storeType, ownerID, st, err)
	}
	return st, nil
}

// undoStore removes a store whose folders could not be created, because of cause.
func (s *Session) undoStore(ctx context.Context, storeType uint32, ownerID []byte, st Store, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	err := s.UnhookStore(ctx, storeType, ownerID)
	if err == nil {
		err = s.RemoveStore(ctx, st.GUID)
	}
	if err != nil {
		return fmt.Errorf("%w; the incomplete store %s is left behind: %w", cause, st.GUID, err)
	}
	return cause
}

// fillPrivateStore creates the folders of a new store and notes down where they are.
func (s *Session) fillPrivateStore(ctx context.Context, st Store, lang Language) error {
	if err := s.SetReceiveFolder(ctx, st.EntryID, st.RootID, "IPC"); err != nil {
		return err
	}
	subtree, err := s.CreateFolder(ctx, st.RootID, NewFolder{Name: nameSubtree})
	if err != nil {
		return err
	}
	hidden, err := s.CreateFolders(ctx, st.RootID, []NewFolder{
		{Name: "IPM_COMMON_VIEWS"}, {Name: "IPM_VIEWS"}, {Name: nameFinder}, {Name: "Shortcut"}, {Name: "Schedule"},
	})
	if err != nil {
		return err
	}
	commonViews, views, finder, shortcut, schedule := hidden[0], hidden[1], hidden[2], hidden[3], hidden[4]
	folders, err := s.createDefaultFolders(ctx, subtree, lang)
	if err != nil {
		return err
	}
	if err := s.grantEveryone(ctx, finder, finderRights); err != nil {
		return err
	}
	for _, class := range []string{"", "IPM", "REPORT.IPM"} {
		if err := s.SetReceiveFolder(ctx, st.EntryID, folders[Inbox], class); err != nil {
			return err
		}
	}
	freebusy, err := s.createFreebusy(ctx, st, folders[Calendar])
	if err != nil {
		return err
	}
	directory := folderDirectory(folders, freebusy)
	for _, id := range []mapi.EntryID{folders[Inbox], st.RootID} {
		if err := s.SetProps(ctx, id, directory...); err != nil {
			return err
		}
	}
	return s.SetProps(ctx, st.EntryID,
		mapi.Long(mapi.PrValidFolderMask, validFolders),
		mapi.Binary(mapi.PrIPMSubtreeEntryID, subtree),
		mapi.Binary(mapi.PrIPMOutboxEntryID, folders[Outbox]),
		mapi.Binary(mapi.PrIPMWastebasketEntryID, folders[DeletedItems]),
		mapi.Binary(mapi.PrIPMSentmailEntryID, folders[SentItems]),
		mapi.Binary(mapi.PrViewsEntryID, views),
		mapi.Binary(mapi.PrCommonViewsEntryID, commonViews),
		mapi.Binary(mapi.PrFinderEntryID, finder),
		mapi.Binary(mapi.PrScheduleFolderEntryID, schedule),
		mapi.Binary(mapi.PrIPMFavoritesEntryID, shortcut),
	)
}

// createDefaultFolders creates the folders that the user sees, and sets their classes.
func (s *Session) createDefaultFolders(ctx context.Context, subtree mapi.EntryID, lang Language) ([]mapi.EntryID, error) {
	batch := make([]NewFolder, numDefaultFolders)
	for i, name := range lang.folderNames() {
		batch[i].Name = name
	}
	batch[RSSFeeds].Comment = lang.rssComment()
	ids, err := s.CreateFolders(ctx, subtree, batch)
	if err != nil {
		return nil, err
	}
	for f := range numDefaultFolders {
		d := definitionOf(f)
		var props []mapi.PropValue
		if d.hidden {
			props = append(props, mapi.Bool(mapi.PrAttrHidden, true))
		}
		if d.class != "" {
			props = append(props, mapi.String(mapi.PrContainerClass, d.class))
		}
		if props == nil {
			continue
		}
		if err := s.SetProps(ctx, ids[f], props...); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// folderDirectory is what the inbox and the root folder say about where the default folders are.
func folderDirectory(folders []mapi.EntryID, freebusy mapi.PropValue) []mapi.PropValue {
	var props []mapi.PropValue
	var persist []byte
	ren := make([]mapi.PropValue, renSize)
	for i := range ren {
		ren[i].Data = []byte{}
	}
	for f := range numDefaultFolders {
		switch d := definitionOf(f); d.place {
		case inInbox:
			props = append(props, mapi.Binary(d.tag, folders[f]))
		case inRen:
			ren[d.number].Data = folders[f]
		case inPersist:
			persist = appendPersist(persist, uint16(d.number), folders[f])
		}
	}
	return append(props,
		mapi.Multi(mapi.PrAdditionalRenEntryIDs, ren...),
		mapi.Binary(mapi.PrIPMOl2007EntryIDs, appendPersistEnd(persist)),
		freebusy)
}

// fillPublicStore creates the folders of the public store of everyone, or of a company, who may add to it.
func (s *Session) fillPublicStore(ctx context.Context, st Store, owner Grant) error {
	var subtree, nonSubtree, finder, schedule, localSite mapi.EntryID
	if err := s.createPublicFolder(ctx, st.RootID, nameSubtree, owner, publicRights, &subtree); err != nil {
		return err
	}
	if err := s.createPublicFolder(ctx, st.RootID, nameNonSubtree, owner, 0, &nonSubtree); err != nil {
		return err
	}
	if err := s.createPublicFolder(ctx, st.RootID, nameFinder, Everyone(), finderRights, &finder); err != nil {
		return err
	}
	if err := s.createPublicFolder(ctx, nonSubtree, nameSchedule, owner, visibleRights, &schedule); err != nil {
		return err
	}
	if err := s.createPublicFolder(ctx, schedule, nameLocalSite, owner, mapi.RightsAll, &localSite); err != nil {
		return err
	}
	return s.SetProps(ctx, st.EntryID,
		mapi.String(mapi.PrDisplayName, namePublicStore),
		mapi.Long(mapi.PrValidFolderMask, validFolders),
		mapi.Binary(mapi.PrIPMSubtreeEntryID, subtree),
		mapi.Binary(mapi.PrFinderEntryID, finder),
		mapi.Binary(mapi.PrNonIPMSubtreeEntryID, nonSubtree),
		mapi.Binary(mapi.PrSplusFreeBusyEntryID, schedule),
		mapi.Binary(mapi.PrFreeBusyForLocalSiteEntryID, localSite),
	)
}

// createPublicFolder creates a folder and puts its entry id into id; rights are those of who, 0 for those inherited.
func (s *Session) createPublicFolder(ctx context.Context, parent mapi.EntryID, name string, who Grant, rights mapi.Rights, id *mapi.EntryID) (err error) {
	if *id, err = s.CreateFolder(ctx, parent, NewFolder{Name: name}); err != nil || rights == 0 {
		return err
	}
	who.Rights = rights
	return s.Grant(ctx, *id, who)
}

func (s *Session) grantEveryone(ctx context.Context, id mapi.EntryID, rights mapi.Rights) error {
	return s.Grant(ctx, id, Grant{UserID: mapi.UserEveryone, EntryID: everyoneID(), Rights: rights})
}
