package suite

import (
	"zarafa/mapi"
	"zarafa/wire"
)

// searchBenchmarks are of search folders.
func searchBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/Search", searchFolder},
		{"Operation/SearchUpdate", updateSearch},
	}
}

// Flags of tableSetSearchCriteria (tables.md section 10).
const (
	stopSearch    = 1
	restartSearch = 2
)

// criteria have a search folder look for messages in a folder.
func (c *connection) criteria(search, folder mapi.EntryID) *wire.TableSetSearchCriteriaRequest {
	return &wire.TableSetSearchCriteriaRequest{
		SessionID: c.session, EntryID: search, Folders: [][]byte{folder}, Flags: restartSearch,
		Restrict: &mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{contains(mapi.PrSubject, "77"), contains(mapi.PrBody, "no such words")}},
	}
}

// settle waits until the searches are done.
func (c *connection) settle() error {
	return c.do(&wire.TestPerformRequest{SessionID: c.session, Cmd: wire.Text("run_searchfolders")}, &wire.TestPerformResponse{})
}

// searchFolder looks for a text in the subjects and bodies of the 100 messages of a folder.
func searchFolder(e *Environment) (Work, error) {
	c, _, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, _, err := c.delivered("to search", 100)
	if err != nil {
		return Work{}, err
	}
	search, err := e.newFolder("search", true)
	w := e.operation(func(int) error {
		if err := c.do(c.criteria(search, folder), &wire.TableSetSearchCriteriaResponse{}); err != nil {
			return err
		}
		return c.settle()
	})
	w.After = func(int) error { // an active search would slow all other benchmarks down
		return c.do(&wire.TableSetSearchCriteriaRequest{SessionID: c.session, EntryID: search, Flags: stopSearch}, &wire.TableSetSearchCriteriaResponse{})
	}
	return w, err
}

// updateSearch delivers messages into a folder that a search watches.
func updateSearch(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, err1 := e.newFolder("searched", false)
	search, err2 := e.newFolder("search of deliveries", true)
	w := e.operation(func(i int) error {
		if _, err := c.deliver(folder, i); err != nil {
			return err
		}
		return c.settle()
	})
	w.Before = func(int) error {
		if err := c.do(c.criteria(search, folder), &wire.TableSetSearchCriteriaResponse{}); err != nil {
			return err
		}
		return c.settle()
	}
	w.After = func(int) error {
		stop := &wire.TableSetSearchCriteriaRequest{SessionID: c.session, EntryID: search, Flags: stopSearch}
		return firstError(c.do(stop, &wire.TableSetSearchCriteriaResponse{}), m.session.EmptyFolder(e.ctx, folder, mapi.DelHard))
	}
	return w, firstError(err1, err2)
}
