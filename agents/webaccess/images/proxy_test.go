package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// world is a proxy with an Internet of its own: names have the addresses that the test gives them, and public addresses lead to one server.
type world struct {
	*Proxy
	t       *testing.T
	key     Key
	user    string
	names   map[string][]string // each look-up takes the next; the last stays
	mu      sync.Mutex
	dialed  []string // addresses to which a connection was tried and allowed
	outside http.HandlerFunc
	ours    *httptest.Server
}

func newWorld(t *testing.T, outside http.HandlerFunc) *world {
	w := &world{t: t, key: NewKey(), user: "alice", outside: outside, names: map[string][]string{"pub.test": {"8.8.8.8"}}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.outside(rw, r) }))
	t.Cleanup(server.Close)
	w.Proxy = New(Options{Session: func(r *http.Request) (Session, bool) {
		return Session{User: w.user, Key: w.key}, r.Header.Get("Cookie") != ""
	}})
	w.resolve = func(_ context.Context, _, host string) ([]netip.Addr, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		answers := w.names[host]
		if len(answers) == 0 {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		var ips []netip.Addr
		for a := range strings.FieldsSeq(answers[0]) {
			ips = append(ips, netip.MustParseAddr(a))
		}
		if len(answers) > 1 {
			w.names[host] = answers[1:]
		}
		return ips, nil
	}
	w.connect = func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := control(network, address, nil); err != nil {
			return nil, err
		}
		w.mu.Lock()
		w.dialed = append(w.dialed, address)
		w.mu.Unlock()
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}
	w.ours = httptest.NewServer(w.Proxy)
	t.Cleanup(w.ours.Close)
	return w
}

// get asks the proxy for a picture, signed.
func (w *world) get(picture string) (int, string, http.Header) {
	return w.ask(w.key.Sign("/image", picture))
}

func (w *world) ask(path string) (int, string, http.Header) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, w.ours.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Cookie", "session=secret")
	r.Header.Set("Referer", "https://webaccess.test/mail")
	r.Header.Set("Accept-Language", "nl")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return answer.StatusCode, "cut off", answer.Header
	}
	return answer.StatusCode, string(body), answer.Header
}

func picture(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// TestPicture: a picture comes with the headers that make it one, and nothing of the reader goes out.
func TestPicture(t *testing.T) {
	var sent http.Header
	var host string
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		sent, host = r.Header, r.Host+r.URL.String()
		rw.Header().Set("Content-Type", "text/html")
		rw.Header().Set("Set-Cookie", "track=1")
		rw.Header().Set("Refresh", "0;url=http://evil.test/")
		io.WriteString(rw, gif)
	})
	status, body, header := w.get("http://alice:secret@pub.test/a?b=c#d")
	if status != 200 || body != gif {
		t.Fatalf("%d %q", status, body)
	}
	for name, want := range map[string]string{"Content-Type": "image/gif", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Set-Cookie": "", "Refresh": "", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, max-age=86400"} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if host != "pub.test/a?b=c" {
		t.Errorf("asked for %s", host)
	}
	for name := range sent {
		if name != "Accept" && name != "User-Agent" && name != "Connection" {
			t.Errorf("%s was sent: %q", name, sent[name])
		}
	}
}

// TestKinds: what begins as a picture of pixels is passed on as what it is, and nothing else is.
func TestKinds(t *testing.T) {
	w := newWorld(t, nil)
	for body, want := range map[string]string{
		gif: "image/gif", "GIF87a": "image/gif", "\x89PNG\r\n\x1a\nx": "image/png", "\xFF\xD8\xFF\xE0": "image/jpeg", "RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
		"": "", "G": "", "GIF88a": "", "<svg xmlns='http://www.w3.org/2000/svg'/>": "", "<?xml version='1.0'?><svg/>": "", "<html>": "", " GIF89a": "",
		"%PDF-1.7": "", "RIFF\x00\x00\x00\x00AVI ": "", "BM\x00\x00": "", "\x00\x00\x01\x00": "", "\x00\x00\x00\x20ftypavif": "",
	} {
		w.outside = picture(body)
		status, got, header := w.get("http://pub.test/x.png")
		switch {
		case want == "" && (status != 502 || got != "Bad Gateway\n"):
			t.Errorf("%q: %d %q", body, status, got)
		case want != "" && (status != 200 || got != body || header.Get("Content-Type") != want):
			t.Errorf("%q: %d %q %s", body, status, got, header.Get("Content-Type"))
		}
	}
}

