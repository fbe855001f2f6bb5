package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server with users, and the gateway's mailboxes in front of it.
type world struct {
	t       testing.TB
	server  *servertest.Instance
	dir     string
	lines   string
	admin   *client.Session
	group   *client.SessionGroup
	gateway *Server
	log     bytes.Buffer

	mu    sync.Mutex
	calls []string
	now   time.Time
}

// serverLines have the server run no script for new users, and give them all features.
const serverLines = "createuser_script =\ndisabled_features =\n"

func newWorld(t testing.TB, users ...string) *world {
	return newWorldWith(t, Settings{OnlyMail: true, PublicFolders: true}, client.Options{}, serverLines, users...)
}

func newWorldWith(t testing.TB, settings Settings, options client.Options, lines string, users ...string) *world {
	t.Helper()
	w := &world{t: t, dir: servertest.Folder(t), now: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)}
	w.lines = servertest.Settings(t, config.EngineSQLite, w.dir) + lines
	w.server = servertest.StartIn(t, w.dir, w.lines)
	var err error
	if w.admin, err = client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "SYSTEM"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.admin.Close(context.Background()) })
	for _, name := range users {
		w.createUser(name)
	}
	w.start(settings, options)
	return w
}

// newWorldLike is another gateway in front of the same server.
func newWorldLike(t testing.TB, like *world) *world {
	t.Helper()
	w := &world{t: t, server: like.server, admin: like.admin, now: like.now}
	w.start(like.gateway.settings, client.Options{})
	return w
}

// start starts the gateway.
func (w *world) start(settings Settings, options client.Options) {
	w.t.Helper()
	t := w.t
	var err error
	options.Endpoint, options.User = w.server.Endpoint(), "SYSTEM"
	options.OnCall = func(op string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if op != "notifyGetItems" {
			w.calls = append(w.calls, op)
		}
	}
	if w.group, err = client.NewSessionGroup(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	settings.Now = func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
	settings.Log = slog.New(slog.NewTextHandler(&w.log, nil))
	settings.Domain = "example.com"
	w.gateway = NewServer(w.group, settings)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.group.Run(ctx) }()
	t.Cleanup(func() {
		_ = w.group.Close(context.Background())
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		w.gateway.Wait()
		if w.log.Len() > 0 {
			t.Logf("log:\n%s", w.log.String())
		}
	})
}

