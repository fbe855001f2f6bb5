package server

import (
	"slices"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/stats"
)

// statistics are the lines of the system statistics table. Programs read them by name.
func (s *Server) statistics(users *directory.Service) *stats.Provider {
	return &stats.Provider{
		Store: s.store, Logons: s.sessions, Directory: users, Cluster: s.clusterOperations, Now: s.now,
		Counters: slices.Concat(
			[]stats.Counter{{
				Name: "sessions", Description: "Number of sessions", Value: func() string { return stats.Number(s.sessions.Count()) },
			}},
			userCounters(users),
			[]stats.Counter{{
				Name: "sql_statements", Description: "SQL statements executed", Value: func() string { return stats.Number(s.store.Statements()) },
			}},
			s.cacheCounters(),
		),
	}
}

// userCounters are what the administrator's tool counts users by.
func userCounters(users *directory.Service) []stats.Counter {
	count := func(name, description string, classes ...mapi.ObjectClass) stats.Counter {
		return stats.Counter{Name: name, Description: description, Value: func() string { return stats.Number(users.Count(classes...)) }}
	}
	return []stats.Counter{
		count("usercnt_active", "Number of active users", mapi.ClassActiveUser),
		count("usercnt_nonactive", "Number of users who cannot log on", mapi.ClassNonActiveUser, mapi.ClassRoom, mapi.ClassEquipment),
		count("usercnt_na_user", "Number of shared stores", mapi.ClassNonActiveUser),
		count("usercnt_room", "Number of rooms", mapi.ClassRoom),
		count("usercnt_equipment", "Number of equipment", mapi.ClassEquipment),
		count("usercnt_contact", "Number of contacts", mapi.ClassContact),
	}
}

// cacheCounters are those of the caches that stand here for caches of the protocol's statistics (objects.md section 16). What that names
// beside them is kept whole in memory here, or beside something else, and has no requests to count. Where nothing counts bytes there is
// no size, where a number of items is the bound no greatest size.
func (s *Server) cacheCounters() []stats.Counter {
	line := func(name, description string, value func() int64) stats.Counter {
		return stats.Counter{Name: "cache_" + name, Description: description, Value: func() string { return stats.Number(value()) }}
	}
	return []stats.Counter{
		line("cell_items", "Cell cache items", func() int64 { return s.cells.Stats().Items }),
		line("cell_size", "Cell cache size", func() int64 { return s.cells.Stats().Bytes }),
		line("cell_maxsz", "Cell cache maximum size", func() int64 { return s.settings().Cache.Cell }),
		line("cell_req", "Cell cache requests", func() int64 { return s.cells.Stats().Requests }),
		line("cell_hit", "Cell cache hits", func() int64 { return s.cells.Stats().Hits }),
		line("obj_items", "Object cache items", func() int64 { return s.tree.Stats().Refs.Items }),
		line("obj_req", "Object cache requests", func() int64 { return s.tree.Stats().Refs.Requests }),
		line("obj_hit", "Object cache hits", func() int64 { return s.tree.Stats().Refs.Hits }),
		line("index1_items", "Entry id cache items", func() int64 { return s.tree.Stats().EntryIDs.Items }),
		line("index1_req", "Entry id cache requests", func() int64 { return s.tree.Stats().EntryIDs.Requests }),
		line("index1_hit", "Entry id cache hits", func() int64 { return s.tree.Stats().EntryIDs.Hits }),
		line("store_items", "Store cache items", func() int64 { return s.tree.Stats().Mailboxes.Items }),
		line("store_req", "Store cache requests", func() int64 { return s.tree.Stats().Mailboxes.Requests }),
		line("store_hit", "Store cache hits", func() int64 { return s.tree.Stats().Mailboxes.Hits }),
		line("acl_items", "Access control list cache items", func() int64 { return s.checker.CacheStats().Items }),
		line("acl_size", "Access control list cache size", func() int64 { return s.checker.CacheStats().Bytes }),
		line("acl_req", "Access control list cache requests", func() int64 { return s.checker.CacheStats().Requests }),
		line("acl_hit", "Access control list cache hits", func() int64 { return s.checker.CacheStats().Hits }),
	}
}
