package cluster_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/cluster"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/wire"
)

// three are a server with everything, one that is only reached encrypted, and one that is only reached plainly.
func three() cluster.File {
	return cluster.File{
		{Name: "Plain", Address: "192.0.2.3", HTTPPort: 236},
		{Name: "all", Address: "all.example.com", HTTPPort: 236, SSLPort: 237, FilePath: "/run/all.sock", ProxyURL: "https://mail.example.com/all", ContainsPublic: true},
		{Name: "secret", Address: "2001:db8::2", SSLPort: 237, FilePath: "file:///run/secret.sock"},
	}
}

func newCluster(self string) *cluster.Service {
	return cluster.New(cluster.Settings{Distributed: true, Name: self}, three())
}

func call(t *testing.T, peer session.Peer) *session.Call {
	return &session.Call{Context: t.Context(), Peer: peer, Session: &session.Session{UserID: 7}}
}

// TestAddress: the address that a client is given suits its connection (wire.md section 12).
func TestAddress(t *testing.T) {
	s := newCluster("all")
	tcp, tls, unix := session.Peer{Network: "tcp"}, session.Peer{Network: "tls"}, session.Peer{Network: "unix"}
	proxied := session.Peer{Network: "tcp", Proxied: true}
	for _, tt := range []struct {
		peer session.Peer
		name string
		want string
		code mapi.Code
	}{
		{tcp, "all", "http://all.example.com:236/", mapi.OK},
		{tcp, "PLAIN/", "http://192.0.2.3:236/", mapi.OK},
		{tcp, "secret", "https://[2001:db8::2]:237/", mapi.OK},
		{tls, "all", "https://all.example.com:237/", mapi.OK},
		{tls, "plain", "", mapi.NotFound},
		{unix, "all", "file:///run/all.sock", mapi.OK},
		{session.Peer{Network: "memory"}, "all", "file:///run/all.sock", mapi.OK},
		{session.Peer{Network: "memory"}, "secret", "https://[2001:db8::2]:237/", mapi.OK},
		{unix, "secret", "https://[2001:db8::2]:237/", mapi.OK},
		{unix, "plain", "http://192.0.2.3:236/", mapi.OK},
		{proxied, "all", "https://mail.example.com/all", mapi.OK},
		{proxied, "plain", "http://192.0.2.3:236/", mapi.OK},
		{tcp, "fourth", "", mapi.NotFound},
	} {
		var resp wire.ResolvePseudoURLResponse
		err := s.ResolvePseudoURL(call(t, tt.peer), &wire.ResolvePseudoURLRequest{PseudoURL: wire.Text("pseudo://" + tt.name)}, &resp)
		if mapi.CodeOf(err) != tt.code || resp.ServerPath.String != tt.want || resp.IsPeer != (tt.name == "all") {
			t.Errorf("%+v to %s: %+v, %v; want %q", tt.peer, tt.name, resp, err, tt.want)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, tt := range []struct {
		cluster *cluster.Service
		url     wire.NullString
		want    mapi.Code
	}{
		{newCluster("all"), wire.NullString{}, mapi.InvalidParameter},
		{newCluster("all"), wire.Text("http://all/"), mapi.InvalidParameter},
		{newCluster("all"), wire.Text("pseudo://"), mapi.NotFound},
		{newCluster("fourth"), wire.Text("pseudo://FOURTH"), mapi.OK},
		{cluster.New(cluster.Settings{}, nil), wire.NullString{}, mapi.InvalidParameter},
		{cluster.New(cluster.Settings{}, nil), wire.Text("http://all/"), mapi.OK},
	} {
		err := tt.cluster.ResolvePseudoURL(call(t, session.Peer{Network: "tcp"}), &wire.ResolvePseudoURLRequest{PseudoURL: tt.url}, &wire.ResolvePseudoURLResponse{})
		if mapi.CodeOf(err) != tt.want {
			t.Errorf("%+v: %v, want %v", tt.url, err, tt.want)
		}
	}
}

func TestPseudoURL(t *testing.T) {
	for name, want := range map[string]string{"": "pseudo://Unknown", "one": "pseudo://one"} {
		if got := cluster.New(cluster.Settings{Name: name}, nil).PseudoURL(); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

func TestServerDetails(t *testing.T) {
	s := newCluster("all")
	details := func(flags uint32, names ...string) ([]wire.Server, mapi.Code) {
		var resp wire.GetServerDetailsResponse
		err := s.GetServerDetails(call(t, session.Peer{Network: "unix"}), &wire.GetServerDetailsRequest{SvrNameList: names, Flags: flags}, &resp)
		return resp.ServerList, mapi.CodeOf(err)
	}
	whole := wire.Server{
		Name: wire.Text("all"), FilePath: wire.Text("file:///run/all.sock"), HTTPPath: wire.Text("http://all.example.com:236/"),
		SSLPath: wire.Text("https://all.example.com:237/"), PreferedPath: wire.Text("file:///run/all.sock"), Flags: 3,
	}
	got, code := details(0)
	if code != mapi.OK || len(got) != 3 || got[0] != whole || got[1].Name.String != "Plain" || got[1].SSLPath.Valid || got[1].Flags != 0 {
		t.Errorf("all: %+v, %v", got, code)
	}
	for _, tt := range []struct {
		flags uint32
		want  wire.Server
	}{
		{0x1, wire.Server{Flags: 3}},
		{0x2, wire.Server{Name: whole.Name, FilePath: whole.FilePath, Flags: 3}},
		{0x4, wire.Server{Name: whole.Name, HTTPPath: whole.HTTPPath, Flags: 3}},
		{0x8, wire.Server{Name: whole.Name, SSLPath: whole.SSLPath, Flags: 3}},
		{0x11, wire.Server{PreferedPath: whole.PreferedPath, Flags: 3}},
		{0x1E, whole},
	} {
		if got, code := details(tt.flags, "ALL"); code != mapi.OK || len(got) != 1 || got[0] != tt.want {
			t.Errorf("flags 0x%X: %+v, %v", tt.flags, got, code)
		}
	}
	got, code = details(0, "secret", "all", "Secret")
	if names := namesOf(got); code != mapi.OK || !slices.Equal(names, []string{"secret", "all"}) {
		t.Errorf("in the order asked for: %v, %v", names, code)
	}
	if _, code := details(0, "all", "fourth"); code != mapi.NotFound {
		t.Errorf("a server that is not there: %v", code)
	}
	if _, code := details(0x20, "all"); code != mapi.UnknownFlags {
		t.Errorf("flags that are none: %v", code)
	}
	s = cluster.New(cluster.Settings{Name: "all"}, nil)
	if _, code := details(0x20, "all"); code != mapi.NetworkError {
		t.Errorf("a server that is alone: %v", code)
	}
}

func namesOf(list []wire.Server) (names []string) {
	for _, s := range list {
		names = append(names, s.Name.String)
	}
	return names
}

// TestHomes: stores are where their owner's home is, the public store where the list says, and everything here on a server
// that is alone.
func TestHomes(t *testing.T) {
	user := func(home string) *directory.Object {
		return &directory.Object{ID: 7, Class: mapi.ClassActiveUser, Name: "alice", Server: home}
	}
	everyone, system := &directory.Object{ID: mapi.UserEveryone}, &directory.Object{ID: mapi.UserSystem, Server: "elsewhere"}
	for _, tt := range []struct {
		self  string // "" is a server that is alone
		owner *directory.Object
		want  string
		code  mapi.Code
	}{
		{"secret", user("all"), "http://all.example.com:236/", mapi.OK},
		{"all", user("ALL"), "", mapi.OK},
		{"all", user(""), "", mapi.OK},
		{"all", user("fourth"), "", mapi.NotFound},
		{"all", everyone, "", mapi.OK},
		{"plain", everyone, "http://all.example.com:236/", mapi.OK},
		{"plain", system, "", mapi.OK},
		{"", user("all"), "", mapi.OK},
		{"", everyone, "", mapi.OK},
	} {
		s := cluster.New(cluster.Settings{Distributed: tt.self != "", Name: tt.self}, three())
		url, err := s.Elsewhere(call(t, session.Peer{Network: "tcp"}), tt.owner)
		if url != tt.want || mapi.CodeOf(err) != tt.code {
			t.Errorf("%s, %+v: %q, %v; want %q, %v", tt.self, tt.owner, url, err, tt.want, tt.code)
		}
		if here := s.Here(tt.owner); here != (tt.want == "" && tt.code == mapi.OK) {
			t.Errorf("%s, %+v: here %v", tt.self, tt.owner, here)
		}
	}
}
