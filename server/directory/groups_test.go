package directory_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

func (b *bench) members(group uint32) (ids []uint32) {
	b.Helper()
	var resp wire.UserListResponse
	b.OK(b.Users.GetUserListOfGroup(b.system, &wire.GetUserListOfGroupRequest{UlGroupID: group}, &resp))
	for _, u := range resp.UserArray {
		ids = append(ids, u.UlUserID)
	}
	return ids
}

func (b *bench) groupsOf(user uint32) (ids []uint32) {
	b.Helper()
	var resp wire.GroupListResponse
	b.OK(b.Users.GetGroupListOfUser(b.system, &wire.GetGroupListOfUserRequest{UlUserID: user}, &resp))
	for _, g := range resp.GroupArray {
		ids = append(ids, g.UlGroupID)
	}
	return ids
}

func TestMembership(t *testing.T) {
	b := newBench(t)
	alice, bob := b.user("alice", mapi.ClassActiveUser), b.user("bob", mapi.ClassNonActiveUser)
	inner, outer := b.group("inner"), b.group("outer")
	add := func(group, user uint32) error {
		return b.Users.AddGroupUser(b.system, &wire.AddGroupUserRequest{UlGroupID: group, UlUserID: user}, nil)
	}
	del := func(group, user uint32) error {
		return b.Users.DeleteGroupUser(b.system, &wire.DeleteGroupUserRequest{UlGroupID: group, UlUserID: user}, nil)
	}
	b.OK(add(inner, alice))
	b.OK(add(inner, bob))
	b.OK(add(outer, inner))
	b.Fails(add(inner, alice), mapi.Collision)
	b.Fails(add(inner, 77), mapi.NotFound)
	b.Fails(add(alice, bob), mapi.NotFound)
	b.OK(add(mapi.UserEveryone, alice)) // he is in it
	b.Fails(del(outer, alice), mapi.NotFound)
	b.Fails(b.Users.AddGroupUser(b.As(alice), &wire.AddGroupUserRequest{UlGroupID: outer, UlUserID: alice}, nil), mapi.NoAccess)

	if got := b.members(inner); !slices.Equal(got, []uint32{alice, bob}) {
		t.Errorf("members %v", got)
	}
	if got := b.members(mapi.UserEveryone); !slices.Equal(got, []uint32{mapi.UserSystem, alice, bob}) {
		t.Errorf("everyone is %v", got)
	}
	if got := b.groupsOf(alice); !slices.Equal(got, []uint32{mapi.UserEveryone, inner}) {
		t.Errorf("direct groups %v", got)
	}
	if got, err := b.Users.GroupsOf(t.Context(), alice); err != nil || !slices.Equal(got, []uint32{mapi.UserEveryone, inner, outer}) {
		t.Errorf("groups for rights %v %v", got, err)
	}
	b.OK(add(inner, outer)) // a ring harms nobody
	if got, err := b.Users.GroupsOf(t.Context(), alice); err != nil || len(got) != 3 {
		t.Errorf("groups in a ring %v %v", got, err)
	}
	b.OK(b.Users.DeleteUser(b.system, &wire.DeleteUserRequest{UlUserID: bob}, nil))
	if got := b.members(inner); !slices.Equal(got, []uint32{alice}) {
		t.Errorf("after a member was deleted: %v", got)
	}
	b.OK(b.Users.GroupDelete(b.system, &wire.GroupDeleteRequest{UlGroupID: inner}, nil))
	if got := b.groupsOf(alice); !slices.Equal(got, []uint32{mapi.UserEveryone}) {
		t.Errorf("after the group was deleted: %v", got)
	}
	b.Fails(b.Users.GroupDelete(b.system, &wire.GroupDeleteRequest{UlGroupID: mapi.UserEveryone}, nil), mapi.NoAccess)
	b.OK(b.Users.SyncUsers(b.system, &wire.SyncUsersRequest{}, nil)) // what is stored is what was in memory
	if got := b.groupsOf(alice); !slices.Equal(got, []uint32{mapi.UserEveryone}) || len(b.members(mapi.UserEveryone)) != 2 {
		t.Errorf("after reading again: %v", got)
	}
}

