package tables

import (
	"zarafa/mapi"
	"zarafa/server/feed"
)

var _ feed.Amender = (*Service)(nil)

// Amend has everything read again: cells, the rows of shared views and those of open tables, whose subscribers are told. It happens too
// seldom to keep what belongs to other stores apart.
func (s *Service) Amend(uint32) {
	for i := range s.changes {
		s.changes[i].Add(1)
	}
	s.Cells.Flush()
	s.Views.DropAll()
	for _, t := range s.watchers.all() {
		t.push(func() { t.outdated = true }, []note{{event: mapi.TableChanged}})
	}
}
