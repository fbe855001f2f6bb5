package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// groupHarness runs programs in one process.
type groupHarness struct {
	*harness // the first
	second   *harness
	group    Group
	mu       sync.Mutex
	told     []string
}

func newGroupHarness(t *testing.T, first, second string) *groupHarness {
	t.Helper()
	g := &groupHarness{harness: newHarness(t), second: newHarness(t)}
	g.second.program.Name = "zarafa-second"
	for _, p := range []struct {
		h    *harness
		text string
	}{{g.harness, first}, {g.second, second}} {
		p.h.program.ConfigFile = configFile(t, p.text)
		made, err := p.h.program.Part("-c", p.h.program.ConfigFile)
		if err != nil {
			t.Fatal(err)
		}
		g.group.Parts = append(g.group.Parts, made)
	}
	g.group.Name, g.group.Version = "zarafa-all", "1.2.3"
	return g
}

func (g *groupHarness) run(ctx context.Context) int {
	return g.group.Run(ctx, Process{Out: &g.out, Err: &g.err, Signals: g.signals, Notify: func(state string) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.told = append(g.told, state)
		return nil
	}})
}

func (g *groupHarness) begin(ctx context.Context) <-chan int {
	status := make(chan int, 1)
	go func() { status <- g.run(ctx) }()
	<-g.service.serving
	<-g.second.service.serving
	return status
}

// The first part is there as long as another one works.
func TestGroupOrder(t *testing.T) {
	g := newGroupHarness(t, "log_file = -\nlog_level = 4", "server_name = b")
	var mu sync.Mutex
	var order []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, what)
	}
	finish := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			<-ctx.Done()
			note(name)
			return nil
		}
	}
	g.service.finish, g.second.service.finish = finish("first"), finish("second")
	status := g.begin(t.Context())
	g.err.await("msg=started")
	g.signals <- syscall.SIGTERM
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, g.err.String())
	}
	if got := strings.Join(order, " "); got != "second first" {
		t.Errorf("they stopped in the order %s", got)
	}
	if got := strings.Join(g.told, " "); got != "READY=1 STOPPING=1" {
		t.Errorf("the service manager was told %s", got)
	}
	if g.second.opened.name != "b" {
		t.Errorf("the second has the settings %+v", g.second.opened)
	}
}

// A reload reaches all, but not who has a mistake in his settings.
func TestGroupReload(t *testing.T) {
	g := newGroupHarness(t, "log_file = -", "server_name = b")
	status := g.begin(t.Context())
	write := func(h *harness, text string) {
		if err := os.WriteFile(h.program.ConfigFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(g.harness, "log_file = -\nserver_name = first")
	write(g.second, "server_name = second\nlog_level = 6")
	g.signals <- syscall.SIGHUP
	if a, b := <-g.service.reloads, <-g.second.service.reloads; a.name != "first" || b.name != "second" {
		t.Errorf("reloaded with %q and %q", a.name, b.name)
	}
	g.err.await("log_level has no effect in " + g.second.program.ConfigFile + ", since zarafa-test runs in the same process")
	write(g.harness, "nonsense = 1")
	write(g.second, "server_name = third")
	g.signals <- syscall.SIGHUP
	if b := <-g.second.service.reloads; b.name != "third" {
		t.Errorf("reloaded with %q", b.name)
	}
	g.err.await("nonsense: there is no such setting")
	g.signals <- syscall.SIGTERM
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, g.err.String())
	}
}

// When one fails all stop, and the error says which it was.
func TestGroupFails(t *testing.T) {
	for name, failing := range map[string]func(*groupHarness) *harness{
		"zarafa-test":   func(g *groupHarness) *harness { return g.harness },
		"zarafa-second": func(g *groupHarness) *harness { return g.second },
	} {
		g := newGroupHarness(t, "log_file = -", "")
		failing(g).service.finish = func(context.Context) error { return errors.New("disk full") }
		if got := g.run(t.Context()); got != 1 || g.err.String() != "zarafa-all: "+name+": disk full\n" {
			t.Errorf("%s: status %d: %s", name, got, g.err.String())
		}
	}
	g := newGroupHarness(t, "log_file = -", "")
	g.second.program.Open = func(context.Context, *testConfig, Env) (Service[*testConfig], error) {
		return nil, errors.New("no plugin")
	}
	g.group.Parts[1], _ = g.second.program.Part("-c", g.second.program.ConfigFile)
	if got := g.run(t.Context()); got != 1 || g.err.String() != "zarafa-all: zarafa-second: no plugin\n" {
		t.Errorf("status %d: %s", got, g.err.String())
	}
}

// All mistakes in the settings are told at once, and nothing starts.
func TestGroupSettings(t *testing.T) {
	g := newGroupHarness(t, "server_port = x", "nonsense = 1")
	if got := g.run(t.Context()); got != 1 || g.opened != nil {
		t.Errorf("status %d", got)
	}
	for _, want := range []string{"zarafa-test: ", "server_port", "zarafa-second: ", "nonsense"} {
		if !strings.Contains(g.err.String(), want) {
			t.Errorf("no %s in %s", want, g.err.String())
		}
	}
}

// The service manager hears on its socket when the daemon is ready and when it stops.
func TestNotify(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "n")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	h := newHarness(t)
	status := make(chan int, 1)
	go func() {
		status <- h.program.Run(t.Context(), []string{"--log-file=-"}, Process{Out: &h.out, Err: &h.err, Signals: h.signals, Notify: notifier(socket)})
	}()
	hear := func() string {
		var b [64]byte
		n, err := manager.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	if got := hear(); got != "READY=1" {
		t.Errorf("told %q", got)
	}
	h.signals <- syscall.SIGTERM
	if got := hear(); got != "STOPPING=1" {
		t.Errorf("told %q", got)
	}
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, h.err.String())
	}
	if notifier("") != nil {
		t.Error("there is somebody to tell without a socket")
	}
	if err := notifier(socket + "/none")("READY=1"); err == nil || !strings.Contains(err.Error(), "READY=1") {
		t.Error(err)
	}
}
