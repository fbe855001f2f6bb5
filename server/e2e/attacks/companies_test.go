package attacks_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// tenants are two companies on one server, with a mailbox and a public store each. Alice administers acme.
type tenants struct {
	*testing.T
	instance     *servertest.Instance
	admin        *client.Session // SYSTEM
	acme, globex client.Company
	alice, bob   *mailbox
	public       map[string]client.Store
}

const hostedSettings = "enable_hosted_zarafa = yes\nloginname_format = %u@%c\nstorename_format = %u, %c\ncreateuser_script =\ncreatecompany_script =\n"

func newTenants(t *testing.T, engine string) *tenants {
	w := &tenants{T: t, instance: servertest.Start(t, engine, hostedSettings), public: make(map[string]client.Store)}
	w.admin = w.logOn("SYSTEM", "")
	w.acme, w.globex = w.company("acme"), w.company("globex")
	w.alice, w.bob = addMailbox(t, w.instance, "alice@acme"), addMailbox(t, w.instance, "bob@globex")
	level := w.alice.User
	level.AdminLevel = 1
	w.ok(w.admin.SetUser(t.Context(), level))
	w.bob.keepBlob(t)
	return w
}

func (w *tenants) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *tenants) company(name string) client.Company {
	w.Helper()
	c, err := w.admin.CreateCompany(w.Context(), client.Company{Name: name})
	w.ok(err)
	w.public[name], err = w.admin.CreatePublicStoreOf(w.Context(), c)
	w.ok(err)
	return c
}

func (w *tenants) logOn(user, impersonate string) *client.Session {
	w.Helper()
	s, err := client.LogOn(w.Context(), client.Options{Endpoint: w.instance.Endpoint(), User: user, Impersonate: impersonate})
	w.ok(err)
	return s
}

// about are requests about the company of the other one, its users and its stores.
func (w *tenants) about(own, other *mailbox) []trespass {
	public, cid, uid := w.public["globex"], w.globex.EntryID, other.User.EntryID
	book := &wire.TableMultiRequest{Request: wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: cid, TableType: mapi.TableAB, Type: uint32(mapi.TypeMailUser), Flags: mapi.OpenUnicode},
		SetColumns: []mapi.PropTag{mapi.PrDisplayName}, QueryRows: &wire.TableQueryRowsParams{Count: 100},
	}}
	stats := func(kind uint32) wire.Request {
		return &wire.TableOpenRequest{TableType: kind, Type: uint32(mapi.TypeStatus), Flags: mapi.OpenUnicode}
	}
	contents := &wire.TableMultiRequest{Request: wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: public.RootID, TableType: mapi.TableMS, Type: uint32(mapi.TypeFolder), Flags: mapi.OpenUnicode},
		SetColumns: []mapi.PropTag{mapi.PrDisplayName}, QueryRows: &wire.TableQueryRowsParams{Count: 100},
	}}
	nothing := func(resp wire.Response) error {
		if n := len(resp.(*wire.TableMultiResponse).RowSet.Rows); n > 0 {
			w.Errorf("%d rows", n)
		}
		return nil
	}
	list := []trespass{
		{what: "company", req: &wire.GetCompanyRequest{SCompanyID: cid}},
		{what: "company by number", req: &wire.GetCompanyRequest{UlCompanyID: w.globex.ID}},
		{what: "company by name", req: &wire.ResolveCompanynameRequest{Companyname: wire.Text("globex")}},
		{what: "users", req: &wire.GetUserListRequest{SCompanyID: cid}},
		{what: "groups", req: &wire.GetGroupListRequest{UlCompanyID: w.globex.ID}},
		{what: "members", req: &wire.GetUserListOfGroupRequest{UlGroupID: other.Group.ID}},
		{what: "user by name", req: &wire.ResolveUsernameRequest{Username: wire.Text("bob@globex")}},
		{what: "group by name", req: &wire.ResolveGroupnameRequest{Groupname: wire.Text("bob's@globex")}},
		{what: "user", req: &wire.GetUserRequest{SUserID: uid}},
		{what: "user by number", req: &wire.GetUserRequest{UlUserID: other.User.ID}},
		{what: "user in the address book", req: &wire.ReadABPropsRequest{EntryID: uid}},
		{what: "company in the address book", req: &wire.ReadABPropsRequest{EntryID: cid}},
		{what: "container of the company", req: book, hidden: nothing},
		{what: "store by name", req: &wire.ResolveUserStoreRequest{UserName: wire.Text("bob@globex")}},
		{what: "public store by name", req: &wire.ResolveUserStoreRequest{UserName: wire.Text("globex")}},
		{what: "store by GUID", req: &wire.ResolveStoreRequest{StoreGUID: other.Store.GUID[:]}},
		{what: "store", req: &wire.GetStoreRequest{EntryID: other.Store.EntryID}, also: []mapi.Code{mapi.UnableToComplete}},
		{what: "public store", req: &wire.GetStoreRequest{EntryID: public.EntryID}, also: []mapi.Code{mapi.UnableToComplete}},
		{what: "name of the store", req: &wire.GetStoreNameRequest{EntryID: other.Store.EntryID}},
		{what: "type of the store", req: &wire.GetStoreTypeRequest{EntryID: other.Store.EntryID}},
		{what: "store as an object", req: &wire.LoadObjectRequest{EntryID: other.Store.EntryID, Flags: mapi.OpenUnicode}},
		{what: "root folder", req: &wire.LoadObjectRequest{EntryID: other.Store.RootID, Flags: mapi.OpenUnicode}},
		{what: "public store as an object", req: &wire.LoadObjectRequest{EntryID: public.EntryID, Flags: mapi.OpenUnicode}},
		{what: "folders of the public store", req: contents, harmless: true, hidden: nothing},
		{what: "rights", req: &wire.GetRightsRequest{EntryID: other.Folder, Type: int32(mapi.ACEGrant)}},
		{what: "owner", req: &wire.GetOwnerRequest{EntryID: other.Folder}},
		{what: "receive folder", req: &wire.GetReceiveFolderRequest{StoreID: other.Store.EntryID}},
		{what: "receive folders", req: &wire.GetReceiveFolderTableRequest{StoreID: other.Store.EntryID}},
		{what: "right for a stranger", req: &wire.SetRightsRequest{EntryID: own.Folder, RightsArray: rightsFor(other)}, also: []mapi.Code{mapi.InvalidParameter}},
		{what: "stranger as member", req: &wire.AddGroupUserRequest{UlGroupID: own.Group.ID, UlUserID: other.User.ID}},
		{what: "stranger who sends", req: &wire.AddSendAsUserRequest{UlUserID: own.User.ID, UlSenderID: other.User.ID}},
		{what: "statistics of the system", req: stats(mapi.TableStatsSystem)},
		{what: "statistics of sessions", req: stats(mapi.TableStatsSessions)},
		{what: "statistics of companies", req: stats(mapi.TableStatsCompany)},
	}
	return append(list, w.changing(own, other)...)
}

