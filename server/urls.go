package server

import (
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// ResolvePseudoURL answers resolvePseudoUrl: with one server every path is this one.
func (s *Server) ResolvePseudoURL(_ *session.Call, req *wire.ResolvePseudoURLRequest, resp *wire.ResolvePseudoURLResponse) error {
	if !req.PseudoURL.Valid {
		return mapi.Errorf(mapi.InvalidParameter, "resolvePseudoUrl", "no path given")
	}
	resp.ServerPath, resp.IsPeer = wire.Text(strings.Clone(req.PseudoURL.String)), true
	return nil
}

// GetServerDetails answers getServerDetails: this server is not one of several, which
// clients recognise by NETWORK_ERROR (wire.md section 12).
func (s *Server) GetServerDetails(*session.Call, *wire.GetServerDetailsRequest, *wire.GetServerDetailsResponse) error {
	return mapi.NetworkError
}

// GetLicenseAuth answers getLicenseAuth with empty data, which every client accepts.
func (s *Server) GetLicenseAuth(_ *session.Call, _ *wire.GetLicenseAuthRequest, resp *wire.GetLicenseAuthResponse) error {
	resp.AuthResponse = []byte{}
	return nil
}
