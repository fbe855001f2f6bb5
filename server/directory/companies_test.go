package directory_test

import (
	"path/filepath"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/internal/servicetest"
	"zarafa/wire"
)

// twoCompanies are acme and globex, each with an administrator of its own and a user; root administers the system and
// belongs to acme.
type twoCompanies struct {
	*bench
	acme, globex           uint32
	boss, alice            uint32 // of acme
	chief, bob             uint32 // of globex
	root                   uint32
	acmeStaff, globexStaff uint32 // groups of the same name
}

func hosted(t *testing.T, format string) *bench {
	b := servicetest.OpenWith(t, filepath.Join(t.TempDir(), "test.db"), directory.Settings{
		SystemEmail: "postmaster@localhost", Hosted: true, LoginNameFormat: format, EnableGAB: true, CompanyWarn: 1000,
		Quota: directory.Quota{Warn: 10, Soft: 20, Hard: 30},
	})
	return &bench{Bench: b, system: b.As(mapi.UserSystem)}
}

func newTwoCompanies(t *testing.T) *twoCompanies {
	w := &twoCompanies{bench: hosted(t, "%u@%c")}
	w.acme, w.globex = w.company("acme"), w.company("globex")
	w.boss, w.alice = w.level("boss@acme", 1), w.level("alice@acme", 0)
	w.chief, w.bob = w.level("chief@globex", 1), w.level("bob@globex", 0)
	w.root = w.level("root@acme", 2)
	w.acmeStaff, w.globexStaff = w.group("staff@acme"), w.group("staff@globex")
	return w
}

func (b *bench) company(name string) uint32 {
	b.Helper()
	var resp wire.CreateCompanyResponse
	b.OK(b.Users.CreateCompany(b.system, &wire.CreateCompanyRequest{Company: &wire.Company{Companyname: wire.Text(name)}}, &resp))
	return resp.UlCompanyID
}

func (b *bench) level(name string, level uint32) uint32 {
	b.Helper()
	return b.userWith(wire.User{Username: wire.Text(name), ObjClass: uint32(mapi.ClassActiveUser), IsAdmin: level, Password: wire.Text("secret")})
}

func (w *twoCompanies) letView(company, viewer uint32) {
	w.Helper()
	w.OK(w.Users.AddCompanyToRemoteViewList(w.system, &wire.AddCompanyToRemoteViewListRequest{UlCompanyID: company, UlSetCompanyID: viewer}, nil))
}

func (w *twoCompanies) letAdminister(company, user uint32) {
	w.Helper()
	w.OK(w.Users.AddUserToRemoteAdminList(w.system, &wire.AddUserToRemoteAdminListRequest{UlCompanyID: company, UlUserID: user}, nil))
}

func (w *twoCompanies) usersSeen(caller, company uint32) (names []string) {
	w.Helper()
	var resp wire.UserListResponse
	w.OK(w.Users.GetUserList(w.As(caller), &wire.GetUserListRequest{UlCompanyID: company}, &resp))
	for _, u := range resp.UserArray {
		names = append(names, u.Username.String)
	}
	return names
}

func (w *twoCompanies) companiesSeen(caller uint32) (names []string) {
	w.Helper()
	var resp wire.CompanyListResponse
	w.OK(w.Users.GetCompanyList(w.As(caller), &wire.GetCompanyListRequest{}, &resp))
	for _, c := range resp.CompanyArray {
		names = append(names, c.Companyname.String)
	}
	return names
}

