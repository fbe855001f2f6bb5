package webaccess

import (
	"bufio"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/mapi"
)

// requests has a request for each route, about what belongs to somebody.
func requests(message, folder api.ID) map[string]*http.Request {
	get := func(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }
	post := func(path, kind, body string) *http.Request {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return r
	}
	id := string(message)
	return map[string]*http.Request{
		"POST /api/logoff":            post("/api/logoff", "application/json", "{}"),
		"POST /api":                   post("/api", "application/json", `{"calls":[{"id":"1","method":"session/get","args":{}}]}`),
		"GET /api/rows":               get("/api/rows?n=10&folder=" + string(folder)),
		"GET /api/events":             get("/api/events"),
		"POST /api/uploads":           post("/api/uploads?name=x", "application/octet-stream", "x"),
		"GET /images":                 get("/images?u=aHR0cHM6Ly9hLmV4YW1wbGUv&s=AAAA"),
		"GET /mail/{id}/body":         get("/mail/" + id + "/body"),
		"GET /mail/{id}/source":       get("/mail/" + id + "/source"),
		"GET /mail/{id}/files/{path}": get("/mail/" + id + "/files/1"),
	}
}

// ask has a request answered, with the cookies of a browser if there is one.
func (w *world) ask(r *http.Request, b *browser) *httptest.ResponseRecorder {
	r.RemoteAddr, r.Host, r.RequestURI = "127.0.0.1:1", "127.0.0.1", ""
	if b != nil {
		at := strings.Replace(b.http.URL, "http", "http", 1)
		u, err := http.NewRequest("GET", at, nil)
		w.must(err)
		for _, c := range b.client.Jar.Cookies(u.URL) {
			r.AddCookie(c)
		}
	}
	rec := httptest.NewRecorder()
	w.web.handler().ServeHTTP(rec, r)
	return rec
}

// nothing is a folder without rows, which is how the server shows one that somebody must not see.
const nothing = `{"total":0,"at":0,"rows":[]}`

// Each route but the log-on needs a session, and a session is refused what belongs to others.
func TestRoutes(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.user("bob")
	m := letter(1)
	m.Attachments = []*mapi.Attachment{{Content: mapi.Bytes("secret"), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "s.txt")}}}
	w.deliver("alice", m)
	alice, bob := w.logOn("alice"), w.logOn("bob")
	inbox := alice.folder(api.RoleInbox)
	message := alice.rows(inbox, "").Rows[0].ID
	list := requests(message, inbox)
	for _, route := range w.web.routes() {
		if route.Access == Anybody {
			if route.Pattern != "POST /api/logon" {
				t.Errorf("anybody may use %s", route.Pattern)
			}
			continue
		}
		r := list[route.Pattern]
		if r == nil {
			t.Errorf("%s has no request here", route.Pattern)
			continue
		}
		if rec := w.ask(r.Clone(t.Context()), nil); rec.Code != http.StatusUnauthorized || !strings.Contains(rec.Body.String(), `"notLoggedOn"`) {
			t.Errorf("nobody: %s: %d %s", route.Pattern, rec.Code, rec.Body)
		}
		if strings.Contains(r.URL.String(), string(message)) || strings.Contains(r.URL.String(), string(inbox)) {
			if rec := w.ask(list[route.Pattern].Clone(t.Context()), bob); rec.Code != http.StatusNotFound && rec.Code != http.StatusForbidden && rec.Body.String() != nothing {
				t.Errorf("bob: %s: %d %s", route.Pattern, rec.Code, rec.Body)
			}
		}
	}
}

