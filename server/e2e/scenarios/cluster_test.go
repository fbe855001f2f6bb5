package scenarios_test

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// nodes are three servers with an administrator at each, and a user at home on each.
type nodes struct {
	*testing.T
	*servertest.Cluster
	admin [3]*client.Session
	home  map[string]client.Store // of users
}

func startNodes(t *testing.T) *nodes {
	n := &nodes{T: t, Cluster: servertest.StartCluster(t, "createuser_script =\n", "one", "two", "three"), home: make(map[string]client.Store)}
	for i, s := range n.Servers {
		n.admin[i] = logOn(t, s, client.Options{User: "SYSTEM", TLS: n.TLS})
	}
	for i, name := range []string{"alice", "bob", "carol"} {
		n.newUser(name, i)
	}
	return n
}

// newUser makes a user on all servers and his store at home.
func (n *nodes) newUser(name string, home int) {
	n.Helper()
	server := []string{"one", "two", "three"}[home]
	for i, admin := range n.admin {
		u := client.User{
			Name: name, Password: "secret", FullName: name + " Example", Email: name + "@example.com", HomeServer: server, Class: mapi.ClassActiveUser,
		}
		var err error
		u.ID, u.EntryID, err = admin.CreateUser(n.Context(), u)
		wantCode(n.T, err, mapi.OK)
		st, err := admin.CreateStore(n.Context(), u, client.English)
		if i != home {
			wantCode(n.T, err, mapi.NotFound)
			continue
		}
		wantCode(n.T, err, mapi.OK)
		n.home[name] = st
	}
}

// user logs on at a server over TCP, wherever his home is.
func (n *nodes) user(name string, at int) *client.Session {
	n.Helper()
	return logOn(n.T, n.Servers[at], client.Options{Endpoint: "http://" + n.Servers[at].TCPAddr + "/", User: name, Password: "secret"})
}

// inbox finds where a store's mail goes.
func (n *nodes) inbox(st client.Store) mapi.EntryID {
	n.Helper()
	id, err := st.Session.ReceiveFolder(n.Context(), st.EntryID, "IPM.Note")
	wantCode(n.T, err, mapi.OK)
	return id
}

// isAt checks that a store was found at home.
func (n *nodes) isAt(st client.Store, user, server string) {
	n.Helper()
	if st.GUID != n.home[user].GUID || st.URL != "pseudo://"+server {
		n.Errorf("the store of %s is %v at %s", user, st.GUID, st.URL)
	}
}

// TestDeliveryToAnotherServer: mail is delivered at one server to a user of another, who logs on at a third and reads it.
func TestDeliveryToAnotherServer(t *testing.T) {
	n := startNodes(t)
	ctx := t.Context()
	bob, err := n.admin[0].UserStore(ctx, "bob", mapi.StorePrivate)
	wantCode(t, err, mapi.OK)
	n.isAt(bob, "bob", "two")
	_, err = bob.Session.CreateMessage(ctx, n.inbox(bob), &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "across"),
	}})
	wantCode(t, err, mapi.OK)

	s, st, err := client.LogOnHome(ctx, client.Options{Endpoint: "http://" + n.Servers[2].TCPAddr + "/", User: "Bob", Password: "secret"})
	wantCode(t, err, mapi.OK)
	defer s.Close(ctx)
	n.isAt(st, "bob", "two")
	o, err := s.LoadObject(ctx, n.inbox(st))
	wantCode(t, err, mapi.OK)
	if count := o.Props.Uint32(mapi.PrContentCount); count != 1 {
		t.Errorf("%d messages in the inbox", count)
	}
	if s.ServerGUID() != n.admin[1].ServerGUID() {
		t.Error("bob's session is not at home")
	}
}

// TestCalendarOfAnotherServer: a user opens the calendar that somebody on another server shares with him, by the owner's name and
// by the entry id that he has kept.
func TestCalendarOfAnotherServer(t *testing.T) {
	n := startNodes(t)
	ctx := t.Context()
	bob := n.user("bob", 1)
	own, err := bob.Store(ctx)
	wantCode(t, err, mapi.OK)
	folders, err := bob.DefaultFolders(ctx, own)
	wantCode(t, err, mapi.OK)
	calendar := folders[client.Calendar]
	_, err = bob.CreateMessage(ctx, calendar, &client.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Appointment"), mapi.String(mapi.PrSubject, "shared"),
	}})
	wantCode(t, err, mapi.OK)

	alice, carol := n.user("alice", 0), n.user("carol", 0)
	st, err := alice.UserStore(ctx, "bob", mapi.StorePrivate)
	wantCode(t, err, mapi.OK)
	n.isAt(st, "bob", "two")
	_, err = st.Session.LoadObject(ctx, calendar)
	wantCode(t, err, mapi.NoAccess)
	who, err := bob.User(ctx, "alice") // as his server knows her
	wantCode(t, err, mapi.OK)
	wantCode(t, bob.Grant(ctx, calendar, client.Grant{UserID: who.ID, EntryID: who.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}), mapi.OK)

	kept, err := alice.OpenStore(ctx, st.EntryID.WithServer(st.URL))
	wantCode(t, err, mapi.OK)
	if kept.Session != st.Session {
		t.Error("a second session on the same server")
	}
	subjects := 0
	wantCode(t, kept.Session.EachRow(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: calendar, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrSubject},
	}, func(row mapi.Props) error {
		if row.Str(mapi.PrSubject) == "shared" {
			subjects++
		}
		return nil
	}), mapi.OK)
	if subjects != 1 {
		t.Errorf("alice sees %d appointments", subjects)
	}
	other, err := carol.OpenStore(ctx, st.EntryID.WithServer(st.URL))
	wantCode(t, err, mapi.OK)
	_, err = other.Session.LoadObject(ctx, calendar)
	wantCode(t, err, mapi.NoAccess)
	_, err = alice.OpenStore(ctx, st.EntryID) // does not say where it is
	wantCode(t, err, mapi.UnableToComplete)
}

