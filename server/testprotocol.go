package server

import (
	"strconv"
	"strings"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// longestSleep bounds what a test may ask the server to wait.
const longestSleep = time.Minute

// The test protocol helps suites of tests to wait for what the server does in the background (operations.md section 4). It is off
// unless enable_test_protocol says otherwise.
func (s *Server) requireTestProtocol(op string) error {
	if !s.settings().Tables.TestProtocol {
		return mapi.Errorf(mapi.NoAccess, op, "enable_test_protocol is off")
	}
	return nil
}

// TestPerform answers testPerform.
func (s *Server) TestPerform(c *session.Call, req *wire.TestPerformRequest, _ *wire.TestPerformResponse) error {
	if err := s.requireTestProtocol("testPerform"); err != nil {
		return err
	}
	switch strings.ToLower(req.Cmd.String) {
	case "indexer_syncrun":
		return s.text.Settle(c.Context)
	case "run_searchfolders":
		return s.searchOperations.Settle(c.Context)
	case "kill_sessions":
		for _, other := range s.sessions.List() {
			if other != c.Session {
				go s.panics.Do("ending a session", func() { s.sessions.End(other) }) // not here: it waits for the calls of that session
			}
		}
		return nil
	case "sleep":
		return sleep(c, req.Perform)
	}
	return mapi.Errorf(mapi.NotFound, "testPerform", "no command %q", req.Cmd.String)
}

func sleep(c *session.Call, args []string) error {
	if len(args) != 1 {
		return mapi.Errorf(mapi.InvalidParameter, "testPerform", "sleep takes a number of seconds")
	}
	seconds, err := strconv.Atoi(args[0])
	if err != nil || seconds < 0 || time.Duration(seconds)*time.Second > longestSleep {
		return mapi.Errorf(mapi.InvalidParameter, "testPerform", "sleep takes 0 to 60 seconds, not %q", args[0])
	}
	timer := time.NewTimer(time.Duration(seconds) * time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Session.Done():
	case <-c.Context.Done():
	}
	return nil
}

// TestSet answers testSet: switching the cell cache off empties it.
func (s *Server) TestSet(_ *session.Call, req *wire.TestSetRequest, _ *wire.TestSetResponse) error {
	if err := s.requireTestProtocol("testSet"); err != nil {
		return err
	}
	on := req.Value.String != "" && req.Value.String != "0"
	switch req.Name.String {
	case "cell_cache_disabled":
		budget := s.settings().Cache.Cell
		if on {
			budget = 0
		}
		s.cells.SetBudget(budget)
		return nil
	case "search_enabled":
		s.searchOperations.UseText(on)
		return nil
	}
	return mapi.Errorf(mapi.NotFound, "testSet", "no variable %q", req.Name.String)
}

// TestGet answers testGet.
func (s *Server) TestGet(_ *session.Call, req *wire.TestGetRequest, resp *wire.TestGetResponse) error {
	if err := s.requireTestProtocol("testGet"); err != nil {
		return err
	}
	if req.Name.String != "ping" {
		return mapi.Errorf(mapi.NotFound, "testGet", "no variable %q", req.Name.String)
	}
	resp.Value = wire.Text("pong")
	return nil
}
