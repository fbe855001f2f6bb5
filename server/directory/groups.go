package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

func (s *Service) wireGroup(o *Object, caps uint32) wire.Group {
	g := wire.Group{
		UlGroupID: o.ID, SGroupID: s.EntryID(o, caps),
		Groupname: wire.Text(o.Name), Fullname: wire.Text(o.FullName), FullEmail: wire.Text(o.Email),
	}
	if o.Hidden {
		g.IsABHidden = 1
	}
	if !isBuiltin(o) {
		g.Propmap, g.MVPropmap = s.wireMaps(o, caps)
	}
	return g
}

func (s *Service) wireGroups(list []*Object, caps uint32) []wire.Group {
	out := make([]wire.Group, 0, len(list))
	for _, o := range list {
		out = append(out, s.wireGroup(o, caps))
	}
	return out
}

// resolveGroup finds the group a request names.
func (s *Service) resolveGroup(c *session.Call, id uint32, entryID []byte) (*Object, error) {
	o, err := s.Resolve(c.Context, c.Session.UserID, id, entryID)
	if err != nil {
		return nil, err
	}
	if o.Class.Kind() != mapi.ClassGroup.Kind() {
		return nil, mapi.Errorf(mapi.NotFound, "directory", "%s is no group", o.Name)
	}
	return o, nil
}

func setGroupProps(o *storage.DirectoryObject, g *wire.Group) {
	setText(o, propGroupName, g.Groupname)
	setText(o, propFullName, g.Fullname)
	setText(o, propEmail, g.FullEmail)
	if g.IsABHidden != unchanged {
		o.Props[propHidden] = flag(g.IsABHidden != 0)
	}
	setMaps(o, g.Propmap, g.MVPropmap)
}

// CreateGroup answers createGroup. Groups of the db plugin are security groups: they can be granted rights.
func (s *Service) CreateGroup(c *session.Call, req *wire.CreateGroupRequest, resp *wire.CreateGroupResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "createGroup"); err != nil {
		return err
	}
	g := req.Group
	if g == nil || g.Groupname.String == "" || !g.Fullname.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "createGroup", "name or full name is missing")
	}
	bare, company, err := s.placeNew(c.Session.UserID, g.Groupname.String, "createGroup")
	if err != nil {
		return err
	}
	o := storage.DirectoryObject{Class: mapi.ClassSecurityGroup, Props: make(map[string]string), Multi: make(map[string][]string)}
	setGroupProps(&o, g)
	setText(&o, propGroupName, wire.Text(bare))
	created, err := s.create(c.Context, o, company)
	if err != nil {
		return err
	}
	s.settings().Scripts.run(c.Context, s.log, s.settings().Scripts.CreateGroup, "creategroup", "GROUP", created.Name)
	resp.UlGroupID, resp.SGroupID = created.ID, s.EntryID(created, c.Session.Capabilities)
	return nil
}

// SetGroup answers setGroup.
func (s *Service) SetGroup(c *session.Call, req *wire.SetGroupRequest, _ *wire.SetGroupResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "setGroup"); err != nil {
		return err
	}
	if req.Group == nil {
		return mapi.Errorf(mapi.InvalidParameter, "setGroup", "no group given")
	}
	o, err := s.resolveGroup(c, req.Group.UlGroupID, req.Group.SGroupID)
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c.Session.UserID, o, "setGroup"); err != nil {
		return err
	}
	bare, company, err := s.rename(c.Session.UserID, o, req.Group.Groupname.String, "setGroup")
	if err != nil {
		return err
	}
	return s.changeIn(c.Context, o, company, func(d *storage.DirectoryObject) {
		setGroupProps(d, req.Group)
		setText(d, propGroupName, wire.Text(bare))
	})
}

// GetGroup answers getGroup.
func (s *Service) GetGroup(c *session.Call, req *wire.GetGroupRequest, resp *wire.GetGroupResponse) error {
	o, err := s.resolveGroup(c, req.UlGroupID, req.SGroupID)
	if err != nil {
		return err
	}
	g := s.wireGroup(o, c.Session.Capabilities)
	resp.Group = &g
	return nil
}

