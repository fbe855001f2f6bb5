package server_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/wire"
)

func TestLogon(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := overUnix(t, i).logOn("SYSTEM", "")
	admin.newUser("alice", mapi.ClassActiveUser, 0)
	admin.newUser("root2", mapi.ClassActiveUser, 1)
	admin.newUser("shared", mapi.ClassNonActiveUser, 0)
	admin.newUser("room", mapi.ClassRoom, 0)
	admin.newUser("carol", mapi.ClassContact, 0)
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
		{name: "password", user: "Alice", password: "secret", caps: usualCapabilities, want: mapi.OK, granted: all},
		{name: "without Unicode", user: "alice", password: "secret", caps: usualCapabilities &^ mapi.CapUnicode, want: mapi.BadCharwidth},
		{name: "few capabilities", user: "alice", password: "secret", caps: mapi.CapUnicode, want: mapi.OK, granted: base | mapi.CapUnicode},
		{name: "wrong password", user: "alice", password: "Secret", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "no password", user: "alice", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "unknown", user: "mallory", password: "secret", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "SYSTEM by password", user: "SYSTEM", password: "SYSTEM", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a group", user: "Everyone", password: "secret", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a shared store", user: "shared", password: "secret", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a room", user: "room", password: "secret", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "local administrator", unix: true, user: "alice", caps: usualCapabilities, want: mapi.OK, granted: all},
		{name: "whose password counts", unix: true, user: "alice", flags: 1, caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "a contact", unix: true, user: "carol", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "nobody", unix: true, user: "mallory", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "an administrator for somebody", user: "root2", password: "secret", impersonates: "alice", caps: usualCapabilities, want: mapi.OK, granted: all},
		{name: "a user for somebody", user: "alice", password: "secret", impersonates: "root2", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "an administrator for nobody", user: "root2", password: "secret", impersonates: "mallory", caps: usualCapabilities, want: mapi.LogonFailed, granted: base},
		{name: "version 5", user: "alice", password: "secret", caps: usualCapabilities, version: "0,5,0,2", want: mapi.InvalidVersion, granted: base},
		{name: "version 6", user: "alice", password: "secret", caps: usualCapabilities, version: "6,20,0,1", want: mapi.OK, granted: all},
		{name: "version in words", user: "alice", password: "secret", caps: usualCapabilities, version: "new", want: mapi.OK, granted: all},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := overTCP(t, i)
			if tt.unix {
				p = overUnix(t, i)
			}
			var resp wire.LogonResponse
			p.want(tt.want, &wire.LogonRequest{
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
			p.want(mapi.OK, &wire.GetUserRequest{SessionID: resp.SessionID}, &user)
			if user.User.Username.String != "alice" {
				t.Errorf("the session is %q's", user.User.Username.String)
			}
		})
	}
}

// TestSessionsBelongToTheirPeers: a session works over any connection of who made it and for nobody else.
func TestSessionsBelongToTheirPeers(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := overUnix(t, i).logOn("SYSTEM", "")
	who := func(p *peer, session uint64, want mapi.Code) {
		t.Helper()
		p.want(want, &wire.GetUserRequest{SessionID: session}, &wire.GetUserResponse{})
	}
	who(overUnix(t, i), admin.session, mapi.OK)
	who(overTCP(t, i), admin.session, mapi.EndOfSession)
	who(admin, admin.session+1, mapi.EndOfSession)
	var checked wire.LogonResponse
	admin.want(mapi.OK, &wire.LogonRequest{Username: wire.Text("SYSTEM"), Capabilities: usualCapabilities, Flags: 2}, &checked)
	if checked.SessionID == 0 {
		t.Error("a check of credentials answers with a session id")
	}
	who(admin, checked.SessionID, mapi.EndOfSession)
	admin.want(mapi.OK, &wire.LogoffRequest{SessionID: admin.session}, &wire.LogoffResponse{})
	admin.want(mapi.EndOfSession, &wire.LogoffRequest{SessionID: admin.session}, &wire.LogoffResponse{})
	var sso wire.SSOLogonResponse
	admin.want(mapi.LogonFailed, &wire.SSOLogonRequest{Username: wire.Text("alice"), ClientVersion: wire.Text("11.0.2"), ClientCaps: usualCapabilities, Input: []byte("x")}, &sso)
	if sso.Version.Valid || sso.Capabilities != 0 {
		t.Errorf("single sign-on is off, yet it answers %+v", sso)
	}
}
