// Package browsertest drives the web client in a real browser, for tests: page objects with the mouse and, for the same scenarios, with the keyboard
// alone. A [Page] belongs to one goroutine. Whatever a page writes to the console as an error, or its policy forbids, fails the test.
package browsertest

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"zarafa/agents/webaccess/browsertest/fake"
	"zarafa/agents/webaccess/bundle"
)

// patience ends a scenario that waits for what never comes.
const patience = 2 * time.Minute

// Sources is the folder of the client, from a package beside it.
const Sources = "../ui"

// Pages bundles the client.
func Pages(t *testing.T) map[string][]byte {
	t.Helper()
	if err := bundle.Fetch(t.Context(), Sources); err != nil {
		missing(t, err.Error())
	}
	b, err := bundle.Build(Sources)
	if err != nil {
		t.Fatal(err)
	}
	return b.Files
}

// missing skips a test on a machine without what it needs. Continuous integration installs it, so there it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" && os.Getenv("ZARAFA_SKIP_BROWSER") == "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Look is how a browser shows pages.
type Look struct {
	Width, Height int64
	Dark          bool
	Touch         bool
}

// Looks of the screens that are tested.
var (
	Wide  = Look{Width: 1440, Height: 900}
	Dark  = Look{Width: 1440, Height: 900, Dark: true}
	Phone = Look{Width: 390, Height: 844, Touch: true}
)

// Page is a window of a browser.
type Page struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	errors  []string
	foreign []string
}

// Browse starts a browser of its own, with an empty profile.
func Browse(t *testing.T, look Look) *Page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium is not installed (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-GB"), chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closePage := chromedp.NewContext(allocator)
	t.Cleanup(closePage)
	ctx, end := context.WithTimeout(ctx, patience)
	t.Cleanup(end)
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.heard); err != nil {
		t.Fatal(err)
	}
	p.look(look)
	t.Cleanup(p.clean)
	return p
}

// must fails the test for an error of a command.
func must[R any](t *testing.T) func(R, error) {
	return func(_ R, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (p *Page) look(l Look) {
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	done := must[cdp.Empty](p.t)
	done(chromedp.Call(p.ctx, log.Enable, cdp.Empty{}))
	done(chromedp.Call(p.ctx, network.Enable, network.EnableParams{}))
	done(chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.Width, Height: l.Height, DeviceScaleFactor: 1, Mobile: l.Touch}))
	done(chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}))
	done(chromedp.Call(p.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "UTC"}))
}

// heard notes what a page must not do.
func (p *Page) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.errors = append(p.errors, text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var text []string
			for _, a := range e.Args {
				text = append(text, string(a.Value)+a.Description)
			}
			p.errors = append(p.errors, strings.Join(text, " "))
		}
	case *log.EventEntryAdded:
		// That there is no session yet is known from just this answer, which browsers call an error.
		unknown := strings.Contains(e.Entry.Text, "401") && strings.HasSuffix(e.Entry.URL, "/api")
		if !unknown && (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) {
			p.errors = append(p.errors, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "http://127.0.0.1:") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") && u != "about:blank" {
			p.foreign = append(p.foreign, u)
		}
	}
}

// clean fails the test for errors of the console, reports of the policy and requests to other hosts.
func (p *Page) clean() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.errors {
		p.t.Errorf("the console says: %s", e)
	}
	for _, u := range p.foreign {
		p.t.Errorf("the page asked another host: %s", u)
	}
}

// Allow takes an error out of the console's that a scenario means to provoke.
func (p *Page) Allow(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.errors[:0]
	for _, e := range p.errors {
		if !strings.Contains(e, part) {
			kept = append(kept, e)
		}
	}
	p.errors = kept
}

// Fake starts a server with n messages.
func Fake(t *testing.T, n int) (*fake.Server, string) {
	t.Helper()
	s := fake.New(Pages(t), n)
	server := httptest.NewServer(s)
	t.Cleanup(server.CloseClientConnections)
	return s, server.URL + "/"
}