// changing are requests to change the company of the other one.
func (w *tenants) changing(own, other *mailbox) []trespass {
	public, cid := w.public["globex"], w.globex.EntryID
	return []trespass{
		{what: "new company", req: &wire.CreateCompanyRequest{Company: &wire.Company{Companyname: wire.Text("mine")}}},
		{what: "company", req: &wire.SetCompanyRequest{Company: &wire.Company{SCompanyID: cid, UlAdministrator: own.User.ID}}},
		{what: "own company's name", req: &wire.SetCompanyRequest{Company: &wire.Company{UlCompanyID: w.acme.ID, Companyname: wire.Text("mine")}}},
		{what: "no company", req: &wire.DeleteCompanyRequest{SCompanyID: cid}},
		{what: "seeing it", req: &wire.AddCompanyToRemoteViewListRequest{SCompanyID: cid, UlSetCompanyID: w.acme.ID}},
		{what: "administering it", req: &wire.AddUserToRemoteAdminListRequest{SCompanyID: cid, UlUserID: own.User.ID}},
		{what: "its viewers", req: &wire.GetRemoteViewListRequest{SCompanyID: cid}},
		{what: "its administrators", req: &wire.GetRemoteAdminListRequest{SCompanyID: cid}},
		{what: "its quota", req: &wire.SetQuotaRequest{SUserID: cid, Quota: &wire.Quota{IsUserDefaultQuota: true, HardSize: 1}}},
		{what: "its quota mails", req: &wire.AddQuotaRecipientRequest{SCompanyID: cid, UlRecipientID: own.User.ID, Type: uint32(mapi.ClassActiveUser)}},
		{what: "a user in it", req: &wire.CreateUserRequest{User: &wire.User{Username: wire.Text("spy@globex"), FullName: wire.Text("x"),
			MailAddress: wire.Text("x"), Password: wire.Text("x")}}},
		{what: "a group in it", req: &wire.CreateGroupRequest{Group: &wire.Group{Groupname: wire.Text("spies@globex"), Fullname: wire.Text("x")}}},
		{what: "its public store", req: &wire.UnhookStoreRequest{StoreType: mapi.StorePublic, UserID: cid}},
		{what: "its public store for the own company", req: &wire.HookStoreRequest{StoreType: mapi.StorePublic, UserID: w.acme.EntryID, StoreGUID: public.GUID[:]}, also: []mapi.Code{mapi.Collision}},
		{what: "an administrator of the system", req: &wire.SetUserRequest{User: &wire.User{UlUserID: mapi.UserSystem, Password: wire.Text("x")}}},
	}
}

