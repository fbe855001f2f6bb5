package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// inForceFor are the limits that hold for an object's store (objects.md section 11): its own, else what its company
// has for its users, else those of the settings. The public store of a company has a limit to warn at and no others.
func (s *Service) inForceFor(o *Object) Quota {
	if !o.Quota.UseDefault {
		return o.Quota
	}
	if o.Class == mapi.ClassCompany {
		return Quota{UseDefault: true, Warn: s.settings().CompanyWarn}
	}
	q := s.settings().Quota
	if c := s.known().byID[o.Company]; c != nil && !c.MemberQuota.UseDefault {
		q = c.MemberQuota
	}
	q.UseDefault, q.IsUserDefault = true, false
	return q
}

// AddQuotaRecipient answers addQuotaRecipient: the recipient gets the quota mails of a company, those about its users
// or those about its public store.
func (s *Service) AddQuotaRecipient(c *session.Call, req *wire.AddQuotaRecipientRequest, _ *wire.AddQuotaRecipientResponse) error {
	return s.quotaRecipient(c, req.UlCompanyID, req.SCompanyID, req.UlRecipientID, req.SRecipientID, req.Type, true)
}

// DeleteQuotaRecipient answers deleteQuotaRecipient.
func (s *Service) DeleteQuotaRecipient(c *session.Call, req *wire.DeleteQuotaRecipientRequest, _ *wire.DeleteQuotaRecipientResponse) error {
	return s.quotaRecipient(c, req.UlCompanyID, req.SCompanyID, req.UlRecipientID, req.SRecipientID, req.Type, false)
}

// quotaRecipient changes a list of recipients. Its type is the class of those whom the mails are about.
func (s *Service) quotaRecipient(c *session.Call, id uint32, entryID []byte, recipientID uint32, recipientEntryID []byte, class uint32, add bool) error {
	if err := s.requireAdmin(c.Session.UserID, "quota recipient"); err != nil {
		return err
	}
	company, err := s.administeredCompany(c, id, entryID, "quota recipient")
	if err != nil {
		return err
	}
	var relation uint32
	switch kind := mapi.ObjectClass(class).Kind(); kind {
	case mapi.ClassActiveUser.Kind():
		relation = storage.RelationQuotaUserRecip
	case mapi.ClassCompany.Kind():
		relation = storage.RelationQuotaCompany
	default:
		return mapi.Errorf(mapi.InvalidType, "quota recipient", "no quota of class %#x", class)
	}
	recipient, err := s.resolveUser(c, recipientID, recipientEntryID)
	if err != nil {
		return err
	}
	if recipient.Class == mapi.ClassContact {
		return mapi.Errorf(mapi.InvalidType, "quota recipient", "%s is a contact", recipient.Name)
	}
	return s.relate(c.Context, company, recipient, relation, add)
}

// GetQuotaRecipients answers getQuotaRecipients: who is warned when a store grows too large. For a user it is himself and
// whom his company lists; for a company it begins with the company, whose public store it is, and its administrator.
func (s *Service) GetQuotaRecipients(c *session.Call, req *wire.GetQuotaRecipientsRequest, resp *wire.UserListResponse) error {
	if err := s.requireAdmin(c.Session.UserID, "getQuotaRecipients"); err != nil {
		return err
	}
	o, err := s.Resolve(c.Context, c.Session.UserID, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	if err := s.requireAdminOver(c.Session.UserID, o, "getQuotaRecipients"); err != nil {
		return err
	}
	user := o.Class.Kind() == mapi.ClassActiveUser.Kind() && o.Class != mapi.ClassContact
	if !user && o.Class != mapi.ClassCompany {
		return mapi.Errorf(mapi.InvalidType, "getQuotaRecipients", "%s is neither a user nor a company", o.Name)
	}
	mailboxes, err := s.store.Mailboxes(c.Context, storage.MailboxQuery{UserID: &o.ID})
	if err != nil {
		return err
	}
	if len(mailboxes) == 0 {
		return mapi.Errorf(mapi.NotFound, "getQuotaRecipients", "%s has no store", o.Name)
	}
	snap := s.known()
	list := []*Object{o}
	if user {
		list = append(list, snap.related(o.Company, storage.RelationQuotaUserRecip)...)
	} else {
		list = append(append(list, snap.administratorOf(o)), snap.related(o.ID, storage.RelationQuotaCompany)...)
	}
	resp.UserArray = s.wireUsers(list, c.Session.Capabilities)
	return nil
}
