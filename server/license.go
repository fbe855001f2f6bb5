package server

import (
	"zarafa/server/session"
	"zarafa/wire"
)

// GetLicenseAuth answers getLicenseAuth with empty data, which every client accepts.
func (s *Server) GetLicenseAuth(_ *session.Call, _ *wire.GetLicenseAuthRequest, resp *wire.GetLicenseAuthResponse) error {
	resp.AuthResponse = []byte{}
	return nil
}
