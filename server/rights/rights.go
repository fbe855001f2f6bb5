// Package rights decides who may do what to which object (objects.md section 8): owners,
// administrators and access control lists, and the properties that show the outcome to clients.
//
// It owns the cache of access control lists, which the change feed keeps right: a [Checker] must be
// added to the feed before anything that asks it. All methods may be called from any goroutine; a
// check costs no statement once the lists on the way to the store are cached.
//
// It refuses to guess: an object whose parents cannot be found is not accessible.
package rights

import (
	"context"
	"slices"
	"sync/atomic"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/storage"
)

// Need is what an operation wants to do to an object.
type Need uint8

// Needs of operations (objects.md section 8, second table).
const (
	Visible         Need = iota // see a folder
	Read                        // read a message, or the messages of a folder
	Create                      // put messages into a folder
	Edit                        // change a message
	Delete                      // delete a message, or from a folder
	CreateSubfolder             // make folders in a folder
	FolderAccess                // change, move or delete a folder, and its access control list
	Owner                       // what only the owner may: submit, lock, recount
)

// Config are the settings that change decisions.
type Config struct {
	OwnerAutoFullAccess bool // owner_auto_full_access: who made an object may use it fully
	RestrictAdmin       bool // restrict_admin_permissions: administrators see and tidy, but do not read
	// Cells is the size of the cell cache in bytes, to which the cache of lists is in proportion; 0: it is large enough for all of them.
	Cells int64
}

// Tree is what the checker needs to know of the object tree.
type Tree interface {
	Ref(ctx context.Context, id uint32) (storage.Ref, error)
	ByEntryID(ctx context.Context, id mapi.EntryID) (storage.Ref, error)
	Mailbox(ctx context.Context, store uint32) (storage.Mailbox, error)
}

// Checker answers questions about rights.
type Checker struct {
	config Config
	tree   Tree
	dir    directory.Directory
	store  storage.ACLReader
	acls   *cache.Lists[mapi.ACE]
	// versions count the changes of rights in stores, hashed.
	versions [256]atomic.Uint64
}

// NewChecker makes a checker; it reads access control lists from store.
func NewChecker(config Config, tree Tree, dir directory.Directory, store storage.ACLReader) *Checker {
	most := int64(maxCachedLists)
	if config.Cells > 0 {
		most = min(most, config.Cells/cellsPerList)
	}
	return &Checker{config: config, tree: tree, dir: dir, store: store, acls: cache.NewLists[mapi.ACE](int(most))}
}

// Check returns nil if the caller may do what need says to the object, and an error with
// the code NO_ACCESS, or NOT_FOUND below a soft-deleted folder, if not.
func (c *Checker) Check(ctx context.Context, caller uint32, ref storage.Ref, need Need) error {
	ok, err := c.allowed(ctx, caller, ref, need)
	if err != nil {
		return err
	}
	if !ok {
		return mapi.Errorf(mapi.NoAccess, "rights", "user %d lacks right %d on object %d", caller, need, ref.ID)
	}
	if need == Create || need == Edit || need == CreateSubfolder {
		return c.refuseDeleted(ctx, ref, need)
	}
	return nil
}

func (c *Checker) allowed(ctx context.Context, caller uint32, ref storage.Ref, need Need) (bool, error) {
	if caller == mapi.UserSystem {
		return true, nil
	}
	top := (need == Visible || need == Read) && isTop(ref)
	if top && !c.dir.Hosted() {
		return true, nil
	}
	s, err := c.standing(ctx, caller, ref.Store)
	if err != nil {
		return false, err
	}
	if top && !s.foreign || s.may(need) || c.ownerMay(s, caller, ref, need) {
		return true, nil
	}
	rights, err := c.acl(ctx, caller, ref, s)
	if err != nil {
		return false, err
	}
	return c.grants(rights, caller == ref.Owner, need), nil
}

// isTop reports whether the object is a store or its root folder.
func isTop(ref storage.Ref) bool {
	return ref.Type == mapi.TypeStore || ref.Type == mapi.TypeFolder && ref.FolderKind() == mapi.FolderRoot
}

// standing is what a user is to a store.
type standing struct {
	owner, admin, archive, restricted bool
	foreign                           bool // the store of a company that he does not see
}

func (c *Checker) standing(ctx context.Context, caller, store uint32) (standing, error) {
	box, err := c.tree.Mailbox(ctx, store)
	if err != nil {
		return standing{}, err
	}
	s := standing{archive: box.Type == mapi.StoreArchive, restricted: c.config.RestrictAdmin}
	s.owner = box.UserID != 0 && box.UserID == caller
	if s.owner {
		return s, nil
	}
	keeper := c.keeper(ctx, box)
	if s.admin, err = c.IsAdminOver(ctx, caller, keeper); err == nil && !s.admin {
		s.foreign = !c.dir.Reaches(ctx, caller, keeper)
	}
	return s, err
}

