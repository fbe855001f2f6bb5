package monitor

import (
	"context"
	"fmt"
	"slices"

	"zarafa/client"
	"zarafa/mapi"
)

// rowsAtOnce is how many users are in memory.
const rowsAtOnce = 50

// users looks at the stores of the users of one server. Sizes and limits come from its statistics, so that a user within his limits costs
// no call.
func (p *pass) users(ctx context.Context, at *client.Session) error {
	t, err := at.OpenTable(ctx, client.TableQuery{Kind: mapi.TableStatsUsers, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{
		mapi.PrECUsername, mapi.PrDisplayName, mapi.PrECCompanyName, mapi.PrMessageSizeExtended,
		mapi.PrQuotaWarningThreshold, mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold,
	}})
	if err != nil {
		return fmt.Errorf("opening the statistics of the users: %w", err)
	}
	defer t.Close(context.WithoutCancel(ctx))
	for {
		rows, err := t.Rows(ctx, rowsAtOnce)
		if err != nil {
			return fmt.Errorf("reading the statistics of the users: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		for _, row := range rows {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v := valuesOf(row)
			if v.usage.Level() == Fine {
				continue
			}
			if err := p.user(ctx, at, v); err != nil {
				p.fail("the store of a user", err, "user", v.name)
			}
		}
	}
}

// valuesOf reads a row of the statistics, whose limits are in KiB.
func valuesOf(row mapi.Props) values {
	limit := func(tag mapi.PropTag) int64 { return int64(row.Uint32(tag)) << 10 }
	v := values{name: row.Str(mapi.PrECUsername), fullName: row.Str(mapi.PrDisplayName), company: row.Str(mapi.PrECCompanyName), usage: Usage{
		Warn: limit(mapi.PrQuotaWarningThreshold), Soft: limit(mapi.PrQuotaSendThreshold), Hard: limit(mapi.PrQuotaReceiveThreshold),
	}}
	if size, ok := row.Get(mapi.PrMessageSizeExtended); ok {
		v.usage.Size = size.Int64()
	}
	if v.fullName == "" {
		v.fullName = v.name
	}
	return v
}

// user looks at a store that is too large.
func (p *pass) user(ctx context.Context, at *client.Session, v values) error {
	box, err := at.Mailbox(ctx, v.name)
	if err != nil {
		return fmt.Errorf("finding the mailbox: %w", err)
	}
	s := &store{values: v, own: box}
	if s.record, err = findRecord(ctx, box.Store.Session, box.Props.Bytes(mapi.PrIPMSubtreeEntryID)); err != nil {
		return fmt.Errorf("finding out when the last mail was sent: %w", err)
	}
	if s.level = Due(v.usage, s.record.last, p.now, p.cfg.ResendInterval); s.level == Fine {
		return nil
	}
	s.kind = kindOf(s.level)
	s.listing = func(ctx context.Context) ([]client.User, error) {
		return box.Store.Session.QuotaRecipients(ctx, box.Owner.ID, box.Owner.EntryID)
	}
	return p.warn(ctx, s)
}

// company looks at the public store of a company, which has a limit to warn at and no others.
func (p *pass) company(ctx context.Context, c *client.Company) error {
	if !p.looksAfter(c.HomeServer) {
		return nil
	}
	quota, err := p.session.CompanyQuota(ctx, *c, false)
	if err != nil {
		return fmt.Errorf("reading the quota: %w", err)
	}
	if quota.Warn == 0 {
		return nil
	}
	public, err := p.session.UserStore(ctx, c.Name, mapi.StorePublic)
	if client.IsNotFound(err) {
		return nil // it has none
	}
	if err != nil {
		return fmt.Errorf("finding the store: %w", err)
	}
	at := public.Session
	o, err := at.LoadObject(ctx, public.EntryID)
	if err != nil {
		return fmt.Errorf("reading the size of the store: %w", err)
	}
	v := values{name: c.Name, fullName: c.Name, company: c.Name, usage: Usage{Warn: quota.Warn}}
	if size, ok := o.Props.Get(mapi.PrMessageSizeExtended); ok {
		v.usage.Size = size.Int64()
	}
	if v.usage.Level() == Fine {
		return nil
	}
	folder := o.Props.Bytes(mapi.PrNonIPMSubtreeEntryID)
	if folder == nil {
		folder = o.Props.Bytes(mapi.PrIPMSubtreeEntryID)
	}
	s := &store{kind: companyWarning, values: v}
	if s.record, err = findRecord(ctx, at, folder); err != nil {
		return fmt.Errorf("finding out when the last mail was sent: %w", err)
	}
	if s.level = Due(v.usage, s.record.last, p.now, p.cfg.ResendInterval); s.level == Fine {
		return nil
	}
	s.listing = func(ctx context.Context) ([]client.User, error) {
		list, err := at.QuotaRecipients(ctx, c.ID, c.EntryID)
		return slices.Delete(list, 0, min(1, len(list))), err // the first is the company
	}
	return p.warn(ctx, s)
}
