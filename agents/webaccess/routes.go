package webaccess

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/agents/webaccess/session"
)

// Names of the cookie. The first is taken by browsers on https alone, for the whole host and from no other one (RFC 6265bis 4.1.3.2); the second is for http
// on this machine.
const (
	secureCookie = "__Host-zarafa-webaccess"
	localCookie  = "zarafa-webaccess"
)

// guarded is a handler for who has logged on.
type guarded func(http.ResponseWriter, *http.Request, *session.Session) error

// Access says who may use a route.
type Access int

// Kinds of access.
const (
	Anybody Access = iota
	Users
)

// Route is one of the URLs, for the table of them.
type Route struct {
	Pattern string
	Access  Access
	stream  bool                                                   // it lasts, and does not count as a call
	serve   guarded                                                // for users
	open    func(http.ResponseWriter, *http.Request, origin) error // for anybody
}

// routes are all URLs but those of the client's own files.
func (w *Web) routes() []Route {
	return []Route{
		{Pattern: "POST /api/logon", Access: Anybody, open: w.logOn},
		{Pattern: "POST /api/logoff", Access: Users, serve: w.logOff},
		{Pattern: "POST /api", Access: Users, serve: w.batch},
		{Pattern: "GET /api/rows", Access: Users, serve: w.rows},
		{Pattern: "GET /api/events", Access: Users, stream: true, serve: w.events},
		{Pattern: "POST /api/uploads", Access: Users, serve: w.upload},
		{Pattern: "GET " + imagesPath, Access: Users, serve: w.image},
		{Pattern: "GET /mail/{id}/body", Access: Users, serve: w.mailPage},
		{Pattern: "GET /mail/{id}/source", Access: Users, serve: w.mailSource},
		{Pattern: "GET /mail/{id}/files/{path}", Access: Users, serve: w.mailFile},
	}
}

// handler answers all requests.
func (w *Web) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range w.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		mux.Handle(method+" "+strings.TrimSuffix(w.cfg.Path, "/")+path, w.route(r))
	}
	mux.HandleFunc("GET "+w.cfg.Path+assetsPath+"{name...}", w.serveAsset)
	mux.HandleFunc("GET "+w.cfg.Path+"editor", w.serveEditor)
	mux.HandleFunc("GET "+w.cfg.Path+"api/", http.NotFound)
	mux.HandleFunc("GET "+w.cfg.Path+"mail/{id}/", http.NotFound)
	mux.HandleFunc("GET "+w.cfg.Path, w.serveIndex)
	protected := http.NewCrossOriginProtection().Handler(mux)
	return withHeaders(w.metrics.count(protected), func(r *http.Request) bool { return w.origin(r).encrypted })
}

func (w *Web) origin(r *http.Request) origin { return originOf(r, w.current.Load().TrustedProxies) }

// route makes a handler of a route: who asks, from where, and what becomes of errors.
func (w *Web) route(route Route) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		err := w.serveRoute(route, rw, r)
		if err == nil {
			return
		}
		p := api.ProblemOf(err)
		if p.Code == api.Failed {
			w.log.Warn("a request failed", "url", r.URL.Path, "error", err)
		}
		w.problem(rw, &p)
	})
}

var (
	errForeign = &api.Problem{Code: api.Forbidden, Message: "requests come from the program's own pages"}
	errPlain   = &api.Problem{Code: api.Forbidden, Message: "passwords are not taken without encryption from other machines: use https, or a proxy of trusted_proxies that sets X-Forwarded-Proto"}
	errNobody  = &api.Problem{Code: api.NotLoggedOn, Message: "there is no session"}
)

func (w *Web) serveRoute(route Route, rw http.ResponseWriter, r *http.Request) error {
	// A browser says whose page asks. Requests that change nothing pass CrossOriginProtection, but answers are nobody else's business either.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return errForeign
	}
	from := w.origin(r)
	if !from.encrypted && !from.local {
		return errPlain
	}
	if route.Access == Anybody {
		return route.open(rw, r, from)
	}
	s, ok := w.session(r, from)
	if !ok {
		return errNobody
	}
	if route.stream {
		return route.serve(rw, r, s)
	}
	if !w.calls.Acquire(s.User.Name) {
		return &api.Problem{Code: api.Limited, Message: "too many requests at a time", RetryAfter: 1}
	}
	defer w.calls.Release(s.User.Name)
	return route.serve(rw, r, s)
}

// session is that of the request's cookie.
func (w *Web) session(r *http.Request, from origin) (*session.Session, bool) {
	c, err := r.Cookie(cookieName(from))
	if err != nil {
		return nil, false
	}
	return w.sessions.Find(c.Value)
}

