package client

import (
	"context"
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// tokenPrefix marks an access token of OpenID Connect in ssoLogon (wire.md section 8).
const tokenPrefix = "KCOIDC"

// CheckToken reports LOGON_FAILED unless an access token of OpenID Connect is good, and tells whose it is. The address is where he comes from.
// The server must have single sign-on (docs/single-sign-on.md). The token is checked now; that it expires later does not end what is begun with it.
func (g *SessionGroup) CheckToken(ctx context.Context, token, address string) (u User, err error) {
	h, err := soaphttp.NewClient(soaphttp.ClientConfig{
		Endpoint: g.options.Endpoint, TLS: g.options.TLS, SendTimeout: g.options.SendTimeout, ReceiveTimeout: g.options.ReceiveTimeout, Buffers: g.options.Buffers.http,
	})
	if err != nil {
		return u, err
	}
	o := g.options
	o.ClientAddress, o.Group = address, randomGroup() // not of the group, whose poll would keep it alive
	s := &Session{options: o, http: h, shared: o.Buffers, names: o.Names, cluster: &cluster{others: make(map[string]*Session)}, group: o.Group}
	s.cluster.first = s
	if err := s.logOnByToken(ctx, token); err != nil {
		h.Close()
		return u, err
	}
	var resp wire.GetUserResponse
	err = s.exchange(ctx, &wire.GetUserRequest{SessionID: s.ID(), SUserID: []byte{}}, &resp, func() error {
		if resp.User == nil {
			return errIncomplete
		}
		u = userOf(resp.User)
		return nil
	}) // and not by a function that would log on again by the group's name and password
	if closeErr := s.Close(context.WithoutCancel(ctx)); err == nil {
		err = closeErr
	}
	return u, err
}

func (s *Session) logOnByToken(ctx context.Context, token string) error {
	req := &wire.SSOLogonRequest{
		Username: wire.Text(""), ImpersonateUser: wire.Text(""), Input: []byte(tokenPrefix + token), ClientVersion: wire.Text(clientVersion),
		ClientCaps: capabilities &^ mapi.CapDelivery, SessionGroup: s.group, LicenseReq: []byte{},
		ClientApp: wire.Text(s.options.App), ClientAppVersion: wire.Text(s.options.AppVersion), ClientAppMisc: wire.Text(s.options.AppMisc),
		ClientAddress: wire.NullString{String: s.options.ClientAddress, Valid: s.options.ClientAddress != ""},
	}
	var resp wire.SSOLogonResponse
	err := s.exchange(ctx, req, &resp, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.id = resp.SessionID
		return nil
	})
	if err != nil {
		return fmt.Errorf("logging on by a token: %w", err)
	}
	return nil
}
