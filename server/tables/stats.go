package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
)

// statsSource is a statistics table (tables.md section 2), if the caller may see it.
func (s *Service) statsSource(c *session.Call, tableType uint32) (source, error) {
	level, err := s.adminLevel(c.Context, c.Session.UserID)
	if err != nil {
		return nil, err
	}
	need, err := s.needForStats(tableType)
	if err != nil {
		return nil, err
	}
	if level < need {
		return nil, mapi.Errorf(mapi.NoAccess, "tableOpen", "user %d is no administrator of level %d", c.Session.UserID, need)
	}
	if s.Stats == nil {
		return nil, mapi.Errorf(mapi.NoSupport, "tableOpen", "no statistics are kept")
	}
	if tableType == mapi.TableStatsServers {
		servers, err := s.Stats.Servers(c.Context)
		if err != nil {
			return nil, err
		}
		if len(servers) == 0 { // tools skip a table that is not there, and would print the header of an empty one
			return nil, mapi.Errorf(mapi.NotFound, "tableOpen", "there is one server alone")
		}
	}
	return &keptSource{level: need, make: func(ctx context.Context, t *table, add func(cache.Row, *keptRow)) error {
		return s.statsRows(ctx, t.session.UserID, tableType, add)
	}}, nil
}

func (s *Service) statsRows(ctx context.Context, caller, tableType uint32, add func(cache.Row, *keptRow)) error {
	var rows []mapi.Props
	var err error
	first := uint32(0)
	switch tableType {
	case mapi.TableStatsUsers:
		users, err := s.Stats.Users(ctx)
		for _, u := range users {
			if ok, err := s.administers(ctx, caller, u.UserID); err != nil {
				return err
			} else if ok {
				add(cache.Row{ID: u.UserID}, propsRow(u.Props))
			}
		}
		return err
	case mapi.TableStatsCompany:
		companies, err := s.Stats.Companies(ctx)
		for _, c := range companies {
			add(cache.Row{ID: c.UserID}, propsRow(c.Props))
		}
		return err
	case mapi.TableStatsSystem:
		rows, err = s.Stats.System(ctx)
	case mapi.TableStatsSessions:
		rows, err = s.Stats.Sessions(ctx)
	default:
		rows, err = s.Stats.Servers(ctx)
		first = 1
	}
	for i, props := range rows {
		add(cache.Row{ID: first + uint32(i)}, propsRow(props))
	}
	return err
}
