package webaccess

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/daemon"
	"zarafa/server/servertest"
)

// The program serves http and https below its path, and stops in good order although browsers listen to events.
func TestServe(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	key := servertest.NewKey(t, servertest.Folder(t), "web")
	cfg := w.config("web_listen = 127.0.0.1:0\nwebs_listen = 127.0.0.1:0\nweb_path = /webmail\nssl_private_key_file = " + key.Pair + "\nssl_certificate_file = " + key.Pair + "\n")
	w.must(cfg.Bind(t.Context()))
	registry := prometheus.NewRegistry()
	web := newWeb(cfg, daemon.Env{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: registry}, time.Now)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx) }()

	pair, err := os.ReadFile(key.Pair)
	w.must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pair)
	for _, base := range []string{"http://" + cfg.plain[0].Addr().String(), "https://" + cfg.secure[0].Addr().String()} {
		jar, err := cookiejar.New(nil)
		w.must(err)
		c := &http.Client{Jar: jar, Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
		defer c.CloseIdleConnections()
		get := func(path string) (*http.Response, string) {
			t.Helper()
			resp, err := c.Get(base + path)
			w.must(err)
			defer resp.Body.Close()
			return resp, readAll(t, resp.Body)
		}
		if resp, text := get("/webmail/"); resp.StatusCode != http.StatusServiceUnavailable || text != missing {
			t.Errorf("%s %s", resp.Status, text)
		}
		if resp, _ := get("/api/rows"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("outside of the path: %s", resp.Status)
		}
		resp, err := c.Post(base+"/webmail/api/logon", "application/json", strings.NewReader(`{"user":"alice","password":"secret"}`))
		w.must(err)
		var user map[string]any
		w.must(json.NewDecoder(resp.Body).Decode(&user))
		resp.Body.Close()
		secure := strings.HasPrefix(base, "https")
		if resp.StatusCode != 200 || user["name"] != "alice" || resp.Cookies()[0].Secure != secure || secure && resp.ProtoMajor != 2 {
			t.Errorf("%s: %s %v %v %s", base, resp.Status, user, resp.Cookies(), resp.Proto)
		}
		events, err := c.Get(base + "/webmail/api/events")
		w.must(err)
		defer events.Body.Close()
		lines := bufio.NewScanner(events.Body)
		for lines.Scan() && lines.Text() != "event: hello" {
		}
		if lines.Text() != "event: hello" {
			t.Errorf("%s", lines.Text())
		}
		defer func() {
			if _, err := io.Copy(io.Discard, events.Body); err != nil {
				t.Errorf("the stream is cut off: %v", err)
			}
		}()
	}
	if n := web.sessions.Count(); n != 2 {
		t.Errorf("%d sessions", n)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if n := web.sessions.Count(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	families, err := registry.Gather()
	w.must(err)
	if len(families) != 3 {
		t.Errorf("%d families of metrics", len(families))
	}
}
