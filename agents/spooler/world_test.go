package spooler

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/spooler/config"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	serverconfig "zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server with users, and a relay.
type world struct {
	t     *testing.T
	i     *servertest.Instance
	dir   string
	relay *sink
	admin *client.Session
	users map[string]*person
	lines string // of spooler.cfg
	clock *testClock
}

// person is a user who sends.
type person struct {
	w     *world
	name  string
	s     *client.Session
	store client.Store
	ids   client.FolderIDs
	user  client.User
	entry client.Entry
}

// testClock stands still until a test moves it on.
type testClock struct {
	mu     sync.Mutex
	at     time.Time
	alarms []*testAlarm
}

type testAlarm struct {
	c    *testClock
	at   time.Time
	rung chan time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) alarm() alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &testAlarm{c: c, rung: make(chan time.Time, 1)}
	c.alarms = append(c.alarms, a)
	return a
}

func (a *testAlarm) set(at time.Time) {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	a.at = at
	a.check()
}

func (a *testAlarm) ring() <-chan time.Time { return a.rung }

// check rings if the time has come. The caller holds the lock.
func (a *testAlarm) check() {
	if a.at.IsZero() || a.at.After(a.c.at) {
		return
	}
	select {
	case a.rung <- a.c.at:
	default:
	}
	a.at = time.Time{}
}

// next is when the next alarm rings.
func (c *testClock) next() (at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.alarms {
		if !a.at.IsZero() && (at.IsZero() || a.at.Before(at)) {
			at = a.at
		}
	}
	return at
}

// advance moves the clock on.
func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	for _, a := range c.alarms {
		a.check()
	}
}

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	w := &world{t: t, dir: servertest.Folder(t), relay: newSink(t), users: make(map[string]*person), clock: &testClock{at: time.Now().Truncate(time.Second)}}
	w.i = servertest.StartIn(t, w.dir, w.serverLines())
	w.admin = w.logOn("SYSTEM", "")
	for _, name := range names {
		w.addUser(name)
	}
	return w
}

func (w *world) serverLines() string {
	return servertest.Settings(w.t, serverconfig.EngineSQLite, w.dir) + "createuser_script =\n"
}

func (w *world) logOn(user, as string) *client.Session {
	w.t.Helper()
	s, err := client.LogOn(w.t.Context(), client.Options{Endpoint: w.i.Endpoint(), User: user, Impersonate: as})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close(context.Background()) }) // the server may have stopped before
	return s
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) addUser(name string) *person {
	w.t.Helper()
	ctx := w.t.Context()
	p := &person{w: w, name: name, user: client.User{
		Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:] + " Example", Email: name + "@example.com", Class: mapi.ClassActiveUser,
	}}
	var err error
	p.user.ID, p.user.EntryID, err = w.admin.CreateUser(ctx, p.user)
	w.must(err)
	_, err = w.admin.CreateStore(ctx, p.user, client.English)
	w.must(err)
	p.s = w.logOn("SYSTEM", name)
	p.store, err = p.s.Store(ctx)
	w.must(err)
	p.ids, err = p.s.DefaultFolders(ctx, p.store)
	w.must(err)
	p.entry, err = w.admin.Entry(ctx, p.user.EntryID)
	w.must(err)
	w.users[name] = p
	return p
}

// load reads the spooler's settings.
func (w *world) load() *config.Config {
	w.t.Helper()
	file := filepath.Join(w.dir, "spooler.cfg")
	w.must(os.WriteFile(file, []byte("smtp_server = "+w.relay.address()+"\nserver_socket = "+w.i.Endpoint()+"\ntmp_path = "+w.dir+"\n"+w.lines), 0o600))
	c := config.New(config.Start{})
	c.Server.LookupEnv = func(string) (string, bool) { return "", false }
	set, err := settings.New(c.Sections())
	w.must(err)
	w.must(set.ReadFile(file, settings.Source{}))
	w.must(set.Apply())
	w.must(c.Finish(set))
	return c
}

// spooler is one that runs.
type spooler struct {
	*Service
	w    *world
	stop func()
}

