package snapshot

import (
	"context"
	"fmt"
	"strconv"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
	"zarafa/client"
	"zarafa/mapi"
)

// Principals are the users and groups of a server.
type Principals struct {
	byID    map[uint32]Right // without Rights
	entries map[Right][]byte // address-book entry ids, by name
}

// everyone is the name of the group of all users.
const everyone = "Everyone"

// ReadPrincipals lists them.
func ReadPrincipals(ctx context.Context, s *client.Session) (*Principals, error) {
	p := &Principals{byID: make(map[uint32]Right), entries: make(map[Right][]byte)}
	users, err := s.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the users: %w", err)
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the groups: %w", err)
	}
	for _, u := range users {
		p.add(u.ID, Right{Name: u.Name}, u.EntryID)
	}
	for _, g := range groups {
		p.add(g.ID, Right{Name: g.Name, Group: true}, g.EntryID)
	}
	all := client.Everyone()
	p.add(all.UserID, Right{Name: everyone, Group: true}, all.EntryID)
	return p, nil
}

func (p *Principals) add(id uint32, r Right, entryID []byte) {
	p.byID[id] = r
	p.entries[r] = entryID
}

// rights reads an access list. Who is not known any more has no rights, and is left out.
func (t *taking) rights(id mapi.EntryID) (list []Right, err error) {
	grants, err := t.session.Rights(t.ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading rights: %w", err)
	}
	for _, g := range grants {
		if r, ok := t.Principals.byID[g.UserID]; ok {
			r.Rights = uint32(g.Rights)
			list = append(list, r)
		}
	}
	return list, nil
}

// criteria reads what a search folder shows; nil if it has been stopped.
func (t *taking) criteria(id mapi.EntryID) (*Criteria, error) {
	c, _, err := t.session.SearchCriteria(t.ctx, id)
	if code := mapi.CodeOf(err); code == mapi.NotInitialized || code == mapi.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading search criteria: %w", err)
	}
	out := &Criteria{Recursive: c.Recursive}
	for _, f := range c.Folders {
		out.Folders = append(out.Folders, f)
	}
	out.Condition, err = item.EncodeRestriction(c.Restrict)
	return out, err
}

// role is what a folder is for, by which it is found again in another store.
func (t *taking) role(id mapi.EntryID) (string, error) {
	if t.roles == nil {
		var err error
		if t.roles, err = rolesOf(t.ctx, t.of.Store, t.of.Kind); err != nil {
			return "", err
		}
	}
	return t.roles[string(id)], nil
}

// rolesOf are the roles of a store's folders, by entry id.
func rolesOf(ctx context.Context, st client.Store, kind string) (map[string]string, error) {
	roles := map[string]string{string(st.RootID): roleRoot}
	o, err := st.Session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return nil, err
	}
	if id := o.Props.Bytes(mapi.PrIPMSubtreeEntryID); id != nil {
		roles[string(id)] = roleSubtree
	}
	if kind != Private {
		return roles, nil
	}
	ids, err := st.Session.DefaultFolders(ctx, st)
	if client.IsNotFound(err) {
		return roles, nil // not a mailbox that has an inbox
	}
	if err != nil {
		return nil, fmt.Errorf("finding the default folders: %w", err)
	}
	for f, id := range ids {
		if id != nil {
			roles[string(id)] = "default " + strconv.Itoa(f)
		}
	}
	return roles, nil
}

