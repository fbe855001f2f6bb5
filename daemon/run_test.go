package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/pflag"

	"zarafa/daemon/settings"
)

// testConfig is the configuration of a small daemon.
type testConfig struct {
	common Common
	name   string
	port   int
}

func (c *testConfig) Common() *Common { return &c.common }

func (c *testConfig) Sections() []settings.Section {
	return append([]settings.Section{{Title: "Test", Options: []settings.Option{
		{Name: "server_name", Default: "default", Value: settings.Text(&c.name), Reloadable: true, Doc: "A name."},
		{Name: "server_port", Default: "1", Value: settings.Int(&c.port, 0, 9), Doc: "A port."},
	}}}, c.common.Sections()...)
}

func (c *testConfig) Finish(s *settings.Set) error {
	if c.name == "" {
		return s.Problem("server_name", "is empty", "write a name")
	}
	return nil
}

// testService records what the life cycle does with it.
type testService struct {
	log     *slog.Logger
	reloads chan testConfig
	finish  func(ctx context.Context) error // what Serve does after it has begun
	serving chan struct{}
}

func (s *testService) Serve(ctx context.Context) error {
	close(s.serving)
	if s.finish != nil {
		return s.finish(ctx)
	}
	<-ctx.Done()
	return nil
}

func (s *testService) Reload(cfg *testConfig) { s.reloads <- *cfg }
func (s *testService) Healthy() error         { return nil }

// output is a buffer that several goroutines may use.
type output struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written sync.Cond // on mu; its L is set by await
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written.Broadcast()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// await waits until the output has the text.
func (o *output) await(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written.L = &o.mu
	for !strings.Contains(o.buf.String(), text) {
		o.written.Wait()
	}
}

// harness runs a program.
type harness struct {
	program  Program[*testConfig]
	service  *testService
	signals  chan os.Signal
	out, err output
	opened   *testConfig
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{
		service: &testService{reloads: make(chan testConfig, 1), serving: make(chan struct{})},
		signals: make(chan os.Signal),
	}
	h.program = Program[*testConfig]{
		Name: "zarafa-test", Version: "1.2.3", ConfigFile: "/nonexistent/test.cfg",
		New: func() *testConfig { return new(testConfig) },
		Open: func(_ context.Context, cfg *testConfig, env Env) (Service[*testConfig], error) {
			h.opened, h.service.log = cfg, env.Log
			return h.service, nil
		},
	}
	return h
}

func (h *harness) run(ctx context.Context, args ...string) int {
	return h.program.Run(ctx, args, Process{Out: &h.out, Err: &h.err, Signals: h.signals})
}

// start runs the program in the background and returns where its status arrives.
func (h *harness) start(ctx context.Context, args ...string) <-chan int {
	status := make(chan int, 1)
	go func() { status <- h.run(ctx, args...) }()
	return status
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTermStopsGracefully(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		h := newHarness(t)
		status := h.start(t.Context(), "--log-file=-", "--log_level=4")
		<-h.service.serving
		h.signals <- sig
		if got := <-status; got != 0 {
			t.Errorf("%v: status %d: %s", sig, got, h.err.String())
		}
		for _, want := range []string{"msg=starting", "msg=started", "msg=stopping", "msg=stopped"} {
			if !strings.Contains(h.err.String(), want) {
				t.Errorf("no %s in %s", want, h.err.String())
			}
		}
	}
}

func TestEndOfContextStops(t *testing.T) {
	h := newHarness(t)
	ctx, stop := context.WithCancel(t.Context())
	status := h.start(ctx, "--log-file=-")
	<-h.service.serving
	stop()
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, h.err.String())
	}
}

func TestServiceErrors(t *testing.T) {
	for name, finish := range map[string]func(context.Context) error{
		"fails":          func(context.Context) error { return errors.New("disk full") },
		"ends by itself": func(context.Context) error { return nil },
	} {
		h := newHarness(t)
		h.service.finish = finish
		if got := h.run(t.Context(), "--log-file=-"); got != 1 {
			t.Errorf("%s: status %d", name, got)
		}
		if n := strings.Count(h.err.String(), "\n"); n != 1 {
			t.Errorf("%s: the error is told %d times:\n%s", name, n, h.err.String())
		}
	}
}

