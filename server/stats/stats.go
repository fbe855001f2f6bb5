// Package stats gives the rows of the statistics tables: the server's counters, its sessions, its users
// (tables.md section 2).
//
// It owns the choice of columns and nothing that changes: every call takes a snapshot. Who may see the tables has been checked by the
// table engine.
package stats

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"zarafa/mapi"
	"zarafa/server/cluster"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/server/tables"
	"zarafa/storage"
)

// Counter is a line of the system statistics.
type Counter struct {
	Name        string
	Description string
	Value       func() string
}

// Provider implements tables.Stats.
type Provider struct {
	Store     storage.Store
	Logons    *session.Manager
	Directory *directory.Service
	Cluster   *cluster.Service
	Counters  []Counter
	Now       func() time.Time
}

var _ tables.Stats = (*Provider)(nil)

// System implements tables.Stats.
func (p *Provider) System(context.Context) ([]mapi.Props, error) {
	rows := make([]mapi.Props, len(p.Counters))
	for i, c := range p.Counters {
		rows[i] = mapi.Props{
			mapi.String(mapi.PrDisplayName, c.Name),
			mapi.String(mapi.PrSystemDescription, c.Description),
			mapi.String(mapi.PrSystemValue, c.Value()),
		}
	}
	return rows, nil
}

// Sessions implements tables.Stats.
func (p *Provider) Sessions(context.Context) ([]mapi.Props, error) {
	list := p.Logons.List()
	slices.SortFunc(list, func(a, b *session.Session) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	rows := make([]mapi.Props, len(list))
	for i, s := range list {
		rows[i] = mapi.Props{
			mapi.I8(mapi.PrECStatsSessionID, int64(s.ID)), mapi.I8(mapi.PrECStatsSessionGroupID, int64(s.GroupID)),
			mapi.String(mapi.PrECStatsSessionIPAddress, s.Client.Source),
			mapi.Long(mapi.PrECStatsSessionIdleTime, uint32(s.Idle().Seconds())),
			mapi.Long(mapi.PrECStatsSessionCapability, s.Capabilities), mapi.Bool(mapi.PrECStatsSessionLocked, false),
			mapi.String(mapi.PrECUsername, s.Client.User),
			mapi.String(mapi.PrECStatsSessionClientVersion, s.Client.Version), mapi.String(mapi.PrECStatsSessionClientApp, s.Client.App),
			mapi.String(mapi.PrECStatsSessionClientAppVersion, s.Client.AppVersion), mapi.String(mapi.PrECStatsSessionClientAppMisc, s.Client.AppMisc),
			mapi.Long(mapi.PrECStatsSessionRequests, uint32(s.Requests.Load())), mapi.String(mapi.PrECStatsSessionProxy, s.Client.Proxy),
		}
	}
	return rows, nil
}

// Servers implements tables.Stats: the servers that this one is one of, none if it is alone. What a server does not have is left out.
func (p *Provider) Servers(context.Context) ([]mapi.Props, error) {
	servers := p.Cluster.Servers()
	rows := make([]mapi.Props, len(servers))
	for i, s := range servers {
		addresses := cluster.AddressesOf(s)
		rows[i] = mapi.Props{mapi.String(mapi.PrECStatsServerName, s.Name)}
		for _, text := range []struct {
			tag   mapi.PropTag
			value string
		}{
			{mapi.PrECStatsServerHost, s.Address}, {mapi.PrECStatsServerProxyURL, s.ProxyURL},
			{mapi.PrECStatsServerHTTPURL, addresses.HTTP}, {mapi.PrECStatsServerHTTPSURL, addresses.SSL}, {mapi.PrECStatsServerFileURL, addresses.File},
		} {
			if text.value != "" {
				rows[i] = append(rows[i], mapi.String(text.tag, text.value))
			}
		}
		if s.HTTPPort != 0 {
			rows[i] = append(rows[i], mapi.Long(mapi.PrECStatsServerHTTPPort, uint32(s.HTTPPort)))
		}
		if s.SSLPort != 0 {
			rows[i] = append(rows[i], mapi.Long(mapi.PrECStatsServerSSLPort, uint32(s.SSLPort)))
		}
	}
	return rows, nil
}

// Users implements tables.Stats.
func (p *Provider) Users(ctx context.Context) ([]tables.UserStats, error) {
	users, err := p.Directory.List(ctx, mapi.UserSystem, mapi.ClassActiveUser.Kind())
	if err != nil {
		return nil, err
	}
	private := mapi.StorePrivate
	boxes, err := p.Store.Mailboxes(ctx, storage.MailboxQuery{Type: &private})
	if err != nil {
		return nil, err
	}
	storeOf := make(map[uint32]uint32, len(boxes))
	for _, b := range boxes {
		storeOf[b.UserID] = b.ID
	}
	var rows []tables.UserStats
	for _, u := range users {
		if u.Class == mapi.ClassContact || u.ID == mapi.UserSystem {
			continue
		}
		row, err := p.user(ctx, u, storeOf[u.ID])
		if err != nil {
			return nil, err
		}
		rows = append(rows, tables.UserStats{UserID: u.ID, Props: row})
	}
	return rows, nil
}

// user is the row of one user; limits are in KiB, and what does not apply is left out.
func (p *Provider) user(ctx context.Context, u *directory.Object, store uint32) (mapi.Props, error) {
	row := mapi.Props{
		mapi.String(mapi.PrECCompanyName, p.Directory.CompanyName(u)), mapi.String(mapi.PrECUsername, u.Name),
		mapi.String(mapi.PrDisplayName, u.FullName), mapi.String(mapi.PrSMTPAddress, u.Email),
		mapi.Bool(mapi.PrECNonActive, u.Class == mapi.ClassNonActiveUser), mapi.Long(mapi.PrECAdministrator, u.AdminLevel),
		mapi.String(mapi.PrECHomeserverName, u.Server),
	}
	quota, err := p.Directory.EffectiveQuota(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	row = append(row,
		mapi.Long(mapi.PrQuotaWarningThreshold, uint32(quota.Warn>>10)),
		mapi.Long(mapi.PrQuotaSendThreshold, uint32(quota.Soft>>10)),
		mapi.Long(mapi.PrQuotaReceiveThreshold, uint32(quota.Hard>>10)))
	if store == 0 {
		return row, nil
	}
	o, err := p.Store.Object(ctx, store)
	if err != nil {
		return nil, err
	}
	if o.Counters.Size > 0 {
		row = append(row, mapi.I8(mapi.PrMessageSizeExtended, o.Counters.Size))
	}
	for _, tag := range []mapi.PropTag{mapi.PrECQuotaMailTime, mapi.PrECOutOfOffice, mapi.PrLastLogonTime, mapi.PrLastLogoffTime} {
		if v, ok := o.Props.Get(tag); ok {
			row = append(row, v)
		}
	}
	return row, nil
}

// Number prints a counter's value.
func Number[T int | int64 | uint64](v T) string { return strconv.FormatInt(int64(v), 10) }
