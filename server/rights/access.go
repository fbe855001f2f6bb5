package rights

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

const (
	accessMessage = mapi.AccessModify | mapi.AccessRead | mapi.AccessDelete
	accessFolder  = accessMessage | mapi.AccessCreateHierarchy | mapi.AccessCreateContents | mapi.AccessCreateAssociated
)

// Access is what a caller may do to the objects of one folder. It is worked out once and
// then answers for each row without looking anything up.
type Access struct {
	checker *Checker
	caller  uint32
	full    bool
	archive bool
	rights  mapi.Rights
}

// ForFolder works out a caller's access to a folder and to the messages in it. (Subfolders can have
// lists of their own, so a table of folders asks for each of them.)
func (c *Checker) ForFolder(ctx context.Context, caller uint32, folder storage.Ref) (Access, error) {
	a := Access{checker: c, caller: caller}
	if caller == mapi.UserSystem {
		a.full = true
		return a, nil
	}
	s, err := c.standing(ctx, caller, folder.Store)
	if err != nil {
		return a, err
	}
	a.full, a.archive = s.full(), s.archive
	if !a.full {
		a.rights, err = c.acl(ctx, caller, folder, s)
	}
	return a, err
}

// Rights is PR_RIGHTS of the object: the folder itself or a message in it. The user who made an object in
// somebody else's store is shown what the access control list grants (traces 02).
func (a Access) Rights(storage.Ref) mapi.Rights {
	if a.full {
		return mapi.RightsAll
	}
	return a.rights
}

func (a Access) owned(ref storage.Ref) bool {
	return a.checker.config.OwnerAutoFullAccess && ref.Owner == a.caller
}

// Access is PR_ACCESS of the object.
func (a Access) Access(ref storage.Ref) uint32 {
	if a.full {
		if ref.Type == mapi.TypeFolder {
			return accessFolder
		}
		return accessMessage
	}
	owned := a.owned(ref)
	var access uint32
	if owned || a.checker.grants(a.rights, false, Read) {
		access = mapi.AccessRead
	}
	if ref.Type == mapi.TypeFolder {
		return access | a.ofFolder(owned)
	}
	if a.checker.grants(a.rights, owned, Edit) {
		access |= mapi.AccessModify
	}
	if a.checker.grants(a.rights, owned, Delete) {
		access |= mapi.AccessDelete
	}
	return access
}

// ofFolder is what somebody may do to a folder beside reading it. To change or delete the folder itself asks for ownership of it, or
// for the right that stands for ownership: whoever may edit and delete all that lies in it may do neither (traces 02).
func (a Access) ofFolder(owned bool) uint32 {
	var access uint32
	for _, m := range []struct {
		rights mapi.Rights
		bits   uint32
	}{
		{mapi.RightCreateSubfolder, mapi.AccessCreateHierarchy},
		{mapi.RightCreate | mapi.RightDeleteAny, mapi.AccessCreateContents},
		{mapi.RightFolderAccess, mapi.AccessModify | mapi.AccessDelete | mapi.AccessCreateAssociated},
	} {
		if a.rights&m.rights != 0 {
			access |= m.bits
		}
	}
	if owned && a.checker.grants(a.rights, owned, Edit) {
		access |= mapi.AccessModify
	}
	if owned && a.checker.grants(a.rights, owned, Delete) {
		access |= mapi.AccessDelete
	}
	return access
}

// Level is PR_ACCESS_LEVEL of the object: 1 if anything about it can be changed, else 0.
func (a Access) Level(ref storage.Ref) uint32 {
	const changing = mapi.RightCreate | mapi.RightEditAny | mapi.RightDeleteAny | mapi.RightCreateSubfolder
	const owned = mapi.RightEditOwned | mapi.RightDeleteOwned
	if a.full || a.rights&changing != 0 || a.owned(ref) && a.rights&owned != 0 {
		return 1
	}
	return 0
}
