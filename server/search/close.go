package search

import (
	"context"

	"zarafa/mapi"
)

// Close stops all searches and waits for them. Those that have not looked at every change yet are searched anew when
// they are brought back.
func (s *Service) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.done.Wait()
	ctx := context.Background()
	for _, active := range s.behind() {
		status := mapi.Long(mapi.PrECSearchfolderStatus, statusRebuild)
		if err := s.saveProps(ctx, active.folder, s.author(active), status); err != nil {
			s.Log.Error("a search folder has missed changes; all are compared when the server starts again", "folder", active.folder.ID, "error", err)
			return
		}
	}
	if s.owed.Load() > 0 {
		return
	}
	if err := s.setInUse(ctx, false); err != nil {
		s.Log.Error("that the search folders are complete could not be noted; all are compared when the server starts again", "error", err)
	}
}

// behind lists the searches of stores with changes that nobody has looked at, and forgets the changes.
func (s *Service) behind() []*search {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*search
	for _, active := range s.searches {
		if s.queues[active.folder.Store] != nil {
			out = append(out, active)
		}
	}
	clear(s.queues)
	return out
}
