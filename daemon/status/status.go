// Package status serves what the people and machines that watch a daemon ask for:
// /healthz and Prometheus /metrics, on an address of their own, so that neither is
// open to the daemon's clients.
//
// A [Status] owns the registry of metrics and the list of health checks. Both may
// be added to while it serves, from any goroutine. There is no default registry: a
// package that counts something gets the registry passed in.
package status

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check reports what keeps the daemon from doing its work, or nil. It is called
// for every question, so it must be quick and must not wait.
type Check func() error

// Status answers /healthz and /metrics.
type Status struct {
	registry *prometheus.Registry
	serving  atomic.Bool

	mu     sync.Mutex
	checks []namedCheck
}

type namedCheck struct {
	name  string
	check Check
}

// processorTimes matches the runtime's metrics of what the processors' time went to.
var processorTimes = regexp.MustCompile("^/cpu/classes/")

// New returns the status of a daemon that is starting. Its registry has the
// metrics of the Go runtime, of the process and of the build.
func New(program, version string) *Status {
	r := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "zarafa_build_info",
		Help:        "Always 1; the labels name the program and its version.",
		ConstLabels: prometheus.Labels{"program": program, "version": version},
	})
	build.Set(1)
	// The collector's share of the processors is what an operator who sets the caches too large sees first.
	runtime := collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{Matcher: processorTimes}))
	r.MustRegister(build, runtime, collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Status{registry: r}
}

// Registry is where the daemon's packages register their metrics.
func (s *Status) Registry() *prometheus.Registry { return s.registry }

// AddCheck adds a condition for being healthy.
func (s *Status) AddCheck(name string, check Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checks = append(s.checks, namedCheck{name, check})
}

// SetServing says whether the daemon does its work: false while it starts and
// stops.
func (s *Status) SetServing(serving bool) { s.serving.Store(serving) }

// Healthy returns nil only while the daemon serves and all checks pass.
func (s *Status) Healthy() error {
	if !s.serving.Load() {
		return errors.New("starting or stopping")
	}
	s.mu.Lock()
	checks := s.checks[:len(s.checks):len(s.checks)]
	s.mu.Unlock()
	var failed []error
	for _, c := range checks {
		if err := c.check(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(failed...)
}

// Handler serves /healthz and /metrics.
func (s *Status) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		Registry: s.registry, MaxRequestsInFlight: maxInFlight,
	}))
	return mux
}

func (s *Status) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := s.Healthy(); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}

// Limits of the status listener.
const (
	requestTime    = 10 * time.Second
	maxHeaderBytes = 8 << 10
	maxInFlight    = 4 // readings of all metrics at a time
)

// Serve answers on the listener until ctx ends and closes it then.
func (s *Status) Serve(ctx context.Context, l net.Listener, log *slog.Logger) error {
	server := http.Server{
		Handler:        s.Handler(),
		ReadTimeout:    requestTime,
		WriteTimeout:   requestTime,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
