package server

import (
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/stats"
)

// statistics are the lines of the system statistics table.
func (s *Server) statistics(users *directory.Service) *stats.Provider {
	line := func(name, description string, value func() string) stats.Counter {
		return stats.Counter{Name: name, Description: description, Value: value}
	}
	count := func(name, description string, classes ...mapi.ObjectClass) stats.Counter {
		return line(name, description, func() string { return stats.Number(users.Count(classes...)) })
	}
	return &stats.Provider{
		Store: s.store, Logons: s.sessions, Directory: users, Cluster: s.clusterOperations, Now: s.now,
		Counters: []stats.Counter{
			line("sessions", "Number of sessions", func() string { return stats.Number(s.sessions.Count()) }),
			count("usercnt_active", "Number of active users", mapi.ClassActiveUser),
			count("usercnt_nonactive", "Number of users who cannot log on", mapi.ClassNonActiveUser, mapi.ClassRoom, mapi.ClassEquipment),
			count("usercnt_na_user", "Number of shared stores", mapi.ClassNonActiveUser),
			count("usercnt_room", "Number of rooms", mapi.ClassRoom),
			count("usercnt_equipment", "Number of equipment", mapi.ClassEquipment),
			count("usercnt_contact", "Number of contacts", mapi.ClassContact),
			line("sql_statements", "SQL statements executed", func() string { return stats.Number(s.store.Statements()) }),
			line("cache_cell_items", "Cell cache items", func() string { return stats.Number(s.cells.Stats().Items) }),
			line("cache_cell_size", "Cell cache size", func() string { return stats.Number(s.cells.Stats().Bytes) }),
			line("cache_cell_maxsz", "Cell cache maximum size", func() string { return stats.Number(s.settings().Cache.Cell) }),
			line("cache_cell_req", "Cell cache requests", func() string { return stats.Number(s.cells.Stats().Requests) }),
			line("cache_cell_hit", "Cell cache hits", func() string { return stats.Number(s.cells.Stats().Hits) }),
		},
	}
}
