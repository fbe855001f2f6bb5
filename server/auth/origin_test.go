package auth

import (
	"net/netip"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
)

// Failures behind a front end count against the address that it names, if it is believed: one user's do not lock out another's.
func TestOrigin(t *testing.T) {
	key := []byte("key")
	for _, tt := range []struct {
		what     string
		peer     session.Peer
		believed bool
	}{
		{"Unix socket", session.Peer{Network: "unix", Local: true, UID: -1, Address: "*:pid-1"}, true},
		{"this machine", session.Peer{Network: "tcp", Local: true, Address: "127.0.0.1"}, true},
		{"client key", session.Peer{Network: "tls", Address: "198.51.100.1", PublicKeys: [][]byte{key}}, true},
		{"another key", session.Peer{Network: "tls", Address: "198.51.100.1", PublicKeys: [][]byte{[]byte("other")}}, false},
		{"anybody", session.Peer{Network: "tcp", Address: "198.51.100.1"}, false},
		{"proxy on this machine", session.Peer{Network: "tcp", Local: true, Proxied: true, Address: "198.51.100.1"}, false},
	} {
		a := New(Settings{MaxFailures: 2, ClientKeys: [][]byte{key}}, users{}, time.Now)
		// The name is one that keys and sockets open no door to, so that the password counts.
		check := func(address, user, password string) mapi.Code {
			_, err := a.Check(t.Context(), Request{Peer: tt.peer, Username: user, Password: password, Flags: FlagNoUnixAuth, ClientAddress: address})
			return mapi.CodeOf(err)
		}
		for range 3 {
			check("203.0.113.9", "nobody", "guess")
		}
		if got := a.throttle.count(throttleKey{mustNetwork(t, "203.0.113.9"), "nobody"}); (got == 2) != tt.believed {
			t.Errorf("%s: %d failures of the client's address", tt.what, got)
		}
		if got := a.throttle.count(throttleKey{mustNetwork(t, "203.0.113.10"), "nobody"}); got != 0 {
			t.Errorf("%s: %d failures of an address that nobody has named", tt.what, got)
		}
		if tt.believed && check("203.0.113.10", "alice", "secret") != mapi.OK {
			t.Errorf("%s: another address is refused", tt.what)
		}
	}
	a := New(Settings{MaxFailures: 2}, users{}, time.Now)
	local := session.Peer{Network: "unix", Local: true}
	for _, own := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", ""} {
		if got := a.Origin(local, own); !got.Local {
			t.Errorf("a user on this machine at %q is %+v", own, got)
		}
	}
}

func mustNetwork(t *testing.T, address string) netip.Prefix {
	t.Helper()
	prefix, ok := network(session.Peer{Address: address})
	if !ok {
		t.Fatalf("%s is not counted", address)
	}
	return prefix
}
