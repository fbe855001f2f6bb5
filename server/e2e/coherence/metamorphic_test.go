package coherence_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// metamorphicSteps are what a whole run does; enough to find most disagreements, few enough to wait for.
const metamorphicSteps = 2500

// noCaches keeps nothing that a server can do without, which [checkCaches] holds.
const noCaches = "cache_cell_size = 1\ncache_sortkey_size = 1\npassword_cache_lifetime = 0\n"

// restarts is how often all servers are stopped and started again in a run.
const restarts = 4

// runMetamorphic does the same random things to servers with different databases and caches, and restarts them. All answers are the
// same, but for what servers make up. What is in the databases afterwards fits together.
func runMetamorphic(t *testing.T, steps int) {
	t.Parallel()
	m := &metamorphic{t: t, rng: testseed.New(t)}
	m.add("sqlite", "sqlite", "")
	bare := m.add("sqlite without caches", "sqlite", noCaches+"index_path =\n")
	if os.Getenv(servertest.DSNVariable) != "" {
		m.add("mysql", "mysql", "")
	}
	m.begin()
	for i := range steps {
		// The last restart comes before the end: the caches are to be used again by then.
		if every := steps / (restarts + 1); i%every == every-1 && i < every*restarts {
			m.restart()
		}
		m.step()
	}
	m.finish()
	checkCaches(t, m.worlds[0], bare)
	t.Logf("%d requests to each of %d servers: %v", m.requests, len(m.worlds), m.codes)
}

// metamorphic are several servers to which the same happens.
type metamorphic struct {
	t        *testing.T
	rng      *rand.Rand
	worlds   []*world
	requests int
	codes    map[mapi.Code]int
	log      []string // what was done, the last last
	messages int      // made so far
	searches int      // search folders made so far
	// unsettled is whether search folders may have something to do.
	unsettled bool
}

// world is one of the servers, and what things are called there.
type world struct {
	name     string
	dir      string
	settings string
	server   *servertest.Instance
	box      *e2e.Mailbox
	admin    *client.Session
	bob      *client.Session // of a user to whom alice gives rights
	bobUser  client.User
	pairing  *pairing // with the first world

	folders   [][]byte
	searches  []int        // which of the folders are search folders
	rows      []mapi.Props // of the last table that was listed
	tables    []uint32
	spent     []uint32        // tables to close
	keys      [][]byte        // instance keys of the rows read last
	keysOf    uint32          // the table they are of
	syncs     [2][]syncPoint  // of contents, of hierarchies
	object    wire.SaveObject // loaded last; children and numbers only
	sourceKey []byte          // of that object
}

// syncPoint is a synchronisation and how far it has come.
type syncPoint struct{ id, change uint32 }

func (m *metamorphic) add(name, engine, lines string) *world {
	w := &world{name: name, dir: servertest.Folder(m.t), pairing: newPairing()}
	w.settings = servertest.Settings(m.t, engine, w.dir) + "enable_test_protocol = yes\nsuggestions = no\n" + lines // only an index suggests
	w.server = servertest.StartIn(m.t, w.dir, w.settings)
	w.box, w.admin = e2e.AddMailbox(m.t, w.server, "alice"), e2e.LogOn(m.t, w.server.Endpoint(), "SYSTEM")
	_, _, err := w.admin.CreateUser(m.t.Context(), client.User{Name: "bob", Password: "secret", FullName: "bob", Email: "bob@example.com", Class: mapi.ClassActiveUser})
	if err == nil {
		w.bobUser, err = w.admin.User(m.t.Context(), "bob")
	}
	if err != nil {
		m.t.Fatal(err)
	}
	w.bob = e2e.LogOn(m.t, w.server.Endpoint(), "bob")
	m.worlds = append(m.worlds, w)
	m.codes = map[mapi.Code]int{}
	return w
}

