package stats

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/tables"
	"zarafa/storage"
)

// Companies implements tables.Stats: the size and the limit of their public stores, in KiB.
func (p *Provider) Companies(ctx context.Context) ([]tables.UserStats, error) {
	companies, err := p.Directory.List(ctx, mapi.UserSystem, mapi.ClassCompany.Kind())
	if err != nil {
		return nil, err
	}
	public := mapi.StorePublic
	boxes, err := p.Store.Mailboxes(ctx, storage.MailboxQuery{Type: &public})
	if err != nil {
		return nil, err
	}
	var rows []tables.UserStats
	for _, c := range companies {
		if c.Class != mapi.ClassCompany {
			continue
		}
		quota, err := p.Directory.EffectiveQuota(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		row := mapi.Props{
			mapi.String(mapi.PrECCompanyName, c.Name),
			mapi.String(mapi.PrECCompanyAdmin, p.Directory.AdministratorOf(c).Name),
			mapi.Long(mapi.PrQuotaWarningThreshold, uint32(quota.Warn>>10)),
			mapi.Long(mapi.PrQuotaSendThreshold, uint32(quota.Soft>>10)),
			mapi.Long(mapi.PrQuotaReceiveThreshold, uint32(quota.Hard>>10)),
		}
		for _, box := range boxes {
			if box.UserID != c.ID {
				continue
			}
			o, err := p.Store.Object(ctx, box.ID)
			if err != nil {
				return nil, err
			}
			row = append(row, mapi.I8(mapi.PrMessageSizeExtended, o.Counters.Size))
			if v, ok := o.Props.Get(mapi.PrECQuotaMailTime); ok {
				row = append(row, v)
			}
		}
		rows = append(rows, tables.UserStats{UserID: c.ID, Props: row})
	}
	return rows, nil
}
