package webaccess

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/webaccess/api"
)

// metrics count what operators want to see.
type metrics struct {
	requests *prometheus.CounterVec
	logOns   *prometheus.CounterVec
}

// newMetrics registers them.
func newMetrics(r prometheus.Registerer, sessions func() int) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zarafa_webaccess_requests_total", Help: "Answered requests, by HTTP status.",
		}, []string{"status"}),
		logOns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zarafa_webaccess_logons_total", Help: "Attempts to log on: ok, or what the answer was.",
		}, []string{"result"}),
	}
	r.MustRegister(m.requests, m.logOns, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "zarafa_webaccess_sessions", Help: "Sessions of browsers.",
	}, func() float64 { return float64(sessions()) }))
	return m
}

func (m *metrics) loggedOn(err error) {
	result := "ok"
	if err != nil {
		p := api.ProblemOf(err)
		result = string(p.Code)
	}
	m.logOns.WithLabelValues(result).Inc()
}

// count counts the answers of a handler.
func (m *metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s := &statusWriter{ResponseWriter: rw}
		defer func() {
			m.requests.WithLabelValues(strconv.Itoa(max(s.status, http.StatusOK))).Inc()
		}()
		next.ServeHTTP(s, r)
	})
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes it.
func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find what is below.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
