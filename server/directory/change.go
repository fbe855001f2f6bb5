package directory

import (
	"context"
	"maps"
	"slices"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// Kinds of changes to the address book that clients synchronise (objects.md section 13).
const (
	abNew    = mapi.ChangeUser | mapi.ChangeNew
	abChange = mapi.ChangeUser | mapi.ChangeModified
	abDelete = mapi.ChangeUser | mapi.ChangeHardDelete
)

// create adds an object of a company (0: of none) under a new external id and gives it a number.
func (s *Service) create(ctx context.Context, o storage.DirectoryObject, company uint32) (*Object, error) {
	if err := s.refuseForeign("creating objects"); err != nil {
		return nil, err
	}
	if err := s.beginChange(ctx); err != nil {
		return nil, err
	}
	defer s.write.Unlock()
	if s.nameTaken(o, company, nil) {
		return nil, mapi.Errorf(mapi.Collision, "directory", "the name is taken")
	}
	o.ExternalID = s.externalIDFor(o, company)
	o.Props[propModified] = text(s.now().UnixNano())
	id := storage.UserID{ExternalID: o.ExternalID, Class: o.Class, Signature: o.Props[propModified], Company: company}
	err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutDirectoryObject(ctx, o); err != nil {
			return err
		}
		number, err := tx.AddUserID(ctx, storage.UserID{ExternalID: id.ExternalID, Class: id.Class, Signature: id.Signature, Company: id.Company})
		if err != nil {
			return err
		}
		id.ID = number
		return recordAB(ctx, tx, id, abNew)
	}, nil)
	if err != nil {
		return nil, err
	}
	s.source.ids = append(s.source.ids, id)
	s.source.objects[plugin.KeyOf(o.Class, o.ExternalID)] = o
	s.publish()
	return s.known().byID[id.ID], nil
}

// change rewrites an object: edit gets a copy of what is stored.
func (s *Service) change(ctx context.Context, target *Object, edit func(o *storage.DirectoryObject)) error {
	return s.changeIn(ctx, target, target.Company, edit)
}

// changeIn is change with the company that the object belongs to from then on.
func (s *Service) changeIn(ctx context.Context, target *Object, company uint32, edit func(o *storage.DirectoryObject)) error {
	if isBuiltin(target) {
		return mapi.Errorf(mapi.NoAccess, "directory", "%s is built in", target.Name)
	}
	if err := s.beginChange(ctx); err != nil {
		return err
	}
	defer s.write.Unlock()
	i := slices.IndexFunc(s.source.ids, func(u storage.UserID) bool { return u.ID == target.ID })
	key := plugin.KeyOf(target.Class, target.ExternalID)
	old, ok := s.source.object(key)
	if i < 0 || !ok {
		return mapi.Errorf(mapi.NotFound, "directory", "object %d is gone", target.ID)
	}
	o := old
	o.Props, o.Multi = maps.Clone(old.Props), maps.Clone(old.Multi)
	if o.Multi == nil {
		o.Multi = make(map[string][]string)
	}
	edit(&o)
	if s.plugin != nil {
		return s.changeOwn(ctx, s.source.ids[i], key, old, o)
	}
	if s.nameTaken(o, company, target) {
		return mapi.Errorf(mapi.Collision, "directory", "the name is taken")
	}
	o.Props[propModified] = text(s.now().UnixNano())
	before := s.source.ids[i]
	id := before
	id.Class, id.Signature = o.Class, o.Props[propModified]
	if company != target.Company { // else it stays, even where companies do not count
		id.Company = company
	}
	err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutDirectoryObject(ctx, o); err != nil {
			return err
		}
		if (id.Class == mapi.ClassContact) != (before.Class == mapi.ClassContact) {
			var err error
			id, err = renumber(ctx, tx, before, id)
			return err
		}
		if err := tx.PutUserID(ctx, id); err != nil {
			return err
		}
		return recordAB(ctx, tx, id, abChange)
	}, nil)
	if err != nil {
		return err
	}
	s.source.ids[i] = id
	s.source.objects[key] = o
	s.publish()
	return nil
}

// renumber makes somebody else of an object, as far as the rest of the server goes: a user who becomes a contact, or
// the reverse, loses his number with all rights and his store (objects.md section 9).
func renumber(ctx context.Context, tx storage.Tx, old, id storage.UserID) (storage.UserID, error) {
	if err := forget(ctx, tx, old); err != nil {
		return id, err
	}
	id.ID = 0
	var err error
	if id.ID, err = tx.AddUserID(ctx, id); err != nil {
		return id, err
	}
	return id, recordAB(ctx, tx, id, abNew)
}