// tryCompanies has the administrator of a company, and a user of it, try everything on a user of another company.
func tryCompanies(t *testing.T, look int) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			w := newTenants(t, engine)
			everything := slices.Concat(reading(w.alice, w.bob), writing(w.alice, w.bob), w.about(w.alice, w.bob))
			t.Run("administrator", func(t *testing.T) { tryAll(t, w.alice, w.bob, everything, look) })
			plain := w.alice.User
			plain.AdminLevel = 0
			w.ok(w.admin.SetUser(t.Context(), plain))
			t.Run("user", func(t *testing.T) { tryAll(t, w.alice, w.bob, everything, look) })
			if users, err := w.alice.Session.Users(t.Context()); err != nil || slices.ContainsFunc(users, func(u client.User) bool { return strings.Contains(u.Name, "globex") }) {
				t.Errorf("users: %+v %v", users, err)
			}
			for what, o := range map[string]client.Options{
				"the own name in the other company": {User: "alice@globex", Password: "secret"},
				"no company":                        {User: "alice", Password: "secret"},
				"acting as bob":                     {User: "alice@acme", Password: "secret", Impersonate: "bob@globex"},
			} {
				o.Endpoint = "http://" + w.instance.TCPAddr
				if _, err := client.LogOn(t.Context(), o); mapi.CodeOf(err) != mapi.LogonFailed {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

// TestHostileCompanies sends the operations on users, groups and companies in every variant in the session of an administrator of a company.
func TestHostileCompanies(t *testing.T) {
	w := newTenants(t, "sqlite")
	w.alice.company, w.bob.company, w.alice.User.AdminLevel = w.acme, w.globex, 1
	about := func(op *operation) bool {
		name := strings.ToLower(op.Name)
		return slices.ContainsFunc([]string{"user", "group", "company", "remote", "sendas", "quota", "abprops", "abresolve"}, func(word string) bool { return strings.Contains(name, word) })
	}
	hostileOperations(t, w.instance, "administrator of a company", w.alice, w.bob, func() uint64 { return w.alice.Session.ID() }, about, 15)
	checkUsable(t, w.instance, addMailbox(t, w.instance, "anybody@acme"))
}

// TestAdministratorOfACompany: what alice may not do in another company she does in her own.
func TestAdministratorOfACompany(t *testing.T) {
	w := newTenants(t, "sqlite")
	ctx, s := t.Context(), w.alice.Session
	_, _, err := s.CreateUser(ctx, client.User{Name: "carol", Password: "secret", FullName: "Carol", Email: "carol@example.com", Class: mapi.ClassActiveUser})
	w.ok(err)
	carol, err := s.User(ctx, "carol")
	w.ok(err)
	if carol.Name != "carol@acme" {
		t.Errorf("created %q", carol.Name)
	}
	store, err := s.CreateStore(ctx, carol, client.English)
	w.ok(err)
	if name, err := s.StoreName(ctx, store.EntryID); err != nil || name != "Inbox - carol, acme" {
		t.Errorf("store %q %v", name, err)
	}
	as := w.logOn("alice@acme", "carol@acme")
	defer as.Close(ctx)
	stores, err := s.Stores(ctx)
	w.ok(err)
	names := make([]string, 0, len(stores))
	for _, st := range stores {
		names = append(names, cmp.Or(st.UserName, "nobody"))
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"acme", "alice@acme", "carol@acme"}) {
		t.Errorf("stores of %q", names)
	}
	w.ok(s.EachRow(ctx, client.TableQuery{Kind: mapi.TableUserStores, ObjectType: mapi.TypeStatus, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{
		mapi.PrECUsername, mapi.PrECCompanyName, mapi.PrECCompanyID,
	}}, func(row mapi.Props) error {
		if row.Str(mapi.PrECCompanyName) != "acme" || !slices.Equal(row.Bytes(mapi.PrECCompanyID), w.acme.EntryID) {
			t.Errorf("company in the list of stores: %v", row)
		}
		return nil
	}))
	// A store without an owner stays in the company.
	w.ok(s.DeleteUser(ctx, carol))
	if _, err := w.bob.Session.StoreByGUID(ctx, store.GUID); mapi.CodeOf(err) != mapi.NoAccess && mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("an orphan of acme for bob: %v", err)
	}
	if _, err := s.StoreByGUID(ctx, store.GUID); err != nil {
		t.Errorf("an orphan of acme for its administrator: %v", err)
	}
	level := w.bob.User
	level.AdminLevel = 1
	w.ok(w.admin.SetUser(ctx, level))
	w.ok(w.bob.Session.UnhookStore(ctx, mapi.StorePrivate, w.bob.User.EntryID))
	if err := w.bob.Session.HookStore(ctx, mapi.StorePrivate, w.bob.User.EntryID, store.GUID); mapi.CodeOf(err) != mapi.NoAccess {
		t.Errorf("bob took an orphan of acme: %v", err)
	}
	w.ok(s.RemoveStore(ctx, store.GUID))
}

