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
		status := mapi.Long(mapi.PrECSearchfolderStatus, mapi.SearchStatusRebuild)
		if err := s.saveProps(ctx, active.folder, s.author(active), status); err != nil {
			s.Log.Error("a search folder has missed changes; all are compared when the server starts again", "folder", active.folder.ID, "error", err)
			return
		}
	}
	if s.owes() {
		return // the next start compares
	}
	if err := s.setInUse(ctx, false); err != nil {
		s.Log.Error("that the search folders are complete could not be noted; all are compared when the server starts again", "error", err)
	}
}

// owes reports whether the results of a search may be wrong.
func (s *Service) owes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, active := range s.searches {
		if active.owes {
			return true
		}
	}
	return false
}

// behind lists the searches of stores with changes that nobody has looked at, and forgets the changes.
func (s *Service) behind() []*search {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*search
	for store := range s.queues {
		for _, active := range s.stores[store] {
			out = append(out, active)
		}
	}
	clear(s.queues)
	return out
}
