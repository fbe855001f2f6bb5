package webaccess

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/mapi"
)

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
