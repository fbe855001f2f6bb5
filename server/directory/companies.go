package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// GetCompanyList answers getCompanyList: without tenants there are no companies, which clients
// recognise by NO_SUPPORT.
func (s *Service) GetCompanyList(*session.Call, *wire.GetCompanyListRequest, *wire.CompanyListResponse) error {
	return mapi.NoSupport
}

// ResolveCompanyname answers resolveCompanyname.
func (s *Service) ResolveCompanyname(*session.Call, *wire.ResolveCompanynameRequest, *wire.ResolveCompanyResponse) error {
	return mapi.NoSupport
}

// GetCompany answers getCompany.
func (s *Service) GetCompany(*session.Call, *wire.GetCompanyRequest, *wire.GetCompanyResponse) error {
	return mapi.NoSupport
}

// CreateCompany answers createCompany.
func (s *Service) CreateCompany(*session.Call, *wire.CreateCompanyRequest, *wire.CreateCompanyResponse) error {
	return mapi.NoSupport
}
