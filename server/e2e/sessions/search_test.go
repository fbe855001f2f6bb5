package sessions_test

import (
	"context"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// Criteria that are too long to be kept with the folder can be replaced, and are found again when the server starts.
func TestLongSearchCriteria(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			settings := servertest.Settings(t, engine, dir)
			first := servertest.StartIn(t, dir, settings)
			m := e2e.AddMailbox(t, first, "alice")
			subject := mapi.String(mapi.PrSubject, strings.Repeat("x", 2*mapi.LoadValueLimit))
			long := mapi.Restriction{Type: mapi.ResContent, Tag: subject.Tag, Value: &subject}
			for range 2 {
				err := m.Session.Do(t.Context(), func(id uint64) wire.Request {
					return &wire.TableSetSearchCriteriaRequest{SessionID: id, EntryID: m.Search, Restrict: &long, Folders: [][]byte{m.Folder}}
				}, new(wire.TableSetSearchCriteriaResponse), nil)
				if err != nil {
					t.Fatal(err)
				}
			}
			checkSearchedFor(t, m.Session, m.Search, &long)
			if err := first.Stop(); err != nil {
				t.Fatal(err)
			}
			second := servertest.StartIn(t, dir, settings)
			s := e2e.LogOn(t, second.Endpoint(), "alice")
			defer s.Close(context.Background())
			checkSearchedFor(t, s, m.Search, &long)
		})
	}
}

func checkSearchedFor(t *testing.T, s *client.Session, folder mapi.EntryID, want *mapi.Restriction) {
	t.Helper()
	var resp wire.TableGetSearchCriteriaResponse
	err := s.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TableGetSearchCriteriaRequest{SessionID: id, EntryID: folder}
	}, &resp, func() error {
		if resp.Restrict == nil || resp.Restrict.Value == nil || !resp.Restrict.Value.Equal(*want.Value) {
			t.Error("the criteria are not those that were set")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
