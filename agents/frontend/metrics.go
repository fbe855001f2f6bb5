package frontend

import "github.com/prometheus/client_golang/prometheus"

// Why a connection is refused or comes to nothing, as the metric says it.
const (
	refusedTotal     = "total"     // too many connections
	refusedAddress   = "address"   // too many of one address
	refusedHandshake = "handshake" // TLS did not begin
)

// Metrics count connections by protocol.
type Metrics struct {
	open     *prometheus.GaugeVec
	accepted *prometheus.CounterVec
	refused  *prometheus.CounterVec
}

// NewMetrics registers the metrics under a program's prefix, such as zarafa_gateway, with a series for each protocol.
func NewMetrics(r prometheus.Registerer, prefix string, protocols ...string) *Metrics {
	m := &Metrics{
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "_connections", Help: "Connections that are open.",
		}, []string{"protocol"}),
		accepted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "_connections_total", Help: "Connections that were accepted.",
		}, []string{"protocol"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "_connections_refused_total", Help: "Connections that were refused: too many in total, too many of an address, or no handshake of TLS.",
		}, []string{"protocol", "reason"}),
	}
	r.MustRegister(m.open, m.accepted, m.refused)
	for _, p := range protocols {
		m.open.WithLabelValues(p)
		m.accepted.WithLabelValues(p)
		for _, reason := range []string{refusedTotal, refusedAddress, refusedHandshake} {
			m.refused.WithLabelValues(p, reason)
		}
	}
	return m
}
