package monitor

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// logBuffer is a log that several goroutines write.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// world is a server with a monitor, whose clock the test moves.
type world struct {
	*testing.T
	*servertest.Instance
	admin *client.Session
	lines string // of monitor.cfg
	now   time.Time
	log   logBuffer
	calls map[string]int
	last  *prometheus.Registry // of the monitor that started last
}

func newWorld(t *testing.T, lines string) *world {
	t.Helper()
	w := &world{T: t, Instance: servertest.Start(t, config.EngineSQLite, "createuser_script =\n"+lines), now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	w.admin = w.logOn("SYSTEM")
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) logOn(user string) *client.Session {
	w.Helper()
	o := client.Options{Endpoint: w.Endpoint(), User: user}
	if user != "SYSTEM" {
		o.Password = "secret"
	}
	s, err := client.LogOn(w.Context(), o)
	w.must(err)
	w.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// user creates a user with a store of which size bytes are used.
func (w *world) user(name string, lang client.Language, size int, q client.Quota) client.User {
	w.Helper()
	login, _, _ := strings.Cut(name, "@")
	u := client.User{Name: name, Password: "secret", FullName: strings.ToUpper(login[:1]) + login[1:] + " Example", Email: login + "@example.com", Class: mapi.ClassActiveUser}
	var err error
	u.ID, u.EntryID, err = w.admin.CreateUser(w.Context(), u)
	w.must(err)
	_, err = w.admin.CreateStore(w.Context(), u, lang)
	w.must(err)
	w.must(w.admin.SetQuota(w.Context(), u, q))
	if size > 0 {
		box, err := w.admin.Mailbox(w.Context(), name)
		w.must(err)
		w.fill(box.Inbox, size)
	}
	return u
}

// fill saves a message of a size.
func (w *world) fill(folder mapi.EntryID, size int) {
	w.Helper()
	_, err := w.admin.SaveMessage(w.Context(), folder, &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "filling"), mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.String(mapi.PrBody, strings.Repeat("x", size)),
	}}, client.SaveOptions{})
	w.must(err)
}

// config reads monitor.cfg.
func (w *world) config(start Start) *Config {
	w.Helper()
	file := filepath.Join(w.TempDir(), "monitor.cfg")
	w.must(os.WriteFile(file, []byte("server_socket = "+w.UnixPath+"\n"+w.lines), 0o600))
	c := NewConfig(start)
	c.Connection.LookupEnv = func(string) (string, bool) { return "", false }
	set, err := settings.New(c.Sections())
	w.must(err)
	w.must(set.ReadFile(file, settings.Source{}))
	w.must(set.Apply())
	w.must(c.Finish(set))
	return c
}

// monitor is one that has just started.
func (w *world) monitor(start Start) *Monitor {
	w.Helper()
	w.calls = make(map[string]int)
	w.last = prometheus.NewRegistry()
	m := newMonitor(w.config(start), daemon.Env{Log: slog.New(slog.NewTextHandler(&w.log, nil)), Registry: w.last})
	m.now = func() time.Time { return w.now }
	m.onCall = func(op string) { w.calls[op]++ }
	return m
}

// metric is a number that the last monitor tells, of a level if that is not empty.
func (w *world) metric(name, level string) float64 {
	w.Helper()
	families, err := w.last.Gather()
	w.must(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "zarafa_monitor_"+name && (level == "" || m.GetLabel()[0].GetValue() == level) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	w.Fatalf("no metric %s %s", name, level)
	return 0
}

// pass has a new monitor make one pass, which must do all it wants to.
func (w *world) pass() {
	w.Helper()
	if err := w.monitor(Start{Once: true}).Serve(w.Context()); !errors.Is(err, daemon.ErrDone) {
		w.Errorf("%v\n%s", err, w.log.String())
	}
}

// mails are the quota mails in an inbox, oldest first.
func (w *world) mails(user string) (list []*mapi.Message) {
	w.Helper()
	box, err := w.admin.Mailbox(w.Context(), user)
	w.must(err)
	class := mapi.String(mapi.PrMessageClass, letterClass)
	w.must(box.Store.Session.EachRow(w.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: box.Inbox, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: class.Tag, Value: &class},
		Sort:     []mapi.SortOrder{{Tag: mapi.PrMessageDeliveryTime}},
	}, func(row mapi.Props) error {
		m, err := box.Store.Session.LoadMessage(w.Context(), row.Bytes(mapi.PrEntryID))
		list = append(list, m)
		return err
	}))
	return list
}

// subjects are those of the quota mails in an inbox.
func (w *world) subjects(user string) (list []string) {
	w.Helper()
	for _, m := range w.mails(user) {
		list = append(list, m.Props.Str(mapi.PrSubject))
	}
	return list
}

func (w *world) wantSubjects(user string, want ...string) {
	w.Helper()
	if got := w.subjects(user); !slices.Equal(got, want) {
		w.Errorf("%s has %q, want %q\n%s", user, got, want, w.log.String())
	}
}

const mib = 1 << 20

func limits(warn, soft, hard int64) client.Quota {
	return client.Quota{Warn: warn, Soft: soft, Hard: hard}
}
