package webaccess

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/webaccess/api"
)

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
