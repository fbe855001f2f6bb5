package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/auth/kerberos"
	"zarafa/server/auth/oidc"
	"zarafa/server/session"
)

// tickets takes "ticket NAME" for a ticket of a user, and asks whoever sends "hello" for one.
type tickets struct{}

func (tickets) Accept(token []byte) (kerberos.Answer, error) {
	if string(token) == "hello" {
		return kerberos.Answer{Reply: []byte("send a ticket")}, nil
	}
	name, ok := strings.CutPrefix(string(token), "ticket ")
	if !ok {
		return kerberos.Answer{}, errors.New("no ticket")
	}
	return kerberos.Answer{User: name}, nil
}

// tokens takes "id NAME" for a token with an entry id, "name NAME" for one with a name.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (oidc.Identity, error) {
	kind, name, _ := strings.Cut(token, " ")
	switch kind {
	case "id":
		return oidc.Identity{EntryID: []byte(name)}, nil
	case "name":
		return oidc.Identity{Name: name}, nil
	}
	return oidc.Identity{}, errors.New("no token")
}

func from(address string) session.Peer { return session.Peer{Network: "tcp", Address: address} }

func TestSingleSignOn(t *testing.T) {
	a := New(Settings{}, users{}, time.Now)
	all, none := NewSingleSignOn(a, tickets{}, tokens{}, time.Now), NewSingleSignOn(a, nil, nil, time.Now)
	base := func(name string) string { return base64.StdEncoding.EncodeToString([]byte(name)) }
	const refused = 0
	for _, tt := range []struct {
		input, user, impersonate string
		want                     uint32
	}{
		{"ticket alice", "alice", "", 3},
		{"ticket ALICE", "alice", "", 3},
		{"ticket alice", "root2", "", refused}, // somebody else's ticket
		{"ticket alice", "", "", refused},
		{"ticket nobody", "nobody", "", refused},
		{"ticket contact", "contact", "", refused},
		{"ticket SYSTEM", "SYSTEM", "", refused},
		{"ticket root2", "root2", "alice", 3},
		{"ticket alice", "alice", "root2", refused},
		{"nonsense", "alice", "", refused},
		{"KCOIDCid alice", "", "", 3},
		{"KCOIDCid alice", base("alice"), "", 3},
		{"KCOIDCid alice", base("root2"), "", refused},
		{"KCOIDCid alice", "alice", "", refused}, // a name where an entry id belongs
		{"KCOIDCid SYSTEM", "", "", refused},
		{"KCOIDCid contact", "", "", refused},
		{"KCOIDCid nobody", "", "", refused},
		{"KCOIDCid root2", "", "alice", 3},
		{"KCOIDCid alice", "", "root2", refused},
		{"KCOIDCname alice", "", "", 3},
		{"KCOIDCname alice", "Alice", "", 3},
		{"KCOIDCname alice", "root2", "", refused},
		{"KCOIDCname SYSTEM", "", "", refused},
		{"KCOIDCexpired", "", "", refused},
		{"KCOIDC", "", "", refused},
		{"kcoidcid alice", "", "", refused}, // the prefix is in capitals
	} {
		r := SSORequest{Peer: from("192.0.2.1"), Username: tt.user, Impersonate: tt.impersonate, Input: []byte(tt.input)}
		got, err := all.Check(t.Context(), r)
		switch {
		case tt.want == refused && (mapi.CodeOf(err) != mapi.LogonFailed || got.User != nil):
			t.Errorf("%q as %q: %v, %v; want LOGON_FAILED", tt.input, tt.user, got, err)
		case tt.want != refused && (err != nil || got.User.ID != tt.want || got.Leg != 0 || got.Reply != nil):
			t.Errorf("%q as %q: %v, %v", tt.input, tt.user, got, err)
		}
		if _, err := none.Check(t.Context(), r); mapi.CodeOf(err) != mapi.LogonFailed {
			t.Errorf("%q without anybody to check it: %v", tt.input, err)
		}
	}
}

