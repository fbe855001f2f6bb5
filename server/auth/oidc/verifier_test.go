package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
)

const entryID = "an address-book entry id"

// issuer is a provider that a test runs.
type issuer struct {
	*testing.T
	url string
	key crypto.Signer

	mu     sync.Mutex
	server oidctest.Server
	broken http.HandlerFunc // answers in its place
	asked  map[string]int   // by path
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newIssuer runs a provider with one key, "first".
func newIssuer(t *testing.T) *issuer {
	i := &issuer{T: t, key: newKey(t), asked: make(map[string]int)}
	s := httptest.NewServer(i)
	t.Cleanup(s.Close)
	i.url = s.URL
	i.server.SetIssuer(s.URL)
	i.server.Algorithms = []string{"ES256", "RS256", "HS256", "none"}
	i.publish(oidctest.PublicKey{PublicKey: i.key.Public(), KeyID: "first", Algorithm: "ES256"})
	return i
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked[r.URL.Path]++
	if i.broken != nil {
		i.broken(w, r)
		return
	}
	i.server.ServeHTTP(w, r)
}

func (i *issuer) publish(keys ...oidctest.PublicKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.server.PublicKeys = keys
}

func (i *issuer) answer(f http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.broken = f
}

func (i *issuer) requests(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

const description, keySet = "/.well-known/openid-configuration", "/keys"

// verifier checks the issuer's tokens at a time that the test sets.
func (i *issuer) verifier(now *time.Time, change func(*Settings)) *Verifier {
	i.Helper()
	s := Settings{Issuer: i.url, Timeout: 10 * time.Second}
	if change != nil {
		change(&s)
	}
	v, err := New(s, func() time.Time { return *now })
	if err != nil {
		i.Fatal(err)
	}
	i.Cleanup(v.Close)
	return v
}

// claims are those of a good token of Konnect, with changes; nil takes a claim away.
func (i *issuer) claims(now time.Time, changes map[string]any) string {
	i.Helper()
	c := map[string]any{
		"iss": i.url, "sub": "x@konnect", "aud": "webapp", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "kc.isAccessToken": true,
		"kc.authorizedScopes": []string{"openid", "profile", Scope}, "kc.identity": map[string]any{"kc.i.id": base64.StdEncoding.EncodeToString([]byte(entryID)), "kc.i.un": "alice", "kc.i.guest": false},
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(c)
	if err != nil {
		i.Fatal(err)
	}
	return string(b)
}

func (i *issuer) token(now time.Time, changes map[string]any) string {
	return oidctest.SignIDToken(i.key, "first", "ES256", i.claims(now, changes))
}

// unsigned puts a token together by hand.
func unsigned(header, claims string, sign func([]byte) []byte) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	return text + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(text)))
}

func TestVerify(t *testing.T) {
	i := newIssuer(t)
	now := time.Now()
	with := func(changes map[string]any) string { return i.token(now, changes) }
	public, err := x509.MarshalPKIXPublicKey(i.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	hmacWith := func(key []byte) func([]byte) []byte {
		return func(b []byte) []byte {
			h := hmac.New(sha256.New, key)
			h.Write(b)
			return h.Sum(nil)
		}
	}
	nothing := func([]byte) []byte { return nil }
	good := with(nil)
	for name, tt := range map[string]struct {
		token string
		fails string // part of the error, "" if the token is good
	}{
		"good":                               {good, ""},
		"scope as a text":                    {with(map[string]any{"kc.authorizedScopes": nil, "scope": "openid " + Scope}), ""},
		"scope as Azure has it":              {with(map[string]any{"kc.authorizedScopes": nil, "scp": []string{Scope}}), ""},
		"expired":                            {with(map[string]any{"exp": now.Add(-time.Second).Unix()}), "expired"},
		"without an end":                     {with(map[string]any{"exp": nil}), "expired"},
		"not yet good":                       {with(map[string]any{"nbf": now.Add(time.Hour).Unix()}), "not before"},
		"of another issuer":                  {with(map[string]any{"iss": "https://evil.example"}), "different provider"},
		"without an issuer":                  {with(map[string]any{"iss": nil}), "different provider"},
		"for another client":                 {with(map[string]any{"aud": "game"}), "token is for"},
		"for no client":                      {with(map[string]any{"aud": nil}), "token is for"},
		"without the scope":                  {with(map[string]any{"kc.authorizedScopes": []string{"openid", "kopano/gcx", "xkopano/gc"}}), "scope"},
		"without scopes":                     {with(map[string]any{"kc.authorizedScopes": nil}), "scope"},
		"a refresh token":                    {with(map[string]any{"kc.isRefreshToken": true}), "scope"},
		"without a user":                     {with(map[string]any{"kc.identity": nil}), "entry id"},
		"a user that is no base64":           {with(map[string]any{"kc.identity": map[string]any{"kc.i.id": "!"}}), "entry id"},
		"a user that is a list":              {with(map[string]any{"kc.identity": []int{1}}), "claims"},
		"signed by another key":              {oidctest.SignIDToken(newKey(t), "first", "ES256", i.claims(now, nil)), "verify signature"},
		"signed by an unknown key":           {oidctest.SignIDToken(newKey(t), "second", "ES256", i.claims(now, nil)), "verify signature"},
		"not signed":                         {unsigned(`{"alg":"none","typ":"JWT"}`, i.claims(now, nil), nothing), "malformed jwt"},
		"not signed, in other letters":       {unsigned(`{"alg":"nOnE","kid":"first"}`, i.claims(now, nil), nothing), "malformed jwt"},
		"signed with the public key as HMAC": {unsigned(`{"alg":"HS256","kid":"first"}`, i.claims(now, nil), hmacWith(public)), "malformed jwt"},
		"the signature cut off":              {good[:strings.LastIndex(good, ".")+1], "verify signature"},
		"other claims under the signature":   {strings.Replace(good, strings.Split(good, ".")[1], base64.RawURLEncoding.EncodeToString([]byte(i.claims(now, map[string]any{"sub": "root"}))), 1), "verify signature"},
		"its key beside it":                  {unsigned(`{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}`, i.claims(now, nil), nothing), ""},
		"text":                               {"secret", "malformed jwt"},
		"nothing":                            {"", "malformed jwt"},
		"endless":                            {strings.Repeat("a", maxToken+1), "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			v := i.verifier(&now, func(s *Settings) { s.Audiences = []string{"webapp", "meet"} })
			got, err := v.Verify(t.Context(), tt.token)
			if name == "its key beside it" {
				if err == nil {
					t.Error("a token brought its own key")
				}
				return
			}
			if tt.fails == "" && (err != nil || string(got.EntryID) != entryID || got.Name != "") {
				t.Errorf("%+v, %v", got, err)
			}
			if tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails) || got.EntryID != nil || got.Name != "") {
				t.Errorf("%+v, %v, want an error with %q", got, err, tt.fails)
			}
			if err != nil && len(tt.token) > 100 && strings.Contains(err.Error(), tt.token) {
				t.Error("the token stands in the error, and so in the log")
			}
		})
	}
}

