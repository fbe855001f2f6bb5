package auth

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"zarafa/mapi"
	"zarafa/server/session"
)

func TestThrottle(t *testing.T) {
	now := time.Unix(0, 0)
	th := newThrottle(3, func() time.Time { return now })
	try := func(address, account string) bool {
		t.Helper()
		_, err := th.begin(session.Peer{Network: "tcp", Address: address}, account)
		if err != nil && mapi.CodeOf(err) != mapi.LogonFailed {
			t.Fatalf("refused with %v", err)
		}
		return err == nil
	}
	for range 3 {
		if !try("192.0.2.1", "alice") {
			t.Fatal("refused too early")
		}
	}
	if try("192.0.2.1", "Alice") {
		t.Error("the fourth attempt was let through")
	}
	if !try("192.0.2.1", "bob") || !try("192.0.2.2", "alice") {
		t.Error("another account or address pays for it")
	}
	now = now.Add(throttleWindow + time.Second)
	a, err := th.begin(session.Peer{Network: "tcp", Address: "192.0.2.1"}, "alice")
	if err != nil {
		t.Fatalf("refused after the window: %v", err)
	}
	a.succeeded()
	for range 3 {
		if !try("192.0.2.1", "alice") {
			t.Error("a success did not clear what was counted")
		}
	}
}

func TestThrottleOfNetworks(t *testing.T) {
	th := newThrottle(2, func() time.Time { return time.Unix(0, 0) })
	refused := false
	for i := range 2*networkFactor + 1 {
		_, err := th.begin(session.Peer{Network: "tcp", Address: fmt.Sprintf("2001:db8:1:2::%d", i+1)}, fmt.Sprint("user", i))
		refused = err != nil
	}
	if !refused {
		t.Error("addresses of one /64 are not counted together")
	}
	if _, err := th.begin(session.Peer{Network: "tcp", Address: "2001:db8:1:3::1"}, "user"); err != nil {
		t.Errorf("another /64 pays for it: %v", err)
	}
}

func TestThrottleSparesThisMachine(t *testing.T) {
	th := newThrottle(1, time.Now)
	for range 5 {
		if _, err := th.begin(session.Peer{Network: "tcp", Address: "127.0.0.1", Local: true}, "alice"); err != nil {
			t.Fatal(err)
		}
		if _, err := th.begin(session.Peer{Network: "unix", Address: "*:pid-1", Local: true}, "alice"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestThrottleIsBounded(t *testing.T) {
	th := newThrottle(3, func() time.Time { return time.Unix(0, 0) })
	for i := range maxThrottled {
		th.begin(session.Peer{Network: "tcp", Address: "192.0.2.1"}, fmt.Sprint(i))
		th.begin(session.Peer{Network: "tcp", Address: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)}, "x")
	}
	if len(th.seen) > maxThrottled {
		t.Errorf("%d entries", len(th.seen))
	}
}

// TestThrottleOfAccounts: one account is guessed at from many networks. In the end strange networks are refused, and the one that
// its owner works from is not.
func TestThrottleOfAccounts(t *testing.T) {
	const most = 2
	now := time.Unix(0, 0)
	th := newThrottle(most, func() time.Time { return now })
	home := session.Peer{Network: "tcp", Address: "192.0.2.1"}
	a, err := th.begin(home, "alice")
	if err != nil {
		t.Fatal(err)
	}
	a.succeeded()
	refused := 0
	for i := range 5 * most * accountFactor {
		if _, err := th.begin(session.Peer{Network: "tcp", Address: fmt.Sprintf("198.51.%d.%d", i/250, i%250)}, "ALICE"); err != nil {
			refused++
		}
	}
	if want := 4 * most * accountFactor; refused != want {
		t.Errorf("%d attempts were refused, want %d", refused, want)
	}
	if _, err := th.begin(home, "alice"); err != nil {
		t.Errorf("alice is locked out of where she works: %v", err)
	}
	strange := session.Peer{Network: "tcp", Address: "203.0.113.1"}
	if _, err := th.begin(strange, "bob"); err != nil {
		t.Errorf("bob pays for it: %v", err)
	}
	now = now.Add(throttleWindow + time.Second)
	if _, err := th.begin(strange, "alice"); err != nil {
		t.Errorf("refused after the window: %v", err)
	}
}

// TestThrottleBehindProxies: clients write what they like before the address that the proxy adds.
func TestThrottleBehindProxies(t *testing.T) {
	for _, same := range [][]string{
		{"203.0.113.9", "10.0.0.1, 203.0.113.9", "10.0.0.2,203.0.113.9", "nonsense, 203.0.113.9", "::ffff:203.0.113.9", "203.0.113.9:4711", " 203.0.113.9 "},
		{"2001:db8::1", "2001:db8::2", "x, 2001:db8::3", "[2001:db8::4]:4711"},
		{"nonsense", "", "unknown", "203.0.113.9, _hidden"},
	} {
		th := newThrottle(len(same)-1, time.Now)
		for i, address := range same {
			_, err := th.begin(session.Peer{Network: "tcp", Address: address}, "alice")
			if last := i == len(same)-1; (err != nil) != last {
				t.Errorf("%q after %q: %v", address, same[:i], err)
			}
		}
	}
}

// TestThrottleKeepsNoRequest: names are counted after their request's buffer has other content.
func TestThrottleKeepsNoRequest(t *testing.T) {
	th := newThrottle(1, time.Now)
	buffer := []byte("alice")
	peer := session.Peer{Network: "tcp", Address: "192.0.2.1"}
	if _, err := th.begin(peer, unsafe.String(&buffer[0], len(buffer))); err != nil {
		t.Fatal(err)
	}
	copy(buffer, "mallo")
	if _, err := th.begin(peer, "alice"); err == nil {
		t.Error("the attempt on alice is forgotten")
	}
	if _, err := th.begin(peer, "mallo"); err != nil {
		t.Errorf("an attempt that nobody made is counted: %v", err)
	}
	for k := range th.seen {
		if len(k.account) > 256 {
			t.Errorf("a name of %d bytes is kept", len(k.account))
		}
	}
}