// about are arguments of each method that name things of somebody; those that name none are of no use to others.
func about(folder, message, draft, store, session, upload api.ID) map[string]string {
	of := `"of":{"folder":"` + string(folder) + `","ids":["` + string(message) + `"]}`
	return map[string]string{
		"session/get": "", "session/list": "", "quota/get": "", "settings/get": "", "settings/set": "", "addresses/complete": "", "addresses/resolve": "",
		"addresses/forget": "", "uploads/destroy": "",
		"session/revoke":   `{"ids":["` + string(session) + `"]}`,
		"folders/get":      `{"store":"` + string(store) + `"}`,
		"folders/set":      `{"create":{"a":{"parent":"` + string(folder) + `","name":"x","kind":"mail"}},"update":{"` + string(folder) + `":{"name":"x"}},"empty":["` + string(folder) + `"],"destroy":["` + string(folder) + `"]}`,
		"rows/get":         `{"folder":"` + string(folder) + `","n":10}`,
		"messages/get":     `{"ids":["` + string(message) + `"]}`,
		"messages/headers": `{"id":"` + string(message) + `"}`,
		"messages/set":     `{` + of + `,"read":true,"flag":"flagged"}`,
		"messages/move":    `{` + of + `,"to":"` + string(folder) + `"}`,
		"messages/delete":  `{` + of + `,"final":true}`,
		"drafts/create":    `{"kind":"forward","about":{"id":"` + string(message) + `"}}`,
		"drafts/get":       `{"id":"` + string(draft) + `"}`,
		"drafts/update":    `{"id":"` + string(draft) + `","subject":"x"}`,
		"drafts/destroy":   `{"ids":["` + string(draft) + `"]}`,
		"drafts/send":      `{"id":"` + string(draft) + `","hold":0}`,
		"drafts/hold":      `{"id":"` + string(draft) + `"}`,
	}
}

// Whatever one user asks for of another one is not there for him, and nothing of it changes.
func TestOthers(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.user("bob")
	w.deliver("alice", letter(1))
	alice, bob := w.logOn("alice"), w.logOn("bob")
	inbox := alice.folder(api.RoleInbox)
	message := alice.rows(inbox, "").Rows[0]
	draft := call[api.Draft](alice, "drafts/create", api.DraftCreate{Kind: api.DraftNew, Text: "private", To: []api.Recipient{{Kind: api.To, Address: "x@example.org"}}})
	mine := call[api.SessionList](alice, "session/list", api.None{}).List[0].ID
	upload := alice.upload("x", []byte("x"))
	args := about(inbox, message.ID, draft.ID, alice.user.Store, mine, upload.ID)
	for _, m := range api.Methods() {
		text, ok := args[m.Name]
		if !ok {
			t.Errorf("%s is not in the table", m.Name)
		}
		if text == "" {
			continue
		}
		answer := string(bob.post("api", `{"calls":[{"id":"1","method":"`+m.Name+`","args":`+text+`}]}`, http.StatusOK))
		if !strings.Contains(answer, `"code":"notFound"`) && !strings.Contains(answer, `"code":"forbidden"`) && !strings.Contains(answer, nothing) && !strings.Contains(answer, `"list":[]`) {
			t.Errorf("%s: %s", m.Name, answer)
		}
		for _, secret := range []string{"letter 1", "private", "Text of"} {
			if strings.Contains(answer, secret) {
				t.Errorf("%s tells: %s", m.Name, answer)
			}
		}
	}
	if got := call[api.Draft](alice, "drafts/get", api.DraftGet{ID: draft.ID}); got.State != draft.State || got.Queued {
		t.Errorf("the draft is %+v", got)
	}
	if got := alice.rows(inbox, ""); got.Total != 1 || got.Rows[0].Read || got.Rows[0].Flag != "" {
		t.Errorf("the inbox is %+v", got)
	}
	bob.refused("drafts/update", api.DraftUpdate{ID: call[api.Draft](bob, "drafts/create", api.DraftCreate{Kind: api.DraftNew}).ID, Attach: []api.ID{upload.ID}}, api.NotFound)
	call[api.User](alice, "session/get", api.None{})
}