func (w *world) createUser(name string) {
	w.t.Helper()
	u := client.User{Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:] + " Example", Email: name + "@example.com"}
	_, _, err := w.admin.CreateUser(w.t.Context(), u)
	if err == nil {
		if u, err = w.admin.User(w.t.Context(), name); err == nil {
			_, err = w.admin.CreateStore(w.t.Context(), u, client.English)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// counted forgets the calls so far, does something, and gives the calls that it took.
func (w *world) counted(do func()) string {
	w.mu.Lock()
	w.calls = nil
	w.mu.Unlock()
	do()
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.calls, " ")
}

// logOn is a connection of a user.
func (w *world) logOn(user string) *conn {
	w.t.Helper()
	a, err := w.gateway.LogOn(w.t.Context(), credentials(user, "secret"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(a.Close)
	return &conn{Account: a, t: w.t}
}

func credentials(user, password string) mailstore.Credentials {
	return mailstore.Credentials{Protocol: mailstore.IMAP, User: user, Password: password, Address: netip.MustParseAddr("192.0.2.1")}
}

// conn is a connection as tests use it.
type conn struct {
	mailstore.Account
	t testing.TB
}

func (c *conn) id(name string) mailstore.MailboxID {
	c.t.Helper()
	m, err := c.Find(c.t.Context(), name)
	if err != nil {
		c.t.Fatal(err)
	}
	return m.ID
}

// names are those of all mailboxes, with what is said of them.
func (c *conn) names() string {
	c.t.Helper()
	list, err := c.List(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range list {
		b.WriteString(m.Name)
		if m.Use != "" {
			b.WriteString(` \` + m.Use)
		}
		if m.NoSelect {
			b.WriteString(` \Noselect`)
		}
		if m.Subscribed {
			b.WriteString(" subscribed")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// opened is an open mailbox.
type opened struct {
	mailstore.Folder
	t       testing.TB
	changed chan struct{}
}

func (c *conn) open(name string) *opened {
	c.t.Helper()
	o := &opened{t: c.t, changed: make(chan struct{}, 1)}
	f, err := c.Open(c.t.Context(), c.id(name), func() {
		select {
		case o.changed <- struct{}{}:
		default:
		}
	})
	if err != nil {
		c.t.Fatal(err)
	}
	o.Folder = f
	c.t.Cleanup(f.Close)
	return o
}

// uids are those of all messages.
func (o *opened) uids() (list []view.UID) {
	for _, m := range o.Snapshot().All(0) {
		list = append(list, m.UID)
	}
	return list
}

// shown are the messages with their flags, numbered from 1 on.
func (o *opened) shown() string {
	var b strings.Builder
	s := o.Snapshot()
	for i, m := range s.All(0) {
		fmt.Fprintf(&b, "%d %07b %s\n", i+1, m.Flags, strings.Join(s.Keywords(m.Keywords), " "))
	}
	return b.String()
}

// await waits until the snapshot is as wanted. What is told arrives when it does.
func (o *opened) await(what string, ok func(*view.Snapshot) bool) {
	o.t.Helper()
	for !ok(o.Snapshot()) {
		select {
		case <-o.changed:
		case <-o.t.Context().Done():
			o.t.Fatalf("%s never happened: %s", what, o.shown())
		}
	}
}

// records fetches messages.
func (o *opened) records(want mailstore.Items, uids ...view.UID) (list []mailstore.Record) {
	o.t.Helper()
	if uids == nil {
		uids = o.uids()
	}
	err := o.Fetch(o.t.Context(), uids, want, func(r *mailstore.Record) error {
		kept := *r
		if r.Mail != nil {
			data, err := io.ReadAll(io.NewSectionReader(r.Mail, 0, r.Mail.Size()))
			if err != nil {
				return err
			}
			kept.Mail = content{bytes.NewReader(data)}
		}
		list = append(list, kept)
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func text(c mailstore.Content) string {
	data, _ := io.ReadAll(io.NewSectionReader(c, 0, c.Size()))
	return string(data)
}

func newMessage(mail string, flags view.Flags, keywords ...string) mailstore.NewMessage {
	return mailstore.NewMessage{Content: content{bytes.NewReader([]byte(mail))}, Flags: flags, Keywords: keywords}
}

// append saves mails, each by itself, and returns their UIDs.
func (c *conn) append(name string, messages ...mailstore.NewMessage) (uids []view.UID) {
	c.t.Helper()
	for i := range messages {
		done, err := c.Append(c.t.Context(), c.id(name), messages[i:i+1])
		if err != nil || len(done.UIDs) != 1 {
			c.t.Fatalf("appending gave %v, %v", done, err)
		}
		uids = append(uids, done.UIDs...)
	}
	return uids
}

// mail is one from carol to alice.
func mail(subject string, more ...string) string {
	return "From: Carol <carol@example.org>\r\nTo: alice@example.com\r\nSubject: " + subject +
		"\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\nMessage-ID: <" + strings.ReplaceAll(subject, " ", ".") + "@example.org>\r\n" + strings.Join(more, "") + "\r\nHello " + subject + "\r\n"
}

func want(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, v := fmt.Sprint(got), fmt.Sprint(want); g != v {
		t.Errorf("%s:\n got %s\nwant %s", what, g, v)
	}
}

func wantCode(t testing.TB, what string, err error, code mailstore.Code) {
	t.Helper()
	if mailstore.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func has(s *view.Snapshot, f view.Flags) int {
	n := 0
	for _, m := range s.All(0) {
		if m.Flags&f != 0 {
			n++
		}
	}
	return n
}

// untilStale waits until the list of folders is known to be out of date.
func (w *world) untilStale(u *user) {
	w.t.Helper()
	for !u.listing.stale.Load() {
		if w.t.Context().Err() != nil {
			w.t.Fatal("the list never became out of date")
		}
		runtime.Gosched()
	}
}

// later moves the clock by minutes.
func (w *world) later(minutes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Duration(minutes) * time.Minute)
}
