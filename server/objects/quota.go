package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// quotaState says which limit of its owner a private store has reached.
func (s *Service) quotaState(ctx context.Context, box storage.Mailbox, size int64) (uint32, error) {
	if box.Type != mapi.StorePrivate || box.UserID == 0 {
		return mapi.QuotaOK, nil
	}
	return s.limitReached(ctx, box, size)
}

// limitReached compares a size with the limits of a store's owner.
func (s *Service) limitReached(ctx context.Context, box storage.Mailbox, size int64) (uint32, error) {
	q, err := s.dir.EffectiveQuota(ctx, box.UserID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return mapi.QuotaOK, nil // the user is gone, his store is not
	}
	if err != nil {
		return mapi.QuotaOK, err
	}
	switch reached := func(limit int64) bool { return limit > 0 && size >= limit }; {
	case reached(q.Hard):
		return mapi.QuotaHard, nil
	case reached(q.Soft):
		return mapi.QuotaSoft, nil
	case reached(q.Warn):
		return mapi.QuotaWarn, nil
	}
	return mapi.QuotaOK, nil
}

// checkQuota fails with STORE_FULL if a store has reached the given state or a worse one. The system's
// administrators are exempt. Without a limit the size is not asked for.
func (s *Service) checkQuota(c *session.Call, store uint32, limit uint32) error {
	admin, err := directory.AdministersSystem(c.Context, s.dir, c.Session.UserID)
	if err != nil || admin {
		return err
	}
	box, err := s.tree.Mailbox(c.Context, store)
	if err != nil {
		return err
	}
	worst, err := s.quotaState(c.Context, box, 1<<62)
	if err != nil || worst < limit {
		return err
	}
	counters, err := s.store.Counters(c.Context, store)
	if err != nil {
		return err
	}
	state, err := s.quotaState(c.Context, box, counters.Size)
	if err == nil && state >= limit {
		err = mapi.Errorf(mapi.StoreFull, "quota", "store %d holds %d bytes", store, counters.Size)
	}
	return err
}

// GetQuotaStatus tells how full a user's store is: to administrators and to himself.
func (s *Service) GetQuotaStatus(c *session.Call, req *wire.GetQuotaStatusRequest, resp *wire.QuotaStatus) error {
	user, err := s.dir.Resolve(c.Context, c.Session.UserID, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	if user.ID != c.Session.UserID {
		admin, err := s.rights.IsAdminOver(c.Context, c.Session.UserID, user.ID)
		if err != nil {
			return err
		}
		if !admin {
			return mapi.Errorf(mapi.NoAccess, "GetQuotaStatus", "user %d does not administer user %d", c.Session.UserID, user.ID)
		}
	}
	storeType := mapi.StorePrivate
	if user.Class == mapi.ClassCompany || user.ID == mapi.UserEveryone {
		storeType = mapi.StorePublic
	}
	box, err := s.tree.MailboxOf(c.Context, user.ID, storeType)
	if err != nil {
		return err
	}
	counters, err := s.store.Counters(c.Context, box.ID)
	if err != nil {
		return err
	}
	resp.StoreSize = counters.Size
	if user.Class == mapi.ClassCompany { // nothing is refused in a public store, but its quota is watched
		resp.QuotaStatus, err = s.limitReached(c.Context, box, counters.Size)
		return err
	}
	resp.QuotaStatus, err = s.quotaState(c.Context, box, counters.Size)
	return err
}
