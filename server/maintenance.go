package server

import (
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/wire"
)

// Caches that purgeCache names (objects.md section 16). Those that are not here are kept right by the
// change feed and have nothing to purge.
const (
	purgeCells uint32 = 0x20
	purgeUsers uint32 = 0x200 | 0x400 | 0x800
)

// PurgeCache answers purgeCache: it empties caches, which only costs time. It is for system administrators.
func (s *Server) PurgeCache(c *session.Call, req *wire.PurgeCacheRequest, _ *wire.PurgeCacheResponse) error {
	if err := directory.RequireSystemAdmin(c.Context, s.directoryOperations, c.Session.UserID, "purgeCache"); err != nil {
		return err
	}
	if req.Flags&purgeCells != 0 {
		s.cells.Flush()
	}
	if req.Flags&purgeUsers != 0 {
		return s.directoryOperations.SyncUsers(c, &wire.SyncUsersRequest{}, new(wire.SyncUsersResponse))
	}
	return nil
}
