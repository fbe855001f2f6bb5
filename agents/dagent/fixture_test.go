package dagent

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/agents/dagent/lmtp"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server with a few users, and a way to deliver to them.
type world struct {
	t      testing.TB
	server *servertest.Instance
	dir    string
	lines  string // of server.cfg
	admin  *client.Session
	cfg    *Config
	now    time.Time
	mu     sync.Mutex
	calls  []string
	before func(op string) // see beforeCalls
	log    bytes.Buffer
	// account is the Unix account that runs the program.
	account string
}

// box is a user's mailbox as he sees it.
type box struct {
	*client.Session
	t       testing.TB
	address string
	store   client.Store
	folders client.FolderIDs
}

// serverLines have the server run no script for new users, and give them all features.
const serverLines = "createuser_script =\ndisabled_features =\n"

func newWorld(t testing.TB, lines string, users ...string) *world {
	t.Helper()
	w := &world{t: t, dir: servertest.Folder(t), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	w.lines = servertest.Settings(t, config.EngineSQLite, w.dir) + serverLines
	w.server = servertest.StartIn(t, w.dir, w.lines)
	var err error
	w.admin, err = client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "SYSTEM", OnCall: func(op string) {
		w.mu.Lock()
		w.calls = append(w.calls, op)
		before := w.before
		w.mu.Unlock()
		if before != nil {
			before(op)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.admin.Close(context.Background()) })
	for _, name := range users {
		createUser(t, w.admin, name)
	}
	w.cfg = w.settings(lines)
	return w
}

// with is the same server for a test in this one, with other settings of the delivery agent.
func (w *world) with(t testing.TB, lines string) *world {
	t.Helper()
	inner := &world{t: t, server: w.server, dir: w.dir, lines: w.lines, admin: w.admin, now: w.now}
	inner.cfg = inner.settings(lines)
	return inner
}

// beforeCalls has f be called before each call to the server; nil ends that.
func (w *world) beforeCalls(f func(op string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = f
}

// createUser makes a user with a mailbox.
func createUser(t testing.TB, admin *client.Session, name string) {
	t.Helper()
	u := client.User{Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:] + " Example", Email: name + "@example.com"}
	if _, _, err := admin.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	u, err := admin.User(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateStore(t.Context(), u, client.English); err != nil {
		t.Fatal(err)
	}
}

// file is a settings file with lines beside the server's address.
func (w *world) file(lines string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "dagent.cfg")
	if err := os.WriteFile(path, []byte("server_socket = "+w.server.Endpoint()+"\n"+lines), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) settings(lines string) *Config {
	w.t.Helper()
	cfg := NewConfig()
	set, err := settings.New(cfg.Sections())
	if err == nil {
		err = set.ReadFile(w.file(lines), settings.Source{})
	}
	if err == nil {
		err = set.Apply()
	}
	if err == nil {
		err = cfg.Finish(set)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

// deliverer works by the administrator's session.
func (w *world) deliverer() *Deliverer {
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	return NewDeliverer(w.admin, w.cfg, log, newMetrics(nil), func() time.Time { return w.now })
}

// box logs on as a user.
func (w *world) box(user string) *box {
	w.t.Helper()
	return logOn(w.t, w.server.Endpoint(), user)
}

func logOn(t testing.TB, endpoint, user string) *box {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: endpoint, User: user})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	b := &box{Session: s, t: t, address: user + "@example.com"}
	if b.store, err = s.Store(t.Context()); err == nil {
		b.folders, err = s.DefaultFolders(t.Context(), b.store)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ids are those of the messages in a folder, oldest first.
func (b *box) ids(folder mapi.EntryID) (ids []mapi.EntryID) {
	b.t.Helper()
	err := b.EachRow(b.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
		Sort: []mapi.SortOrder{{Tag: mapi.PrECHierarchyID}},
	}, func(row mapi.Props) error {
		ids = append(ids, bytes.Clone(row.Bytes(mapi.PrEntryID)))
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ids
}

// mails are the messages of a folder, oldest first.
func (b *box) mails(folder mapi.EntryID) []*mapi.Message {
	b.t.Helper()
	var list []*mapi.Message
	for _, id := range b.ids(folder) {
		m, err := b.LoadMessage(b.t.Context(), id)
		if err != nil {
			b.t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

// subjects are those of the messages in a folder.
func (b *box) subjects(folder mapi.EntryID) string {
	b.t.Helper()
	var list []string
	for _, m := range b.mails(folder) {
		list = append(list, m.Props.Str(mapi.PrSubject))
	}
	return strings.Join(list, "|")
}

// mail is one from carol to alice.
func mail(subject string, more ...string) string {
	return "Return-Path: <carol@example.org>\nFrom: Carol <carol@example.org>\nTo: alice@example.com\nSubject: " + subject +
		"\nDate: Mon, 23 Nov 2026 09:00:00 +0100\nMessage-ID: <" + subject + "@example.org>\n" + strings.Join(more, "") + "\nHello\n"
}

// run runs the program as a mail server would.
func (w *world) run(lines, stdin string, args ...string) (exit int, stderr string) {
	w.t.Helper()
	var out, errors bytes.Buffer
	p := &Program{
		Version: "1", Account: w.account, ConfigFile: w.file("log_method = file\nlog_file = -\n" + lines), Stdin: strings.NewReader(stdin),
		Process: daemon.Process{Out: &out, Err: &errors}, LookupEnv: func(string) (string, bool) { return "", false },
	}
	exit = p.Run(w.t.Context(), args)
	return exit, out.String() + errors.String()
}

// lmtp starts an LMTP server and returns a function that sends a mail and gives the answers for the recipients, the refused ones too.
func (w *world) lmtp(d *Deliverer) func(from, text string, to ...string) []string {
	w.t.Helper()
	address := w.listen(d)
	return func(from, text string, to ...string) []string {
		return sendLMTP(w.t, address, from, text, to...)
	}
}

// listen starts an LMTP server until the test ends, and says where.
func (w *world) listen(d *Deliverer) string {
	w.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	s := &lmtp.Server{
		Name: "mx.example.com", Deliverer: lmtpDeliverer{d}, MaxRecipients: 100, MaxConnections: 100, Idle: time.Minute, TempDir: w.t.TempDir(), Log: d.log,
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, []net.Listener{l}, time.Minute) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
	return l.Addr().String()
}

func sendLMTP(t testing.TB, address, from, text string, to ...string) []string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	conversation := newConversation(t, c)
	conversation.expect("220")
	conversation.say("LHLO sender.example.org")
	conversation.expect("250")
	conversation.say("MAIL FROM:<" + from + ">")
	conversation.expect("250")
	var answers []string
	accepted := 0
	for _, r := range to {
		conversation.say("RCPT TO:<" + r + ">")
		if answer := conversation.line(); strings.HasPrefix(answer, "250") {
			accepted++
		} else {
			answers = append(answers, answer)
		}
	}
	if accepted == 0 {
		return answers
	}
	conversation.say("DATA")
	conversation.expect("354")
	conversation.say(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n.")
	for range accepted {
		answers = append(answers, conversation.line())
	}
	return answers
}

func (w *world) want(what string, got, want any) {
	w.t.Helper()
	if g, v := fmt.Sprint(got), fmt.Sprint(want); g != v {
		w.t.Errorf("%s: got %s, want %s", what, g, v)
	}
}
