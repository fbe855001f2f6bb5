package server

import (
	"errors"
	"io/fs"

	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/auth"
	"zarafa/server/auth/kerberos"
	"zarafa/server/auth/oidc"
	"zarafa/server/config"
	"zarafa/server/session"
	"zarafa/wire"
)

// openSingleSignOn makes what checks tickets and tokens, as far as the settings ask for it.
func (s *Server) openSingleSignOn(cfg *config.SingleSignOn) error {
	if !cfg.Enabled {
		return nil
	}
	var tickets auth.Tickets
	acceptor, err := kerberos.Open(cfg.Keytab, cfg.Hostname)
	switch {
	case err == nil:
		tickets = acceptor
	case cfg.Issuer != "" && errors.Is(err, fs.ErrNotExist): // Kerberos was not asked for
	default:
		return keytabError(err, "name an issuer in kcoidc_issuer_identifier, or set enable_sso = no")
	}
	var tokens auth.Tokens
	if cfg.Issuer != "" {
		s.tokens, err = oidc.New(oidc.Settings{
			Issuer: cfg.Issuer, InsecureSkipVerify: cfg.InsecureSkipVerify, Timeout: cfg.IssuerTimeout,
			Audiences: cfg.Audiences, UserClaim: cfg.UsernameClaim,
		}, s.now)
		if err != nil {
			return &settings.Error{Setting: "kcoidc_issuer_identifier", Problem: err.Error(), Remedy: "write the issuer's URL as it stands in its tokens"}
		}
		tokens = s.tokens
	}
	s.sso = auth.NewSingleSignOn(s.auth, tickets, tokens, s.now)
	return nil
}

// closeSingleSignOn ends what is going on with the issuer of tokens.
func (s *Server) closeSingleSignOn() {
	if s.tokens != nil {
		s.tokens.Close()
	}
}

// SSOLogon answers ssoLogon: log-on by a ticket of Kerberos or an access token (wire.md section 8). What it refuses clients take as a
// reason to try logon.
func (s *Server) SSOLogon(c *session.Call, req *wire.SSOLogonRequest, resp *wire.SSOLogonResponse) error {
	if req.ClientCaps&mapi.CapUnicode == 0 {
		return &wire.Fault{Code: wire.FaultClient, String: "Unicode is required"}
	}
	if s.sso == nil || len(req.Input) == 0 || !req.Username.Valid || !req.ClientVersion.Valid {
		return mapi.LogonFailed
	}
	answer, err := s.sso.Check(c.Context, auth.SSORequest{
		Peer: c.Peer, Leg: req.SessionID, Username: req.Username.String, Impersonate: req.ImpersonateUser.String, Input: req.Input,
		ClientAddress: clientAddress(req.ClientAddress),
	})
	if mapi.CodeOf(err) == mapi.EndOfSession {
		return err
	}
	resp.Version, resp.Capabilities = wire.Text(version), baseCapabilities
	if err != nil {
		return err
	}
	if answer.Leg != 0 {
		resp.SessionID, resp.Output = answer.Leg, answer.Reply
		return mapi.SsoContinue
	}
	as := &wire.LogonRequest{
		Username: wire.Text(answer.Authenticated), ImpersonateUser: req.ImpersonateUser, Version: req.ClientVersion, Capabilities: req.ClientCaps,
		SessionGroup: req.SessionGroup, ClientApp: req.ClientApp, ClientAppVersion: req.ClientAppVersion, ClientAppMisc: req.ClientAppMisc,
		ClientAddress: req.ClientAddress,
	}
	if tooOld(req.ClientVersion.String) {
		return mapi.Errorf(mapi.InvalidVersion, "ssoLogon", "client version %q is older than 6", req.ClientVersion.String)
	}
	resp.Capabilities |= s.granted(c, req.ClientCaps)
	guid := s.store.ServerGUID()
	resp.ServerGUID, resp.LicenseResponse = guid[:], []byte{}
	resp.SessionID, err = s.openSession(c, as, answer.User, resp.Capabilities)
	return err
}
