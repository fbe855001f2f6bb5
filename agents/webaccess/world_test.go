package webaccess

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/webaccess/api"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server with a web client's server before it.
type world struct {
	*testing.T
	*servertest.Instance
	admin *client.Session
	web   *Web
	http  *httptest.Server

	mu    sync.Mutex
	calls []string // to the server
	ahead time.Duration
}

func newWorld(t *testing.T, lines string) *world {
	t.Helper()
	w := &world{T: t, Instance: servertest.Start(t, config.EngineSQLite, "createuser_script =\n")}
	var err error
	if w.admin, err = client.LogOn(t.Context(), client.Options{Endpoint: w.Endpoint(), User: "SYSTEM"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.admin.Close(context.Background()) })
	w.web = newWeb(w.config(lines), daemon.Env{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: prometheus.NewRegistry()}, w.now)
	w.web.onCall = func(op string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, op)
	}
	w.http = httptest.NewServer(w.web.handler())
	t.Cleanup(func() {
		close(w.web.stopping)
		w.http.Close()
		w.web.sessions.CloseAll(context.Background())
	})
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += d
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// config reads webaccess.cfg.
func (w *world) config(lines string) *Config {
	w.Helper()
	file := filepath.Join(w.TempDir(), "webaccess.cfg")
	w.must(os.WriteFile(file, []byte("server_socket = "+w.UnixPath+"\n"+lines), 0o600))
	c := NewConfig(Start{Version: "1.2.3"})
	c.Connection.LookupEnv = func(string) (string, bool) { return "", false }
	set, err := settings.New(c.Sections())
	w.must(err)
	w.must(set.ReadFile(file, settings.Source{}))
	w.must(set.Apply())
	w.must(c.Finish(set))
	return c
}

// user creates a user with a store.
func (w *world) user(name string) client.User {
	w.Helper()
	u := client.User{Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:] + " Example", Email: name + "@example.com", Class: mapi.ClassActiveUser}
	var err error
	u.ID, u.EntryID, err = w.admin.CreateUser(w.Context(), u)
	w.must(err)
	_, err = w.admin.CreateStore(w.Context(), u, client.English)
	w.must(err)
	return u
}

// browser is one that somebody uses.
type browser struct {
	*world
	client *http.Client
	user   api.User
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{world: w, client: &http.Client{Jar: jar}}
}

// logOn is a browser of a user.
func (w *world) logOn(name string) *browser {
	w.Helper()
	b := w.browser()
	b.must(json.Unmarshal(b.post("api/logon", `{"user":"`+name+`","password":"secret"}`, http.StatusOK), &b.user))
	return b
}

func (b *browser) request(method, path, kind string, body io.Reader, change ...func(*http.Request)) *http.Response {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.http.URL+"/"+path, body)
	b.must(err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for _, f := range change {
		f(r)
	}
	resp, err := b.client.Do(r)
	b.must(err)
	return resp
}

func (b *browser) post(path, body string, status int) []byte {
	b.Helper()
	return b.body(b.request("POST", path, "application/json", strings.NewReader(body)), status)
}

func (b *browser) get(path string, status int) []byte {
	b.Helper()
	return b.body(b.request("GET", path, "", nil), status)
}

func (b *browser) body(r *http.Response, status int) []byte {
	b.Helper()
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	b.must(err)
	if r.StatusCode != status {
		b.Fatalf("%s %s: %s, want %d: %s", r.Request.Method, r.Request.URL, r.Status, status, data)
	}
	return data
}

// call makes one call, which must succeed.
func call[R any](b *browser, method string, args any) (r R) {
	b.Helper()
	result, problem := b.try(method, args)
	if problem != nil {
		b.Fatalf("%s: %v", method, problem)
	}
	b.must(json.Unmarshal(result, &r))
	return r
}

// refused makes one call, which must fail.
func (b *browser) refused(method string, args any, code api.ErrorCode) {
	b.Helper()
	if result, problem := b.try(method, args); problem == nil || problem.Code != code {
		b.Errorf("%s: %s, %v, want %s", method, result, problem, code)
	}
}

func (b *browser) try(method string, args any) (json.RawMessage, *api.Problem) {
	b.Helper()
	text, err := json.Marshal(args)
	b.must(err)
	body, err := json.Marshal(api.Batch{Calls: []api.Call{{ID: "1", Method: method, Args: text}}})
	b.must(err)
	var answers api.Answers
	b.must(json.Unmarshal(b.post("api", string(body), http.StatusOK), &answers))
	return answers.Answers[0].Result, answers.Answers[0].Error
}

// folder is the id of the folder with a role.
func (b *browser) folder(role api.Role) api.ID {
	b.Helper()
	for _, f := range call[api.Folders](b, "folders/get", api.FoldersGet{}).List {
		if f.Role == role {
			return f.ID
		}
	}
	b.Fatalf("there is no folder %q", role)
	return ""
}

func (b *browser) rows(folder api.ID, more string) (r api.Rows) {
	b.Helper()
	b.must(json.Unmarshal(b.get("api/rows?folder="+string(folder)+"&n=50"+more, http.StatusOK), &r))
	return r
}

// inbox is where mail for a user is put.
func (w *world) inbox(name string) *client.Mailbox {
	w.Helper()
	box, err := w.admin.Mailbox(w.Context(), name)
	w.must(err)
	return box
}

var began = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// letter is the mail with a number: each is a minute later than the one before.
func letter(n int) *mapi.Message {
	at := mapi.FileTimeOf(began.Add(time.Duration(n) * time.Minute))
	return &mapi.Message{
		Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, fmt.Sprintf("letter %d", n)), mapi.Long(mapi.PrMessageFlags, 0),
			mapi.String(mapi.PrConversationTopic, fmt.Sprintf("letter %d", n)), mapi.String(mapi.PrBody, fmt.Sprintf("Text of %d.\r\nMore.", n)),
			mapi.Time(mapi.PrMessageDeliveryTime, at), mapi.Time(mapi.PrClientSubmitTime, at),
			mapi.String(mapi.PrSentRepresentingName, "Bob Elsewhere"), mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"),
			mapi.String(mapi.PrSentRepresentingEmailAddress, "bob@elsewhere.example"), mapi.String(mapi.PrInternetMessageID, fmt.Sprintf("<%d@elsewhere.example>", n)),
		},
		Recipients: []mapi.Props{{
			mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, "Alice Example"), mapi.String(mapi.PrAddrtype, "SMTP"),
			mapi.String(mapi.PrEmailAddress, "alice@example.com"),
		}},
	}
}

// deliver puts mails into the inbox of a user.
func (w *world) deliver(name string, mails ...*mapi.Message) (ids []mapi.EntryID) {
	w.Helper()
	box := w.inbox(name)
	for _, m := range mails {
		id, err := w.admin.SaveMessage(w.Context(), box.Inbox, m, client.SaveOptions{NewMail: true})
		w.must(err)
		ids = append(ids, id)
	}
	return ids
}

func letters(n int) (list []*mapi.Message) {
	for i := range n {
		list = append(list, letter(i))
	}
	return list
}

// counted are the calls to the server that something takes.
func (w *world) counted(do func()) []string {
	w.mu.Lock()
	w.calls = nil
	w.mu.Unlock()
	do()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

func subjects(rows []api.Row) string {
	var list []string
	for _, r := range rows {
		list = append(list, r.Subject)
	}
	return strings.Join(list, ", ")
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// message is the entry id behind an id.
func (w *world) message(id api.ID) (mapi.EntryID, error) {
	return base64.RawURLEncoding.DecodeString(string(id))
}