// TestCompaniesThatSeeEachOther: from the view list on users find and reach each other, as far as they are granted rights.
func TestCompaniesThatSeeEachOther(t *testing.T) {
	w := newTenants(t, "sqlite")
	ctx := t.Context()
	reads := func(want bool) {
		t.Helper()
		if _, err := w.alice.Session.LoadObject(ctx, w.bob.Message); (err == nil) != want {
			t.Errorf("alice reads bob's message: %v, want %v", err, want)
		}
	}
	everyone := client.Everyone()
	everyone.Rights = mapi.RightReadAny | mapi.RightFolderVisible
	w.ok(w.bob.Session.Grant(ctx, w.bob.Folder, everyone))
	reads(false) // everyone who sees the company
	w.ok(w.admin.AddViewer(ctx, w.globex, w.acme))
	reads(true)
	if _, err := w.alice.Session.UserStore(ctx, "bob@globex", mapi.StorePrivate); err != nil {
		t.Errorf("bob's store by his name: %v", err)
	}
	users, err := w.alice.Session.UsersOf(ctx, w.globex)
	if err != nil || !slices.ContainsFunc(users, func(u client.User) bool { return u.Name == "bob@globex" }) {
		t.Errorf("users of globex: %v %v", users, err)
	}
	if _, err := w.bob.Session.User(ctx, "alice@acme"); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("bob finds alice: %v", err)
	}
	w.ok(w.bob.Session.Revoke(ctx, w.bob.Folder, everyone))
	reads(false)
	// A company can be granted rights, by who sees it.
	company := client.Grant{UserID: w.acme.ID, EntryID: w.acme.EntryID, Rights: everyone.Rights}
	if err := w.bob.Session.Grant(ctx, w.bob.Folder, company); mapi.CodeOf(err) != mapi.InvalidParameter {
		t.Errorf("a grant to an unknown company: %v", err)
	}
	w.ok(w.admin.AddViewer(ctx, w.acme, w.globex))
	w.ok(w.bob.Session.Grant(ctx, w.bob.Folder, company))
	reads(true)
	w.ok(w.admin.DeleteViewer(ctx, w.globex, w.acme))
	if _, err := w.alice.Session.UserStore(ctx, "bob@globex", mapi.StorePrivate); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("bob's store, no longer in sight: %v", err)
	}
}

// TestPublicStores: each company has its own, and users add to theirs only.
func TestPublicStores(t *testing.T) {
	w := newTenants(t, "sqlite")
	for name, m := range map[string]*mailbox{"acme": w.alice, "globex": w.bob} {
		st, err := m.Session.PublicStore(t.Context())
		if err != nil || st.GUID != w.public[name].GUID {
			t.Errorf("public store of %s: %v %v", name, st, err)
			continue
		}
		if got, err := m.Session.StoreName(t.Context(), st.EntryID); err != nil || got != "Public Folders" {
			t.Errorf("name %q %v", got, err)
		}
		folder, err := m.Session.FolderByPath(t.Context(), st.RootID, "IPM_SUBTREE")
		if err == nil {
			_, err = m.Session.CreateFolder(t.Context(), folder, client.NewFolder{Name: "news"})
		}
		if err != nil {
			t.Errorf("a folder in the public store of %s: %v", name, err)
		}
	}
}

