package directory

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// DeleteCompany answers deleteCompany: for administrators of the system. Its users and groups go with it, all or
// none; the stores stay, without an owner.
func (s *Service) DeleteCompany(c *session.Call, req *wire.DeleteCompanyRequest, _ *wire.DeleteCompanyResponse) error {
	if err := s.requireCompanies("deleteCompany"); err != nil {
		return err
	}
	if err := s.requireSystemAdmin(c.Session.UserID, "deleteCompany"); err != nil {
		return err
	}
	if err := s.refuseForeign("deleting companies"); err != nil {
		return err
	}
	company, err := s.resolveCompany(c.Context, c.Session.UserID, req.UlCompanyID, req.SCompanyID)
	if err != nil {
		return err
	}
	boxes, err := s.store.Mailboxes(c.Context, storage.MailboxQuery{})
	if err != nil {
		return err
	}
	gone, err := s.removeCompany(c.Context, company)
	if err != nil {
		return err
	}
	guids := make(map[uint32][]string)
	for _, box := range boxes {
		guids[box.UserID] = append(guids[box.UserID], strings.ToUpper(box.GUID.String()))
	}
	for _, o := range gone {
		if o.Class.Kind() == mapi.ClassActiveUser.Kind() {
			s.endSessions(o.ID, nil)
		}
		s.deleted(c.Context, o, guids[o.ID])
	}
	return nil
}

// removeCompany removes a company with all that belongs to it, and returns what is gone.
func (s *Service) removeCompany(ctx context.Context, company *Object) ([]*Object, error) {
	if err := s.beginChange(ctx); err != nil {
		return nil, err
	}
	defer s.write.Unlock()
	gone := append(s.known().companyMembers(company, false), company)
	return gone, s.removeAll(ctx, gone)
}
