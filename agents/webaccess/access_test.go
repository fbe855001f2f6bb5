package webaccess

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

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

// assets are the files of a client for tests.
type assets struct{}

func (assets) Open(name string) (fs.File, error) {
	return fstest.MapFS{"a.js": {Data: []byte("1")}}.Open(name)
}