// cacheHits are the look-ups that each cache of a server answered, since its last start.
func (w *world) cacheHits(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := w.server.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	hits := make(map[string]float64)
	for _, f := range families {
		if name, ok := strings.CutSuffix(f.GetName(), "_cache_hits_total"); ok {
			hits[name] = f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return hits
}

// checkCaches holds that the one world has used every cache there is, and the other none.
func checkCaches(t *testing.T, with, without *world) {
	t.Helper()
	used, unused := with.cacheHits(t), without.cacheHits(t)
	if len(used) < 6 {
		t.Errorf("caches are %v only", used)
	}
	for name := range used {
		if used[name] == 0 || unused[name] != 0 {
			t.Errorf("%s: %v answers in the world with caches, %v in that without", name, used[name], unused[name])
		}
	}
}

// do makes the same call everywhere and compares the answers. keep sees each answer while it is valid; it is not called where the
// call failed. The result is the code, which is the same everywhere.
func (m *metamorphic) do(what string, build func(w *world) wire.Request, keep func(w *world, resp wire.Response)) mapi.Code {
	return m.doAs(what, func(w *world) *client.Session { return w.box.Session }, build, keep)
}

func (m *metamorphic) doAs(what string, who func(w *world) *client.Session, build func(w *world) wire.Request, keep func(w *world, resp wire.Response)) mapi.Code {
	m.t.Helper()
	m.requests++
	m.log = append(m.log, what)
	m.settle()
	var first []fact
	var code mapi.Code
	for i, w := range m.worlds {
		req := build(w)
		m.unsettled = m.unsettled || changes(req.Op())
		resp := wire.NewResponse(req.Op())
		var got []fact
		err := who(w).Do(m.t.Context(), func(id uint64) wire.Request { e2e.SetSession(req, id); return req }, resp, func() error {
			if keep != nil {
				keep(w, resp)
			}
			got = facts(resp)
			return nil
		})
		got = append(got, fact{where: "code", value: mapi.CodeOf(err).String()})
		if i == 0 {
			first, code = got, mapi.CodeOf(err)
			m.codes[code]++
			continue
		}
		if difference := w.pairing.same(first, got); difference != "" {
			m.fail("%s (%v): %s and %s disagree: %s", what, req.Op(), m.worlds[0].name, w.name, difference)
		}
	}
	return code
}

func (m *metamorphic) fail(format string, args ...any) {
	m.t.Helper()
	last := m.log[max(0, len(m.log)-40):]
	m.t.Fatalf("request %d: %s; after %s", m.requests, fmt.Sprintf(format, args...), strings.Join(last, "; "))
}

// finish looks at everything once more, counts again, and has the databases checked.
func (m *metamorphic) finish() {
	m.listFolders()
	for n := range m.worlds[0].folders {
		m.load("the folder", func(w *world) []byte { return w.folders[n] }, 0)
		for _, flags := range listings {
			m.list(n, flags)
		}
		for i := range m.worlds[0].rows {
			m.load("a row of the last list", func(w *world) []byte { return w.rows[i].Bytes(mapi.PrEntryID) }, 0)
		}
		m.do("count again", func(w *world) wire.Request { return &wire.ResetFolderCountRequest{EntryID: w.folders[n]} }, func(w *world, resp wire.Response) {
			if wrong := resp.(*wire.ResetFolderCountResponse).Updates; wrong > 0 {
				m.t.Errorf("%s: folder %d had %d wrong counters", w.name, n, wrong)
			}
		})
	}
	for range 2 {
		m.do("the receive folder", func(w *world) wire.Request {
			return &wire.GetReceiveFolderRequest{StoreID: w.box.Store.EntryID, MessageClass: wire.Text("IPM.Note")}
		}, nil)
	}
	for _, w := range m.worlds {
		if err := w.server.CheckConsistency(m.t.Context()); err != nil {
			m.t.Errorf("%s: %v", w.name, err)
		}
		w.reportFailures(m.t)
	}
}

// reportFailures tells what a server has blamed on itself.
func (w *world) reportFailures(t *testing.T) {
	for _, failure := range w.server.Failures.Take() {
		t.Errorf("%s logged: %s", w.name, failure)
	}
}
