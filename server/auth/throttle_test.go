package auth

import (
	"fmt"
	"testing"
	"time"

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
	succeeded, err := th.begin(session.Peer{Network: "tcp", Address: "192.0.2.1"}, "alice")
	if err != nil {
		t.Fatalf("refused after the window: %v", err)
	}
	succeeded()
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
