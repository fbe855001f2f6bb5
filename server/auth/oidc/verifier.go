// Package oidc checks the access tokens of an OpenID Connect provider, with which clients log on in place of a password (wire.md section 8,
// ssoLogon).
//
// It owns the connection to the provider: its description and its keys are fetched when they are first needed, again from time to time, and
// whenever a token names a key that is not known. Methods may be called from any goroutine.
//
// It refuses tokens of other issuers, expired ones, those that are not signed by one of the issuer's keys with an asymmetric
// algorithm, those for other audiences, and those that do not carry the scope of this server.
package oidc

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Scope is what a token must be good for.
const Scope = "kopano/gc"

const (
	// renewEvery is after what time the provider is asked for its description and keys again, so that a key that it has withdrawn
	// is not believed for ever.
	renewEvery = 15 * time.Minute
	// retryEvery is the least time between two attempts to reach a provider that does not answer.
	retryEvery = 5 * time.Second
	// maxAnswer bounds what the provider may send.
	maxAnswer = 1 << 20
	// maxToken bounds a token.
	maxToken = 64 << 10
)

// Settings say whose tokens are good.
type Settings struct {
	Issuer             string        // its URL, as in the tokens
	InsecureSkipVerify bool          // believe any TLS certificate of the issuer
	Timeout            time.Duration // of one attempt to reach the issuer
	Audiences          []string      // clients whose tokens are accepted; empty: those of all the issuer's clients
	// UserClaim is the claim that names the user, for providers other than Kopano Konnect; "": Konnect's claim, an entry id.
	UserClaim string
}

// Identity is who a token is for: an address-book entry id, or a user's name.
type Identity struct {
	EntryID []byte
	Name    string
}

// Verifier checks tokens.
type Verifier struct {
	settings Settings
	now      func() time.Time
	client   *http.Client
	ctx      context.Context // of requests to the provider
	cancel   context.CancelFunc

	mu      sync.Mutex
	current *oidc.IDTokenVerifier // nil until the provider has answered once
	renewAt time.Time             // when the provider is to be asked again
	running chan struct{}         // closed when the attempt that is going on is over; nil without one
	failed  error                 // of the last attempt
}

// New makes a verifier. The provider need not be there yet.
func New(settings Settings, now func() time.Time) (*Verifier, error) {
	if err := checkIssuer(settings.Issuer); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: settings.InsecureSkipVerify}
	v := &Verifier{settings: settings, now: now}
	v.client = &http.Client{Timeout: settings.Timeout, Transport: bounded{transport}}
	v.ctx, v.cancel = context.WithCancel(oidc.ClientContext(context.Background(), v.client))
	return v, nil
}

// checkIssuer refuses issuers whose keys somebody on the way could replace.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is not the URL of an issuer; write https://HOST or https://HOST/PATH", issuer)
	}
	addr, err := netip.ParseAddr(u.Hostname())
	onThisMachine := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && onThisMachine) {
		return fmt.Errorf("%q: keys are fetched over https only, except from this machine", issuer)
	}
	return nil
}

// Close ends what is going on with the provider.
func (v *Verifier) Close() {
	v.cancel()
	v.client.CloseIdleConnections()
}

// bounded limits the size of answers.
type bounded struct{ *http.Transport }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.Transport.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// Verify checks a token. An error says why it is no proof; it is for the log and not for the client.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxToken {
		return Identity{}, fmt.Errorf("a token of %d bytes", len(token))
	}
	verifier, err := v.ready(ctx)
	if err != nil {
		return Identity{}, err
	}
	checked, err := verifier.Verify(ctx, token)
	if err != nil {
		return Identity{}, short(err)
	}
	if a := v.settings.Audiences; len(a) > 0 && !slices.ContainsFunc(checked.Audience, func(s string) bool { return slices.Contains(a, s) }) {
		return Identity{}, fmt.Errorf("the token is for %q", checked.Audience)
	}
	var c claims
	if err := checked.Claims(&c); err != nil {
		return Identity{}, fmt.Errorf("claims of the token: %w", err)
	}
	if c.IsRefreshToken || !c.hasScope() {
		return Identity{}, fmt.Errorf("the token does not have the scope %s", Scope)
	}
	return v.identity(checked, &c)
}

// short cuts an error that quotes what the provider has sent, which may be a whole page.
func short(err error) error {
	const most = 300
	if text := err.Error(); len(text) > most {
		return errors.New(strings.ToValidUTF8(text[:most], "") + "…")
	}
	return err
}

// claims are those of Konnect's access tokens, and the usual ones for scopes (RFC 9068; "scp" of Azure and others).
type claims struct {
	IsRefreshToken   bool     `json:"kc.isRefreshToken"`
	AuthorizedScopes []string `json:"kc.authorizedScopes"`
	Scope            words    `json:"scope"`
	SCP              words    `json:"scp"`
	Identity         struct {
		ID string `json:"kc.i.id"`
	} `json:"kc.identity"`
}

func (c *claims) hasScope() bool {
	return slices.Contains(c.AuthorizedScopes, Scope) || slices.Contains(c.Scope, Scope) || slices.Contains(c.SCP, Scope)
}

// identity reads the user from a token that is good.
func (v *Verifier) identity(token *oidc.IDToken, c *claims) (Identity, error) {
	if claim := v.settings.UserClaim; claim != "" {
		var all map[string]any
		if err := token.Claims(&all); err != nil {
			return Identity{}, err
		}
		name, _ := all[claim].(string)
		if name == "" {
			return Identity{}, fmt.Errorf("the token has no claim %s", claim)
		}
		return Identity{Name: name}, nil
	}
	id, err := base64.StdEncoding.DecodeString(c.Identity.ID)
	if err != nil || len(id) == 0 {
		return Identity{}, errors.New("the token has no entry id in kc.identity; see kcoidc_username_claim for providers other than Konnect")
	}
	return Identity{EntryID: id}, nil
}
