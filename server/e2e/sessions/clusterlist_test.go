package sessions_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// homes makes user two on both servers, whose home is the second one, and gives his number on the first.
func homes(t *testing.T, c *servertest.Cluster) (user uint32) {
	for i := len(c.Servers) - 1; i >= 0; i-- {
		var resp wire.CreateUserResponse
		p := e2e.OverUnix(t, c.Servers[i]).LogOn("SYSTEM", "")
		p.Want(mapi.OK, &wire.CreateUserRequest{SessionID: p.Session, User: &wire.User{
			Username: wire.Text("two"), FullName: wire.Text("Two"), MailAddress: wire.Text("two@example.com"),
			Password: wire.Text("secret"), Servername: wire.Text("second"), ObjClass: uint32(mapi.ClassActiveUser),
		}}, &resp)
		user = resp.UlUserID
	}
	return user
}

// TestRedirects: the address of the server that has a store suits the connection that it is asked for on (wire.md section 12).
func TestRedirects(t *testing.T) {
	c := servertest.StartCluster(t, "createuser_script =\n", "second", "first")
	c.Servers[0], c.Servers[1] = c.Servers[1], c.Servers[0] // the public store is on the second one
	homes(t, c)
	first, second := c.Servers[0], c.Servers[1]
	plain, secure := "http://"+second.TCPAddr+"/", "https://"+second.Config.Sockets.TLS[0].Addr().String()+"/"
	encrypted, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: "https://" + first.Config.Sockets.TLS[0].Addr().String() + "/", TLS: c.TLS})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(encrypted.Close)
	for name, way := range map[string]struct {
		peer *e2e.Peer
		want string
	}{
		"tcp": {e2e.OverTCP(t, first), plain}, "unix": {e2e.OverUnix(t, first), secure}, "tls": {&e2e.Peer{T: t, Http: encrypted}, secure},
	} {
		p := way.peer.LogOn("two", "secret")
		for _, req := range []wire.Request{
			&wire.GetStoreRequest{SessionID: p.Session}, &wire.GetPublicStoreRequest{SessionID: p.Session},
			&wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text("two")},
			&wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text("two"), StoreTypeMask: 1<<mapi.StorePrivate | 1<<mapi.StoreArchive},
			&wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text("Everyone"), StoreTypeMask: 1 << mapi.StorePublic},
		} {
			if path := sent(p, req); path != way.want {
				t.Errorf("%s, %v: sent to %q, want %q", name, req.Op(), path, way.want)
			}
		}
		for _, req := range []wire.Request{ // who insists on this server gets what it has, which is nothing
			&wire.GetPublicStoreRequest{SessionID: p.Session, Flags: 1},
			&wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text("two"), Flags: 0x10},
			&wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text("two"), StoreTypeMask: 1 << mapi.StoreArchive},
		} {
			p.Want(mapi.NotFound, req, responseTo(req))
		}
		var opened wire.GetStoreResponse // by entry id: nobody is sent away, and the client asks for the owner's store
		p.Want(mapi.UnableToComplete, &wire.GetStoreRequest{SessionID: p.Session, EntryID: mapi.NewEntryID(mapi.NewGUID(), mapi.TypeStore)}, &opened)
		if opened.ServerPath.Valid {
			t.Errorf("%s: by entry id sent to %q", name, opened.ServerPath.String)
		}
	}
}

// responseTo makes the answer of a request that finds a store.
func responseTo(req wire.Request) wire.Response {
	if req.Op() == wire.OpResolveUserStore {
		return new(wire.ResolveUserStoreResponse)
	}
	return new(wire.GetStoreResponse)
}

// sent is where a request is sent, which must be elsewhere.
func sent(p *e2e.Peer, req wire.Request) string {
	p.Helper()
	resp := responseTo(req)
	p.Want(mapi.UnableToComplete, req, resp)
	switch r := resp.(type) {
	case *wire.ResolveUserStoreResponse:
		return r.ServerPath.String
	case *wire.GetStoreResponse:
		return r.ServerPath.String
	}
	return ""
}

// TestRedirectBehindProxy: who comes through a proxy stays behind it.
func TestRedirectBehindProxy(t *testing.T) {
	c := servertest.StartCluster(t, "createuser_script =\nproxy_header = *\n", "first", "second")
	homes(t, c)
	p := e2e.OverTCP(t, c.Servers[0]).LogOn("two", "secret")
	if path := sent(p, &wire.GetStoreRequest{SessionID: p.Session}); path != servertest.ProxyURL("second") {
		t.Errorf("sent to %q", path)
	}
	var resolved wire.ResolvePseudoURLResponse
	p.Want(mapi.OK, &wire.ResolvePseudoURLRequest{SessionID: p.Session, PseudoURL: wire.Text("pseudo://first")}, &resolved)
	if !resolved.IsPeer || resolved.ServerPath.String != servertest.ProxyURL("first") {
		t.Errorf("%+v", resolved)
	}
	var details wire.GetServerDetailsResponse
	p.Want(mapi.OK, &wire.GetServerDetailsRequest{SessionID: p.Session, SvrNameList: []string{"second"}, Flags: 0x10}, &details)
	if len(details.ServerList) != 1 || details.ServerList[0].PreferedPath.String != servertest.ProxyURL("second") {
		t.Errorf("%+v", details.ServerList)
	}
	p.Want(mapi.UnknownFlags, &wire.GetServerDetailsRequest{SessionID: p.Session, Flags: 0x40}, &wire.GetServerDetailsResponse{})
}

// TestStoreAtHome: stores are made at home, unless the administrator insists.
func TestStoreAtHome(t *testing.T) {
	c := servertest.StartCluster(t, "createuser_script =\n", "first", "second")
	user := homes(t, c)
	p := e2e.OverUnix(t, c.Servers[0]).LogOn("SYSTEM", "")
	guid := mapi.NewGUID()
	req := &wire.CreateStoreRequest{
		SessionID: p.Session, UlUserID: user, StoreID: mapi.NewEntryID(guid, mapi.TypeStore), RootID: mapi.NewEntryID(guid, mapi.TypeFolder),
	}
	p.Want(mapi.NotFound, req, &wire.CreateStoreResponse{})
	req.Flags = 1
	p.Want(mapi.OK, req, &wire.CreateStoreResponse{})
	p.Want(mapi.UnableToComplete, &wire.LoadObjectRequest{SessionID: p.Session, EntryID: req.StoreID, Flags: mapi.OpenUnicode}, &wire.LoadObjectResponse{})
	insisting := mapi.EntryID(req.StoreID).WithFlags(mapi.EntryIDOverrideFlag)
	p.Want(mapi.OK, &wire.LoadObjectRequest{SessionID: p.Session, EntryID: insisting, Flags: mapi.OpenUnicode}, &wire.LoadObjectResponse{})
}
