package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// A good access token tells whose it is, a bad one is refused, and neither leaves a session.
func TestCheckToken(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	provider := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "ES256"}}, Algorithms: []string{"ES256"}}
	issuer := httptest.NewServer(provider)
	t.Cleanup(issuer.Close)
	provider.SetIssuer(issuer.URL)
	token := func(user string, lifetime time.Duration) string {
		claims, err := json.Marshal(map[string]any{
			"iss": issuer.URL, "sub": "x", "aud": "mail", "exp": time.Now().Add(lifetime).Unix(), "scope": "kopano/gc", "kc.authorizedScopes": []string{"kopano/gc"},
			"preferred_username": user,
		})
		if err != nil {
			t.Fatal(err)
		}
		return oidctest.SignIDToken(key, "k", "ES256", string(claims))
	}
	i := servertest.Start(t, config.EngineSQLite, settings+"enable_sso = yes\nkcoidc_issuer_identifier = "+issuer.URL+"\nkcoidc_username_claim = preferred_username\n")
	mailbox(t, i)
	made := new(calls)
	g, err := client.NewSessionGroup(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM", OnCall: made.note})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close(t.Context()) }()
	made.take()
	if u, err := g.CheckToken(t.Context(), token("alice", time.Hour), "192.0.2.1"); err != nil || u.Name != "alice" {
		t.Errorf("a good token is of %+v, %v", u, err)
	}
	made.were(t, "a good token", "ssoLogon", "getUser", "logoff")
	for what, bad := range map[string]string{
		"an old one": token("alice", -time.Hour), "one of nobody": token("nobody", time.Hour), "of SYSTEM": token("SYSTEM", time.Hour), "none": "", "nonsense": "x.y.z",
	} {
		if u, err := g.CheckToken(t.Context(), bad, "192.0.2.1"); mapi.CodeOf(err) != mapi.LogonFailed || u.Name != "" {
			t.Errorf("%s is of %q, %v", what, u.Name, err)
		}
	}
}
