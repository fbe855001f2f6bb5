package sanitize

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	xhtml "golang.org/x/net/html"
)

// frameCSP is the header of the frame in which a client shows mails.
const frameCSP = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; " +
	"style-src 'unsafe-inline'; frame-ancestors 'self'"

const pixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// observed is what a browser did while it showed pages.
type observed struct {
	mu       sync.Mutex
	canary   []string // scripts that ran
	requests []string
	errors   []string // on the console
}

func (o *observed) note(list *[]string, what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*list = append(*list, what)
}

// event notes what the browser tells. Dialogs are closed, or the page would wait.
func (o *observed) event(ctx context.Context, event any) {
	switch e := event.(type) {
	case *runtime.EventBindingCalled:
		o.note(&o.canary, e.Name+"("+e.Payload+")")
	case *page.EventJavascriptDialogOpening:
		o.note(&o.canary, "dialog "+e.Message)
		go chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	case *network.EventRequestWillBeSent:
		o.note(&o.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		o.note(&o.errors, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		o.note(&o.errors, "console."+string(e.Type))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			o.note(&o.errors, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// browser starts Chromium for a test. Names of hosts are not looked up, so that no request of a page leaves the machine; it is seen all the same.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine (packages chromium, google-chrome)")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute) // a browser that hangs must not hang the test
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal("Chromium does not start:", err)
	}
	return ctx
}

// shown is what a browser made of a page.
type shown struct {
	Body  string
	Links []struct{ Number, Protocol, Host string }
}

// lookInside is the script of the outer document, which reads the frames.
const lookInside = `JSON.stringify([...document.querySelectorAll("iframe")].map(f => ({
	Body: f.contentDocument.body.innerHTML,
	Links: [...f.contentDocument.querySelectorAll("a[href], area[href]")].map(a => (
		{Number: a.dataset.link ?? "", Protocol: a.protocol, Host: a.hostname}))
})))`

// show loads pages, each in a frame of one document, and returns what the browser made of them.
func show(ctx context.Context, t *testing.T, server, mode string, frames int, o *observed) []shown {
	t.Helper()
	tab, cancel := chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Listen(tab, func(event any) { o.event(tab, event) }); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, runtime.AddBinding, runtime.AddBindingParams{Name: "sing"}); err != nil {
		t.Fatal(err)
	}
	script := page.AddScriptToEvaluateOnNewDocumentParams{Source: `window.canary = () => sing("ran in " + location.pathname)`}
	if _, err := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, script); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(tab, chromedp.Navigate(server+"/host?mode="+mode+"&n="+strconv.Itoa(frames))); err != nil {
		t.Fatal(mode, err)
	}
	inside, err := chromedp.Run(tab, chromedp.Evaluate[string](lookInside))
	if err != nil {
		t.Fatal(mode, err)
	}
	var out []shown
	if err := json.Unmarshal([]byte(inside), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// mailServer serves documents as a client does, with the headers of its frame or without any.
func mailServer(documents []string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		csp := r.URL.Query().Get("mode") == "csp"
		switch rest, isMail := strings.CutPrefix(r.URL.Path, "/mail/"); {
		case isMail:
			n, _ := strconv.Atoi(rest)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if csp {
				w.Header().Set("Content-Security-Policy", frameCSP)
			}
			io.WriteString(w, documents[n])
		case r.URL.Path == "/host":
			sandbox := ""
			if csp {
				sandbox = `sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"`
			}
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, `<!DOCTYPE html><link rel=icon href="data:,">`)
			for i := range n {
				fmt.Fprintf(w, `<iframe src="/mail/%d?%s" %s></iframe>`, i, r.URL.RawQuery, sandbox)
			}
		default:
			w.Header().Set("Content-Type", "image/gif")
			io.WriteString(w, pixel)
		}
	}))
}

