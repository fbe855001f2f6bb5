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

// Columns that only these tables have.
const (
	prSessionID         mapi.PropTag = 0x67420014
	prGroupID           mapi.PropTag = 0x674D0014
	prSessionAddress    mapi.PropTag = 0x6743001F
	prSessionIdle       mapi.PropTag = 0x67440003
	prSessionCapability mapi.PropTag = 0x67450003
	prSessionLocked     mapi.PropTag = 0x6746000B
	prClientVersion     mapi.PropTag = 0x674F001F
	prClientApp         mapi.PropTag = 0x6750001F
	prRequests          mapi.PropTag = 0x67510003
	prProxy             mapi.PropTag = 0x6753001F
	prClientAppVersion  mapi.PropTag = 0x6754001F
	prClientAppMisc     mapi.PropTag = 0x6755001F
	prServerName        mapi.PropTag = 0x67F0001F
	prServerHost        mapi.PropTag = 0x67F1001F
	prServerHTTPPort    mapi.PropTag = 0x67F20003
	prServerSSLPort     mapi.PropTag = 0x67F30003
	prServerProxyURL    mapi.PropTag = 0x67F5001F
	prServerHTTPURL     mapi.PropTag = 0x67F6001F
	prServerHTTPSURL    mapi.PropTag = 0x67F7001F
	prServerFileURL     mapi.PropTag = 0x67F8001F
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
			mapi.I8(prSessionID, int64(s.ID)), mapi.I8(prGroupID, int64(s.GroupID)),
			mapi.String(prSessionAddress, s.Client.Source),
			mapi.Long(prSessionIdle, uint32(s.Idle().Seconds())),
			mapi.Long(prSessionCapability, s.Capabilities), mapi.Bool(prSessionLocked, false),
			mapi.String(mapi.PrECUsername, s.Client.User),
			mapi.String(prClientVersion, s.Client.Version), mapi.String(prClientApp, s.Client.App),
			mapi.String(prClientAppVersion, s.Client.AppVersion), mapi.String(prClientAppMisc, s.Client.AppMisc),
			mapi.Long(prRequests, uint32(s.Requests.Load())), mapi.String(prProxy, s.Client.Proxy),
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
		rows[i] = mapi.Props{mapi.String(prServerName, s.Name)}
		for _, text := range []struct {
			tag   mapi.PropTag
			value string
		}{
			{prServerHost, s.Address}, {prServerProxyURL, s.ProxyURL},
			{prServerHTTPURL, addresses.HTTP}, {prServerHTTPSURL, addresses.SSL}, {prServerFileURL, addresses.File},
		} {
			if text.value != "" {
				rows[i] = append(rows[i], mapi.String(text.tag, text.value))
			}
		}
		if s.HTTPPort != 0 {
			rows[i] = append(rows[i], mapi.Long(prServerHTTPPort, uint32(s.HTTPPort)))
		}
		if s.SSLPort != 0 {
			rows[i] = append(rows[i], mapi.Long(prServerSSLPort, uint32(s.SSLPort)))
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
