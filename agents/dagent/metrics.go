package dagent

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/dagent/lmtp"
)

// metrics count deliveries by how they went.
type metrics struct{ deliveries *prometheus.CounterVec }

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "zarafa_dagent_deliveries_total", Help: "Deliveries, one for each recipient: delivered, expired, refused or failed (to be tried again).",
	}, []string{"result"})}
	if r != nil {
		r.MustRegister(m.deliveries)
	}
	for _, result := range []string{"delivered", "expired", "refused", "failed"} {
		m.deliveries.WithLabelValues(result)
	}
	return m
}

func (m *metrics) count(err error) { m.deliveries.WithLabelValues(resultOf(err)).Inc() }

func resultOf(err error) string {
	status, ok := errors.AsType[*lmtp.Status](err)
	switch {
	case err == nil:
		return "delivered"
	case ok && status.Code/100 == 2:
		return "expired"
	case ok && !status.Temporary():
		return "refused"
	}
	return "failed"
}