func TestGroupDetails(t *testing.T) {
	b := newBench(t)
	absent := &wire.CreateGroupRequest{Group: &wire.Group{Groupname: wire.Text("x")}}
	b.Fails(b.Users.CreateGroup(b.system, absent, &wire.CreateGroupResponse{}), mapi.InvalidParameter)
	id := b.group("staff")
	b.Fails(b.Users.CreateGroup(b.system, &wire.CreateGroupRequest{Group: &wire.Group{Groupname: wire.Text("STAFF"), Fullname: wire.Text("")}},
		&wire.CreateGroupResponse{}), mapi.Collision)
	b.OK(b.Users.SetGroup(b.system, &wire.SetGroupRequest{Group: &wire.Group{
		UlGroupID: id, Fullname: wire.Text("The staff"), FullEmail: wire.Text("staff@example.com"), IsABHidden: 1,
	}}, nil))
	var resp wire.GetGroupResponse
	b.OK(b.Users.GetGroup(b.system, &wire.GetGroupRequest{UlGroupID: id}, &resp))
	g := resp.Group
	if g.Groupname.String != "staff" || g.Fullname.String != "The staff" || g.FullEmail.String != "staff@example.com" || g.IsABHidden != 1 {
		t.Errorf("group %+v", g)
	}
	var list wire.GroupListResponse
	b.OK(b.Users.GetGroupList(b.As(b.user("bob", mapi.ClassActiveUser)), &wire.GetGroupListRequest{}, &list))
	if len(list.GroupArray) != 1 || list.GroupArray[0].UlGroupID != mapi.UserEveryone {
		t.Errorf("a user sees the groups %+v", list.GroupArray)
	}
	b.Fails(b.Users.ResolveGroupname(b.system, &wire.ResolveGroupnameRequest{Groupname: wire.Text("bob")}, &wire.ResolveGroupResponse{}), mapi.NotFound)
	b.Fails(b.Users.SetGroup(b.system, &wire.SetGroupRequest{Group: &wire.Group{UlGroupID: mapi.UserEveryone}}, nil), mapi.NoAccess)
}

func TestSendAs(t *testing.T) {
	b := newBench(t)
	alice, bob, room := b.user("alice", mapi.ClassActiveUser), b.user("bob", mapi.ClassActiveUser), b.user("room", mapi.ClassRoom)
	staff := b.group("staff")
	add := func(user, sender uint32) error {
		return b.Users.AddSendAsUser(b.system, &wire.AddSendAsUserRequest{UlUserID: user, UlSenderID: sender}, nil)
	}
	b.OK(add(alice, bob))
	b.OK(add(alice, staff))
	b.Fails(add(alice, bob), mapi.Collision)
	b.Fails(add(alice, alice), mapi.Collision)
	b.Fails(add(alice, room), mapi.InvalidType)
	b.OK(add(staff, bob))
	b.Fails(b.Users.AddSendAsUser(b.As(alice), &wire.AddSendAsUserRequest{UlUserID: alice, UlSenderID: bob}, nil), mapi.NoAccess)
	v, ok := b.abProps(bob, alice).Get(mapi.PrECSendAsUserEntryIDs)
	if !ok || len(v.More.Values) != 2 || string(v.More.Values[0].Data) != string(b.entryID(bob)) {
		t.Errorf("send-as entry ids %v", v)
	}
	b.OK(b.Users.DelSendAsUser(b.system, &wire.DelSendAsUserRequest{UlUserID: alice, UlSenderID: bob}, nil))
	b.Fails(b.Users.DelSendAsUser(b.system, &wire.DelSendAsUserRequest{UlUserID: alice, UlSenderID: bob}, nil), mapi.NotFound)
	var list wire.UserListResponse
	b.OK(b.Users.GetSendAsList(b.system, &wire.GetSendAsListRequest{UlUserID: alice}, &list))
	if len(list.UserArray) != 1 || list.UserArray[0].UlUserID != staff {
		t.Errorf("list %+v", list.UserArray)
	}
}
