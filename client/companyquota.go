package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// CompanyQuota reads the limits of a company: those of its public store, of which only the warning counts, or the default
// that it has for its users.
func (s *Session) CompanyQuota(ctx context.Context, c Company, ofUsers bool) (q Quota, err error) {
	var resp wire.QuotaResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetQuotaRequest{SessionID: id, UlUserID: c.ID, SUserID: nonNil(c.EntryID), GetUserDefault: ofUsers}
	}, &resp, func() error {
		q = Quota{UseDefault: resp.Quota.UseDefaultQuota, Warn: resp.Quota.WarnSize, Soft: resp.Quota.SoftSize, Hard: resp.Quota.HardSize}
		return nil
	})
	return q, err
}

// SetCompanyQuota sets them.
func (s *Session) SetCompanyQuota(ctx context.Context, c Company, ofUsers bool, q Quota) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.SetQuotaRequest{SessionID: id, UlUserID: c.ID, SUserID: nonNil(c.EntryID), Quota: &wire.Quota{
			UseDefaultQuota: q.UseDefault, IsUserDefaultQuota: ofUsers, WarnSize: q.Warn, SoftSize: q.Soft, HardSize: q.Hard,
		}}
	}, new(wire.SetQuotaResponse), nil)
}

// CompanyStoreSize is the size of a company's public store in bytes.
func (s *Session) CompanyStoreSize(ctx context.Context, c Company) (size int64, err error) {
	var resp wire.QuotaStatus
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetQuotaStatusRequest{SessionID: id, UlUserID: c.ID, SUserID: nonNil(c.EntryID)}
	}, &resp, func() error { size = resp.StoreSize; return nil })
	return size, err
}

// recipientClass names the list of recipients: of mails about the stores of users, or about the public store.
func recipientClass(ofUsers bool) uint32 {
	if ofUsers {
		return uint32(mapi.ClassActiveUser)
	}
	return uint32(mapi.ClassCompany)
}

// AddQuotaRecipient has a user get the quota mails about the users of a company, or about its public store.
func (s *Session) AddQuotaRecipient(ctx context.Context, c Company, ofUsers bool, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.AddQuotaRecipientRequest{
			SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID), UlRecipientID: u.ID, SRecipientID: nonNil(u.EntryID), Type: recipientClass(ofUsers),
		}
	}, new(wire.AddQuotaRecipientResponse), nil)
}

// DeleteQuotaRecipient takes it back.
func (s *Session) DeleteQuotaRecipient(ctx context.Context, c Company, ofUsers bool, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DeleteQuotaRecipientRequest{
			SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID), UlRecipientID: u.ID, SRecipientID: nonNil(u.EntryID), Type: recipientClass(ofUsers),
		}
	}, new(wire.DeleteQuotaRecipientResponse), nil)
}

// QuotaRecipients lists who gets the quota mails about a user or, beginning with itself, a company. The error carries NOT_FOUND if there
// is no store.
func (s *Session) QuotaRecipients(ctx context.Context, number uint32, entryID []byte) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetQuotaRecipientsRequest{SessionID: id, UlUserID: number, SUserID: nonNil(entryID)}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}
