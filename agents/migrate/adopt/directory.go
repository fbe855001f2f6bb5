package adopt

import (
	"context"
	"fmt"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// takeDirectory takes names, users, groups and companies.
func (m *Migration) takeDirectory(ctx context.Context) error {
	var users []legacy.User
	var objects []*legacy.DirectoryObject
	var relations []legacy.Relation
	err := m.session.Moment(ctx, func() (err error) {
		if users, err = m.session.Users(ctx); err != nil {
			return err
		}
		objects, relations, err = m.session.Directory(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if objects, err = m.ownUsers(users, objects); err != nil {
		return err
	}
	if objects == nil {
		relations = nil
	}
	if err := m.claim(ctx); err != nil {
		return err
	}
	if err := m.write(ctx, m.names.write); err != nil {
		return err
	}
	m.report.took("named properties", int64(len(m.names.list)))
	err = m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		for _, u := range users {
			err := tx.PutUserID(ctx, storage.UserID{ID: u.ID, ExternalID: u.ExternalID, Class: mapi.ObjectClass(u.Class), Signature: u.Signature, Company: u.Company})
			if err != nil {
				return fmt.Errorf("user %d: %w", u.ID, err)
			}
		}
		for _, o := range objects {
			if err := tx.PutDirectoryObject(ctx, storage.DirectoryObject{ExternalID: o.ExternalID, Class: mapi.ObjectClass(o.Class), Props: o.Props, Multi: o.Multi}); err != nil {
				return fmt.Errorf("user, group or company %x: %w", o.ExternalID, err)
			}
		}
		return m.relate(ctx, tx, relations)
	})
	if err != nil {
		return err
	}
	m.report.took("users, groups and companies", int64(len(objects)))
	m.report.took("memberships and other relations", int64(len(relations)))
	return nil
}

// relate writes the relations that are not there.
func (m *Migration) relate(ctx context.Context, tx storage.Tx, relations []legacy.Relation) error {
	for _, r := range relations {
		err := tx.PutRelation(ctx, storage.DirectoryRelation{Parent: r.Parent, Child: r.Child, Type: r.Type})
		if err != nil && mapi.CodeOf(err) != mapi.Collision {
			return err
		}
	}
	return nil
}

// ownUsers makes sure that the users are those of the plugin that the old server says it has, and gives the objects that are to be taken.
func (m *Migration) ownUsers(users []legacy.User, objects []*legacy.DirectoryObject) ([]*legacy.DirectoryObject, error) {
	if m.Plugin != "" && m.Plugin != "db" {
		return nil, nil // what the plugin db had before is no user of anybody
	}
	known := map[string]bool{}
	for _, o := range objects {
		known[string(o.ExternalID)] = true
	}
	var foreign []legacy.Loss
	for _, u := range users {
		if len(u.ExternalID) == 0 || known[string(u.ExternalID)] {
			continue
		}
		foreign = append(foreign, legacy.Loss{What: fmt.Sprintf("user or group %d", u.ID),
			Why: fmt.Sprintf("the old server has a number for it and no data (external id %x); the number is kept", u.ExternalID)})
	}
	if len(foreign) > 0 && len(objects) == 0 {
		return nil, fmt.Errorf("the users come from another plugin than db; the old server.cfg must say which (user_plugin)")
	}
	m.lose(foreign...)
	return objects, nil
}

// claim keeps the numbers of the old server from being given again.
func (m *Migration) claim(ctx context.Context) error {
	n := storage.Numbers{}
	err := m.session.Moment(ctx, func() (err error) {
		if m.set, err = m.session.Settings(ctx); err != nil {
			return err
		}
		for table, to := range map[string]*uint32{
			"hierarchy": &n.Object, "changes": &n.Change, "abchanges": &n.ABChange, "syncs": &n.Sync, "names": &n.Name,
		} {
			if *to, err = m.session.Highest(ctx, table); err != nil {
				return err
			}
		}
		n.User, err = m.session.HighestUser(ctx)
		return err
	})
	if err != nil {
		return err
	}
	n.SourceKey, n.IMAP = m.set.SourceKey, max(m.set.IMAP, 1)
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.ImportServerGUID(ctx, m.set.ServerGUID); err != nil {
			return err
		}
		return tx.ClaimNumbers(ctx, n)
	})
}