// properties stores the properties of a store or folder that somebody has set, sealed: an out-of-office text is nobody's business.
func (t *taking) properties(id mapi.EntryID, o *client.Object) (repository.ID, error) {
	m := new(mapi.Message)
	var ids []uint16
	all := append(mapi.Props(nil), o.Props...)
	for _, tag := range o.Large {
		if !item.Storable(tag.Type()) || !kept(tag) {
			continue
		}
		v, err := t.session.LoadValue(t.ctx, id, 0, tag)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return repository.ID{}, fmt.Errorf("reading property %v: %w", tag, err)
		}
		all = append(all, v)
	}
	for _, p := range all {
		if !p.Tag.Named() {
			continue
		}
		if _, fixed := mapi.FixedName(p.Tag.ID()); !fixed {
			ids = append(ids, p.Tag.ID())
		}
	}
	names, err := t.session.PropNames(t.ctx, ids...)
	if err != nil {
		return repository.ID{}, err
	}
	for _, p := range all {
		name, named := names[p.Tag.ID()]
		switch {
		case named:
			p.Tag = mapi.MakeTag(0, p.Tag.Type())
			for i := range p.Values() {
				p.Values()[i].Tag = p.Tag.WithType(p.Tag.Type().Base())
			}
			m.Named = append(m.Named, mapi.NamedValue{Name: name, Value: p})
		case kept(p.Tag):
			m.Props = append(m.Props, p)
		}
	}
	data, _, err := item.Encode(m, nil)
	if err != nil {
		return repository.ID{}, err
	}
	return t.Repo.Save(t.ctx, repository.Body, data)
}

// kept reports whether a property of a store or folder is somebody's, and not computed by the server or part of its identity.
func kept(tag mapi.PropTag) bool {
	switch mapi.PropTag(tag.ID()) << 16 {
	case mapi.PrAccess &^ 0xFFFF, mapi.PrAccessLevel &^ 0xFFFF, mapi.PrRights &^ 0xFFFF, mapi.PrUserName &^ 0xFFFF, mapi.PrUserEntryID &^ 0xFFFF,
		mapi.PrMailboxOwnerName &^ 0xFFFF, mapi.PrMailboxOwnerEntryID &^ 0xFFFF, mapi.PrECMailboxOwnerAccount &^ 0xFFFF,
		mapi.PrECHierarchyID &^ 0xFFFF, mapi.PrSubfolders &^ 0xFFFF, mapi.PrHasAttach &^ 0xFFFF, mapi.PrEntryID &^ 0xFFFF,
		mapi.PrParentEntryID &^ 0xFFFF, mapi.PrStoreEntryID &^ 0xFFFF, mapi.PrStoreRecordKey &^ 0xFFFF, mapi.PrRecordKey &^ 0xFFFF,
		mapi.PrLongtermEntryIDFromTable &^ 0xFFFF, mapi.PrInstanceKey &^ 0xFFFF, mapi.PrObjectType &^ 0xFFFF,
		mapi.PrContentCount &^ 0xFFFF, mapi.PrContentUnread &^ 0xFFFF, mapi.PrParentSourceKey &^ 0xFFFF, mapi.PrFolderType &^ 0xFFFF,
		mapi.PrECIMAPID &^ 0xFFFF, mapi.PrModificationNumber &^ 0xFFFF, mapi.PrHighestModificationNumber &^ 0xFFFF,
		mapi.PrAssocContentCount &^ 0xFFFF, mapi.PrFolderChildCount &^ 0xFFFF, mapi.PrLocalCommitTimeMax &^ 0xFFFF,
		mapi.PrDeletedMsgCount &^ 0xFFFF, mapi.PrDeletedFolderCount &^ 0xFFFF, mapi.PrDeletedAssocMsgCount &^ 0xFFFF,
		mapi.PrSourceKey &^ 0xFFFF, mapi.PrChangeKey &^ 0xFFFF, mapi.PrPredecessorChangeList &^ 0xFFFF,
		mapi.PrMessageSize &^ 0xFFFF, mapi.PrLastModificationTime &^ 0xFFFF, mapi.PrCreationTime &^ 0xFFFF,
		mapi.PrLastModifierName &^ 0xFFFF, mapi.PrLastModifierEntryID &^ 0xFFFF, mapi.PrMappingSignature &^ 0xFFFF,
		mapi.PrQuotaWarningThreshold &^ 0xFFFF, mapi.PrQuotaSendThreshold &^ 0xFFFF, mapi.PrQuotaReceiveThreshold &^ 0xFFFF,
		mapi.PrDisplayName &^ 0xFFFF, mapi.PrMDBProvider &^ 0xFFFF, mapi.PrStoreSupportMask &^ 0xFFFF:
		return false
	}
	return item.Storable(tag.Type())
}
