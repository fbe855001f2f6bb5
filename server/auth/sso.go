package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/auth/kerberos"
	"zarafa/server/auth/oidc"
	"zarafa/server/directory"
	"zarafa/server/session"
)

// Tickets check tokens of GSSAPI; see package kerberos.
type Tickets interface {
	Accept(token []byte) (kerberos.Answer, error)
}

// Tokens check access tokens; see package oidc.
type Tokens interface {
	Verify(ctx context.Context, token string) (oidc.Identity, error)
}

// SingleSignOn checks log-ons by ticket and by access token (wire.md section 8, ssoLogon). Its methods may be called from any goroutine.
type SingleSignOn struct {
	auth    *Authenticator
	tickets Tickets // nil: no Kerberos
	tokens  Tokens  // nil: no OpenID Connect
	pending pending
}

// NewSingleSignOn makes one that uses the accounts, the limits and the rules on impersonation of an authenticator. Either of tickets and
// tokens may be nil.
func NewSingleSignOn(a *Authenticator, tickets Tickets, tokens Tokens, now func() time.Time) *SingleSignOn {
	return &SingleSignOn{auth: a, tickets: tickets, tokens: tokens, pending: pending{now: now, logons: make(map[uint64]pendingLogon)}}
}

// SSORequest is one leg of a log-on.
type SSORequest struct {
	Peer        session.Peer
	Leg         uint64 // 0 for the first leg, later the id that the one before has given
	Username    string
	Impersonate string
	Input       []byte
	// ClientAddress is as in [Request].
	ClientAddress string
}

// SSOAnswer is what became of a leg: a user, or a token for the client and the id for his next leg.
type SSOAnswer struct {
	User          *directory.Object // of the session
	Authenticated string            // who has logged on, if need be for that user
	Leg           uint64
	Reply         []byte
}

// tokenPrefix marks access tokens of OpenID Connect.
const tokenPrefix = "KCOIDC"

// Check takes one leg. END_OF_SESSION if there is no log-on with its id; every other refusal is LOGON_FAILED.
func (s *SingleSignOn) Check(ctx context.Context, r SSORequest) (SSOAnswer, error) {
	if r.Leg != 0 && !s.pending.take(r.Leg, r.Peer.Address) {
		return SSOAnswer{}, mapi.Errorf(mapi.EndOfSession, "ssoLogon", "no log-on %d of %s is going on", r.Leg, r.Peer.Address)
	}
	request := Request{Peer: r.Peer, Username: r.Username, Impersonate: r.Impersonate, ClientAddress: r.ClientAddress}
	attempt, err := s.auth.throttle.begin(s.auth.Origin(r.Peer, r.ClientAddress), r.Username)
	if err != nil {
		return SSOAnswer{}, refuse(err, request)
	}
	var answer SSOAnswer
	token, isToken := bytes.CutPrefix(r.Input, []byte(tokenPrefix))
	if isToken && r.Leg == 0 {
		answer.User, err = s.byToken(ctx, r.Username, string(token))
	} else {
		answer, err = s.byTicket(ctx, r)
	}
	if err != nil {
		return SSOAnswer{}, refuse(err, request)
	}
	if answer.Leg != 0 {
		attempt.undecided() // nobody has proved anything yet
		return answer, nil
	}
	attempt.succeeded()
	answer.Authenticated = answer.User.Name
	answer.User, err = s.auth.become(ctx, answer.User, request)
	if err != nil {
		return SSOAnswer{}, err
	}
	return answer, nil
}

// byTicket finds the user whom a ticket is for. He must be the one that the client asks for.
func (s *SingleSignOn) byTicket(ctx context.Context, r SSORequest) (SSOAnswer, error) {
	if s.tickets == nil {
		return SSOAnswer{}, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the server has no keytab; see kerberos_keytab")
	}
	got, err := s.tickets.Accept(r.Input)
	if err != nil {
		return SSOAnswer{}, err
	}
	if len(got.Reply) > 0 {
		if r.Leg != 0 {
			return SSOAnswer{}, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the client was asked for a ticket and has sent none")
		}
		leg, err := s.pending.put(r.Peer.Address)
		return SSOAnswer{Leg: leg, Reply: got.Reply}, err
	}
	if !strings.EqualFold(got.User, r.Username) {
		return SSOAnswer{}, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the ticket is %q's", got.User)
	}
	who, err := s.auth.users.ByName(ctx, r.Username, mapi.ClassActiveUser.Kind())
	return SSOAnswer{User: who}, mayLogOn(who, err)
}

// byToken finds the user whom an access token is for. A name that the client gives as well must be his entry id.
func (s *SingleSignOn) byToken(ctx context.Context, username, token string) (*directory.Object, error) {
	if s.tokens == nil {
		return nil, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the server knows no issuer of tokens; see kcoidc_issuer_identifier")
	}
	identity, err := s.tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if identity.Name != "" {
		if username != "" && !strings.EqualFold(username, identity.Name) {
			return nil, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the token is %q's", identity.Name)
		}
		who, err := s.auth.users.ByName(ctx, identity.Name, mapi.ClassActiveUser.Kind())
		return who, mayLogOn(who, err)
	}
	if username != "" {
		asked, err := base64.StdEncoding.DecodeString(username)
		if err != nil || !bytes.Equal(asked, identity.EntryID) {
			return nil, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "the token is for another entry id")
		}
	}
	who, err := s.auth.users.Resolve(ctx, 0, 0, identity.EntryID)
	return who, mayLogOn(who, err)
}

// mayLogOn refuses those whom an outside authority may know, but who have no account to work in: as by password only active users
// log on, and never the system user.
func mayLogOn(who *directory.Object, err error) error {
	if err != nil {
		return err
	}
	if who.Class != mapi.ClassActiveUser || who.ID == mapi.UserSystem {
		return mapi.Errorf(mapi.LogonFailed, "ssoLogon", "%s is no user who may log on", who.Name)
	}
	return nil
}

const (
	// pendingLifetime is how long a client may take for its next leg.
	pendingLifetime = 30 * time.Second
	// maxPending bounds the memory of log-ons that are never completed.
	maxPending = 10_000
)

// pending are the log-ons that wait for another leg.
type pending struct {
	now func() time.Time

	mu     sync.Mutex
	logons map[uint64]pendingLogon
}

type pendingLogon struct {
	source string
	until  time.Time
}

// put makes an id for the next leg.
func (p *pending) put(source string) (uint64, error) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.logons) >= maxPending {
		for id, l := range p.logons {
			if now.After(l.until) {
				delete(p.logons, id)
			}
		}
	}
	if len(p.logons) >= maxPending {
		return 0, mapi.Errorf(mapi.LogonFailed, "ssoLogon", "%d log-ons are waiting for their clients", len(p.logons))
	}
	id := session.RandomID()
	p.logons[id] = pendingLogon{strings.Clone(source), now.Add(pendingLifetime)}
	return id, nil
}

// take removes a log-on; false if there is none with this id from this source.
func (p *pending) take(id uint64, source string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.logons[id]
	if !ok || l.source != source {
		return false
	}
	delete(p.logons, id)
	return !p.now().After(l.until)
}
