package sessions_test

import (
	"math/bits"
	"strconv"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/server/session"
	"zarafa/wire"
)

// TestSessionIDsCannotBeGuessed: ids of sessions that follow each other have nothing in common.
func TestSessionIDsCannotBeGuessed(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	p := e2e.OverUnix(t, i)
	const sessions = 200
	seen := make(map[uint64]bool)
	ones, last, changed := [64]int{}, uint64(0), 0
	for range sessions {
		id := p.LogOn("SYSTEM", "").Session
		if seen[id] {
			t.Fatalf("id %d again", id)
		}
		seen[id] = true
		for b := range ones {
			ones[b] += int(id >> b & 1)
		}
		changed += bits.OnesCount64(id ^ last)
		last = id
	}
	for b, n := range ones { // 200 tosses of a coin give 50 to 150 heads but for one in 10^12
		if n < sessions/4 || n > 3*sessions/4 {
			t.Errorf("bit %d is 1 in %d of %d ids", b, n, sessions)
		}
	}
	if changed < sessions*24 || changed > sessions*40 {
		t.Errorf("%d bits change from one id to the next", changed/sessions)
	}
	for id := range seen { // neighbours of a good id are no sessions
		for _, near := range []uint64{id + 1, id - 1, id ^ 1<<63, id & 0xFFFFFFFF, id >> 32, 0} {
			if !seen[near] {
				p.Want(mapi.EndOfSession, &wire.GetUserRequest{SessionID: near}, &wire.GetUserResponse{})
			}
		}
		break
	}
}

// TestSessionIDsCannotBeFixed: no client chooses the id of its session, or of another client's.
func TestSessionIDsCannotBeFixed(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	const chosen = 4711
	p := e2e.OverUnix(t, i)
	var resp wire.LogonResponse
	p.Want(mapi.OK, &wire.LogonRequest{Username: wire.Text("SYSTEM"), Capabilities: e2e.UsualCapabilities, SessionGroup: chosen}, &resp)
	if resp.SessionID == chosen {
		t.Error("the group became the id")
	}
	p.Want(mapi.LogonFailed, &wire.SSOLogonRequest{
		SessionID: chosen, Username: wire.Text("SYSTEM"), ClientVersion: wire.Text("11.0.2"), ClientCaps: e2e.UsualCapabilities, Input: []byte("x"),
	}, &wire.SSOLogonResponse{})
	p.Want(mapi.EndOfSession, &wire.GetUserRequest{SessionID: chosen}, &wire.GetUserResponse{})
}

// TestSessionIPCheck: with session_ip_check a session belongs to its address; without, to whoever has its id.
func TestSessionIPCheck(t *testing.T) {
	for setting, want := range map[string]mapi.Code{"yes": mapi.EndOfSession, "no": mapi.OK} {
		t.Run(setting, func(t *testing.T) {
			i := servertest.Start(t, config.EngineSQLite, "createuser_script =\nproxy_header = X-Via\nsession_ip_check = "+setting+"\n")
			admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
			admin.NewUser("alice", mapi.ClassActiveUser, 0)
			own := e2e.OverTCP(t, i).LogOn("alice", "secret")
			body := wire.AppendRequest(nil, &wire.GetUserRequest{SessionID: own.Session})
			for _, forwarded := range []string{"203.0.113.9", "127.0.0.2", "127.0.0.1, 203.0.113.9"} {
				got, err := e2e.NewRawClient(t, "tcp", i.TCPAddr).PostWith("X-Via: p\r\nX-Forwarded-For: "+forwarded+"\r\n", body)
				if err != nil || got.Code != want {
					t.Errorf("a call from %s: %v, %v; want %v", forwarded, got.Code, err, want)
				}
			}
			own.Want(mapi.OK, &wire.GetUserRequest{SessionID: own.Session}, &wire.GetUserResponse{})
		})
	}
}

// TestSessionsEndWithThePassword: a changed password ends the sessions that the old one opened, with their waiting polls; those of the
// program in which a user changes his own stay.
func TestSessionsEndWithThePassword(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	id := admin.NewUser("alice", mapi.ClassActiveUser, 0)
	alive := func(p *e2e.Peer, want mapi.Code) {
		t.Helper()
		p.Want(want, &wire.GetUserRequest{SessionID: p.Session}, &wire.GetUserResponse{})
	}
	logOn := func(password string, group uint64) *e2e.Peer {
		t.Helper()
		p := e2e.OverTCP(t, i)
		var resp wire.LogonResponse
		p.Want(mapi.OK, &wire.LogonRequest{Username: wire.Text("alice"), Password: wire.Text(password), Capabilities: e2e.UsualCapabilities, SessionGroup: group}, &resp)
		p.Session = resp.SessionID
		return p
	}
	setPassword := func(by *e2e.Peer, password string) {
		t.Helper()
		by.Want(mapi.OK, &wire.SetUserRequest{SessionID: by.Session, User: &wire.User{UlUserID: id, Password: wire.Text(password), IsAdmin: 0xFFFFFFFF}}, &wire.SetUserResponse{})
	}
	own, sibling, stolen, polling := logOn("secret", 7), logOn("secret", 7), logOn("secret", 8), logOn("secret", 9)
	polled := make(chan mapi.Code, 1)
	go func() {
		polled <- polling.Call(&wire.NotifyGetItemsRequest{SessionID: polling.Session}, &wire.NotifyResponse{})
	}()
	setPassword(own, "mine alone")
	alive(own, mapi.OK)
	alive(sibling, mapi.OK)
	alive(stolen, mapi.EndOfSession)
	if code := <-polled; code != mapi.EndOfSession {
		t.Errorf("the waiting poll: %v", code)
	}
	if _, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + i.TCPAddr + "/", User: "alice", Password: "secret"}); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("the old password: %v", err)
	}
	setPassword(admin, "reset")
	alive(own, mapi.EndOfSession)
	alive(sibling, mapi.EndOfSession)
	alive(logOn("reset", 7), mapi.OK)
	alive(admin, mapi.OK)
}

// TestAdministratorsChangeEachOther: two administrators change each other's passwords at the same moment, and so each ends the session
// in which the other one works.
func TestAdministratorsChangeEachOther(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	system := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	one, two := system.NewUser("one", mapi.ClassActiveUser, 2), system.NewUser("two", mapi.ClassActiveUser, 2)
	for round := range 5 {
		a, b := e2e.OverUnix(t, i).LogOn("one", ""), e2e.OverUnix(t, i).LogOn("two", "")
		done := make(chan mapi.Code, 2)
		set := func(by *e2e.Peer, id uint32) {
			user := &wire.User{UlUserID: id, Password: wire.Text(strconv.FormatUint(session.RandomID(), 10)), IsAdmin: 0xFFFFFFFF}
			done <- by.Call(&wire.SetUserRequest{SessionID: by.Session, User: user}, &wire.SetUserResponse{})
		}
		go set(a, two)
		go set(b, one)
		for range 2 {
			if code := <-done; code != mapi.OK && code != mapi.EndOfSession {
				t.Errorf("round %d: %v", round, code)
			}
		}
	}
}