// A program whose work has an end, has it with status 0, also if it is asked to stop just then.
func TestDone(t *testing.T) {
	for _, asked := range []bool{false, true} {
		h := newHarness(t)
		ctx, stop := context.WithCancel(t.Context())
		h.service.finish = func(context.Context) error {
			if asked {
				stop()
			}
			return fmt.Errorf("one round: %w", ErrDone)
		}
		if got := h.run(ctx, "--log-file=-"); got != 0 || h.err.String() != "" {
			t.Errorf("asked to stop %v: status %d, %s", asked, got, h.err.String())
		}
		stop()
	}
}

// What a program takes besides options is its own to judge.
func TestArguments(t *testing.T) {
	for args, status := range map[string]int{"one": 0, "one two": 1} {
		h := newHarness(t)
		var got []string
		h.program.Arguments = func(args []string) error {
			if got = args; len(args) > 1 {
				return errors.New("too many arguments")
			}
			return nil
		}
		if s := h.run(t.Context(), append([]string{"--dump-config"}, strings.Fields(args)...)...); s != status || strings.Join(got, " ") != args {
			t.Errorf("%s: status %d, arguments %q", args, s, got)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	h := newHarness(t)
	h.program.Open = func(context.Context, *testConfig, Env) (Service[*testConfig], error) {
		return nil, errors.New("no database")
	}
	if got := h.run(t.Context(), "--log-file=-"); got != 1 || h.err.String() != "zarafa-test: no database\n" {
		t.Errorf("status %d, %q", got, h.err.String())
	}
}

func TestTermWhileStarting(t *testing.T) {
	h := newHarness(t)
	opening := make(chan struct{})
	h.program.Open = func(ctx context.Context, _ *testConfig, _ Env) (Service[*testConfig], error) {
		close(opening)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	status := h.start(t.Context(), "--log-file=-")
	<-opening
	h.signals <- syscall.SIGTERM
	if got := <-status; got != 0 {
		t.Errorf("status %d: %s", got, h.err.String())
	}
}

func TestStopLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		release := make(chan struct{})
		h.service.finish = func(context.Context) error { <-release; return nil }
		h.signals = make(chan os.Signal)
		status := h.start(t.Context(), "--log-file=-")
		<-h.service.serving
		began := time.Now()
		h.signals <- syscall.SIGTERM
		if got := <-status; got != 1 || !strings.Contains(h.err.String(), "did not finish within 1m10s") {
			t.Errorf("status %d: %s", got, h.err.String())
		}
		if took := time.Since(began); took != defaultStopLimit {
			t.Errorf("took %v", took)
		}
		close(release)
	})
}

func TestSecondSignalAbandons(t *testing.T) {
	synctest.Test(t, secondSignalAbandons)
}

func secondSignalAbandons(t *testing.T) {
	h := newHarness(t)
	release := make(chan struct{})
	defer close(release)
	h.service.finish = func(context.Context) error { <-release; return nil }
	status := h.start(t.Context(), "--log-file=-")
	<-h.service.serving
	h.signals <- syscall.SIGTERM
	h.signals <- syscall.SIGTERM
	if got := <-status; got != 1 || !strings.Contains(h.err.String(), "second signal") {
		t.Errorf("status %d: %s", got, h.err.String())
	}
}

// TestSecondSignalWaitsForAnIdleService sends both signals at once to a service that has nothing to finish but takes a moment to close.
func TestSecondSignalWaitsForAnIdleService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.service.finish = func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(100 * time.Millisecond) // of the bubble's clock
			return nil
		}
		status := h.start(t.Context(), "--log-file=-")
		<-h.service.serving
		h.signals <- syscall.SIGTERM
		h.signals <- syscall.SIGTERM
		if got := <-status; got != 0 || strings.Contains(h.err.String(), "abandoned") {
			t.Errorf("status %d: %s", got, h.err.String())
		}
	})
}

func TestHUPReloads(t *testing.T) {
	h := newHarness(t)
	path := configFile(t, "server_name = one\nserver_port = 2\nlog_file = -")
	status := h.start(t.Context(), "-c", path, "--log-level=4")
	<-h.service.serving
	if h.opened.name != "one" || h.opened.port != 2 {
		t.Errorf("opened with %+v", h.opened)
	}
	rewrite := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rewrite("server_name = two\nserver_port = 3\nlog_file = -")
	h.signals <- syscall.SIGHUP
	if got := <-h.service.reloads; got.name != "two" || got.port != 2 {
		t.Errorf("reloaded with %+v", got)
	}
	rewrite("log_file = -\nnonsense = 1")
	h.signals <- syscall.SIGHUP
	h.err.await("nonsense: there is no such setting")
	rewrite("log_file = -")
	h.signals <- syscall.SIGHUP
	if got := <-h.service.reloads; got.name != "default" {
		t.Errorf("a setting that left the file is %q after reload", got.name)
	}
	h.signals <- syscall.SIGTERM
	if got := <-status; got != 0 {
		t.Errorf("status %d", got)
	}
	if !strings.Contains(h.err.String(), "server_port has changed, which takes effect at the next restart") {
		t.Errorf("log:\n%s", h.err.String())
	}
}

