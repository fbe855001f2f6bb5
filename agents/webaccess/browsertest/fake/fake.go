// Package fake is a server for the web client that keeps a mailbox in memory, for tests of what the client does with a list of any length. It has
// no rights and one user. A Server may be called by several goroutines.
package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"zarafa/agents/webaccess/api"
)

// Policy is that of the client's pages, as the real server sends it.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-src 'self'; worker-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// EditorPolicy is that of the frame in which mails are written, MailPolicy that of the one that shows them.
const (
	EditorPolicy = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	MailPolicy   = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; " +
		"frame-ancestors 'self'"
)

// Password is that of every user.
const Password = "secret"

// Server answers the client.
type Server struct {
	mux   *http.ServeMux
	pages map[string][]byte

	mu       sync.Mutex
	user     string
	folders  []api.Folder
	rows     map[api.ID][]*api.Row
	drafts   map[api.ID]*api.Draft
	settings api.Settings
	uploads  map[api.ID]api.Upload
	next     int
	streams  map[chan string]bool
	asked    map[string]int
}

// New makes a server with n messages in the inbox. The pages are those of a bundle.
func New(pages map[string][]byte, n int) *Server {
	s := &Server{
		mux: http.NewServeMux(), pages: pages, folders: folders(), rows: map[api.ID][]*api.Row{}, drafts: map[api.ID]*api.Draft{},
		uploads: map[api.ID]api.Upload{}, streams: map[chan string]bool{}, asked: map[string]int{}, settings: settings(),
	}
	s.rows["inbox"] = messages(n)
	s.mux.HandleFunc("POST /api", s.batch)
	s.mux.HandleFunc("POST /api/logon", s.logon)
	s.mux.HandleFunc("POST /api/logoff", s.logoff)
	s.mux.HandleFunc("GET /api/rows", s.window)
	s.mux.HandleFunc("GET /api/events", s.events)
	s.mux.HandleFunc("POST /api/uploads", s.upload)
	s.mux.HandleFunc("GET /mail/{id}/body", s.body)
	s.mux.HandleFunc("GET /mail/{id}/files/{path}", s.file)
	s.mux.HandleFunc("GET /", s.page)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked[r.Method+" "+r.URL.Path]++
	s.mu.Unlock()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r)
}

// Asked is how many requests there were for a method and path, such as "GET /api/rows".
func (s *Server) Asked(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[what]
}

var types = map[string]string{"html": "text/html; charset=utf-8", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	policy := Policy
	if name == "" {
		name = "index.html"
	}
	if name == "editor" {
		name = "editor.html"
		policy = EditorPolicy
	}
	contents, ok := s.pages[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", types[name[strings.LastIndex(name, ".")+1:]])
	_, _ = w.Write(bytes.ReplaceAll(contents, []byte("__BASE__"), []byte("/")))
}

func (s *Server) logon(w http.ResponseWriter, r *http.Request) {
	var c api.Credentials
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.Password != Password {
		refuse(w, http.StatusUnauthorized, api.WrongPassword)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = c.User
	answer(w, s.whoever())
}

func (s *Server) logoff(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = ""
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) whoever() api.User {
	limits := api.Limits{Upload: 50 << 20, UploadTotal: 100 << 20, Rows: 200, Bulk: 500, Hold: 60}
	return api.User{Name: s.user, FullName: "Alice Example", Address: s.user + "@example.com", Store: "store", Limits: limits, Version: "test"}
}

// events sends what tell tells.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	lines := make(chan string, 64)
	s.mu.Lock()
	s.streams[lines] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.streams, lines)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "event: hello\ndata: {\"version\":\"test\"}\n\n")
	flusher, _ := w.(http.Flusher)
	for {
		flusher.Flush()
		select {
		case line := <-lines:
			fmt.Fprint(w, line)
		case <-r.Context().Done():
			return
		}
	}
}

// tell sends an event to all streams. s.mu is held.
func (s *Server) tell(name string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	for lines := range s.streams {
		lines <- fmt.Sprintf("event: %s\ndata: %s\n\n", name, text)
	}
}

// Deliver puts a new mail on top of the inbox.
func (s *Server) Deliver(from, subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	row := message(-s.next)
	row.ID = api.ID(fmt.Sprintf("new-%d", s.next))
	row.Key, row.Subject, row.From, row.Read = string(row.ID), subject, api.Who{Name: from, Address: strings.ToLower(from) + "@example.org"}, false
	s.rows["inbox"] = append([]*api.Row{row}, s.rows["inbox"]...)
	s.changed("inbox")
	s.tell("mail", api.EventMail{ID: row.ID, Folder: "inbox", From: row.From, Subject: subject})
}

// changed tells that a folder has changed. s.mu is held.
func (s *Server) changed(folder api.ID) {
	s.tell("stale", api.EventStale{Folder: folder})
	s.count()
	var counts []api.FolderCount
	for _, f := range s.folders {
		counts = append(counts, api.FolderCount{ID: f.ID, Total: f.Total, Unread: f.Unread})
	}
	s.tell("counts", api.EventCounts{Folders: counts})
}

func (s *Server) count() {
	for i := range s.folders {
		f := &s.folders[i]
		f.Total, f.Unread = len(s.rows[f.ID]), 0
		for _, r := range s.rows[f.ID] {
			if !r.Read {
				f.Unread++
			}
		}
	}
}

func refuse(w http.ResponseWriter, status int, code api.ErrorCode) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.Problem{Code: code, Message: "refused"})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
