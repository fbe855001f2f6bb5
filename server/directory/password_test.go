package directory

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPasswordHash(t *testing.T) {
	stored := hashPassword("secret")
	if strings.Contains(stored, "secret") || !strings.HasPrefix(stored, "$argon2id$v=19$") {
		t.Fatalf("stored form %q", stored)
	}
	if stored == hashPassword("secret") {
		t.Error("two hashes of one password are equal: no salt")
	}
	sum := md5.Sum([]byte("0a1b2c3dsecret"))
	legacy := "0a1b2c3d" + hex.EncodeToString(sum[:])
	f := func(stored, password string, wantOK, wantLegacy bool) {
		t.Helper()
		if ok, old := checkPassword(stored, password); ok != wantOK || ok && old != wantLegacy {
			t.Errorf("check(%q, %q) = %v, %v", stored, password, ok, old)
		}
	}
	f(stored, "secret", true, false)
	f(stored, "Secret", false, false)
	f(stored, "", false, false)
	f(legacy, "secret", true, true)
	f(legacy, "wrong", false, true)
	f("", "", false, false)
	f("$argon2id$", "x", false, false)
	f("$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "x", false, false)
	f("$argon2id$v=19$m=8,t=1,p=0$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "x", false, false)
}

func TestVerifierForgets(t *testing.T) {
	now := time.Unix(0, 0)
	v := newVerifier(time.Minute, 1, func() time.Time { return now })
	stored := hashPassword("secret")
	if ok, _ := v.check(stored, "secret"); !ok || len(v.known) != 1 {
		t.Fatalf("first check: %v, remembered %d", ok, len(v.known))
	}
	// A remembered password needs no slot: with all of them taken the check still returns.
	v.slots <- struct{}{}
	if ok, _ := v.check(stored, "secret"); !ok {
		t.Error("remembered password refused")
	}
	<-v.slots
	if ok, _ := v.check(hashPassword("other"), "secret"); ok {
		t.Error("password survives its change")
	}
	now = now.Add(2 * time.Minute)
	v.slots <- struct{}{}
	done := make(chan bool)
	go func() { ok, _ := v.check(stored, "secret"); done <- ok }()
	select {
	case <-done:
		t.Error("an expired mark was believed")
	default:
	}
	<-v.slots
	if !<-done {
		t.Error("right password refused after expiry")
	}
}

// TestVerifierSharesWork: of clients that come at once with the same password as many as run side by side pay for it.
func TestVerifierSharesWork(t *testing.T) {
	const parallel, clients = 2, 50
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(time.Minute, parallel, time.Now)
		var compared atomic.Int32
		v.compare = func(string, string) (bool, bool) {
			compared.Add(1)
			time.Sleep(20 * time.Millisecond)
			return true, false
		}
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				if ok, legacy := v.check("stored", "secret"); !ok || legacy {
					t.Errorf("check = %v, %v", ok, legacy)
				}
			})
		}
		all.Wait()
		if n := compared.Load(); n != parallel {
			t.Errorf("%d clients, %d slow hashes, want %d", clients, n, parallel)
		}
	})
}