// TestInBrowser: a real browser runs no script of any attack, asks nobody else for anything and complains about nothing, in the frame of
// a client and without any protection but the sanitizer. It also makes the same elements of the result as the parser that this package knows.
func TestInBrowser(t *testing.T) {
	ctx := browser(t)
	all := attacks(t)
	for _, m := range mails(t) {
		all = append(all, attack{kind: "mail", name: m.name, page: m.page})
	}
	var documents []string
	var results []Result
	for _, a := range all {
		r := HTML([]byte(a.page), proxying)
		documents = append(documents, r.Document(proxying))
		results = append(results, r)
	}
	server := mailServer(documents)
	defer server.Close()
	for _, mode := range []string{"csp", "bare"} {
		var o observed
		bodies := show(ctx, t, server.URL, mode, len(all), &o)
		checkObserved(t, mode, server.URL, &o)
		for i, in := range bodies {
			name := mode + ", " + all[i].kind + ", " + all[i].name
			if got := parsedAgain(t, in.Body); got != parsedAgain(t, results[i].HTML) {
				t.Errorf("%s: the browser has %s\nand the result is %s", name, got, results[i].HTML)
			}
			checkLinks(t, name, in, results[i])
		}
	}
}

// checkObserved checks that pages did nothing but load our pictures.
func checkObserved(t *testing.T, mode, server string, o *observed) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.canary) > 0 {
		t.Errorf("%s: scripts ran: %v", mode, o.canary)
	}
	if len(o.errors) > 0 {
		t.Errorf("%s: console: %v", mode, o.errors)
	}
	pictures := 0
	for _, url := range o.requests {
		path, ours := strings.CutPrefix(url, server)
		if !ours && url != "data:," || ours && !isExpected(path) {
			t.Errorf("%s: a request for %s", mode, url)
		}
		if strings.HasPrefix(path, "/part/") || strings.HasPrefix(path, "/proxy?") {
			pictures++
		}
	}
	if pictures < 10 {
		t.Errorf("%s: only %d pictures were asked for; the pages do not load", mode, pictures)
	}
}

// checkLinks checks that the browser follows links to where the reader is told that they lead.
func checkLinks(t *testing.T, name string, in shown, r Result) {
	t.Helper()
	for _, l := range in.Links {
		n, err := strconv.Atoi(l.Number)
		if err != nil {
			if l.Protocol != "http:" || l.Host != "127.0.0.1" {
				t.Errorf("%s: a link without a number to %s %s", name, l.Protocol, l.Host)
			}
			continue
		}
		link := r.Links[n]
		if link.Kind == "mailto" {
			continue // leads to the form for messages
		}
		told, err := url.Parse(link.Address)
		if err != nil || l.Protocol != link.Kind+":" || strings.Trim(l.Host, "[]") != told.Hostname() {
			t.Errorf("%s: the browser goes to %s %s, and the link says %s", name, l.Protocol, l.Host, link.Address)
		}
	}
}

var beginOfPre = regexp.MustCompile(`(<pre[^>]*>)\n+`)

func isExpected(path string) bool {
	return slices.ContainsFunc([]string{"/host?", "/mail/", "/part/", "/proxy?"}, func(p string) bool { return strings.HasPrefix(path, p) })
}

// parsedAgain is a body, as the browser or this package wrote it, in one form: they differ in line feeds at the beginning of pre, which count
// only if there are two.
func parsedAgain(t *testing.T, body string) string {
	t.Helper()
	nodes, err := parsePage([]byte(beginOfPre.ReplaceAllString(body, "$1")))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, n := range nodes {
		if err := xhtml.Render(&out, n); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// TestCanaryInBrowser: the canary of TestInBrowser sings when pages come as they are.
func TestCanaryInBrowser(t *testing.T) {
	ctx := browser(t)
	server := mailServer([]string{`<body><img src=x: onerror=canary()><img src="http://evil.test/a"><script>console.error(1)</script>`})
	defer server.Close()
	var o observed
	show(ctx, t, server.URL, "bare", 1, &o)
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.canary) == 0 || len(o.errors) == 0 || !slices.Contains(o.requests, "http://evil.test/a") {
		t.Errorf("scripts %v, console %v, requests %v", o.canary, o.errors, o.requests)
	}
}
