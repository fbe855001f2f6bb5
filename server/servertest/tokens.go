package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
)

// TokenIssuer is an OpenID Connect provider.
type TokenIssuer struct {
	URL string // for kcoidc_issuer_identifier
	t   testing.TB
	key *ecdsa.PrivateKey
}

// NewTokenIssuer starts a provider that ends with the test.
func NewTokenIssuer(t testing.TB) *TokenIssuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	provider := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "ES256"}}, Algorithms: []string{"ES256"}}
	s := httptest.NewServer(provider)
	t.Cleanup(s.Close)
	provider.SetIssuer(s.URL)
	return &TokenIssuer{URL: s.URL, t: t, key: key}
}

// Token makes an access token for an entry id.
func (i *TokenIssuer) Token(entryID []byte, lifetime time.Duration) string {
	i.t.Helper()
	claims, err := json.Marshal(map[string]any{
		"iss": i.URL, "sub": "x", "aud": "webapp", "exp": time.Now().Add(lifetime).Unix(), "kc.authorizedScopes": []string{"kopano/gc"},
		"kc.identity": map[string]any{"kc.i.id": base64.StdEncoding.EncodeToString(entryID)},
	})
	if err != nil {
		i.t.Fatal(err)
	}
	return oidctest.SignIDToken(i.key, "k", "ES256", string(claims))
}
