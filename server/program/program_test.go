package program

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zarafa/daemon"
	"zarafa/server/config"
)

// fakeServer answers "hello" on the unix socket.
type fakeServer struct {
	cfg      *config.Config
	serving  chan struct{}
	reloaded chan *config.Config
}

func (s *fakeServer) Serve(ctx context.Context) error {
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	close(s.serving)
	if err := server.Serve(s.cfg.Sockets.Pipe[0]); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func (s *fakeServer) Reload(cfg *config.Config) { s.reloaded <- cfg }
func (s *fakeServer) Healthy() error            { return nil }

// get asks a unix socket.
func get(t *testing.T, socket, path string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	response, err := client.Get("http://server" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestServer(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "server.cfg")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	socket, status := filepath.Join(folder, "s"), filepath.Join(folder, "status")
	const rest = "\nlog_method = off\nserver_listen =\n"
	write("quota_warn = 1" + rest)
	fake := &fakeServer{serving: make(chan struct{}), reloaded: make(chan *config.Config, 1)}
	signals := make(chan os.Signal)
	ended := make(chan int, 1)
	var out bytes.Buffer
	p := program("unknown", config.Start{}, func(_ context.Context, cfg *config.Config, _ daemon.Env) (daemon.Service[*config.Config], error) {
		fake.cfg = cfg
		return fake, nil
	})
	go func() {
		ended <- p.Run(t.Context(), []string{"-c", file, "-R", "--server-pipe-name=" + socket, "--status-listen=unix:" + status},
			daemon.Process{Out: &out, Err: &out, Signals: signals})
	}()
	<-fake.serving
	if got := get(t, socket, "/"); got != "hello" {
		t.Errorf("the socket answers %q", got)
	}
	if got := get(t, status, "/metrics"); !strings.Contains(got, `program="zarafa-server"`) {
		t.Errorf("metrics:\n%s", got)
	}
	write("quota_warn = 2" + rest)
	signals <- syscall.SIGHUP
	if got := <-fake.reloaded; got.Quota.Warn != 2 || !got.Start.RestartSearches {
		t.Errorf("reloaded with %+v", got.Quota)
	}
	signals <- syscall.SIGTERM
	if got := <-ended; got != 0 {
		t.Errorf("status %d: %s", got, out.String())
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is left behind")
	}
}

func TestOldStartScripts(t *testing.T) {
	var out, errors bytes.Buffer
	args := []string{"-F", "--force-database-upgrade", "--override-multiserver-lock", "--ignore-attachment-storage-conflict",
		"--server_tcp_port=2236", "-c", "/dev/null", "--dump-config"}
	if got := program("unknown", config.Start{}, open).Run(t.Context(), args, daemon.Process{Out: &out, Err: &errors}); got != 0 {
		t.Fatalf("status %d: %s", got, errors.String())
	}
	if !strings.Contains(out.String(), "\nserver_listen = *:2236\n") {
		t.Errorf("dump:\n%s", out.String())
	}
}
