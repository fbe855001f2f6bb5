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
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

const realm = "EXAMPLE.COM"

// newKeytab makes a keytab with one key.
func newKeytab(t testing.TB, principal, password string) *keytab.Keytab {
	t.Helper()
	keys := keytab.New()
	if err := keys.AddEntry(principal, realm, password, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
		t.Fatal(err)
	}
	return keys
}

// ticket is what a client of a KDC has: everything that the tests vary.
type ticket struct {
	keys        *keytab.Keytab // the KDC's copy of the service's key
	service     string
	user        string
	clientRealm string
	start, end  time.Duration // from now
	clock       time.Duration // of the client, ahead of ours
	other       bool          // the authenticator names somebody else
}

func goodTicket(keys *keytab.Keytab) ticket {
	return ticket{keys: keys, service: "kopano/mail.example.com", user: "alice", clientRealm: realm, start: -time.Minute, end: time.Hour}
}

// token makes the token of Kerberos alone, without SPNEGO.
func (k ticket) token(t testing.TB) []byte {
	t.Helper()
	now := time.Now().UTC()
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, k.user)
	tkt, key, err := messages.NewTicket(client, k.clientRealm, types.NewPrincipalName(nametype.KRB_NT_SRV_HST, k.service), realm, types.NewKrbFlags(),
		k.keys, etypeID.AES256_CTS_HMAC_SHA1_96, 1, now.Add(k.start), now.Add(k.start), now.Add(k.end), now.Add(k.end))
	if err != nil {
		t.Fatal(err)
	}
	if k.other {
		client = types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "mallory")
	}
	proof, err := types.NewAuthenticator(k.clientRealm, client)
	if err != nil {
		t.Fatal(err)
	}
	proof.CTime = proof.CTime.Add(k.clock)
	req, err := messages.NewAPReq(tkt, key, proof)
	if err != nil {
		t.Fatal(err)
	}
	body, err := req.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		t.Fatal(err)
	}
	return asn1tools.AddASNAppTag(append(append(oid, 1, 0), body...), 0)
}

var (
	oidKerberos = gssapi.OIDKRB5.OID()
	oidLegacy   = gssapi.OIDMSLegacyKRB5.OID()
	oidNTLM     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
	oidOther    = asn1.ObjectIdentifier{1, 2, 3}
)

