package ics

import (
	"zarafa/mapi"
	"zarafa/wire"
)

// addressBookChanges are those of users and groups. The item's key is its entry id with the external id,
// the parent's that of the Global Address Book. Everybody learns of those of his own company.
func (s *Service) addressBookChanges(r request, resp *wire.ICSChangeResponse) error {
	list, err := s.store.ABChanges(r.Context, r.after)
	if err != nil {
		return err
	}
	resp.MaxChangeID = r.after
	for _, ch := range list {
		resp.MaxChangeID = max(resp.MaxChangeID, ch.ID)
		if r.after != 0 && s.directory.ListsChange(r.Context, r.Session.UserID, ch.SourceKey) {
			resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
				ChangeID: ch.ID, SourceKey: ch.SourceKey, ParentSourceKey: ch.Parent, ChangeType: ch.Type,
			})
		}
	}
	if r.after != 0 {
		return nil
	}
	users, err := s.directory.GlobalAddressBook(r.Context, r.Session.UserID)
	if err != nil {
		return err
	}
	later, err := s.usersSince(r, resp.MaxChangeID)
	if err != nil {
		return err
	}
	parent := mapi.ABEntryID{Type: mapi.TypeABCont, ID: 1}.Encode()
	for _, o := range users {
		if o.ID == mapi.UserEveryone || o.ID == mapi.UserSystem {
			continue
		}
		key := mapi.ABEntryID{Version: 1, Type: o.Class.ABType(), ID: o.ID, ExternalID: o.ExternalID}
		if later[string(key.Encode())] {
			continue // it is in the next answer
		}
		resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{SourceKey: key.Encode(), ParentSourceKey: parent, ChangeType: userNew})
	}
	return nil
}

// usersSince are the keys of users and groups that were created after a change.
func (s *Service) usersSince(r request, after uint32) (map[string]bool, error) {
	list, err := s.store.ABChanges(r.Context, after)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool)
	for _, ch := range list {
		if ch.Type == userNew {
			keys[string(ch.SourceKey)] = true
		}
	}
	return keys, nil
}