func cookieName(from origin) string {
	if from.encrypted {
		return secureCookie
	}
	return localCookie
}

// cookie is the session's cookie. It ends with the browser, or earlier with the session.
func cookie(from origin, value string) *http.Cookie {
	return &http.Cookie{Name: cookieName(from), Value: value, Path: "/", HttpOnly: true, Secure: from.encrypted, SameSite: http.SameSiteStrictMode}
}

// problem answers with an error.
func (w *Web) problem(rw http.ResponseWriter, p *api.Problem) {
	if p.RetryAfter > 0 {
		rw.Header().Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	rw.Header().Del("Content-Disposition")
	rw.Header().Del("Content-Length")
	rw.Header().Set("Content-Security-Policy", dataPolicy)
	data, err := json.Marshal(p)
	if err != nil {
		data = []byte("{}")
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(p.Status())
	_, _ = rw.Write(data) // the browser may be gone
}

// answer answers with JSON.
func answer(rw http.ResponseWriter, v any) error {
	data, err := api.Encode(v)
	if err != nil {
		return err
	}
	return answerBytes(rw, data)
}

func answerBytes(rw http.ResponseWriter, data []byte) error {
	rw.Header().Set("Content-Type", "application/json")
	_, _ = rw.Write(data) // the browser may be gone
	return nil
}

// jsonBody reads the body of a request, which must be JSON: pages of others can send other types without being asked.
func jsonBody(rw http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	if err := bodyType(r, "application/json"); err != nil {
		return nil, err
	}
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(bodyTimeout)) // not possible in tests
	data, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &api.Problem{Code: api.TooLarge, Message: "the request is too large"}
	}
	if err != nil {
		return nil, &api.Problem{Code: api.Invalid, Message: "the request did not come whole"}
	}
	return data, nil
}

func bodyType(r *http.Request, want string) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != want {
		return &api.Problem{Code: api.Invalid, Message: "the body must be " + want}
	}
	return nil
}

func (w *Web) logOn(rw http.ResponseWriter, r *http.Request, from origin) error {
	data, err := jsonBody(rw, r, maxLogOn)
	if err != nil {
		return err
	}
	var c api.Credentials
	if err := api.Decode(data, &c); err != nil {
		return err
	}
	if c.User == "" || c.Password == "" {
		return &api.Problem{Code: api.WrongPassword, Message: "user and password are missing"}
	}
	if old, ok := w.session(r, from); ok {
		w.sessions.End(r.Context(), old)
	}
	browser, _ := shorten(r.UserAgent(), 200)
	s, token, err := w.sessions.LogOn(r.Context(), c.User, c.Password, session.Origin{Address: from.address.String(), Browser: browser})
	w.metrics.loggedOn(err)
	if err != nil {
		w.log.Info("a log-on failed", "user", c.User, "address", from.address, "error", err)
		return err
	}
	http.SetCookie(rw, cookie(from, token))
	return answer(rw, w.api.User(s))
}

func shorten(text string, most int) (string, bool) {
	if len(text) <= most {
		return text, false
	}
	return strings.ToValidUTF8(text[:most], ""), true
}

func (w *Web) logOff(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	if _, err := jsonBody(rw, r, maxLogOn); err != nil {
		return err
	}
	w.sessions.End(r.Context(), s)
	gone := cookie(w.origin(r), "")
	gone.MaxAge = -1
	http.SetCookie(rw, gone)
	rw.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	rw.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Web) batch(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	data, err := jsonBody(rw, r, maxBatch)
	if err != nil {
		return err
	}
	answers, err := w.api.Run(r.Context(), s, data)
	if err != nil {
		return err
	}
	return answerBytes(rw, answers)
}

func (w *Web) rows(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	q, err := api.RowsQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	rows, err := w.api.Rows(r.Context(), s, q)
	if err != nil {
		return err
	}
	return answer(rw, rows)
}

func (w *Web) upload(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := bodyType(r, "application/octet-stream"); err != nil {
		return err
	}
	if !w.uploading.Acquire(s.User.Name) {
		return &api.Problem{Code: api.Limited, Message: "too many uploads at a time", RetryAfter: 1}
	}
	defer w.uploading.Release(s.User.Name)
	if r.ContentLength > w.current.Load().UploadSize {
		return &api.Problem{Code: api.TooLarge, Message: "the file is larger than upload_max_size"}
	}
	u, err := w.api.Upload(s, r.URL.Query().Get("name"), r.URL.Query().Get("type"), r.Body)
	if err != nil {
		return err
	}
	return answer(rw, u)
}

// background is what ends with the request, or with the program.
func (w *Web) background(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	go func() {
		select {
		case <-w.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