func TestCommandLine(t *testing.T) {
	path := configFile(t, "server_name = file\nunknown = 1")
	tests := []struct {
		name     string
		args     []string
		status   int
		out, err string
	}{
		{"version", []string{"-V"}, 0, "zarafa-test 1.2.3\n", ""},
		{"help", []string{"--help"}, 0, "Usage: zarafa-test", ""},
		{"unknown option", []string{"--nonsense"}, 1, "", "unknown flag: --nonsense"},
		{"positional argument", []string{"start"}, 1, "", `unexpected argument "start"`},
		{"dump", []string{"--dump-config", "--server-name=x"}, 0, "server_name = x\n", ""},
		{"underscores", []string{"--dump-config", "--server_name=x"}, 0, "server_name = x\n", ""},
		{"unknown setting in the file", []string{"-c", path, "--dump-config"}, 1, "", path + ":2: unknown: there is no such setting"},
		{"ignored unknown setting", []string{"-c", path, "--dump-config", "--ignore-unknown-config-options"}, 0, "server_name = file\n", "warning:"},
		{"missing file that was named", []string{"-c", "/nonexistent/a", "--dump-config"}, 1, "", "no such file"},
		{"old options", []string{"-F", "-i", "-u", "--dump-config"}, 0, "server_name = default\n", ""},
		{"bad value", []string{"--server-port=x", "--dump-config"}, 1, "", `command line: server_port: "x" is not a whole number`},
		{"check between settings", []string{"--server-name=", "--dump-config"}, 1, "", "command line: server_name: is empty; write a name"},
		{"log file", []string{"--log-file=/nonexistent/folder/log"}, 1, "", "log_file: open /nonexistent"},
		{"status address", []string{"--status-listen=unix:/nonexistent/s"}, 1, "", "status_listen: listen on unix:"},
		{"unknown user", []string{"--run-as-user=nobody-of-this-name", "--log-file=-"}, unknownUserStatus(), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			ctx, stop := context.WithCancel(t.Context())
			stop() // nothing here should come as far as serving
			status := h.run(ctx, tt.args...)
			if status != tt.status || !strings.Contains(h.out.String(), tt.out) || !strings.Contains(h.err.String(), tt.err) {
				t.Errorf("status %d\nstdout %s\nstderr %s", status, h.out.String(), h.err.String())
			}
		})
	}
}

// unknownUserStatus is the exit status for a run_as_user that does not exist: only
// root can become somebody else, and so only root looks.
func unknownUserStatus() int {
	if os.Geteuid() == 0 {
		return 1
	}
	return 0
}

func TestOwnFlags(t *testing.T) {
	h := newHarness(t)
	var restart bool
	h.program.Flags = func(fs *pflag.FlagSet) { fs.BoolVarP(&restart, "restart-searches", "R", false, "rebuild") }
	if got := h.run(t.Context(), "-R", "--dump-config"); got != 0 || !restart {
		t.Errorf("status %d, restart %v", got, restart)
	}
}

func TestBindComesBeforeOpen(t *testing.T) {
	h := newHarness(t)
	h.program.Bind = func(context.Context, *testConfig) error { return errors.New("port in use") }
	if got := h.run(t.Context(), "--log-file=-"); got != 1 || h.opened != nil || h.err.String() != "zarafa-test: port in use\n" {
		t.Errorf("status %d, opened %v, %q", got, h.opened, h.err.String())
	}
}

func TestStatusListener(t *testing.T) {
	h := newHarness(t)
	socket := filepath.Join(t.TempDir(), "status")
	status := h.start(t.Context(), "--log-file=-", "--status-listen=unix:"+socket, "--log-level=4")
	<-h.service.serving
	h.err.await("msg=started")
	if code := healthCode(t, socket); code != 200 {
		t.Errorf("healthy service: %d", code)
	}
	h.signals <- syscall.SIGTERM
	if got := <-status; got != 0 {
		t.Errorf("status %d", got)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the status socket is left behind")
	}
}

// healthCode asks a status listener on a unix socket for /healthz.
func healthCode(t *testing.T, socket string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	response, err := client.Get("http://status/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
