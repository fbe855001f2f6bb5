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
	case "", typeUser, typeGroup, typeArchive, typeCompany:
		return nil
	}
	return errors.New("--type is user, group, company or archive")
}

// findObject finds the user or, with --type, the group or company that the action names.
func (j *job) findObject(ctx context.Context) (number uint32, entryID []byte, err error) {
	return j.findNamed(ctx, j.target)
}

// findNamed is findObject for any name.
func (j *job) findNamed(ctx context.Context, name string) (number uint32, entryID []byte, err error) {
	switch j.objectType {
	case typeGroup:
		g, err := j.findGroup(ctx, j.inCompany(name))
		return g.ID, g.EntryID, err
	case typeCompany:
		c, err := j.findCompany(ctx, name)
		return c.ID, c.EntryID, err
	}
	u, err := j.findUser(ctx, j.inCompany(name))
	return u.ID, u.EntryID, err
}

// storeType is the type of the store that --type means.
func (o *options) storeType() uint32 {
	switch o.objectType {
	case typeGroup, typeCompany:
		return mapi.StorePublic
	case typeArchive:
		return mapi.StoreArchive
	}
	return mapi.StorePrivate
}