// TestSignature: only what was signed with the session's key is asked for.
func TestSignature(t *testing.T) {
	asked := 0
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) { asked++; io.WriteString(rw, gif) })
	good := w.key.Sign("/image", "http://pub.test/")
	other := NewKey().Sign("/image", "http://pub.test/")
	u, s, _ := strings.Cut(strings.TrimPrefix(good, "/image?u="), "&s=")
	for _, path := range []string{"/image", other, "/image?u=" + u, "/image?u=" + u + "&s=", "/image?u=" + u + "&s=" + s[:20], "/image?u=" + u + "&s=!",
		"/image?u=aHR0cDovL2V2aWwudGVzdC8&s=" + s, "/image?u=!&s=" + s, "/image?u=" + u + "&s=" + strings.Repeat("A", len(s))} {
		if status, _, _ := w.ask(path); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for method, want := range map[string]int{"POST": 405, "HEAD": 405, "PUT": 405} {
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, httptest.NewRequest(method, good, nil))
		if rec.Code != want {
			t.Errorf("%s: %d", method, rec.Code)
		}
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequest("GET", good, nil)) // without a session
	if rec.Code != 401 || asked != 0 {
		t.Errorf("%d, asked %d times", rec.Code, asked)
	}
	if status, _, _ := w.ask(good); status != 200 || asked != 1 {
		t.Errorf("%d, asked %d times", status, asked)
	}
}

// TestForbiddenAddresses: no trick leads to an address that is not public. The proxy's own dialer is used too, against a server of this
// machine that must not be asked.
func TestForbiddenAddresses(t *testing.T) {
	asked := 0
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) { asked++; io.WriteString(rw, gif) })
	for name, ip := range map[string]string{"private.test": "10.0.0.1", "loop.test": "127.0.0.1", "six.test": "::1", "mapped.test": "::ffff:10.0.0.1",
		"local.test": "169.254.169.254", "mixed.test": "8.8.8.8 10.0.0.1", "nat64.test": "64:ff9b::a00:1", "ula.test": "fd00:ec2::254",
		"azure.test": "168.63.129.16", "cgnat.test": "100.64.0.1", "6to4.test": "2002:7f00:1::", "teredo.test": "2001:0:1::"} {
		w.names[name] = []string{ip}
	}
	addresses := []string{"http://127.0.0.1/", "http://127.1/", "http://0/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
		"http://localhost/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/", "http://[::127.0.0.1]/",
		"http://[fe80::1%25lo]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fec0::1]/", "http://[ff02::1]/", "http://192.168.1.1/",
		"http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/", "http://192.0.0.192/", "http://224.0.0.1/",
		"http://255.255.255.255/", "http://240.0.0.1/", "http://pub.test:22/", "http://pub.test:25/", "http://pub.test:6379/", "http://pub.test:0/",
		"file:///etc/passwd", "ftp://pub.test/", "gopher://pub.test/", "data:image/gif;base64,R0lGODlh", "//pub.test/", "pub.test", "", "http://", "http:pub.test",
		"unix:///run/x", "http://nowhere.test/"}
	for name := range w.names {
		if name != "pub.test" {
			addresses = append(addresses, "http://"+name+"/")
		}
	}
	for _, a := range addresses {
		if status, body, _ := w.get(a); status != 502 || body != "Bad Gateway\n" {
			t.Errorf("%s: %d %q", a, status, body)
		}
	}
	if asked != 0 || len(w.dialed) != 0 {
		t.Errorf("asked %d times, dialed %v", asked, w.dialed)
	}
	w.connect = New(Options{}).connect
	if status, _, _ := w.get(strings.Replace(w.ours.URL, "127.0.0.1", "pub.test", 1)); status != 502 {
		t.Errorf("with its own dialer: %d", status)
	}
	if _, err := w.connect(t.Context(), "tcp", w.ours.Listener.Addr().String()); !errors.Is(err, errForbidden) {
		t.Errorf("its dialer connects to this machine: %v", err)
	}
}

// TestRebinding: a name whose address changes after it was looked up leads to the address that was checked, and a second look-up is checked
// again.
func TestRebinding(t *testing.T) {
	w := newWorld(t, picture(gif))
	w.names["re.test"] = []string{"8.8.4.4", "127.0.0.1"}
	if status, _, _ := w.get("http://re.test/"); status != 200 {
		t.Errorf("%d", status)
	}
	if status, _, _ := w.get("http://re.test/"); status != 502 {
		t.Errorf("the second time: %d", status)
	}
	w.names["loop.test"] = []string{"8.8.4.4", "127.0.0.1"}
	w.outside = func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://loop.test/", http.StatusFound)
	}
	if status, _, _ := w.get("http://loop.test/"); status != 502 {
		t.Errorf("redirected to itself: %d", status)
	}
	if got := fmt.Sprint(w.dialed); got != "[8.8.4.4:80 8.8.4.4:80]" {
		t.Errorf("dialed %s", got)
	}
}

