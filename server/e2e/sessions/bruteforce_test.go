package sessions_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// guesser logs on by password from an address of its own, as a reverse proxy reports it.
type guesser struct {
	*e2e.RawClient
	address string
}

func newGuesser(t *testing.T, i *servertest.Instance, address string) *guesser {
	return &guesser{e2e.NewRawClient(t, "tcp", i.TCPAddr), address}
}

func (g *guesser) logOn(user, password string) mapi.Code {
	g.T.Helper()
	body := wire.AppendRequest(nil, &wire.LogonRequest{
		Username: wire.Text(user), Password: wire.Text(password), Capabilities: e2e.UsualCapabilities, Flags: 2, // check only
	})
	got, err := g.PostWith("X-Via: proxy\r\nX-Forwarded-For: "+g.address+"\r\n", body)
	if err != nil || got.Fault {
		g.T.Errorf("log-on from %s: fault %v, %v", g.address, got.Fault, err)
	}
	return got.Code
}

// TestBruteForce has many connections guess at once at the password of a user, from one IPv4 address, from the addresses of one IPv6
// network, and from everywhere.
func TestBruteForce(t *testing.T) {
	const most, parallel = 2, 20
	dir := servertest.Folder(t)
	log := new(e2e.LogBuffer)
	i := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+
		fmt.Sprintf("createuser_script =\nproxy_header = X-Via\nserver_recv_timeout = 600\nlogon_failures_max = %d\n", most), servertest.WithLog(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		admin.NewUser(name, mapi.ClassActiveUser, 0)
	}
	// guess tries a number of wrong passwords side by side and returns how many were not even looked at.
	guess := func(user string, address func(n int) string) (refused int) {
		t.Helper()
		log.Reset()
		var tries sync.WaitGroup
		for n := range parallel {
			tries.Go(func() {
				if code := newGuesser(t, i, address(n)).logOn(user, fmt.Sprint("guess ", n)); code != mapi.LogonFailed {
					t.Errorf("a guess: %v", code)
				}
			})
		}
		tries.Wait()
		return strings.Count(log.String(), "too many failed attempts")
	}
	t.Run("one address", func(t *testing.T) {
		if got := guess("alice", func(int) string { return "203.0.113.9" }); got != parallel-most {
			t.Errorf("%d of %d guesses were refused, want all but %d", got, parallel, most)
		}
		if warnings := strings.Count(log.String(), "level=WARN"); warnings != most+1 {
			t.Errorf("%d guesses give %d warnings, want one for each failure and one for the rest", parallel, warnings)
		}
		attacker := newGuesser(t, i, "203.0.113.9")
		for want, code := range map[mapi.Code]mapi.Code{
			mapi.LogonFailed: attacker.logOn("alice", "secret"), // the right guess comes too late
			mapi.OK:          attacker.logOn("bob", "secret"),
		} {
			if code != want {
				t.Errorf("from the attacker's address: %v, want %v", code, want)
			}
		}
		if code := newGuesser(t, i, "203.0.113.10").logOn("alice", "secret"); code != mapi.OK {
			t.Errorf("alice is locked out elsewhere: %v", code)
		}
	})
	t.Run("one IPv6 network", func(t *testing.T) {
		if got := guess("bob", func(n int) string { return fmt.Sprintf("2001:db8:1:2:%x::%x", n, n) }); got != parallel-most {
			t.Errorf("%d of %d guesses were refused, want all but %d", got, parallel, most)
		}
		if code := newGuesser(t, i, "2001:db8:1:3::1").logOn("bob", "secret"); code != mapi.OK {
			t.Errorf("bob is locked out of the network beside it: %v", code)
		}
	})
	t.Run("many addresses", func(t *testing.T) {
		home := newGuesser(t, i, "198.51.100.1")
		if code := home.logOn("carol", "secret"); code != mapi.OK {
			t.Fatal(code)
		}
		refused := 0
		for round := range 3 {
			refused += guess("carol", func(n int) string { return fmt.Sprintf("203.0.%d.%d", 114+round, n) })
		}
		if want := 3*parallel - 10*most; refused != want {
			t.Errorf("%d guesses were refused, want %d", refused, want)
		}
		if code := home.logOn("carol", "secret"); code != mapi.OK {
			t.Errorf("carol is locked out of where she works: %v", code)
		}
		if code := newGuesser(t, i, "192.0.2.77").logOn("dave", "secret"); code != mapi.OK {
			t.Errorf("dave pays for it: %v", code)
		}
	})
	t.Run("many users", func(t *testing.T) {
		attacker := newGuesser(t, i, "203.0.200.1")
		for n := range 10 * most {
			attacker.logOn(fmt.Sprint("user", n), "secret")
		}
		if code := attacker.logOn("dave", "secret"); code != mapi.LogonFailed {
			t.Errorf("an address that tried %d names may go on: %v", 10*most, code)
		}
	})
}

// TestRefusalsLookAlike: what a client is told does not say whether there is such a user.
func TestRefusalsLookAlike(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	admin.NewUser("alice", mapi.ClassActiveUser, 0)
	admin.NewUser("room", mapi.ClassRoom, 0)
	var first []byte
	for _, name := range []string{"alice", "room", "nobody", "SYSTEM", "Everyone", ""} {
		body := wire.AppendRequest(nil, &wire.LogonRequest{Username: wire.Text(name), Password: wire.Text("guess"), Capabilities: e2e.UsualCapabilities})
		got, err := e2e.NewRawClient(t, "tcp", i.TCPAddr).Post(body)
		if err != nil || got.Code != mapi.LogonFailed {
			t.Fatalf("%q: %v, %v", name, got.Code, err)
		}
		if first == nil {
			first = got.Body
		}
		if string(got.Body) != string(first) {
			t.Errorf("%q is refused in other words:\n%s\n%s", name, got.Body, first)
		}
	}
}
