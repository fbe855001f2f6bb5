package server

import (
	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/wire"
)

// PurgeCache answers purgeCache: it empties caches, which only costs time. Those that it does not ask for are kept right by the
// change feed and have nothing to purge. It is for system administrators.
func (s *Server) PurgeCache(c *session.Call, req *wire.PurgeCacheRequest, _ *wire.PurgeCacheResponse) error {
	if err := directory.RequireSystemAdmin(c.Context, s.directoryOperations, c.Session.UserID, "purgeCache"); err != nil {
		return err
	}
	if req.Flags&mapi.PurgeCells != 0 {
		s.cells.Flush()
	}
	if req.Flags&mapi.PurgeUsers != 0 {
		return s.directoryOperations.SyncUsers(c, &wire.SyncUsersRequest{}, new(wire.SyncUsersResponse))
	}
	return nil
}
