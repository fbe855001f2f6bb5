package server

import (
	"strconv"
	"strings"

	"zarafa/mapi"
	"zarafa/server/auth"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/wire"
)

// version is what clients take for the server's version: they refuse to talk if it does not have this form
// (wire.md section 8).
const version = "0,11,0,2"

// Capabilities that the server always has, and those it has if the client has them too.
const (
	baseCapabilities = mapi.CapCrypt | mapi.CapLicenseServer | mapi.CapLoadPropEntryID |
		mapi.CapExportPropTag | mapi.CapImpersonation | mapi.CapGIFN32
	sharedCapabilities = mapi.CapMultiServer | mapi.CapEnhancedICS | mapi.CapUnicode | mapi.CapMsgLock |
		mapi.CapDelivery | mapi.CapGateway
)

// Logon answers logon (wire.md section 8).
func (s *Server) Logon(c *session.Call, req *wire.LogonRequest, resp *wire.LogonResponse) error {
	if req.Capabilities&mapi.CapUnicode == 0 {
		return mapi.Errorf(mapi.BadCharwidth, "logon", "the client cannot do Unicode")
	}
	resp.Version, resp.Capabilities = wire.Text(version), baseCapabilities
	who, err := s.auth.Check(c.Context, auth.Request{
		Peer: c.Peer, Username: req.Username.String, Password: req.Password.String,
		Impersonate: req.ImpersonateUser.String, Flags: req.Flags, ClientAddress: clientAddress(req.ClientAddress),
	})
	if err != nil {
		return err
	}
	if tooOld(req.Version.String) {
		return mapi.Errorf(mapi.InvalidVersion, "logon", "client version %q is older than 6", req.Version.String)
	}
	resp.Capabilities |= s.granted(c, req.Capabilities)
	guid := s.store.ServerGUID()
	resp.ServerGUID, resp.LicenseResponse = guid[:], []byte{}
	if req.Flags&auth.FlagCheckOnly != 0 {
		resp.SessionID = session.RandomID()
		return nil
	}
	resp.SessionID, err = s.openSession(c, req, who, resp.Capabilities)
	return err
}

// openSession makes the session of a user who has proved who he is, and gives its id.
func (s *Server) openSession(c *session.Call, req *wire.LogonRequest, who *directory.Object, granted uint32) (uint64, error) {
	created, err := s.sessions.Create(who.ID, req.SessionGroup, req.Capabilities&^mapi.CapCompression|granted, s.clientOf(c, req, who.Name))
	if err != nil {
		return 0, err
	}
	s.noteLogon(created)
	return created.ID, nil
}

// granted are the capabilities given to a client beyond the base. Compression is for peers on
// other machines: on this one it costs time and saves nothing.
func (s *Server) granted(c *session.Call, asked uint32) uint32 {
	caps := asked & sharedCapabilities
	if !s.settings().Tables.EnhancedICS {
		caps &^= mapi.CapEnhancedICS
	}
	if !c.Peer.Local {
		caps |= asked & mapi.CapCompression
	}
	return caps
}

// clientOf is what is kept of a client; strings of the request do not outlive it, so they are copied.
func (s *Server) clientOf(c *session.Call, req *wire.LogonRequest, user string) session.Client {
	client := session.Client{
		Source: c.Peer.Address, User: user,
		App: cut(req.ClientApp.String), AppVersion: cut(req.ClientAppVersion.String),
		AppMisc: cut(req.ClientAppMisc.String), Version: cut(req.Version.String),
	}
	if origin := s.auth.Origin(c.Peer, clientAddress(req.ClientAddress)); origin.Address != c.Peer.Address {
		client.Behind = origin.Address
	}
	if req.ImpersonateUser.String != "" {
		client.Impersonator = cut(req.Username.String)
	}
	return client
}

// clientAddress is what a front end says of where its user comes from. It is a copy, and not longer than an address.
func clientAddress(text wire.NullString) string {
	const most = 64
	return strings.Clone(text.String[:min(len(text.String), most)])
}

// cut copies a text that is only shown, and not more of it than anybody reads.
func cut(s string) string {
	const most = 256
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return strings.Clone(s)
}

// tooOld reads versions of the form [0,]A,B,C; what cannot be read counts as new.
func tooOld(v string) bool {
	parts := strings.Split(v, ",")
	if len(parts) > 0 && parts[0] == "0" {
		parts = parts[1:]
	}
	if len(parts) < 3 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	return err == nil && major < 6
}

// Logoff answers logoff. The session ends when this call and all others on it are done.
func (s *Server) Logoff(c *session.Call, _ *wire.LogoffRequest, _ *wire.LogoffResponse) error {
	s.sessions.End(c.Session)
	return nil
}
