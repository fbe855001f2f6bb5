package status

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func get(t *testing.T, s *Status, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestHealth(t *testing.T) {
	s := New("zarafa-test", "1")
	var broken error
	s.AddCheck("database", func() error { return broken })
	if code, body := get(t, s, "/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "starting") {
		t.Errorf("while starting: %d %q", code, body)
	}
	s.SetServing(true)
	if code, body := get(t, s, "/healthz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("while serving: %d %q", code, body)
	}
	broken = errors.New("connection refused")
	if code, body := get(t, s, "/healthz"); code != http.StatusServiceUnavailable || body != "database: connection refused\n" {
		t.Errorf("while broken: %d %q", code, body)
	}
	broken = nil
	s.SetServing(false)
	if code, _ := get(t, s, "/healthz"); code != http.StatusServiceUnavailable {
		t.Errorf("while stopping: %d", code)
	}
}

func TestMetrics(t *testing.T) {
	s := New("zarafa-test", "1.2")
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "zarafa_calls_total"})
	s.Registry().MustRegister(counter)
	counter.Inc()
	code, body := get(t, s, "/metrics")
	for _, want := range []string{"zarafa_calls_total 1", `zarafa_build_info{program="zarafa-test",version="1.2"} 1`, "go_goroutines", "process_resident_memory_bytes"} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, no %q", code, want)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{"/", "/debug/pprof/", "/metrics/x"} {
		if code, _ := get(t, New("a", "1"), path); code != http.StatusNotFound {
			t.Errorf("%s gives %d", path, code)
		}
	}
}

func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	s := New("a", "1")
	s.SetServing(true)
	go func() { ended <- s.Serve(ctx, l, slog.New(slog.DiscardHandler)) }()
	response, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ok\n" {
		t.Errorf("got %q, %v", body, err)
	}
	response.Body.Close()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
