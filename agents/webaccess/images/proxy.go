package images

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// timeout is how long a picture may take, from the first look-up to the last byte.
const timeout = 5 * time.Second

// Session is on whose behalf a picture is fetched.
type Session struct {
	User string // whose requests share a limit
	Key  Key
}

// Options are what a Proxy needs.
type Options struct {
	// Session finds the session of a request, false if it has none. Required.
	Session func(*http.Request) (Session, bool)

	// Log gets a line of level Debug for each picture that is not passed on. Nil is none.
	Log *slog.Logger
}

// Proxy is the handler. It answers 401 without a session, 403 to an address that was not signed, 503 if a user asks for too many pictures at
// once, and 502 for every other failure.
type Proxy struct {
	session func(*http.Request) (Session, bool)
	log     *slog.Logger
	http    *http.Client
	slots   *slots

	// The network and the clock, which tests replace.
	resolve  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	connect  func(ctx context.Context, network, address string) (net.Conn, error)
	deadline func(parent context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// New makes a Proxy.
func New(o Options) *Proxy {
	p := &Proxy{
		session:  o.Session,
		log:      o.Log,
		slots:    newSlots(),
		resolve:  net.DefaultResolver.LookupNetIP,
		connect:  (&net.Dialer{Control: control}).DialContext,
		deadline: context.WithTimeout,
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.http = p.client()
	return p
}

// ServeHTTP serves the picture whose address the query has.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		fail(w, http.StatusMethodNotAllowed)
		return
	}
	session, ok := p.session(r)
	if !ok {
		fail(w, http.StatusUnauthorized)
		return
	}
	address, ok := session.Key.verify(r.URL.Query())
	if !ok {
		fail(w, http.StatusForbidden)
		return
	}
	done, err := p.slots.take(r.Context(), session.User)
	if err != nil {
		fail(w, http.StatusServiceUnavailable)
		return
	}
	defer done()
	ctx, cancel := p.deadline(r.Context(), timeout)
	defer cancel()
	if err := p.pass(ctx, w, address); err != nil {
		p.log.Debug("picture not passed on", "user", session.User, "address", address, "error", err)
	}
}

// pass fetches a picture and passes it on while it comes. If it fails in the middle, the connection is cut, so that nothing takes the part
// for the whole.
func (p *Proxy) pass(ctx context.Context, w http.ResponseWriter, address string) error {
	response, head, kind, err := p.fetch(ctx, address)
	if err != nil {
		fail(w, http.StatusBadGateway)
		return err
	}
	defer response.Body.Close()
	setHeaders(w, kind)
	if _, err := w.Write(head); err != nil {
		return err
	}
	// One byte more than is allowed is asked for, to see whether it is there.
	n, err := io.Copy(w, io.LimitReader(response.Body, maxBytes-int64(len(head))+1))
	if err == nil && n > maxBytes-int64(len(head)) {
		err = errTooLarge
	}
	if err != nil {
		p.log.Debug("picture cut off", "address", address, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// setHeaders are all headers of a picture; none is the other host's.
func setHeaders(w http.ResponseWriter, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, max-age=86400")
	harden(h)
}

// harden keeps an answer from being anything but what its type says, wherever it is opened.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
}

func fail(w http.ResponseWriter, status int) {
	harden(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