// TestPublicStoreOfAnotherServer: it is where the list of servers says, and is found from everywhere.
func TestPublicStoreOfAnotherServer(t *testing.T) {
	n := startNodes(t)
	ctx := t.Context()
	_, err := n.admin[1].CreatePublicStore(ctx)
	wantCode(t, err, mapi.NotFound)
	public, err := n.admin[0].CreatePublicStore(ctx)
	wantCode(t, err, mapi.OK)
	for at := range n.Servers {
		st, err := n.user("carol", at).PublicStore(ctx)
		wantCode(t, err, mapi.OK)
		if st.GUID != public.GUID || st.URL != "pseudo://one" {
			t.Errorf("from server %d: %v at %s", at, st.GUID, st.URL)
		}
	}
	var resp wire.GetStoreResponse
	carol := n.user("carol", 1)
	err = carol.Do(ctx, func(id uint64) wire.Request { return &wire.GetPublicStoreRequest{SessionID: id, Flags: 1} }, &resp, nil)
	wantCode(t, err, mapi.NotFound) // there is none here, and it may not be looked for elsewhere
}

// TestServerIsAway: what lies on a server that does not answer is a network error with its address, and the rest goes on.
func TestServerIsAway(t *testing.T) {
	n := startNodes(t)
	ctx := t.Context()
	wantCode(t, n.Servers[2].Stop(), mapi.OK)
	alice := n.user("alice", 0)
	_, err := alice.UserStore(ctx, "carol", mapi.StorePrivate)
	wantCode(t, err, mapi.NetworkError)
	if !strings.Contains(err.Error(), n.Servers[2].TCPAddr) {
		t.Errorf("the error does not name the server: %v", err)
	}
	_, err = alice.UserStore(ctx, "bob", mapi.StorePrivate)
	wantCode(t, err, mapi.OK)
}

// TestStoreLeftBehind: when a user has moved, his old store is only opened by who insists on it.
func TestStoreLeftBehind(t *testing.T) {
	n := startNodes(t)
	ctx := t.Context()
	old := n.home["alice"]
	for _, admin := range n.admin {
		u, err := admin.User(ctx, "alice")
		wantCode(t, err, mapi.OK)
		u.HomeServer = "two"
		wantCode(t, admin.SetUser(ctx, u), mapi.OK)
	}
	_, err := n.admin[0].LoadObject(ctx, old.EntryID)
	wantCode(t, err, mapi.UnableToComplete)
	_, err = n.admin[0].LoadObject(ctx, old.EntryID.WithFlags(mapi.EntryIDOverrideFlag))
	wantCode(t, err, mapi.OK)
	_, err = n.admin[0].UserStore(ctx, "alice", mapi.StorePrivate)
	wantCode(t, err, mapi.NotFound) // the new home has none yet
	var resp wire.ResolveUserStoreResponse
	wantCode(t, n.admin[0].Do(ctx, func(id uint64) wire.Request {
		return &wire.ResolveUserStoreRequest{SessionID: id, UserName: wire.Text("alice"), Flags: 0x10}
	}, &resp, func() error {
		if id := mapi.EntryID(resp.StoreID); !id.Override() || resp.ServerPath.String != "pseudo://one" {
			t.Errorf("insisting on this server gives %x at %q", resp.StoreID, resp.ServerPath.String)
		}
		return nil
	}), mapi.OK)
	list, err := n.admin[0].Stores(ctx)
	wantCode(t, err, mapi.OK)
	for _, st := range list {
		if st.UserName != "" {
			t.Errorf("a user of another server is listed: %+v", st)
		}
	}
}

// TestServerTable: the statistics list the servers, for system administrators.
func TestServerTable(t *testing.T) {
	n := startNodes(t)
	var names []string
	wantCode(t, n.admin[1].EachRow(t.Context(), client.TableQuery{Kind: mapi.TableStatsServers, Columns: []mapi.PropTag{
		0x67F0001F, 0x67F1001F, 0x67F20003, 0x67F30003, 0x67F5001F, 0x67F6001F, 0x67F7001F, 0x67F8001F,
	}, Sort: []mapi.SortOrder{{Tag: 0x67F0001F}}}, func(row mapi.Props) error {
		names = append(names, row.Str(0x67F0001F))
		http, _ := row.Get(0x67F20003)
		if row.Str(0x67F1001F) != "127.0.0.1" || http.Uint32() == 0 || row.Str(0x67F5001F) != servertest.ProxyURL(row.Str(0x67F0001F)) || !strings.HasPrefix(row.Str(0x67F6001F), "http://127.0.0.1:") ||
			!strings.HasPrefix(row.Str(0x67F7001F), "https://127.0.0.1:") || !strings.HasPrefix(row.Str(0x67F8001F), "file:///") {
			t.Errorf("%+v", row)
		}
		return nil
	}), mapi.OK)
	if strings.Join(names, " ") != "one three two" {
		t.Errorf("servers %v", names)
	}
	servers, err := n.admin[1].Servers(t.Context(), "two", "one")
	wantCode(t, err, mapi.OK)
	if len(servers) != 2 || !servers[0].This || servers[0].ContainsPublic || !servers[1].ContainsPublic || servers[1].Preferred != servers[1].SSL {
		t.Errorf("%+v", servers)
	}
}
