package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// GetQuota answers getQuota (objects.md section 11): for administrators and the user himself. Whoever has the default
// is shown the limits of the default.
func (s *Service) GetQuota(c *session.Call, req *wire.GetQuotaRequest, resp *wire.QuotaResponse) error {
	o, err := s.quotaTarget(c, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	q := s.inForceFor(o)
	if req.GetUserDefault {
		if q = o.MemberQuota; q.UseDefault {
			limits := s.settings().Quota
			q.Warn, q.Soft, q.Hard = limits.Warn, limits.Soft, limits.Hard
		}
	}
	resp.Quota = wire.Quota{UseDefaultQuota: q.UseDefault, IsUserDefaultQuota: q.IsUserDefault, WarnSize: q.Warn, SoftSize: q.Soft, HardSize: q.Hard}
	return nil
}

// SetQuota answers setQuota: for administrators and the user himself. A request for the default of an object's
// members leaves its own limits alone.
func (s *Service) SetQuota(c *session.Call, req *wire.SetQuotaRequest, _ *wire.SetQuotaResponse) error {
	o, err := s.quotaTarget(c, req.UlUserID, req.SUserID)
	if err != nil {
		return err
	}
	q := req.Quota
	if q == nil || q.WarnSize < 0 || q.SoftSize < 0 || q.HardSize < 0 {
		return mapi.Errorf(mapi.InvalidParameter, "setQuota", "limits are missing or negative")
	}
	prefix := ""
	if q.IsUserDefaultQuota {
		prefix = propMembers
	}
	return s.change(c.Context, o, func(d *storage.DirectoryObject) {
		d.Props[prefix+propUseDefault] = flag(q.UseDefaultQuota)
		d.Props[prefix+propWarn], d.Props[prefix+propSoft], d.Props[prefix+propHard] = text(q.WarnSize), text(q.SoftSize), text(q.HardSize)
	})
}

// quotaTarget finds the object whose limits are asked for.
func (s *Service) quotaTarget(c *session.Call, id uint32, entryID []byte) (*Object, error) {
	o, err := s.Resolve(c.Context, c.Session.UserID, id, entryID)
	if err != nil {
		return nil, err
	}
	if o.ID != c.Session.UserID {
		if err := s.requireAdminOver(c.Session.UserID, o, "quota"); err != nil {
			return nil, err
		}
	}
	return o, nil
}