// GetGroupList answers getGroupList.
func (s *Service) GetGroupList(c *session.Call, req *wire.GetGroupListRequest, resp *wire.GroupListResponse) error {
	list, err := s.ofCompany(c.Context, c.Session.UserID, req.UlCompanyID, req.SCompanyID, mapi.ClassGroup.Kind())
	if err != nil {
		return err
	}
	resp.GroupArray = s.wireGroups(list, c.Session.Capabilities)
	return nil
}

// GroupDelete answers groupDelete.
func (s *Service) GroupDelete(c *session.Call, req *wire.GroupDeleteRequest, _ *wire.GroupDeleteResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "groupDelete"); err != nil {
		return err
	}
	o, err := s.resolveGroup(c, req.UlGroupID, req.SGroupID)
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c.Session.UserID, o, "groupDelete"); err != nil {
		return err
	}
	if err := s.remove(c.Context, o); err != nil {
		return err
	}
	s.settings().Scripts.run(c.Context, s.log, s.settings().Scripts.DeleteGroup, "deletegroup", "GROUPID", text(int64(o.ID)))
	return nil
}

// ResolveGroupname answers resolveGroupname.
func (s *Service) ResolveGroupname(c *session.Call, req *wire.ResolveGroupnameRequest, resp *wire.ResolveGroupResponse) error {
	if !req.Groupname.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "resolveGroupname", "no name given")
	}
	o, err := s.Named(c.Context, c.Session.UserID, req.Groupname.String, mapi.ClassGroup.Kind())
	if err != nil {
		return err
	}
	resp.UlGroupID, resp.SGroupID = o.ID, s.EntryID(o, c.Session.Capabilities)
	return nil
}

// AddGroupUser answers addGroupUser. Everybody is in EVERYONE already, which is no error to ask for.
func (s *Service) AddGroupUser(c *session.Call, req *wire.AddGroupUserRequest, _ *wire.AddGroupUserResponse) error {
	return s.membership(c, req.UlGroupID, req.SGroupID, req.UlUserID, req.SUserID, true)
}

// DeleteGroupUser answers deleteGroupUser.
func (s *Service) DeleteGroupUser(c *session.Call, req *wire.DeleteGroupUserRequest, _ *wire.DeleteGroupUserResponse) error {
	return s.membership(c, req.UlGroupID, req.SGroupID, req.UlUserID, req.SUserID, false)
}

func (s *Service) membership(c *session.Call, groupID uint32, groupEntryID []byte, userID uint32, userEntryID []byte, add bool) error {
	if err := s.requireAdmin(c.Session.UserID, "group membership"); err != nil {
		return err
	}
	group, err := s.resolveGroup(c, groupID, groupEntryID)
	if err != nil {
		return err
	}
	member, err := s.Resolve(c.Context, c.Session.UserID, userID, userEntryID)
	if err != nil {
		return err
	}
	if add && group.ID == mapi.UserEveryone {
		return nil
	}
	if err := s.requireAdminOver(c.Session.UserID, group, "group membership"); err != nil {
		return err
	}
	return s.relate(c.Context, group, member, storage.RelationGroupMember, add)
}

// GetUserListOfGroup answers getUserListOfGroup.
func (s *Service) GetUserListOfGroup(c *session.Call, req *wire.GetUserListOfGroupRequest, resp *wire.UserListResponse) error {
	group, err := s.resolveGroup(c, req.UlGroupID, req.SGroupID)
	if err != nil {
		return err
	}
	snap := s.known()
	var list []*Object
	for _, o := range snap.members(group.ID) {
		if o.Class.Kind() == mapi.ClassActiveUser.Kind() && snap.visible(c.Session.UserID, o) {
			list = append(list, o)
		}
	}
	resp.UserArray = s.wireUsers(list, c.Session.Capabilities)
	return nil
}

// GetGroupListOfUser answers getGroupListOfUser: groups the user is a direct member of, EVERYONE first.
func (s *Service) GetGroupListOfUser(c *session.Call, req *wire.GetGroupListOfUserRequest, resp *wire.GroupListResponse) error {
	user, err := s.resolveUser(c, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	snap := s.known()
	list := []*Object{snap.byID[mapi.UserEveryone]}
	for _, id := range snap.parents[relationKey{user.ID, storage.RelationGroupMember}] {
		if o := snap.byID[id]; o != nil && snap.visible(c.Session.UserID, o) {
			list = append(list, o)
		}
	}
	resp.GroupArray = s.wireGroups(list, c.Session.Capabilities)
	return nil
}
