package client

import (
	"context"

	"zarafa/wire"
)

// Group is a group as the server describes it.
type Group struct {
	ID       uint32
	EntryID  []byte
	Name     string
	FullName string
	Email    string
	Hidden   bool
}

func groupOf(g *wire.Group) Group {
	return Group{
		ID: g.UlGroupID, EntryID: append([]byte{}, g.SGroupID...), Name: copyText(g.Groupname),
		FullName: copyText(g.Fullname), Email: copyText(g.FullEmail), Hidden: g.IsABHidden != 0,
	}
}

func groupsOf(array []wire.Group) []Group {
	list := make([]Group, len(array))
	for i := range array {
		list[i] = groupOf(&array[i])
	}
	return list
}

func (g *Group) wire() *wire.Group {
	out := &wire.Group{
		UlGroupID: g.ID, SGroupID: nonNil(g.EntryID), Groupname: wire.Text(g.Name), Fullname: wire.Text(g.FullName), FullEmail: wire.Text(g.Email),
	}
	if g.Hidden {
		out.IsABHidden = 1
	}
	return out
}

// CreateGroup creates a group.
func (s *Session) CreateGroup(ctx context.Context, g Group) error {
	return s.Do(ctx, func(id uint64) wire.Request { return &wire.CreateGroupRequest{SessionID: id, Group: g.wire()} }, new(wire.CreateGroupResponse), nil)
}

// SetGroup changes a group.
func (s *Session) SetGroup(ctx context.Context, g Group) error {
	return s.Do(ctx, func(id uint64) wire.Request { return &wire.SetGroupRequest{SessionID: id, Group: g.wire()} }, new(wire.SetGroupResponse), nil)
}

// DeleteGroup deletes a group.
func (s *Session) DeleteGroup(ctx context.Context, g Group) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GroupDeleteRequest{SessionID: id, UlGroupID: g.ID, SGroupID: g.EntryID}
	}, new(wire.GroupDeleteResponse), nil)
}

// Group finds a group by its name.
func (s *Session) Group(ctx context.Context, name string) (g Group, err error) {
	var number uint32
	var entryID []byte
	var resp wire.ResolveGroupResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.ResolveGroupnameRequest{SessionID: id, Groupname: wire.Text(name)}
	}, &resp, func() error {
		number, entryID = resp.UlGroupID, append([]byte{}, resp.SGroupID...)
		return nil
	})
	if err != nil {
		return g, err
	}
	var got wire.GetGroupResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetGroupRequest{SessionID: id, UlGroupID: number, SGroupID: entryID}
	}, &got, func() error {
		if got.Group == nil {
			return errIncomplete
		}
		g = groupOf(got.Group)
		return nil
	})
	return g, err
}

// Groups lists all groups.
func (s *Session) Groups(ctx context.Context) (list []Group, err error) {
	var resp wire.GroupListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetGroupListRequest{SessionID: id, SCompanyID: []byte{}}
	}, &resp, func() error { list = groupsOf(resp.GroupArray); return nil })
	return list, err
}

// GroupsOf lists the groups of a user.
func (s *Session) GroupsOf(ctx context.Context, u User) (list []Group, err error) {
	var resp wire.GroupListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetGroupListOfUserRequest{SessionID: id, UlUserID: u.ID, SUserID: u.EntryID}
	}, &resp, func() error { list = groupsOf(resp.GroupArray); return nil })
	return list, err
}

// Members lists the users of a group.
func (s *Session) Members(ctx context.Context, g Group) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetUserListOfGroupRequest{SessionID: id, UlGroupID: g.ID, SGroupID: g.EntryID}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}

// AddMember puts a user into a group.
func (s *Session) AddMember(ctx context.Context, g Group, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.AddGroupUserRequest{SessionID: id, UlGroupID: g.ID, SGroupID: g.EntryID, UlUserID: u.ID, SUserID: u.EntryID}
	}, new(wire.AddGroupUserResponse), nil)
}

// DeleteMember takes a user out of a group.
func (s *Session) DeleteMember(ctx context.Context, g Group, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DeleteGroupUserRequest{SessionID: id, UlGroupID: g.ID, SGroupID: g.EntryID, UlUserID: u.ID, SUserID: u.EntryID}
	}, new(wire.DeleteGroupUserResponse), nil)
}