// start runs a spooler until the test ends or it is stopped.
func (w *world) start(change ...func(*Service)) *spooler {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	s := Open(w.load(), daemon.Env{Log: log, Registry: prometheus.NewRegistry()}, "test")
	s.seed, s.clock = 1, w.clock
	for _, f := range change {
		f(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	sp := &spooler{Service: s, w: w}
	stopped := false
	sp.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("the spooler ended with %v", err)
		}
	}
	w.t.Cleanup(sp.stop)
	return sp
}

// letter is a mail to submit.
type letter struct {
	subject    string
	props      mapi.Props
	named      []mapi.NamedValue
	recipients []mapi.Props
	keep       bool // where it is, in place of a move to Sent Items
}

func to(kind uint32, address string) mapi.Props {
	return mapi.Props{
		mapi.Long(mapi.PrRecipientType, kind), mapi.String(mapi.PrDisplayName, address), mapi.String(mapi.PrAddrtype, "SMTP"),
		mapi.String(mapi.PrEmailAddress, address),
	}
}

// submit puts a letter into the outbox and into the queue.
func (p *person) submit(l letter) mapi.EntryID {
	p.w.t.Helper()
	ctx := p.w.t.Context()
	if l.recipients == nil {
		l.recipients = []mapi.Props{to(mapi.RecipientTo, "outside@example.net")}
	}
	m := &mapi.Message{Props: append(mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, l.subject), mapi.String(mapi.PrBody, "Hello\r\n"),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead),
	}, l.props...), Named: l.named, Recipients: l.recipients}
	for i := range m.Props { // later ones count
		for k := i + 1; k < len(m.Props); k++ {
			if m.Props[k].Tag == m.Props[i].Tag {
				m.Props[i] = m.Props[k]
			}
		}
	}
	id, err := p.s.SaveMessage(ctx, p.ids[client.Outbox], m, client.SaveOptions{})
	p.w.must(err)
	sent := p.ids[client.SentItems]
	if l.keep {
		sent = nil
	}
	p.w.must(p.s.SubmitMessage(ctx, id, sent, p.w.clock.now()))
	return id
}

// messages are those of a folder.
func (p *person) messages(folder client.DefaultFolder) (list []*mapi.Message) {
	p.w.t.Helper()
	var ids []mapi.EntryID
	p.w.must(p.s.EachRow(p.w.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: p.ids[folder], ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error { ids = append(ids, row.Bytes(mapi.PrEntryID)); return nil }))
	for _, id := range ids {
		m, err := p.s.LoadMessage(p.w.t.Context(), id)
		p.w.must(err)
		list = append(list, m)
	}
	return list
}

// idle waits until the queue of the server is empty and everything that follows is done.
func (sp *spooler) idle() {
	sp.w.t.Helper()
	sp.waitFor(func() bool { return sp.queued() == 0 })
	sp.stop()
}

// queued is how many mails the server's queue has.
func (sp *spooler) queued() int {
	sp.w.t.Helper()
	table, err := sp.w.admin.OpenQueue(sp.w.t.Context(), nil)
	sp.w.must(err)
	defer table.Close(context.Background())
	n, _, err := table.RowCount(sp.w.t.Context())
	sp.w.must(err)
	return int(n)
}

// waitFor asks until something is so.
func (sp *spooler) waitFor(so func() bool) {
	sp.w.t.Helper()
	ctx, cancel := context.WithTimeout(sp.w.t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			sp.w.t.Fatal("it does not become so")
		}
	}
}

// addGroup makes a group with members.
func (w *world) addGroup(name, email string, members ...string) client.Group {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.admin.CreateGroup(ctx, client.Group{Name: name, FullName: name, Email: email}))
	g, err := w.admin.Group(ctx, name)
	w.must(err)
	for _, m := range members {
		w.must(w.admin.AddMember(ctx, g, w.users[m].user))
	}
	return g
}

func (w *world) entry(id []byte) client.Entry {
	w.t.Helper()
	e, err := w.admin.Entry(w.t.Context(), id)
	w.must(err)
	return e
}
