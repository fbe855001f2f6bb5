package kerberos

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/spnego"

	"zarafa/server/auth/kerberos/kerberostest"
)

func newTestAcceptor(t testing.TB, keys *keytab.Keytab, host string) *Acceptor {
	t.Helper()
	a, err := newAcceptor(keys, host, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAccept(t *testing.T) {
	keys := kerberostest.NewKeytab(t, "kopano/mail.example.com", "secret")
	good := kerberostest.Good(keys)
	with := func(f func(*kerberostest.Ticket)) []byte {
		k := good
		f(&k)
		return k.Token(t)
	}
	other := kerberostest.NewKeytab(t, "HTTP/mail.example.com", "secret")
	for name, tt := range map[string]struct {
		token []byte
		want  string // the user, or part of the error
		fails bool
	}{
		"Kerberos alone":                     {good.Token(t), "alice", false},
		"SPNEGO":                             {kerberostest.Offer(t, good.Token(t), kerberostest.Kerberos), "alice", false},
		"SPNEGO of Windows":                  {kerberostest.Offer(t, good.Token(t), kerberostest.Legacy, kerberostest.Kerberos, kerberostest.NTLM), "alice", false},
		"a slow clock":                       {with(func(k *kerberostest.Ticket) { k.Clock = -4 * time.Minute }), "alice", false},
		"a clock that is too slow":           {with(func(k *kerberostest.Ticket) { k.Clock = -6 * time.Minute }), "skew", true},
		"a clock that is too fast":           {with(func(k *kerberostest.Ticket) { k.Clock = 6 * time.Minute }), "skew", true},
		"an expired ticket":                  {with(func(k *kerberostest.Ticket) { k.Start, k.End = -2*time.Hour, -10*time.Minute }), "expired", true},
		"a ticket of the future":             {with(func(k *kerberostest.Ticket) { k.Start = time.Hour; k.End = 2 * time.Hour }), "not yet valid", true},
		"a ticket made with another key":     {with(func(k *kerberostest.Ticket) { k.Keys = kerberostest.NewKeytab(t, k.Service, "guess") }), "not good", true},
		"a ticket for another service":       {with(func(k *kerberostest.Ticket) { k.Keys, k.Service = other, "HTTP/mail.example.com" }), "ticket is for HTTP", true},
		"somebody else's ticket":             {with(func(k *kerberostest.Ticket) { k.Other = true }), "does not match", true},
		"alice of another realm":             {with(func(k *kerberostest.Ticket) { k.ClientRealm = "EVIL.EXAMPLE" }), "realm EVIL.EXAMPLE", true},
		"a principal of several names":       {with(func(k *kerberostest.Ticket) { k.User = "alice/admin" }), "is no user", true},
		"NTLM":                               {[]byte("NTLMSSP\x00\x01\x00\x00\x00"), "NTLM", true},
		"NTLM in SPNEGO":                     {kerberostest.Offer(t, []byte("NTLMSSP\x00"), kerberostest.NTLM), "NTLM", true},
		"an unknown mechanism":               {kerberostest.Offer(t, []byte("x"), kerberostest.Unknown), "no mechanism", true},
		"no mechanism":                       {kerberostest.Offer(t, good.Token(t)), "", true},
		"nothing":                            {nil, "0 bytes", true},
		"an endless token":                   {make([]byte, maxToken+1), "bytes", true},
		"half a token":                       {good.Token(t)[:100], "", true},
		"text":                               {[]byte("Negotiate abc"), "", true},
		"another token inside the mechanism": {kerberostest.Offer(t, []byte("NTLMSSP\x00"), kerberostest.Kerberos), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := newTestAcceptor(t, keys, "mail.example.com").Accept(tt.token)
			switch {
			case tt.fails && err == nil:
				t.Errorf("accepted as %+v", got)
			case tt.fails && !strings.Contains(err.Error(), tt.want):
				t.Errorf("refused with %q, want %q in it", err, tt.want)
			case tt.fails && got.User != "":
				t.Errorf("refused, and yet %+v", got)
			case !tt.fails && (err != nil || got.User != tt.want || got.Reply != nil):
				t.Errorf("%+v, %v", got, err)
			}
			if strings.Contains(name, "NTLM") && name != "another token inside the mechanism" && !errors.Is(err, ErrNTLM) {
				t.Errorf("refused with %v", err)
			}
		})
	}
}

// TestNegotiation: a client that prefers another mechanism is asked for a token of Kerberos, and sends it.
func TestNegotiation(t *testing.T) {
	keys := kerberostest.NewKeytab(t, "kopano/mail.example.com", "secret")
	a := newTestAcceptor(t, keys, "")
	for name, first := range map[string][]byte{
		"prefers another": kerberostest.Offer(t, []byte("x"), kerberostest.Unknown, kerberostest.Kerberos),
		"sends no token":  kerberostest.Offer(t, nil, kerberostest.Kerberos),
	} {
		got, err := a.Accept(first)
		if err != nil || got.User != "" || len(got.Reply) == 0 {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		var asked spnego.NegTokenResp
		if err := asked.Unmarshal(got.Reply); err != nil || !asked.SupportedMech.Equal(kerberostest.Kerberos) || asked.State() != spnego.NegStateAcceptIncomplete {
			t.Errorf("%s: the reply is %+v, %v", name, asked, err)
		}
		second := spnego.NegTokenResp{NegState: asn1.Enumerated(spnego.NegStateAcceptIncomplete), SupportedMech: kerberostest.Kerberos, ResponseToken: kerberostest.Good(keys).Token(t)}
		b, err := second.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Accept(b); err != nil || got.User != "alice" {
			t.Errorf("%s: the second token: %+v, %v", name, got, err)
		}
	}
}

// TestReplay: a token is good once, even if its copies come at the same moment.
func TestReplay(t *testing.T) {
	keys := kerberostest.NewKeytab(t, "kopano/mail.example.com", "secret")
	now := time.Now()
	a, err := newAcceptor(keys, "", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	token := kerberostest.Good(keys).Token(t)
	var accepted atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := a.Accept(token); err == nil {
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	if accepted.Load() != 1 {
		t.Errorf("one token was accepted %d times", accepted.Load())
	}
	if _, err := a.Accept(kerberostest.Offer(t, token, kerberostest.Kerberos)); err == nil {
		t.Error("accepted again in another wrapping")
	}
	if _, err := a.Accept(kerberostest.Good(keys).Token(t)); err != nil {
		t.Errorf("another token of the same user: %v", err)
	}
	now = now.Add(2*skew + time.Second)
	if _, err := a.Accept(kerberostest.Good(keys).Token(t)); err != nil {
		t.Error(err)
	}
	if len(a.used.seen) != 1 {
		t.Errorf("%d authenticators are remembered after they are worthless", len(a.used.seen))
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, keys *keytab.Keytab) string {
		t.Helper()
		path := filepath.Join(dir, name)
		kerberostest.WriteKeytab(t, path, keys)
		return path
	}
	own, old, foreign := write("own", kerberostest.NewKeytab(t, "kopano/mail.example.com", "x")), write("old", kerberostest.NewKeytab(t, "zarafa/mail.example.com", "x")),
		write("foreign", kerberostest.NewKeytab(t, "HTTP/mail.example.com", "x"))
	damaged := filepath.Join(dir, "damaged")
	if err := os.WriteFile(damaged, []byte{5, 2, 0, 0, 0, 200, 0, 1}, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, host string
		ok         bool
	}{
		{own, "mail.example.com", true}, {own, "MAIL.example.com", true}, {own, "", true}, {old, "mail.example.com", true},
		{own, "other.example.com", false}, {foreign, "", false}, {damaged, "", false}, {filepath.Join(dir, "missing"), "", false},
	} {
		if _, err := Open(tt.path, tt.host); (err == nil) != tt.ok {
			t.Errorf("%s for %q: %v", filepath.Base(tt.path), tt.host, err)
		}
	}
}

func FuzzAccept(f *testing.F) {
	keys := kerberostest.NewKeytab(f, "kopano/mail.example.com", "secret")
	token := kerberostest.Good(keys).Token(f)
	for _, seed := range [][]byte{token, kerberostest.Offer(f, token, kerberostest.Kerberos), kerberostest.Offer(f, nil, kerberostest.Unknown, kerberostest.Kerberos), []byte("NTLMSSP\x00"), {0xA1, 0}, {0x60, 0}} {
		f.Add(seed)
	}
	if _, err := newTestAcceptor(f, keys, "").Accept(token); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := newTestAcceptor(t, keys, "").Accept(b)
		if err != nil && (got.User != "" || got.Reply != nil) {
			t.Errorf("refused with %v, and yet %+v", err, got)
		}
		if got.User != "" && got.User != "alice" {
			t.Errorf("somebody without a ticket is %q", got.User)
		}
	})
}
