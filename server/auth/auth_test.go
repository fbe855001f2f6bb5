package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
)

// users knows alice (password secret), an administrator root2 and a contact.
type users struct{}

func (users) ByName(_ context.Context, name string, _ mapi.ObjectClass) (*directory.Object, error) {
	switch name {
	case "alice":
		return &directory.Object{ID: 3, Name: name, Class: mapi.ClassActiveUser}, nil
	case "root2":
		return &directory.Object{ID: 4, Name: name, Class: mapi.ClassActiveUser, AdminLevel: 1}, nil
	case "contact":
		return &directory.Object{ID: 5, Name: name, Class: mapi.ClassContact}, nil
	case "SYSTEM":
		return &directory.Object{ID: 2, Name: name, Class: mapi.ClassActiveUser, AdminLevel: 2}, nil
	}
	return nil, mapi.NotFound
}

func (u users) Resolve(ctx context.Context, _, _ uint32, entryID []byte) (*directory.Object, error) {
	return u.ByName(ctx, string(entryID), 0) // the test's entry ids are names
}

func (u users) Authenticate(ctx context.Context, name, password string) (*directory.Object, error) {
	if name == "SYSTEM" || password != "secret" {
		return nil, mapi.LogonFailed
	}
	return u.ByName(ctx, name, 0)
}

func (users) IsAdminOver(_ context.Context, caller, _ uint32) (bool, error) { return caller != 3, nil }

func TestCheck(t *testing.T) {
	a := New(Settings{Local: Local{AllowUsers: true, Admins: []string{"root", "55"}}}, users{}, time.Now)
	a.uid = 1000
	a.unixName = func(uid int) string { return map[int]string{0: "root", 7: "alice", 8: "bob"}[uid] }
	const refused = 0
	f := func(want uint32, network string, uid int, name, password, impersonate string, flags uint32) {
		t.Helper()
		who, err := a.Check(context.Background(), Request{
			Peer: session.Peer{Network: network, UID: uid}, Username: name, Password: password, Impersonate: impersonate, Flags: flags,
		})
		if want == refused {
			if mapi.CodeOf(err) != mapi.LogonFailed {
				t.Errorf("%s uid %d as %q: %v, %v; want LOGON_FAILED", network, uid, name, who, err)
			}
			return
		}
		if err != nil || who.ID != want {
			t.Errorf("%s uid %d as %q: %v, %v", network, uid, name, who, err)
		}
	}
	f(3, "tcp", 0, "alice", "secret", "", 0)
	f(refused, "tcp", 0, "alice", "wrong", "", 0)
	f(refused, "tcp", 0, "SYSTEM", "SYSTEM", "", 0)
	f(2, "unix", 0, "SYSTEM", "", "", 0)      // local administrator
	f(2, "unix", 55, "SYSTEM", "", "", 0)     // by number
	f(2, "unix", 1000, "SYSTEM", "", "", 0)   // the server's own user
	f(3, "unix", 7, "alice", "", "", 0)       // the Unix user of that name
	f(refused, "unix", 8, "alice", "", "", 0) // somebody else
	f(3, "unix", 8, "alice", "secret", "", 0) // who knows the password
	f(refused, "unix", 99, "", "", "", 0)     // a uid without a name is not the user without a name
	f(refused, "unix", 0, "alice", "", "", FlagNoUnixAuth)
	f(3, "unix", 0, "alice", "secret", "", FlagNoUnixAuth)
	f(refused, "unix", 0, "contact", "", "", 0)
	f(2, "memory", 99, "SYSTEM", "", "", 0) // the server's own process, whoever runs it
	f(3, "memory", 99, "root2", "", "alice", 0)
	f(refused, "memory", 0, "alice", "", "", FlagNoUnixAuth)
	f(refused, "memory", 0, "contact", "", "", 0)
	f(refused, "unix", 0, "nobody", "", "", 0)
	f(3, "tcp", 0, "root2", "secret", "alice", 0) // an administrator becomes another user
	f(refused, "tcp", 0, "alice", "secret", "root2", 0)
	f(refused, "tcp", 0, "root2", "secret", "nobody", 0)
}

// TestSetLocal: a user who is taken off the list of local administrators is none from then on.
func TestSetLocal(t *testing.T) {
	a := New(Settings{Local: Local{AllowUsers: true, Admins: []string{"root"}}}, users{}, time.Now)
	a.uid = 1000
	a.unixName = func(uid int) string { return map[int]string{0: "root", 7: "alice"}[uid] }
	refused := func(uid int) bool {
		_, err := a.Check(context.Background(), Request{Peer: session.Peer{Network: "unix", UID: uid}, Username: "alice"})
		return mapi.CodeOf(err) == mapi.LogonFailed
	}
	if refused(0) || refused(7) {
		t.Error("refused before the change")
	}
	a.SetLocal(Local{})
	if !refused(0) || !refused(7) {
		t.Error("the old rules are in force")
	}
}

// A refusal says little of a name that a stranger has chosen, whichever way he tried it.
func TestRefusalsAreShort(t *testing.T) {
	ctx, long := context.Background(), strings.Repeat("\x01", 1<<20)
	peer := session.Peer{Network: "tcp", Address: "198.51.100.7"}
	const most = 4096
	for _, r := range []Request{
		{Peer: peer, Username: long, Password: "x"},
		{Peer: peer, Username: "alice", Password: "secret", Impersonate: long},
		{Peer: peer, Username: "root2", Password: "secret", Impersonate: long},
	} {
		for _, passwords := range []PasswordChecker{nil, noPasswords{}} {
			a := New(Settings{MaxFailures: 2, Passwords: passwords}, users{}, time.Now)
			for range 4 { // the last ones meet the throttle
				if _, err := a.Check(ctx, r); mapi.CodeOf(err) != mapi.LogonFailed || len(err.Error()) > most {
					t.Errorf("%.10q as %.10q: %d bytes, %v", r.Username, r.Impersonate, len(err.Error()), mapi.CodeOf(err))
				}
			}
			sso := NewSingleSignOn(a, nil, nil, time.Now)
			for _, input := range []string{tokenPrefix + long, long} {
				_, err := sso.Check(ctx, SSORequest{Peer: peer, Username: r.Username, Impersonate: r.Impersonate, Input: []byte(input)})
				if mapi.CodeOf(err) != mapi.LogonFailed || len(err.Error()) > most {
					t.Errorf("single sign-on of %.10q: %d bytes", r.Username, len(err.Error()))
				}
			}
		}
	}
}

// noPasswords is an authority that knows nobody's password.
type noPasswords struct{}

func (noPasswords) Check(context.Context, string, string) error { return mapi.LogonFailed }
