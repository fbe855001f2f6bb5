package admin

import (
	"context"
	"errors"

	"zarafa/mapi"
)

// Values of --type.
const (
	typeUser    = "user"
	typeGroup   = "group"
	typeCompany = "company"
	typeArchive = "archive"
)

func checkType(o *options) error {
	switch o.objectType {
	case "", typeUser, typeGroup, typeArchive:
		return nil
	case typeCompany:
		return errNoCompanies
	}
	return errors.New("--type is user, group or archive")
}

// findObject finds the user or, with --type group, the group that the action names.
func (j *job) findObject(ctx context.Context) (number uint32, entryID []byte, err error) {
	if j.objectType == typeGroup {
		g, err := j.findGroup(ctx, j.target)
		return g.ID, g.EntryID, err
	}
	u, err := j.findUser(ctx, j.target)
	return u.ID, u.EntryID, err
}

// storeType is the type of the store that --type means.
func (o *options) storeType() uint32 {
	switch o.objectType {
	case typeGroup:
		return mapi.StorePublic
	case typeArchive:
		return mapi.StoreArchive
	}
	return mapi.StorePrivate
}
