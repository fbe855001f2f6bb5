package server

import (
	"zarafa/server/session"
	"zarafa/wire"
)

// noLicence is the answer about a store's licence. Clients of the original read it as a JSON object with the features that are licensed;
// nothing here needs a licence, so it has no members.
const noLicence = "{}"

// GetLicenseAuth answers getLicenseAuth. (The answer of a log-on is another matter: there clients take it for encrypted unless it is
// empty, see wire.md.)
func (s *Server) GetLicenseAuth(_ *session.Call, _ *wire.GetLicenseAuthRequest, resp *wire.GetLicenseAuthResponse) error {
	resp.AuthResponse = []byte(noLicence)
	return nil
}
