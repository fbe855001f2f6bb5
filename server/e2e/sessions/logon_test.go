package sessions_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

func TestLogon(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	admin.NewUser("alice", mapi.ClassActiveUser, 0)
	admin.NewUser("root2", mapi.ClassActiveUser, 1)
	admin.NewUser("shared", mapi.ClassNonActiveUser, 0)
	admin.NewUser("room", mapi.ClassRoom, 0)
	admin.NewUser("carol", mapi.ClassContact, 0)
	const base, all = 0x98A8, 0x9FE8
	for _, tt := range []struct {
		name                         string
		unix                         bool
		user, password, impersonates string
		caps, flags                  uint32
		version                      string
		want                         mapi.Code
		granted                      uint32
	}{
		{name: "password", user: "Alice", password: "secret", caps: e2e.UsualCapabilities, want: mapi.OK, granted: all},
		{name: "without Unicode", user: "alice", password: "secret", caps: e2e.UsualCapabilities &^ mapi.CapUnicode, want: mapi.BadCharwidth},
		{name: "few capabilities", user: "alice", password: "secret", caps: mapi.CapUnicode, want: mapi.OK, granted: base | mapi.CapUnicode},
		{name: "wrong password", user: "alice", password: "Secret", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "no password", user: "alice", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "unknown", user: "mallory", password: "secret", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "SYSTEM by password", user: "SYSTEM", password: "SYSTEM", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a group", user: "Everyone", password: "secret", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a shared store", user: "shared", password: "secret", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a room", user: "room", password: "secret", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "local administrator", unix: true, user: "alice", caps: e2e.UsualCapabilities, want: mapi.OK, granted: all},
		{name: "whose password counts", unix: true, user: "alice", flags: 1, caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a contact", unix: true, user: "carol", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "nobody", unix: true, user: "mallory", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "an administrator for somebody", user: "root2", password: "secret", impersonates: "alice", caps: e2e.UsualCapabilities, want: mapi.OK, granted: all},
		{name: "a user for somebody", user: "alice", password: "secret", impersonates: "root2", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "an administrator for nobody", user: "root2", password: "secret", impersonates: "mallory", caps: e2e.UsualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "version 5", user: "alice", password: "secret", caps: e2e.UsualCapabilities, version: "0,5,0,2", want: mapi.InvalidVersion, granted: base},
		{name: "version 6", user: "alice", password: "secret", caps: e2e.UsualCapabilities, version: "6,20,0,1", want: mapi.OK, granted: all},
		{name: "version in words", user: "alice", password: "secret", caps: e2e.UsualCapabilities, version: "new", want: mapi.OK, granted: all},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := e2e.OverTCP(t, i)
			if tt.unix {
				p = e2e.OverUnix(t, i)
			}
			var resp wire.LogonResponse
			p.Want(tt.want, &wire.LogonRequest{
				Username: wire.Text(tt.user), Password: wire.Text(tt.password), ImpersonateUser: wire.Text(tt.impersonates),
				Version: wire.Text(tt.version), Capabilities: tt.caps, Flags: tt.flags,
			}, &resp)
			if resp.Capabilities != tt.granted || (resp.SessionID != 0) != (tt.want == mapi.OK) || resp.Version.Valid != (tt.granted != 0) {
				t.Errorf("session %d, capabilities %#x (want %#x), version %q", resp.SessionID, resp.Capabilities, tt.granted, resp.Version.String)
			}
			if tt.want != mapi.OK {
				return
			}
			if small := tt.caps&mapi.CapLargeSessionID == 0; small != (resp.SessionID <= 0xFFFFFFFF) {
				t.Errorf("session id %d", resp.SessionID)
			}
			var user wire.GetUserResponse
			p.Want(mapi.OK, &wire.GetUserRequest{SessionID: resp.SessionID}, &user)
			if user.User.Username.String != "alice" {
				t.Errorf("the session is %q's", user.User.Username.String)
			}
		})
	}
}

// TestSessionsBelongToTheirPeers: a session works over any connection of who made it and for nobody else.
func TestSessionsBelongToTheirPeers(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	who := func(p *e2e.Peer, session uint64, want mapi.Code) {
		t.Helper()
		p.Want(want, &wire.GetUserRequest{SessionID: session}, &wire.GetUserResponse{})
	}
	who(e2e.OverUnix(t, i), admin.Session, mapi.OK)
	who(e2e.OverTCP(t, i), admin.Session, mapi.EndOfSession)
	who(admin, admin.Session+1, mapi.EndOfSession)
	var checked wire.LogonResponse
	admin.Want(mapi.OK, &wire.LogonRequest{Username: wire.Text("SYSTEM"), Capabilities: e2e.UsualCapabilities, Flags: 2}, &checked)
	if checked.SessionID == 0 {
		t.Error("a check of credentials answers with a session id")
	}
	who(admin, checked.SessionID, mapi.EndOfSession)
	admin.Want(mapi.OK, &wire.LogoffRequest{SessionID: admin.Session}, &wire.LogoffResponse{})
	admin.Want(mapi.EndOfSession, &wire.LogoffRequest{SessionID: admin.Session}, &wire.LogoffResponse{})
	var sso wire.SSOLogonResponse
	admin.Want(mapi.LogonFailed, &wire.SSOLogonRequest{Username: wire.Text("alice"), ClientVersion: wire.Text("11.0.2"), ClientCaps: e2e.UsualCapabilities, Input: []byte("x")}, &sso)
	if sso.Version.Valid || sso.Capabilities != 0 {
		t.Errorf("single sign-on is off, yet it answers %+v", sso)
	}
}