// forget removes an object's number and the rights it was granted.
func forget(ctx context.Context, tx storage.Tx, id storage.UserID) error {
	if err := tx.DeleteUserID(ctx, id.ID); err != nil {
		return err
	}
	if err := tx.DeleteUserACEs(ctx, id.ID); err != nil {
		return err
	}
	return recordAB(ctx, tx, id, abDelete)
}

// remove deletes an object with its number, relations and rights.
func (s *Service) remove(ctx context.Context, target *Object) error {
	if isBuiltin(target) {
		return mapi.Errorf(mapi.NoAccess, "directory", "%s is built in", target.Name)
	}
	if err := s.refuseForeign("deleting objects"); err != nil {
		return err
	}
	if err := s.beginChange(ctx); err != nil {
		return err
	}
	defer s.write.Unlock()
	return s.removeAll(ctx, []*Object{target})
}

// removeAll deletes objects in one transaction; the caller holds write.
func (s *Service) removeAll(ctx context.Context, targets []*Object) error {
	err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		for _, target := range targets {
			if err := tx.DeleteDirectoryObject(ctx, target.ExternalID); err != nil {
				return err
			}
			if err := forget(ctx, tx, storage.UserID{ID: target.ID, ExternalID: target.ExternalID, Class: target.Class}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	gone := make(map[plugin.Key]bool, len(targets))
	for _, target := range targets {
		key := plugin.KeyOf(target.Class, target.ExternalID)
		gone[key] = true
		delete(s.source.objects, key)
	}
	s.source.ids = slices.DeleteFunc(slices.Clone(s.source.ids), func(u storage.UserID) bool { return gone[plugin.KeyOf(u.Class, u.ExternalID)] })
	s.source.relations = slices.DeleteFunc(slices.Clone(s.source.relations), func(r plugin.Relation) bool {
		return gone[r.Parent] || gone[r.Child]
	})
	s.publish()
	return nil
}

// relate adds or removes a relation; COLLISION if it is there, NOT_FOUND if it is not.
func (s *Service) relate(ctx context.Context, parent, child *Object, relation uint32, add bool) error {
	if isBuiltin(parent) || isBuiltin(child) {
		return mapi.Errorf(mapi.NoAccess, "directory", "built-in objects have no stored relations")
	}
	if s.plugin != nil && !slices.Contains(s.plugin.Writes().Relations, relation) {
		return s.refuseForeign("changing relations")
	}
	r := plugin.Relation{Parent: plugin.KeyOf(parent.Class, parent.ExternalID), Child: plugin.KeyOf(child.Class, child.ExternalID), Type: relation}
	if err := s.beginChange(ctx); err != nil {
		return err
	}
	defer s.write.Unlock()
	i := slices.Index(s.source.relations, r)
	if add && i >= 0 {
		return mapi.Errorf(mapi.Collision, "directory", "%s and %s are related already", parent.Name, child.Name)
	}
	if !add && i < 0 {
		return mapi.Errorf(mapi.NotFound, "directory", "%s and %s are not related", parent.Name, child.Name)
	}
	err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if add {
			return tx.PutRelation(ctx, s.names.relationRow(r))
		}
		return tx.DeleteRelation(ctx, s.names.relationRow(r))
	}, nil)
	if err != nil {
		return err
	}
	if add {
		s.source.relations = append(slices.Clone(s.source.relations), r)
	} else {
		s.source.relations = slices.Delete(slices.Clone(s.source.relations), i, i+1)
	}
	s.publish()
	return nil
}

func (s *Service) storePassword(ctx context.Context, o *Object, password string) error {
	hash := hashPassword(password)
	return s.change(ctx, o, func(d *storage.DirectoryObject) { d.Props[propPassword] = hash })
}

// recordAB notes a change for clients that synchronise the address book: the item is the
// entry id with the external id, its parent the Global Address Book.
func recordAB(ctx context.Context, tx storage.Tx, id storage.UserID, change uint32) error {
	item := mapi.ABEntryID{Version: 1, Type: id.Class.ABType(), ID: id.ID, ExternalID: id.ExternalID}
	_, err := tx.PutABChange(ctx, storage.ABChange{Parent: globalAddressBook().Encode(), SourceKey: item.Encode(), Type: change})
	return err
}