// IsAdminOver reports whether a user administers the owner of a store. Stores without an owner (0, or a user that is
// gone) are administered by the administrators of the system.
func (c *Checker) IsAdminOver(ctx context.Context, caller, owner uint32) (bool, error) {
	if caller == mapi.UserSystem {
		return true, nil
	}
	admin, err := c.dir.IsAdminOver(ctx, caller, owner)
	if mapi.CodeOf(err) != mapi.NotFound {
		return admin, err
	}
	return directory.AdministersSystem(ctx, c.dir, caller)
}

// may is the part of the decision that the store alone makes.
func (s standing) may(need Need) bool {
	if s.owner {
		return !s.archive || need == Visible || need == Read
	}
	if s.admin && s.restricted {
		return need == Visible || need == FolderAccess || need == CreateSubfolder
	}
	return s.admin
}

// full reports whether the user may do everything in the store.
func (s standing) full() bool {
	return s.owner && !s.archive || s.admin && !s.restricted
}

// ownerMay is what somebody may because he made the object.
func (c *Checker) ownerMay(s standing, caller uint32, ref storage.Ref, need Need) bool {
	if !c.config.OwnerAutoFullAccess || ref.Owner != caller || s.foreign {
		return false
	}
	switch need {
	case Visible, Read:
		return true
	case Create, FolderAccess, Owner:
		return !s.archive
	}
	return false
}

// grants reports whether an access control list's mask covers the need.
func (c *Checker) grants(rights mapi.Rights, owned bool, need Need) bool {
	owned = owned && c.config.OwnerAutoFullAccess
	switch need {
	case Visible:
		return rights&mapi.RightFolderVisible != 0
	case Read:
		return rights&mapi.RightReadAny != 0
	case Create:
		return rights&mapi.RightCreate != 0
	case Edit:
		return rights&mapi.RightEditAny != 0 || owned && rights&mapi.RightEditOwned != 0
	case Delete:
		return rights&mapi.RightDeleteAny != 0 || owned && rights&mapi.RightDeleteOwned != 0
	case CreateSubfolder:
		return rights&mapi.RightCreateSubfolder != 0
	case FolderAccess:
		return rights&mapi.RightFolderAccess != 0
	}
	return false
}

// refuseDeleted fails if the object lies below a soft-deleted folder or store.
func (c *Checker) refuseDeleted(ctx context.Context, ref storage.Ref, need Need) error {
	var walk storage.Ascent
	for above := false; ref.ID != 0; above = true {
		if err := walk.Step(ref.ID); err != nil {
			return err
		}
		if ref.Deleted() && (above || need != Edit) {
			return mapi.Errorf(mapi.NotFound, "rights", "object %d is deleted", ref.ID)
		}
		if ref.Parent == 0 {
			return nil
		}
		var err error
		if ref, err = c.tree.Ref(ctx, ref.Parent); err != nil {
			return err
		}
	}
	return nil
}

// acl is the mask that access control lists give a user on an object: the first level from the
// object upward that has a grant for him or one of his groups decides alone.
func (c *Checker) acl(ctx context.Context, caller uint32, ref storage.Ref, s standing) (mapi.Rights, error) {
	subjects, err := c.subjects(ctx, caller)
	if err != nil {
		return 0, err
	}
	if s.foreign {
		subjects = slices.DeleteFunc(subjects, func(id uint32) bool { return id == mapi.UserEveryone })
	}
	var walk storage.Ascent
	for {
		if err := walk.Step(ref.ID); err != nil {
			return 0, err
		}
		if ref.Type == mapi.TypeFolder || ref.Type == mapi.TypeStore {
			list, err := c.aclOf(ctx, ref.ID)
			if err != nil {
				return 0, err
			}
			if rights, found := granted(list, subjects); found {
				return rights, nil
			}
		}
		if ref.Parent == 0 {
			return 0, nil
		}
		if ref, err = c.tree.Ref(ctx, ref.Parent); err != nil {
			return 0, err
		}
	}
}

func granted(list []mapi.ACE, subjects []uint32) (rights mapi.Rights, found bool) {
	for _, e := range list {
		if e.Type == mapi.ACEGrant && slices.Contains(subjects, e.UserID) {
			rights, found = rights|e.Rights, true
		}
	}
	return rights, found
}

// subjects are the user, his company and his groups.
func (c *Checker) subjects(ctx context.Context, caller uint32) ([]uint32, error) {
	user, err := c.dir.ByID(ctx, caller)
	if err != nil {
		return nil, err
	}
	groups, err := c.dir.GroupsOf(ctx, caller)
	if err != nil {
		return nil, err
	}
	subjects := make([]uint32, 0, len(groups)+2)
	subjects = append(append(subjects, caller), groups...)
	if user.Company != 0 {
		subjects = append(subjects, user.Company)
	}
	return subjects, nil
}

// Everywhere reports whether the caller may do what need says to every object of a store, so that nobody has to
// ask for each.
func (c *Checker) Everywhere(ctx context.Context, caller, store uint32, need Need) (bool, error) {
	if caller == mapi.UserSystem {
		return true, nil
	}
	s, err := c.standing(ctx, caller, store)
	return s.may(need), err
}