// TestRedirects: three are followed, each checked as the first address, and without telling where one comes from.
func TestRedirects(t *testing.T) {
	w := newWorld(t, nil)
	hops := 0
	w.outside = func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer")+r.Header.Get("Cookie")+r.Header.Get("Authorization") != "" {
			t.Errorf("hop %d: %v", hops, r.Header)
		}
		if hops == 0 {
			io.WriteString(rw, gif)
			return
		}
		hops--
		rw.Header().Set("Set-Cookie", "a=b")
		http.Redirect(rw, r, "http://u:p@pub.test/next", http.StatusFound)
	}
	for n, want := range map[int]int{0: 200, 1: 200, 3: 200, 4: 502, 10: 502} {
		hops = n
		if status, _, _ := w.get("http://pub.test/"); status != want {
			t.Errorf("%d redirects: %d, want %d", n, status, want)
		}
	}
	for _, to := range []string{"http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd", "gopher://pub.test/", "http://pub.test:22/",
		"//10.0.0.1/", "http://0x7f.1/", "data:image/gif,GIF89a", "javascript:x"} {
		before := len(w.dialed)
		w.outside = func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Location", to)
			rw.WriteHeader(http.StatusFound)
			io.WriteString(rw, gif)
		}
		if status, _, _ := w.get("http://pub.test/"); status != 502 || len(w.dialed) != before+1 {
			t.Errorf("redirect to %s: %d, dialed %v", to, status, w.dialed[before:])
		}
	}
}

// TestSize: a picture has at most 5 MiB, whether its length is told or not, and what it unpacks to does not count, since it is not unpacked.
func TestSize(t *testing.T) {
	w := newWorld(t, nil)
	body := func(n int, told bool) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			if told {
				rw.Header().Set("Content-Length", fmt.Sprint(n))
			}
			io.WriteString(rw, gif+strings.Repeat("x", n-len(gif)))
		}
	}
	for _, c := range []struct {
		n      int
		told   bool
		status int
		whole  bool
	}{{maxBytes, true, 200, true}, {maxBytes, false, 200, true}, {maxBytes + 1, true, 502, false}, {maxBytes + 1, false, 200, false}} {
		w.outside = body(c.n, c.told)
		status, got, _ := w.get("http://pub.test/")
		if status != c.status || c.whole != (len(got) == c.n) || !c.whole && c.status == 200 && got != "cut off" {
			t.Errorf("%+v: %d, %d bytes", c, status, len(got))
		}
	}
	w.outside = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		io.WriteString(rw, gif)
	}
	if status, _, _ := w.get("http://pub.test/"); status != 502 {
		t.Errorf("encoded: %d", status)
	}
	for _, status := range []int{204, 206, 304, 401, 404, 500} {
		w.outside = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status); io.WriteString(rw, gif) }
		if got, _, _ := w.get("http://pub.test/"); got != 502 {
			t.Errorf("status %d: %d", status, got)
		}
	}
	w.outside = func(rw http.ResponseWriter, _ *http.Request) {
		for i := range 100 {
			rw.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 4096))
		}
		io.WriteString(rw, gif)
	}
	if status, _, _ := w.get("http://pub.test/"); status != 502 {
		t.Errorf("large header: %d", status)
	}
}

// TestDeadline: a host that does not go on is given up after five seconds, in the header and in the middle of a picture.
func TestDeadline(t *testing.T) {
	w := newWorld(t, nil)
	for _, first := range []string{"", gif} {
		var expire context.CancelFunc
		reached := make(chan struct{})
		w.deadline = func(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
			if d != 5*time.Second {
				t.Errorf("deadline of %v", d)
			}
			ctx, cancel := context.WithCancel(parent)
			expire = cancel
			close(reached)
			return ctx, cancel
		}
		w.outside = func(rw http.ResponseWriter, r *http.Request) {
			if first != "" {
				io.WriteString(rw, first)
				rw.(http.Flusher).Flush()
			}
			<-reached
			expire()
			<-r.Context().Done() // the proxy has hung up
		}
		status, body, _ := w.get("http://pub.test/")
		if first == "" && status != 502 || first != "" && (status != 200 && status != 502 || status == 200 && body != "cut off") {
			t.Errorf("after %q: %d %q", first, status, body)
		}
	}
}
