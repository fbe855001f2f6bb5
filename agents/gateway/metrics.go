package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/frontend"
	"zarafa/agents/gateway/mailstore"
)

// The protocols, as metrics and log call them.
const (
	protocolIMAP = string(mailstore.IMAP)
	protocolPOP3 = string(mailstore.POP3)
)

// The results of log-ons.
const (
	logOnAccepted = "accepted"
	logOnRefused  = "refused" // wrong name, password or token
	logOnFeature  = "feature" // not for this protocol
	logOnLimit    = "limit"   // too many connections of the user
	logOnAway     = "away"    // the server does not answer
	logOnFailed   = "failed"  // a fault
)

// metrics count what clients do.
type metrics struct {
	connections *frontend.Metrics
	commands    *prometheus.HistogramVec
	logOns      *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		connections: frontend.NewMetrics(r, "zarafa_gateway", protocolIMAP, protocolPOP3),
		commands: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zarafa_gateway_command_seconds", Help: "Commands, and how long they took.", Buckets: []float64{.001, .01, .1, 1, 10},
		}, []string{"protocol", "command"}),
		logOns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zarafa_gateway_logons_total",
			Help: "Log-ons: accepted, refused (wrong name or password), feature (not for the protocol), limit (too many of a user), away (no server) or failed.",
		}, []string{"protocol", "result"}),
	}
	r.MustRegister(m.commands, m.logOns)
	for _, p := range []string{protocolIMAP, protocolPOP3} {
		for _, result := range []string{logOnAccepted, logOnRefused, logOnFeature, logOnLimit, logOnAway, logOnFailed} {
			m.logOns.WithLabelValues(p, result)
		}
	}
	return m
}

func (m *metrics) command(protocol, name string, took time.Duration) {
	m.commands.WithLabelValues(protocol, name).Observe(took.Seconds())
}

// resultOf is the result of a log-on as the metric says it.
func resultOf(err error) string {
	if err == nil {
		return logOnAccepted
	}
	switch mailstore.CodeOf(err) {
	case mailstore.AuthenticationFailed:
		return logOnRefused
	case mailstore.AuthorizationFailed:
		return logOnFeature
	case mailstore.Limit:
		return logOnLimit
	case mailstore.Unavailable:
		return logOnAway
	}
	return logOnFailed
}
