package sessions_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestLimitsPerUser has one user take all that she may have, spread over two sessions. More is refused in both, others and the
// system user are not affected, and what she gives back she can take again.
func TestLimitsPerUser(t *testing.T) {
	const perSession, perUser = 15, 20
	i := servertest.Start(t, config.EngineSQLite, fmt.Sprintf(
		"max_tables_per_session = %d\nmax_tables_per_user = %d\nmax_subscriptions_per_session = %d\nmax_subscriptions_per_user = %d\nmax_names_per_user = %d\n",
		perSession, perUser, perSession, perUser, perUser))
	alice, bob := e2e.AddMailbox(t, i, "alice"), e2e.AddMailbox(t, i, "bob") // each has a table open
	ask := func(s *client.Session, req wire.Request) mapi.Code {
		t.Helper()
		err := s.Do(t.Context(), func(id uint64) wire.Request { e2e.SetSession(req, id); return req }, wire.NewResponse(req.Op()), nil)
		if code := mapi.CodeOf(err); code != mapi.NotEnoughMemory && code != mapi.OK {
			t.Fatal(err)
		}
		return mapi.CodeOf(err)
	}
	for what, one := range map[string]struct {
		already int // what a mailbox has
		spread  bool
		take    func(s *client.Session, m *e2e.Mailbox, n int) mapi.Code
	}{
		"tables": {1, true, func(s *client.Session, m *e2e.Mailbox, _ int) mapi.Code {
			return ask(s, &wire.TableOpenRequest{EntryID: m.Folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage)})
		}},
		"subscriptions": {0, true, func(s *client.Session, m *e2e.Mailbox, n int) mapi.Code {
			return ask(s, &wire.NotifySubscribeRequest{NotifySubscribe: &wire.NotifySubscribe{Connection: uint32(n), Key: m.Folder, EventMask: mapi.EventModified}})
		}},
		"names": {0, false, func(s *client.Session, m *e2e.Mailbox, n int) mapi.Code {
			name := wire.NamedProp{String: wire.Text(fmt.Sprintf("%s %d", m.User.Name, n)), GUID: make([]byte, 16)}
			return ask(s, &wire.GetIDsFromNamesRequest{NamedProps: []wire.NamedProp{name}, Flags: 2})
		}},
	} {
		t.Run(what, func(t *testing.T) {
			second := e2e.LogOn(t, i.Endpoint(), "alice")
			taken := one.already
			fill := func(s *client.Session) {
				for n := 0; one.take(s, alice, 1000*taken+n) == mapi.OK; n++ {
					taken++
				}
			}
			fill(alice.Session)
			if one.spread && taken != perSession {
				t.Errorf("one session can have %d", taken)
			}
			fill(second)
			if taken != perUser {
				t.Errorf("one user can have %d", taken)
			}
			if one.take(bob.Session, bob, 1) != mapi.OK {
				t.Error("somebody else is refused")
			}
			admin := e2e.LogOn(t, i.Endpoint(), "SYSTEM")
			for n := range perSession {
				if one.take(admin, alice, 777_000+n) != mapi.OK {
					t.Errorf("the system user is refused after %d", n)
				}
			}
			admin.Close(t.Context())
			second.Close(t.Context())
			third := e2e.LogOn(t, i.Endpoint(), "alice")
			defer third.Close(t.Context())
			if got := one.take(third, alice, 888_000); (got == mapi.OK) != one.spread {
				t.Errorf("after a session has ended: %v", got)
			}
		})
	}
}

// TestTablesAreGivenBack opens and closes more tables, and subscribes more often, than one user may at a time.
func TestTablesAreGivenBack(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "max_tables_per_user = 3\nmax_subscriptions_per_user = 3\n")
	m := e2e.AddMailbox(t, i, "alice")
	for range 10 {
		var table wire.TableOpenResponse
		open := &wire.TableOpenRequest{SessionID: m.Session.ID(), EntryID: m.Folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage)}
		p := e2e.OverUnix(t, i)
		p.Want(mapi.OK, open, &table)
		p.Want(mapi.OK, &wire.NotifySubscribeRequest{SessionID: open.SessionID, NotifySubscribe: &wire.NotifySubscribe{
			Connection: 7, Key: binary.LittleEndian.AppendUint32(nil, table.TableID), EventMask: mapi.EventTableModified}}, &wire.NotifySubscribeResponse{})
		p.Want(mapi.OK, &wire.NotifyUnSubscribeRequest{SessionID: open.SessionID, Connection: 7}, &wire.NotifyUnSubscribeResponse{})
		p.Want(mapi.OK, &wire.TableCloseRequest{SessionID: open.SessionID, TableID: table.TableID}, &wire.TableCloseResponse{})
	}
}

// TestLimitOnSessions: a user has the sessions that the limit allows and no more, until one ends.
func TestLimitOnSessions(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\nmax_sessions_per_user = 3\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	admin.NewUser("alice", mapi.ClassActiveUser, 0)
	admin.NewUser("bob", mapi.ClassActiveUser, 0)
	p := e2e.OverTCP(t, i)
	for range 3 {
		p.LogOn("alice", "secret")
	}
	p.Want(mapi.LogonFailed, &wire.LogonRequest{Username: wire.Text("alice"), Password: wire.Text("secret"), Capabilities: e2e.UsualCapabilities}, &wire.LogonResponse{})
	e2e.OverTCP(t, i).LogOn("bob", "secret")
	p.Want(mapi.OK, &wire.LogoffRequest{SessionID: p.Session}, &wire.LogoffResponse{})
	p.LogOn("alice", "secret")
}

// TestLimitOnConnections: one address has the connections that the limit allows and no more; this machine's programs and others come in meanwhile.
func TestLimitOnConnections(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "server_listen = *:0\nmax_connections_per_address = 3\nserver_recv_timeout = 60\n")
	_, port, err := net.SplitHostPort(i.TCPAddr)
	if err != nil {
		t.Fatal(err)
	}
	served := func(host string) bool {
		c, err := net.Dial("tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := c.Write([]byte("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")); err != nil {
			return false
		}
		n, _ := c.Read(make([]byte, 1))
		return n == 1
	}
	outer := ownAddress(t)
	for n := range 5 {
		if got := served(outer); got != (n < 3) {
			t.Errorf("connection %d from %s served: %v", n+1, outer, got)
		}
		if !served("127.0.0.1") {
			t.Errorf("connection %d from this machine is not served", n+1)
		}
	}
	e2e.OverUnix(t, i).LogOn("SYSTEM", "") // sockets have no address
}

// ownAddress is an address of this machine that others know it by.
func ownAddress(t *testing.T) string {
	t.Helper()
	list, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("this machine has no network")
	return ""
}