// TestLegs: a log-on of two legs belongs to its client, for half a minute, and its id is good once.
func TestLegs(t *testing.T) {
	now := time.Unix(0, 0)
	s := NewSingleSignOn(New(Settings{}, users{}, time.Now), tickets{}, tokens{}, func() time.Time { return now })
	leg := func(id uint64, address, input string) (SSOAnswer, mapi.Code) {
		t.Helper()
		got, err := s.Check(t.Context(), SSORequest{Peer: from(address), Leg: id, Username: "alice", Input: []byte(input)})
		return got, mapi.CodeOf(err)
	}
	first := func() uint64 {
		t.Helper()
		got, code := leg(0, "192.0.2.1", "hello")
		if code != mapi.OK || got.User != nil || got.Leg == 0 || string(got.Reply) != "send a ticket" {
			t.Fatalf("the first leg: %+v, %v", got, code)
		}
		return got.Leg
	}
	for name, tt := range map[string]struct {
		address, input string
		wait           time.Duration
		wrongID        bool
		want           mapi.Code
	}{
		"a ticket":                {"192.0.2.1", "ticket alice", 29 * time.Second, false, mapi.OK},
		"too late":                {"192.0.2.1", "ticket alice", 31 * time.Second, false, mapi.EndOfSession},
		"from elsewhere":          {"192.0.2.2", "ticket alice", 0, false, mapi.EndOfSession},
		"another id":              {"192.0.2.1", "ticket alice", 0, true, mapi.EndOfSession},
		"no ticket":               {"192.0.2.1", "nonsense", 0, false, mapi.LogonFailed},
		"hello again":             {"192.0.2.1", "hello", 0, false, mapi.LogonFailed},
		"a token after the first": {"192.0.2.1", "KCOIDCid alice", 0, false, mapi.LogonFailed},
	} {
		id := first()
		now = now.Add(tt.wait)
		if tt.wrongID {
			id++
		}
		if _, code := leg(id, tt.address, tt.input); code != tt.want {
			t.Errorf("%s: %v, want %v", name, code, tt.want)
		}
		if tt.want == mapi.OK || tt.want == mapi.LogonFailed {
			if _, code := leg(id, tt.address, "ticket alice"); code != mapi.EndOfSession {
				t.Errorf("%s: the id is good twice: %v", name, code)
			}
		}
	}
	for range maxPending {
		leg(0, "192.0.2.1", "hello")
	}
	if _, code := leg(0, "192.0.2.1", "hello"); code != mapi.LogonFailed {
		t.Errorf("more than %d log-ons wait: %v", maxPending, code)
	}
	now = now.Add(time.Minute)
	first()
}

// TestSingleSignOnIsThrottled: tokens and tickets count as passwords do, and a first leg, which proves nothing, clears nothing.
func TestSingleSignOnIsThrottled(t *testing.T) {
	const most = 3
	a := New(Settings{MaxFailures: most}, users{}, func() time.Time { return time.Unix(0, 0) })
	s := NewSingleSignOn(a, tickets{}, tokens{}, time.Now)
	check := func(address, user, input string) error {
		_, err := s.Check(t.Context(), SSORequest{Peer: from(address), Username: user, Input: []byte(input)})
		return err
	}
	for i := range most {
		check("192.0.2.1", "alice", fmt.Sprint("guess ", i))
		check("192.0.2.2", "", fmt.Sprint("KCOIDCguess ", i))
		if err := check("192.0.2.1", "alice", "hello"); err != nil && i < most-1 {
			t.Fatal(err)
		}
	}
	if err := check("192.0.2.1", "alice", "ticket alice"); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("after %d guesses: %v", most, err)
	}
	if err := check("192.0.2.2", "", "KCOIDCid alice"); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("after %d tokens: %v", most, err)
	}
	if err := check("192.0.2.3", "alice", "ticket alice"); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
	for i := range 20 * most * accountFactor { // those without a name are no account that could be closed
		check(fmt.Sprintf("198.51.%d.%d", i/250, i%250), "", "KCOIDCguess")
	}
	if err := check("192.0.2.5", "", "KCOIDCid alice"); err != nil {
		t.Errorf("tokens are refused because of those of others: %v", err)
	}
	for range 20 * most { // two legs each, again and again
		if err := check("192.0.2.4", "alice", "hello"); err != nil {
			t.Fatalf("first legs count as failures: %v", err)
		}
	}
}