func TestWithoutCompanies(t *testing.T) {
	b := newBench(t)
	b.Fails(b.Users.GetCompanyList(b.system, nil, &wire.CompanyListResponse{}), mapi.NoSupport)
	b.Fails(b.Users.GetCompany(b.system, &wire.GetCompanyRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.ResolveCompanyname(b.system, &wire.ResolveCompanynameRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.CreateCompany(b.system, &wire.CreateCompanyRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.SetCompany(b.system, &wire.SetCompanyRequest{Company: &wire.Company{}}, nil), mapi.NoSupport)
	b.Fails(b.Users.DeleteCompany(b.system, &wire.DeleteCompanyRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.AddCompanyToRemoteViewList(b.system, &wire.AddCompanyToRemoteViewListRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.DelCompanyFromRemoteViewList(b.system, &wire.DelCompanyFromRemoteViewListRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.GetRemoteViewList(b.system, &wire.GetRemoteViewListRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.AddUserToRemoteAdminList(b.system, &wire.AddUserToRemoteAdminListRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.DelUserFromRemoteAdminList(b.system, &wire.DelUserFromRemoteAdminListRequest{}, nil), mapi.NoSupport)
	b.Fails(b.Users.GetRemoteAdminList(b.system, &wire.GetRemoteAdminListRequest{}, nil), mapi.NoSupport)
	mail := b.user("john@acme", mapi.ClassActiveUser) // a name like any other
	if got := b.get(mail).Username.String; got != "john@acme" {
		t.Errorf("name %q", got)
	}
}

func TestCompany(t *testing.T) {
	w := newTwoCompanies(t)
	create := func(caller uint32, name string) error {
		return w.Users.CreateCompany(w.As(caller), &wire.CreateCompanyRequest{Company: &wire.Company{Companyname: wire.Text(name)}}, &wire.CreateCompanyResponse{})
	}
	w.Fails(create(w.boss, "third"), mapi.NoAccess)
	w.Fails(create(mapi.UserSystem, "ACME"), mapi.Collision)
	w.Fails(create(mapi.UserSystem, ""), mapi.InvalidParameter)
	w.Fails(create(mapi.UserSystem, "a@b"), mapi.InvalidParameter)
	w.Fails(create(mapi.UserSystem, " a"), mapi.InvalidParameter)
	w.OK(create(w.root, "third"))
	get := func(caller, id uint32) (wire.Company, error) {
		var resp wire.GetCompanyResponse
		if err := w.Users.GetCompany(w.As(caller), &wire.GetCompanyRequest{UlCompanyID: id}, &resp); err != nil {
			return wire.Company{}, err
		}
		return *resp.Company, nil
	}
	own, err := get(w.alice, 0)
	if err != nil || own.UlCompanyID != w.acme || own.Companyname.String != "acme" || own.UlAdministrator != mapi.UserSystem {
		t.Errorf("own company %+v %v", own, err)
	}
	_, err = get(w.alice, w.globex)
	w.Fails(err, mapi.NotFound)
	_, err = get(w.alice, w.alice)
	w.Fails(err, mapi.NotFound)
	_, err = get(mapi.UserSystem, 0)
	w.Fails(err, mapi.NotFound)
	set := func(caller uint32, c wire.Company) error {
		return w.Users.SetCompany(w.As(caller), &wire.SetCompanyRequest{Company: &c}, nil)
	}
	keep := wire.Company{UlCompanyID: w.acme, IsABHidden: unchanged}
	w.Fails(set(w.alice, keep), mapi.NoAccess)
	w.Fails(set(w.chief, keep), mapi.NotFound)
	renamed := keep
	renamed.Companyname = wire.Text("acme inc")
	w.Fails(set(w.boss, renamed), mapi.NoAccess)
	administered := keep
	administered.UlAdministrator = w.boss
	w.OK(set(w.boss, administered))
	w.OK(set(w.root, renamed))
	own, err = get(w.alice, 0)
	if err != nil || own.Companyname.String != "acme inc" || own.UlAdministrator != w.boss {
		t.Errorf("changed company %+v %v", own, err)
	}
	if got := w.get(w.alice).Username.String; got != "alice@acme inc" {
		t.Errorf("user of a company with a new name: %q", got)
	}
	stranger := keep
	stranger.UlAdministrator = w.bob
	w.Fails(set(w.boss, stranger), mapi.NotFound)
	// Whoever is chosen may go; the company has an administrator then still.
	w.OK(w.Users.DeleteUser(w.system, &wire.DeleteUserRequest{UlUserID: w.boss}, nil))
	if own, err = get(w.alice, 0); err != nil || own.UlAdministrator != mapi.UserSystem {
		t.Errorf("after its administrator is gone: %+v %v", own, err)
	}
}

func TestResolveCompanyname(t *testing.T) {
	w := newTwoCompanies(t)
	var found wire.ResolveCompanyResponse
	w.OK(w.Users.ResolveCompanyname(w.system, &wire.ResolveCompanynameRequest{Companyname: wire.Text("GLOBEX")}, &found))
	if found.UlCompanyID != w.globex || len(found.SCompanyID) == 0 {
		t.Errorf("resolved %+v", found)
	}
	w.Fails(w.Users.ResolveCompanyname(w.As(w.alice), &wire.ResolveCompanynameRequest{Companyname: wire.Text("globex")}, &found), mapi.NotFound)
}

func TestCompaniesDoNotSeeEachOther(t *testing.T) {
	w := newTwoCompanies(t)
	acme, all := []string{"boss@acme", "alice@acme", "root@acme"}, []string{"SYSTEM", "boss@acme", "alice@acme", "chief@globex", "bob@globex", "root@acme"}
	globex := []string{"chief@globex", "bob@globex"}
	seen := func(what string, got []string, want ...string) {
		t.Helper()
		slices.Sort(got)
		slices.Sort(want)
		got = slices.DeleteFunc(got, func(name string) bool { return name == "SYSTEM" && !slices.Contains(want, name) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	seen("SYSTEM", w.usersSeen(mapi.UserSystem, 0), all...)
	seen("SYSTEM in acme", w.usersSeen(mapi.UserSystem, w.acme), acme...)
	seen("alice", w.usersSeen(w.alice, 0), acme...)
	seen("root in globex", w.usersSeen(w.root, w.globex), globex...)
	seen("companies of alice", w.companiesSeen(w.alice), "acme")
	seen("companies of root", w.companiesSeen(w.root), "acme", "globex")
	w.Fails(w.Users.GetUserList(w.As(w.alice), &wire.GetUserListRequest{UlCompanyID: w.globex}, &wire.UserListResponse{}), mapi.NotFound)

	w.letView(w.globex, w.acme) // acme sees globex, not the reverse
	seen("companies of alice now", w.companiesSeen(w.alice), "acme", "globex")
	seen("alice in globex", w.usersSeen(w.alice, w.globex), globex...)
	seen("alice still", w.usersSeen(w.alice, 0), acme...)
	w.Fails(w.Users.GetUserList(w.As(w.bob), &wire.GetUserListRequest{UlCompanyID: w.acme}, &wire.UserListResponse{}), mapi.NotFound)
	var list wire.CompanyListResponse
	w.OK(w.Users.GetRemoteViewList(w.system, &wire.GetRemoteViewListRequest{UlCompanyID: w.globex}, &list))
	if len(list.CompanyArray) != 1 || list.CompanyArray[0].UlCompanyID != w.acme {
		t.Errorf("view list %+v", list.CompanyArray)
	}
	w.Fails(w.Users.AddCompanyToRemoteViewList(w.system, &wire.AddCompanyToRemoteViewListRequest{UlCompanyID: w.globex, UlSetCompanyID: w.acme}, nil), mapi.Collision)
	w.Fails(w.Users.AddCompanyToRemoteViewList(w.system, &wire.AddCompanyToRemoteViewListRequest{UlCompanyID: w.acme, UlSetCompanyID: w.acme}, nil), mapi.Collision)
	w.Fails(w.Users.DelCompanyFromRemoteViewList(w.As(w.boss), &wire.DelCompanyFromRemoteViewListRequest{UlCompanyID: w.globex, UlSetCompanyID: w.acme}, nil), mapi.NoAccess)
	// chief does not see acme and cannot name it.
	del := wire.DelCompanyFromRemoteViewListRequest{UlCompanyID: w.globex, UlSetCompanyID: w.acme}
	w.Fails(w.Users.DelCompanyFromRemoteViewList(w.As(w.chief), &del, nil), mapi.NotFound)
	w.OK(w.Users.DelCompanyFromRemoteViewList(w.system, &del, nil))
	w.Fails(w.Users.DelCompanyFromRemoteViewList(w.system, &del, nil), mapi.NotFound)
	seen("companies of alice again", w.companiesSeen(w.alice), "acme")
}

func TestNamesInCompanies(t *testing.T) {
	w := newTwoCompanies(t)
	create := func(caller uint32, name string) error {
		return w.Users.CreateUser(w.As(caller), &wire.CreateUserRequest{User: &wire.User{
			Username: wire.Text(name), FullName: wire.Text("x"), MailAddress: wire.Text("x"), Password: wire.Text("secret")}}, &wire.CreateUserResponse{})
	}
	w.Fails(create(mapi.UserSystem, "nobody"), mapi.InvalidParameter) // in which company?
	w.Fails(create(mapi.UserSystem, "nobody@initech"), mapi.InvalidParameter)
	w.Fails(create(w.alice, "carol"), mapi.NoAccess)
	w.Fails(create(w.boss, "carol@globex"), mapi.NoAccess)
	w.Fails(create(w.boss, "carol@initech"), mapi.NoAccess)
	w.OK(create(w.boss, "carol"))
	w.OK(create(mapi.UserSystem, "carol@globex"))
	w.Fails(create(mapi.UserSystem, "Carol@Acme"), mapi.Collision)
	w.Fails(create(w.boss, "system"), mapi.Collision)
	resolve := func(caller uint32, name string) (uint32, error) {
		var resp wire.ResolveUserResponse
		err := w.Users.ResolveUsername(w.As(caller), &wire.ResolveUsernameRequest{Username: wire.Text(name)}, &resp)
		return resp.UlUserID, err
	}
	for _, tt := range []struct {
		caller uint32
		name   string
		want   uint32
	}{
		{w.alice, "alice", w.alice}, {w.alice, "ALICE@acme", w.alice}, {w.alice, "bob", 0}, {w.alice, "bob@globex", 0},
		{w.alice, "SYSTEM", mapi.UserSystem}, {mapi.UserSystem, "bob", w.bob}, {mapi.UserSystem, "bob@globex", w.bob},
		{mapi.UserSystem, "carol", 0}, {w.root, "bob@globex", w.bob}, {w.root, "bob", 0},
	} {
		got, err := resolve(tt.caller, tt.name)
		if got != tt.want || (err == nil) != (tt.want != 0) || err != nil && mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("%q for %d: %d %v, want %d", tt.name, tt.caller, got, err, tt.want)
		}
	}
	for caller, want := range map[uint32]uint32{w.alice: w.acmeStaff, w.bob: w.globexStaff} {
		var resp wire.ResolveGroupResponse
		w.OK(w.Users.ResolveGroupname(w.As(caller), &wire.ResolveGroupnameRequest{Groupname: wire.Text("staff")}, &resp))
		if resp.UlGroupID != want {
			t.Errorf("staff of %d is %d, want %d", caller, resp.UlGroupID, want)
		}
	}
	for name, want := range map[string]uint32{"alice@acme": w.alice, "Bob@GLOBEX": w.bob, "alice": 0, "alice@globex": 0, "carol": 0} {
		o, err := w.Users.Authenticate(w.Context(), name, "secret")
		if (err == nil) != (want != 0) || err == nil && o.ID != want {
			t.Errorf("log-on as %q: %v %v", name, o, err)
		}
	}
	rename := func(id uint32, name string) error {
		return w.Users.SetUser(w.system, &wire.SetUserRequest{User: &wire.User{UlUserID: id, Username: wire.Text(name), IsAdmin: unchanged, IsABHidden: unchanged, Capacity: unchanged}}, nil)
	}
	w.Fails(rename(w.alice, "alice@globex"), mapi.NoSupport)
	w.Fails(rename(w.alice, "carol"), mapi.Collision)
	w.OK(rename(w.alice, "alison"))
	w.OK(rename(w.bob, "alison@globex"))
	if a, b := w.get(w.alice).Username.String, w.get(w.bob).Username.String; a != "alison@acme" || b != "alison@globex" {
		t.Errorf("renamed to %q and %q", a, b)
	}
}

// Without the company in loginname_format no two users of the server have the same name, since they could not be told
// apart at log-on; groups may.
func TestNamesWithoutCompany(t *testing.T) {
	b := hosted(t, "%u")
	b.company("acme")
	b.company("globex")
	alice := b.level("alice@acme", 0)
	if got := b.get(alice).Username.String; got != "alice" {
		t.Errorf("name %q", got)
	}
	err := b.Users.CreateUser(b.system, &wire.CreateUserRequest{User: &wire.User{
		Username: wire.Text("Alice@globex"), FullName: wire.Text("x"), MailAddress: wire.Text("x"), Password: wire.Text("x")}}, &wire.CreateUserResponse{})
	b.Fails(err, mapi.Collision)
	b.group("staff@acme")
	b.group("staff@globex")
	if o, err := b.Users.Authenticate(t.Context(), "alice", "secret"); err != nil || o.ID != alice {
		t.Errorf("log-on: %v %v", o, err)
	}
}

// foreign are the errors of everything that boss could try in another company, whose objects he names by number or by entry id.
func (w *twoCompanies) foreign(user, group, company uint32, entryIDs bool) map[string]error {
	boss := w.As(w.boss)
	id := func(id uint32) (uint32, []byte) {
		if entryIDs {
			return 0, w.entryID(id)
		}
		return id, nil
	}
	uid, ueid := id(user)
	gid, geid := id(group)
	cid, ceid := id(company)
	return map[string]error{
		"getUser":              w.Users.GetUser(boss, &wire.GetUserRequest{UlUserID: uid, SUserID: ueid}, &wire.GetUserResponse{}),
		"setUser":              w.Users.SetUser(boss, &wire.SetUserRequest{User: &wire.User{UlUserID: uid, SUserID: ueid, Password: wire.Text("mine")}}, nil),
		"deleteUser":           w.Users.DeleteUser(boss, &wire.DeleteUserRequest{UlUserID: uid, SUserID: ueid}, nil),
		"getGroup":             w.Users.GetGroup(boss, &wire.GetGroupRequest{UlGroupID: gid, SGroupID: geid}, &wire.GetGroupResponse{}),
		"setGroup":             w.Users.SetGroup(boss, &wire.SetGroupRequest{Group: &wire.Group{UlGroupID: gid, SGroupID: geid, Fullname: wire.Text("x")}}, nil),
		"groupDelete":          w.Users.GroupDelete(boss, &wire.GroupDeleteRequest{UlGroupID: gid, SGroupID: geid}, nil),
		"addGroupUser":         w.Users.AddGroupUser(boss, &wire.AddGroupUserRequest{UlGroupID: gid, SGroupID: geid, UlUserID: w.alice}, nil),
		"own group":            w.Users.AddGroupUser(boss, &wire.AddGroupUserRequest{UlGroupID: w.acmeStaff, UlUserID: uid, SUserID: ueid}, nil),
		"members":              w.Users.GetUserListOfGroup(boss, &wire.GetUserListOfGroupRequest{UlGroupID: gid, SGroupID: geid}, &wire.UserListResponse{}),
		"groups":               w.Users.GetGroupListOfUser(boss, &wire.GetGroupListOfUserRequest{UlUserID: uid, SUserID: ueid}, &wire.GroupListResponse{}),
		"sendAs":               w.Users.GetSendAsList(boss, &wire.GetSendAsListRequest{UlUserID: uid, SUserID: ueid}, &wire.UserListResponse{}),
		"addSendAs":            w.Users.AddSendAsUser(boss, &wire.AddSendAsUserRequest{UlUserID: uid, SUserID: ueid, UlSenderID: w.alice}, nil),
		"getQuota":             w.Users.GetQuota(boss, &wire.GetQuotaRequest{UlUserID: uid, SUserID: ueid}, &wire.QuotaResponse{}),
		"setQuota":             w.Users.SetQuota(boss, &wire.SetQuotaRequest{UlUserID: uid, SUserID: ueid, Quota: &wire.Quota{}}, nil),
		"quota of the company": w.Users.SetQuota(boss, &wire.SetQuotaRequest{UlUserID: cid, SUserID: ceid, Quota: &wire.Quota{}}, nil),
		"recipients":           w.Users.GetQuotaRecipients(boss, &wire.GetQuotaRecipientsRequest{UlUserID: uid, SUserID: ueid}, &wire.UserListResponse{}),
		"addRecipient":         w.Users.AddQuotaRecipient(boss, &wire.AddQuotaRecipientRequest{UlCompanyID: cid, SCompanyID: ceid, UlRecipientID: w.alice, Type: uint32(mapi.ClassCompany)}, nil),
		"setCompany":           w.Users.SetCompany(boss, &wire.SetCompanyRequest{Company: &wire.Company{UlCompanyID: cid, SCompanyID: ceid, IsABHidden: 1}}, nil),
		"deleteCompany":        w.Users.DeleteCompany(boss, &wire.DeleteCompanyRequest{UlCompanyID: cid, SCompanyID: ceid}, nil),
		"viewList":             w.Users.GetRemoteViewList(boss, &wire.GetRemoteViewListRequest{UlCompanyID: cid, SCompanyID: ceid}, &wire.CompanyListResponse{}),
		"addToViewList":        w.Users.AddCompanyToRemoteViewList(boss, &wire.AddCompanyToRemoteViewListRequest{UlCompanyID: cid, SCompanyID: ceid, UlSetCompanyID: w.acme}, nil),
		"adminList":            w.Users.GetRemoteAdminList(boss, &wire.GetRemoteAdminListRequest{UlCompanyID: cid, SCompanyID: ceid}, &wire.UserListResponse{}),
		"addToAdminList":       w.Users.AddUserToRemoteAdminList(boss, &wire.AddUserToRemoteAdminListRequest{UlCompanyID: cid, SCompanyID: ceid, UlUserID: w.boss}, nil),
		"readABProps":          w.Users.ReadABProps(boss, &wire.ReadABPropsRequest{EntryID: w.entryID(user)}, &wire.ReadPropsResponse{}),
	}
}

// TestAdministratorsOfACompany: who administers acme has no power over globex, by numbers or by entry ids.
func TestAdministratorsOfACompany(t *testing.T) {
	w := newTwoCompanies(t)
	for _, entryIDs := range []bool{false, true} {
		for what, err := range w.foreign(w.bob, w.globexStaff, w.globex, entryIDs) {
			if code := mapi.CodeOf(err); code != mapi.NoAccess && code != mapi.NotFound {
				t.Errorf("%s of globex (by entry id: %v): %v", what, entryIDs, err)
			}
		}
	}
	// To see them is not to administer them.
	w.letView(w.globex, w.acme)
	reading := []string{"getUser", "getGroup", "members", "groups", "sendAs", "readABProps", "own group"}
	for what, err := range w.foreign(w.bob, w.globexStaff, w.globex, true) {
		want := mapi.NoAccess
		if slices.Contains(reading, what) {
			want = mapi.OK
		}
		if code := mapi.CodeOf(err); code != want {
			t.Errorf("%s of globex, once visible: %v, want %v", what, err, want)
		}
	}
	if _, err := w.Users.Authenticate(w.Context(), "bob@globex", "secret"); err != nil {
		t.Errorf("bob's password: %v", err)
	}
	// He has power over his own company, but not over the administrator of the system in it, and he makes nobody more than he is.
	boss := w.As(w.boss)
	w.OK(w.Users.SetUser(boss, &wire.SetUserRequest{User: &wire.User{UlUserID: w.alice, IsAdmin: 2}}, nil))
	if got := w.get(w.alice).IsAdmin; got != 1 {
		t.Errorf("alice is administrator of level %d", got)
	}
	w.Fails(w.Users.SetUser(boss, &wire.SetUserRequest{User: &wire.User{UlUserID: w.root, Password: wire.Text("mine")}}, nil), mapi.NoAccess)
	w.Fails(w.Users.AddSendAsUser(boss, &wire.AddSendAsUserRequest{UlUserID: w.root, UlSenderID: w.boss}, nil), mapi.NoAccess)
}

// TestRemoteAdministrators: a list names an administrator of one company administrator of another.
func TestRemoteAdministrators(t *testing.T) {
	w := newTwoCompanies(t)
	w.letView(w.globex, w.acme)
	boss := w.As(w.boss)
	w.letAdminister(w.globex, w.boss)
	for what, err := range map[string]error{
		"setUser": w.Users.SetUser(boss, &wire.SetUserRequest{User: &wire.User{UlUserID: w.bob, FullName: wire.Text("Robert")}}, nil),
		"createUser": w.Users.CreateUser(boss, &wire.CreateUserRequest{User: &wire.User{Username: wire.Text("new@globex"), FullName: wire.Text("x"),
			MailAddress: wire.Text("x"), Password: wire.Text("x")}}, &wire.CreateUserResponse{}),
	} {
		if err != nil {
			t.Errorf("%s as remote administrator: %v", what, err)
		}
	}
	w.letAdminister(w.globex, w.level("carol@acme", 0)) // who is no administrator at home is none elsewhere
	carol, err := w.Users.ByName(w.Context(), "carol@acme", mapi.ClassActiveUser)
	w.OK(err)
	w.Fails(w.Users.SetUser(w.As(carol.ID), &wire.SetUserRequest{User: &wire.User{UlUserID: w.bob, FullName: wire.Text("x")}}, nil), mapi.NoAccess)
	var admins wire.UserListResponse
	w.OK(w.Users.GetRemoteAdminList(w.system, &wire.GetRemoteAdminListRequest{UlCompanyID: w.globex}, &admins))
	if len(admins.UserArray) != 2 {
		t.Errorf("administrators %+v", admins.UserArray)
	}
	w.OK(w.Users.DelUserFromRemoteAdminList(w.system, &wire.DelUserFromRemoteAdminListRequest{UlCompanyID: w.globex, UlUserID: w.boss}, nil))
	w.Fails(w.Users.SetUser(boss, &wire.SetUserRequest{User: &wire.User{UlUserID: w.bob, FullName: wire.Text("x")}}, nil), mapi.NoAccess)
}