// Every answer has the headers that keep browsers from doing harm.
func TestHeaders(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letter(1))
	w.web.cfg.Start.App = App{Index: []byte(`<base __BASE__>`), Assets: assets{}}
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	list := requests(b.rows(inbox, "").Rows[0].ID, inbox)
	delete(list, "GET /api/events")
	delete(list, "POST /api/logoff")
	for name, path := range map[string]string{"shell": "/", "deep link": "/inbox/abc", "asset": "/assets/a.js", "no asset": "/assets/../web.go", "nothing": "/x.php", "no route": "/api/x"} {
		list[name] = httptest.NewRequest("GET", path, nil)
	}
	for name, r := range list {
		for _, who := range []*browser{nil, b} {
			h := w.ask(r.Clone(t.Context()), who).Header()
			for key, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if h.Get(key) != want {
					t.Errorf("%s: %s is %q", name, key, h.Get(key))
				}
			}
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors") && !strings.Contains(policy, "sandbox") || strings.Contains(policy, "unsafe-eval") ||
				strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "script-src") && policy != appPolicy {
				t.Errorf("%s: %s", name, policy)
			}
			if kept := name == "shell" || name == "deep link" || name == "asset"; (h.Get("Cache-Control") == "no-store") == kept {
				t.Errorf("%s: Cache-Control %q", name, h.Get("Cache-Control"))
			}
		}
	}
	if rec := w.ask(httptest.NewRequest("GET", "/", nil), nil); rec.Body.String() != "<base />" || rec.Header().Get("Content-Security-Policy") != appPolicy {
		t.Errorf("%s %v", rec.Body, rec.Header())
	}
}

// Pages of others get nothing: neither their scripts, nor their forms, nor their frames.
func TestForeignPages(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letter(1))
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	list := requests(b.rows(inbox, "").Rows[0].ID, inbox)
	logOn := httptest.NewRequest("POST", "/api/logon", strings.NewReader(`{"user":"alice","password":"secret"}`))
	logOn.Header.Set("Content-Type", "application/json")
	list["POST /api/logon"] = logOn
	for name, r := range list {
		for key, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			if key == "Origin" && r.Method == "GET" {
				continue // browsers send it with requests that change something
			}
			foreign := r.Clone(t.Context())
			foreign.Header.Set(key, value)
			if rec := w.ask(foreign, b); rec.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d %s", name, key, rec.Code, rec.Body)
			}
		}
		if r.Method == "POST" {
			form := r.Clone(t.Context())
			form.Header.Set("Content-Type", "text/plain")
			if rec := w.ask(form, b); rec.Code != http.StatusBadRequest {
				t.Errorf("%s as a form: %d %s", name, rec.Code, rec.Body)
			}
		}
	}
	call[api.User](b, "session/get", api.None{})
}