// TestQuotaOfACompany: the default of a company stops its users, and nobody else.
func TestQuotaOfACompany(t *testing.T) {
	w := newTenants(t, "sqlite")
	ctx := t.Context()
	w.ok(w.admin.SetCompanyQuota(ctx, w.globex, true, client.Quota{Warn: 1, Soft: 1, Hard: 1}))
	if _, err := w.bob.Session.CreateMessage(ctx, w.bob.Folder, e2e.KeptMessage()); mapi.CodeOf(err) != mapi.StoreFull {
		t.Errorf("beyond the limit: %v", err)
	}
	if _, err := w.alice.Session.CreateMessage(ctx, w.alice.Folder, e2e.KeptMessage()); err != nil {
		t.Errorf("in another company: %v", err)
	}
	w.ok(w.admin.SetCompanyQuota(ctx, w.globex, false, client.Quota{Warn: 1}))
	status := func() (state uint32) {
		var resp wire.QuotaStatus
		w.ok(w.admin.Do(ctx, func(id uint64) wire.Request {
			return &wire.GetQuotaStatusRequest{SessionID: id, UlUserID: w.globex.ID, SUserID: w.globex.EntryID}
		}, &resp, func() error { state = resp.QuotaStatus; return nil }))
		return state
	}
	if got := status(); got != 0 {
		t.Errorf("state of an empty public store: %d", got)
	}
	folder, err := w.admin.FolderByPath(ctx, w.public["globex"].RootID, "IPM_SUBTREE")
	w.ok(err)
	_, err = w.admin.CreateMessage(ctx, folder, e2e.KeptMessage())
	w.ok(err)
	if got := status(); got != 1 {
		t.Errorf("state of a full public store: %d", got)
	}
	var rows []mapi.Props
	w.ok(w.admin.EachRow(ctx, client.TableQuery{Kind: mapi.TableStatsCompany, ObjectType: mapi.TypeStatus, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{
		mapi.PrECCompanyName, mapi.PrECCompanyAdmin, mapi.PrMessageSizeExtended, mapi.PrQuotaWarningThreshold,
	}}, func(row mapi.Props) error { rows = append(rows, slices.Clone(row)); return nil }))
	slices.SortFunc(rows, func(a, b mapi.Props) int {
		return cmp.Compare(a.Str(mapi.PrECCompanyName), b.Str(mapi.PrECCompanyName))
	})
	if len(rows) != 2 || rows[1].Str(mapi.PrECCompanyName) != "globex" || rows[1].Str(mapi.PrECCompanyAdmin) != "SYSTEM" {
		t.Errorf("statistics: %v", rows)
	} else if size, ok := rows[1].Get(mapi.PrMessageSizeExtended); !ok || size.Int64() == 0 {
		t.Errorf("size of the public store: %v", size)
	}
}

// TestAddressBookChangesOfACompany: who synchronises the address book learns of his own company.
func TestAddressBookChangesOfACompany(t *testing.T) {
	w := newTenants(t, "sqlite")
	changes := func(s *client.Session, after uint32) (list []string, last uint32) {
		t.Helper()
		var resp wire.ICSChangeResponse
		w.ok(s.Do(t.Context(), func(id uint64) wire.Request {
			return &wire.GetChangesRequest{SessionID: id, ChangeID: after, ChangeType: 3}
		}, &resp, func() error {
			last = resp.MaxChangeID
			for _, ch := range resp.ChangesArray {
				o, err := w.instance.Resolve(t.Context(), mapi.UserSystem, 0, ch.SourceKey)
				if err != nil {
					return err
				}
				list = append(list, o.Name)
			}
			return nil
		}))
		slices.Sort(list)
		return slices.Compact(list), last
	}
	before, last := changes(w.alice.Session, 0)
	if want := []string{"acme", "alice's@acme", "alice@acme"}; !slices.Equal(before, want) {
		t.Errorf("everything: %q, want %q", before, want)
	}
	all, _ := changes(w.admin, 0)
	if want := []string{"acme", "alice's@acme", "alice@acme", "bob's@globex", "bob@globex", "globex"}; !slices.Equal(all, want) {
		t.Errorf("everything for SYSTEM: %q, want %q", all, want)
	}
	for _, u := range []client.User{w.alice.User, w.bob.User} {
		u.FullName = "Somebody"
		u.AdminLevel = client.AdminUnchanged
		w.ok(w.admin.SetUser(t.Context(), u))
	}
	if since, _ := changes(w.alice.Session, last); !slices.Equal(since, []string{"alice@acme"}) {
		t.Errorf("since: %q", since)
	}
	if since, _ := changes(w.bob.Session, last); !slices.Equal(since, []string{"bob@globex"}) {
		t.Errorf("since, for bob: %q", since)
	}
}