// offer wraps a token into the first message of SPNEGO.
func offer(t testing.TB, inner []byte, mechanisms ...asn1.ObjectIdentifier) []byte {
	t.Helper()
	outer := spnego.SPNEGOToken{Init: true, NegTokenInit: spnego.NegTokenInit{MechTypes: mechanisms, MechTokenBytes: inner}}
	b, err := outer.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newTestAcceptor(t testing.TB, keys *keytab.Keytab, host string) *Acceptor {
	t.Helper()
	a, err := newAcceptor(keys, host, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAccept(t *testing.T) {
	keys := newKeytab(t, "kopano/mail.example.com", "secret")
	good := goodTicket(keys)
	with := func(f func(*ticket)) []byte {
		k := good
		f(&k)
		return k.token(t)
	}
	other := newKeytab(t, "HTTP/mail.example.com", "secret")
	for name, tt := range map[string]struct {
		token []byte
		want  string // the user, or part of the error
		fails bool
	}{
		"Kerberos alone":                     {good.token(t), "alice", false},
		"SPNEGO":                             {offer(t, good.token(t), oidKerberos), "alice", false},
		"SPNEGO of Windows":                  {offer(t, good.token(t), oidLegacy, oidKerberos, oidNTLM), "alice", false},
		"a slow clock":                       {with(func(k *ticket) { k.clock = -4 * time.Minute }), "alice", false},
		"a clock that is too slow":           {with(func(k *ticket) { k.clock = -6 * time.Minute }), "skew", true},
		"a clock that is too fast":           {with(func(k *ticket) { k.clock = 6 * time.Minute }), "skew", true},
		"an expired ticket":                  {with(func(k *ticket) { k.start, k.end = -2*time.Hour, -10*time.Minute }), "expired", true},
		"a ticket of the future":             {with(func(k *ticket) { k.start = time.Hour; k.end = 2 * time.Hour }), "not yet valid", true},
		"a ticket made with another key":     {with(func(k *ticket) { k.keys = newKeytab(t, k.service, "guess") }), "not good", true},
		"a ticket for another service":       {with(func(k *ticket) { k.keys, k.service = other, "HTTP/mail.example.com" }), "ticket is for HTTP", true},
		"somebody else's ticket":             {with(func(k *ticket) { k.other = true }), "does not match", true},
		"alice of another realm":             {with(func(k *ticket) { k.clientRealm = "EVIL.EXAMPLE" }), "realm EVIL.EXAMPLE", true},
		"a principal of several names":       {with(func(k *ticket) { k.user = "alice/admin" }), "is no user", true},
		"NTLM":                               {[]byte("NTLMSSP\x00\x01\x00\x00\x00"), "NTLM", true},
		"NTLM in SPNEGO":                     {offer(t, []byte("NTLMSSP\x00"), oidNTLM), "NTLM", true},
		"an unknown mechanism":               {offer(t, []byte("x"), oidOther), "no mechanism", true},
		"no mechanism":                       {offer(t, good.token(t)), "", true},
		"nothing":                            {nil, "0 bytes", true},
		"an endless token":                   {make([]byte, maxToken+1), "bytes", true},
		"half a token":                       {good.token(t)[:100], "", true},
		"text":                               {[]byte("Negotiate abc"), "", true},
		"another token inside the mechanism": {offer(t, []byte("NTLMSSP\x00"), oidKerberos), "", true},
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
	keys := newKeytab(t, "kopano/mail.example.com", "secret")
	a := newTestAcceptor(t, keys, "")
	for name, first := range map[string][]byte{
		"prefers another": offer(t, []byte("x"), oidOther, oidKerberos),
		"sends no token":  offer(t, nil, oidKerberos),
	} {
		got, err := a.Accept(first)
		if err != nil || got.User != "" || len(got.Reply) == 0 {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		var asked spnego.NegTokenResp
		if err := asked.Unmarshal(got.Reply); err != nil || !asked.SupportedMech.Equal(oidKerberos) || asked.State() != spnego.NegStateAcceptIncomplete {
			t.Errorf("%s: the reply is %+v, %v", name, asked, err)
		}
		second := spnego.NegTokenResp{NegState: asn1.Enumerated(spnego.NegStateAcceptIncomplete), SupportedMech: oidKerberos, ResponseToken: goodTicket(keys).token(t)}
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
	keys := newKeytab(t, "kopano/mail.example.com", "secret")
	now := time.Now()
	a, err := newAcceptor(keys, "", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	token := goodTicket(keys).token(t)
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
	if _, err := a.Accept(offer(t, token, oidKerberos)); err == nil {
		t.Error("accepted again in another wrapping")
	}
	if _, err := a.Accept(goodTicket(keys).token(t)); err != nil {
		t.Errorf("another token of the same user: %v", err)
	}
	now = now.Add(2*skew + time.Second)
	if _, err := a.Accept(goodTicket(keys).token(t)); err != nil {
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
		b, err := keys.Marshal()
		if err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	own, old, foreign := write("own", newKeytab(t, "kopano/mail.example.com", "x")), write("old", newKeytab(t, "zarafa/mail.example.com", "x")),
		write("foreign", newKeytab(t, "HTTP/mail.example.com", "x"))
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
	keys := newKeytab(f, "kopano/mail.example.com", "secret")
	token := goodTicket(keys).token(f)
	for _, seed := range [][]byte{token, offer(f, token, oidKerberos), offer(f, nil, oidOther, oidKerberos), []byte("NTLMSSP\x00"), {0xA1, 0}, {0x60, 0}} {
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