func TestOrigins(t *testing.T) {
	w := newWorld(t, "trusted_proxies = 127.0.0.1 10.0.0.0/8\n")
	w.user("alice")
	for _, tt := range []struct {
		name, peer, host, forwarded, proto string
		status                             int
		cookie, address                    string
	}{
		{"this machine", "127.0.0.1:1", "localhost:2280", "", "", 200, localCookie, "127.0.0.1"},
		{"this machine, IPv6", "[::1]:1", "[::1]:2280", "", "", 200, localCookie, "::1"},
		{"a name that leads here", "127.0.0.1:1", "evil.example", "", "", 403, "", ""},
		{"another machine", "192.0.2.1:1", "mail.example.com", "", "", 403, "", ""},
		{"a proxy with https", "127.0.0.1:1", "mail.example.com", "203.0.113.9", "https", 200, secureCookie, "203.0.113.9"},
		{"two proxies", "10.0.0.1:1", "mail.example.com", "198.51.100.1, 203.0.113.9, 10.0.0.2", "https", 200, secureCookie, "203.0.113.9"},
		{"a proxy without https", "127.0.0.1:1", "mail.example.com", "203.0.113.9", "http", 403, "", ""},
		{"somebody who says that he is a proxy", "192.0.2.1:1", "mail.example.com", "127.0.0.1", "https", 403, "", ""},
		{"a proxy that tells no scheme", "127.0.0.1:1", "localhost", "203.0.113.9", "", 403, "", ""},
	} {
		r := httptest.NewRequest("POST", "/api/logon", strings.NewReader(`{"user":"alice","password":"secret"}`))
		r.RemoteAddr, r.Host = tt.peer, tt.host
		r.Header.Set("Content-Type", "application/json")
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if tt.proto != "" {
			r.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		rec := httptest.NewRecorder()
		w.web.handler().ServeHTTP(rec, r)
		if rec.Code != tt.status {
			t.Errorf("%s: %d %s", tt.name, rec.Code, rec.Body)
			continue
		}
		if tt.status != 200 {
			continue
		}
		c := rec.Result().Cookies()[0]
		if c.Name != tt.cookie || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != (tt.cookie == secureCookie) || len(c.Value) != 43 {
			t.Errorf("%s: %v", tt.name, c)
		}
		if s, ok := w.web.sessions.Find(c.Value); !ok || s.Address != tt.address {
			t.Errorf("%s: the address is %v", tt.name, s)
		}
		if https := rec.Header().Get("Strict-Transport-Security") != ""; https != (tt.cookie == secureCookie) {
			t.Errorf("%s: HSTS %v", tt.name, https)
		}
	}
}

func TestLogOn(t *testing.T) {
	w := newWorld(t, "max_sessions_per_user = 3\n")
	w.user("alice")
	carol := w.user("carol")
	b := w.browser()
	b.post("api/logon", `{"user":"alice","password":"wrong"}`, http.StatusUnauthorized)
	b.post("api/logon", `{"user":"SYSTEM","password":"x"}`, http.StatusUnauthorized)
	b.post("api/logon", `{"user":"SYSTEM","password":""}`, http.StatusUnauthorized)
	b.post("api/logon", `{"user":"alice","password":"secret","more":1}`, http.StatusBadRequest)
	b.post("api/logon", `{"user":"alice","password":"`+strings.Repeat("x", 5000)+`"}`, http.StatusRequestEntityTooLarge)
	b.get("api/rows?n=1", http.StatusUnauthorized)
	one := w.logOn("alice")
	before := one.client.Jar
	cookies := func(b *browser) string {
		r, err := http.NewRequest("GET", w.http.URL, nil)
		w.must(err)
		return b.client.Jar.Cookies(r.URL)[0].Value
	}
	first := cookies(one)
	one.post("api/logon", `{"user":"alice","password":"secret"}`, http.StatusOK)
	if _, ok := w.web.sessions.Find(first); ok || cookies(one) == first || before == nil {
		t.Error("the old session goes on after another log-on")
	}
	two, three := w.logOn("alice"), w.logOn("alice")
	w.later(time.Second)
	call[api.User](one, "session/get", api.None{})
	call[api.User](three, "session/get", api.None{})
	w.later(time.Second)
	four := w.logOn("alice") // ends the one that was idle for longest
	two.post("api", `{"calls":[]}`, http.StatusUnauthorized)
	list := call[api.SessionList](one, "session/list", api.None{}).List
	if len(list) != 3 || !list[0].Current || list[1].Current || list[0].Address != "127.0.0.1" || list[0].Browser == "" {
		t.Errorf("%+v", list)
	}
	call[api.None](one, "session/revoke", api.SessionRevoke{IDs: []api.ID{list[1].ID}})
	three.post("api", `{"calls":[]}`, http.StatusUnauthorized)
	off := four.request("POST", "api/logoff", "application/json", strings.NewReader("{}"))
	if four.body(off, http.StatusNoContent); !strings.Contains(off.Header.Get("Clear-Site-Data"), `"cookies"`) {
		t.Errorf("%v", off.Header)
	}
	four.post("api", `{"calls":[]}`, http.StatusUnauthorized)
	w.later(11 * time.Hour)
	call[api.User](one, "session/get", api.None{})
	w.later(12 * time.Hour)
	one.post("api", `{"calls":[]}`, http.StatusUnauthorized)
	w.web.sessions.Sweep(t.Context())
	if n := w.web.sessions.Count(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	five := w.logOn("alice")
	for range 16 {
		w.later(11 * time.Hour)
		r := five.request("POST", "api", "application/json", strings.NewReader(`{"calls":[{"id":"1","method":"session/get","args":{}}]}`))
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	five.post("api", `{"calls":[]}`, http.StatusUnauthorized) // seven days are over
	carol.Multi = map[mapi.PropTag][]string{0x67B4101E: {"webapp"}}
	w.must(w.admin.SetUser(t.Context(), carol))
	b.post("api/logon", `{"user":"carol","password":"secret"}`, http.StatusForbidden)
}

func TestTooManyAttempts(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.user("bob")
	b := w.browser()
	for range 10 {
		b.post("api/logon", `{"user":"Alice","password":"wrong"}`, http.StatusUnauthorized)
	}
	r := b.request("POST", "api/logon", "application/json", strings.NewReader(`{"user":"alice","password":"secret"}`))
	if b.body(r, http.StatusTooManyRequests); r.Header.Get("Retry-After") == "" {
		t.Errorf("%v", r.Header)
	}
	w.logOn("bob")
	w.later(5 * time.Minute)
	w.logOn("alice")
}

// stream reads the events of a browser.
func (b *browser) stream(last string) (next func() (name, data, id string), stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", b.http.URL+"/api/events", nil)
	b.must(err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := b.client.Do(r)
	b.must(err)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		b.Fatalf("%s %v", resp.Status, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() (name, data, id string) {
		b.Helper()
		for lines.Scan() {
			switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
			case "event":
				name = value
			case "data":
				data = value
			case "id":
				id = value
			case "":
				if name != "" {
					return name, data, id
				}
			}
		}
		return "", "", ""
	}, func() { cancel(); resp.Body.Close() }
}

func TestEvents(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	inbox := b.folder(api.RoleInbox)
	next, stop := b.stream("")
	name, data, last := next()
	if name != "hello" || !strings.Contains(data, "1.2.3") {
		t.Fatalf("%s %s", name, data)
	}
	w.deliver("alice", letter(7))
	seen := map[string]string{}
	for len(seen) < 3 {
		name, data, id := next()
		if name == "" {
			t.Fatal("the stream has ended")
		}
		seen[name], last = data, id
	}
	if !strings.Contains(seen["mail"], `"subject":"letter 7"`) || !strings.Contains(seen["stale"], string(inbox)) || !strings.Contains(seen["counts"], `"total":1,"unread":1`) {
		t.Errorf("%v", seen)
	}
	// a window that comes back misses nothing
	stop()
	call[api.FoldersChanged](b, "folders/set", api.FoldersSet{Create: map[api.ID]api.FolderCreate{"a": {Name: "New", Kind: api.KindMail}}})
	next, stop = b.stream(last)
	for name, data = "", ""; name != "folders"; name, data, _ = next() {
		if name == "reset" {
			t.Error("the stream begins anew")
		}
	}
	if !strings.Contains(data, string(b.user.Store)) {
		t.Errorf("%s", data)
	}
	stop()
	other, stopOther := b.stream("0123456789ab-5")
	defer stopOther()
	if name, _, _ := other(); name != "hello" {
		t.Errorf("%s", name)
	}
	if name, _, _ := other(); name != "reset" {
		t.Errorf("%s in place of a reset", name)
	}
	// settings reach all windows of the user
	second := w.logOn("alice")
	call[api.SettingsResult](second, "settings/set", api.SettingsSet{Set: []byte(`{"hold":5}`)})
	for name = ""; name != "settings"; name, _, _ = other() {
	}
	call[api.None](second, "session/revoke", api.SessionRevoke{IDs: []api.ID{call[api.SessionList](b, "session/list", api.None{}).List[0].ID}})
	for name = "x"; name != "end" && name != ""; name, _, _ = other() {
	}
	if name != "end" {
		t.Error("the end is not told")
	}
}

// One poll serves all windows of a session.
func TestEventsShared(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	var list []func() (string, string, string)
	calls := w.counted(func() {
		for range 5 {
			next, stop := b.stream("")
			defer stop()
			next()
			list = append(list, next)
		}
		w.deliver("alice", letter(1))
		for _, next := range list {
			for name := ""; name != "mail"; name, _, _ = next() {
			}
		}
	})
	n := 0
	for _, op := range calls {
		if op == "notifySubscribe" {
			n++
		}
	}
	if n != 2 || slices.Contains(calls, "x") {
		t.Errorf("%q", calls)
	}
}

// One user cannot take all streams.
func TestStreamsOfOneUser(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	var last func()
	for range streamsPerUser {
		next, stop := b.stream("")
		defer stop()
		next()
		last = stop
	}
	b.get("api/events", http.StatusTooManyRequests)
	last()
	for { // the server notices by and by that the browser has gone
		r := b.request("GET", "api/events", "", nil)
		r.Body.Close()
		if r.StatusCode == http.StatusOK {
			break
		}
	}
}

// assets are the files of a client for tests.
type assets struct{}

func (assets) Open(name string) (fs.File, error) {
	return fstest.MapFS{"a.js": {Data: []byte("1")}}.Open(name)
}
