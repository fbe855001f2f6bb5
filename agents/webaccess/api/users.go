package api

import (
	"context"

	"zarafa/agents/webaccess/session"
	"zarafa/client"
	"zarafa/mapi"
)

// User is who has logged on.
func (a *API) User(s *session.Session) User {
	return User{
		Name: s.User.Name, FullName: s.User.FullName, Address: s.User.Email, Store: idOf(s.Store.EntryID),
		Administrator: s.User.AdminLevel > 0, Limits: a.settings.Limits(), Version: a.settings.Version,
	}
}

func (a *API) sessionGet(_ context.Context, s *session.Session, _ None) (User, error) {
	return a.User(s), nil
}

func (a *API) sessionList(_ context.Context, s *session.Session, _ None) (list SessionList, err error) {
	for _, o := range a.sessions.List(s.User.Name) {
		list.List = append(list.List, OpenSession{
			ID: ID(o.ID), Current: o == s, Since: timeOf(o.Began), Used: timeOf(o.Used()), Address: o.Address, Browser: o.Browser,
		})
	}
	return list, nil
}

// sessionRevoke ends sessions. All must be the user's, or none ends.
func (a *API) sessionRevoke(ctx context.Context, s *session.Session, args SessionRevoke) (None, error) {
	mine := make(map[ID]*session.Session)
	for _, o := range a.sessions.List(s.User.Name) {
		mine[ID(o.ID)] = o
	}
	for _, id := range args.IDs {
		if mine[id] == nil {
			return None{}, &Problem{Code: NotFound, Message: "there is no such session"}
		}
	}
	for _, id := range args.IDs {
		a.sessions.End(ctx, mine[id])
	}
	return None{}, nil
}

func (a *API) quotaGet(ctx context.Context, s *session.Session, _ None) (q Quota, err error) {
	o, err := s.Store.Session.LoadObject(ctx, s.Store.EntryID)
	if err != nil {
		return q, err
	}
	if v, ok := o.Props.Get(mapi.PrMessageSizeExtended); ok {
		q.Used = v.Int64()
	}
	const unit = 1024 // of PR_QUOTA_…_THRESHOLD
	q.Warn = int64(o.Props.Uint32(mapi.PrQuotaWarningThreshold)) * unit
	q.Soft = int64(o.Props.Uint32(mapi.PrQuotaSendThreshold)) * unit
	q.Hard = int64(o.Props.Uint32(mapi.PrQuotaReceiveThreshold)) * unit
	return q, nil
}

// server is where the user's mailbox is.
func server(s *session.Session) *client.Session { return s.Store.Session }