func TestUserClaim(t *testing.T) {
	i, now := newIssuer(t), time.Now()
	v := i.verifier(&now, func(s *Settings) { s.UserClaim = "preferred_username" })
	for claim, want := range map[any]string{"alice": "alice", 7: "", "": "", nil: ""} {
		got, err := v.Verify(t.Context(), i.token(now, map[string]any{"preferred_username": claim}))
		if (err == nil) != (want != "") || got.Name != want || got.EntryID != nil {
			t.Errorf("%v: %+v, %v", claim, got, err)
		}
	}
}

// TestKeyRotation: a new key is fetched when the first token names it, and one that was withdrawn is not believed much longer.
func TestKeyRotation(t *testing.T) {
	i, now := newIssuer(t), time.Now()
	v := i.verifier(&now, nil)
	verify := func(token string) bool {
		_, err := v.Verify(t.Context(), token)
		return err == nil
	}
	old := i.token(now, nil)
	for range 5 {
		if !verify(old) {
			t.Fatal("a good token is refused")
		}
	}
	if n := i.requests(keySet); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
	second, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.publish(oidctest.PublicKey{PublicKey: second.Public(), KeyID: "second", Algorithm: "RS256"})
	if !verify(oidctest.SignIDToken(second, "second", "RS256", i.claims(now, nil))) {
		t.Error("a token of the new key is refused")
	}
	third := newKey(t)
	i.publish(oidctest.PublicKey{PublicKey: third.Public(), KeyID: "third", Algorithm: "ES256"})
	now = now.Add(renewEvery)
	v.Verify(t.Context(), old) // has the issuer asked again
	for v.isRunning() {
	}
	if verify(oidctest.SignIDToken(second, "second", "RS256", i.claims(now, nil))) {
		t.Error("a key that was withdrawn is believed")
	}
	if !verify(oidctest.SignIDToken(third, "third", "ES256", i.claims(now, nil))) {
		t.Error("a token of the third key is refused")
	}
}

func (v *Verifier) isRunning() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.running != nil
}

// TestIssuerDown: without the issuer nobody gets in, and it is not asked without end; when it comes nothing need be restarted.
func TestIssuerDown(t *testing.T) {
	i, now := newIssuer(t), time.Now()
	for name, broken := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("down ", 10_000), http.StatusServiceUnavailable)
		},
		"a hang-up":         func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"nonsense":          func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"another issuer":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"issuer":"https://evil.example"}`) },
		"an endless answer": func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, io.LimitReader(zeros{}, 64<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			v := i.verifier(&now, nil)
			i.answer(broken)
			before := i.requests(description)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if _, err := v.Verify(t.Context(), i.token(now, nil)); err == nil || !strings.Contains(err.Error(), "kcoidc_issuer_identifier") {
						t.Errorf("without an issuer: %v", err)
					} else if len(err.Error()) > 500 {
						t.Errorf("an error of %d bytes", len(err.Error()))
					}
				})
			}
			all.Wait()
			if n := i.requests(description) - before; n != 1 {
				t.Errorf("the issuer was asked %d times", n)
			}
			i.answer(nil)
			now = now.Add(retryEvery)
			if _, err := v.Verify(t.Context(), i.token(now, nil)); err != nil {
				t.Errorf("with the issuer back: %v", err)
			}
			i.answer(broken)
			now = now.Add(renewEvery)
			for range 2 {
				if _, err := v.Verify(t.Context(), i.token(now, nil)); err != nil {
					t.Errorf("known keys, issuer away: %v", err)
				}
				for v.isRunning() {
				}
			}
			i.answer(nil)
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestIssuers(t *testing.T) {
	for issuer, ok := range map[string]bool{
		"https://login.example.com": true, "https://login.example.com/realms/x": true, "http://127.0.0.1:8777": true, "http://localhost": true, "http://[::1]:1": true,
		"": false, "login.example.com": false, "http://login.example.com": false, "ftp://localhost": false, "https://": false, "https://a/?x=y": false, "http://127.0.0.1.example.com": false,
	} {
		v, err := New(Settings{Issuer: issuer}, time.Now)
		if (err == nil) != ok {
			t.Errorf("%q: %v", issuer, err)
		}
		if v != nil {
			v.Close()
		}
	}
}
