package spooler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/spooler/queue"
)

// metrics are what the status listener tells.
type metrics struct {
	length, oldest                             prometheus.Gauge
	deliveries, rejections, deferrals, retries prometheus.Counter
	failures                                   prometheus.Counter
}

func newMetrics(r *prometheus.Registry) *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "zarafa", Subsystem: "spooler", Name: name, Help: help})
		r.MustRegister(g)
		return g
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "zarafa", Subsystem: "spooler", Name: name, Help: help})
		r.MustRegister(c)
		return c
	}
	return &metrics{
		length:     gauge("queue_length", "Mails in the outgoing queue."),
		oldest:     gauge("queue_oldest_seconds", "Age of the oldest mail in the outgoing queue that may be sent."),
		deliveries: counter("deliveries_total", "Recipients for whom the relay took a mail."),
		rejections: counter("rejections_total", "Recipients whom the relay refused, or who were refused here."),
		deferrals:  counter("deferrals_total", "Recipients for whom the relay did not take a mail yet."),
		retries:    counter("retries_total", "Attempts after which a mail is tried again."),
		failures:   counter("failures_total", "Attempts that broke off because of the server or the spooler itself."),
	}
}

// queue notes the state of the queue.
func (m *metrics) queue(length int, oldest time.Duration) {
	m.length.Set(float64(length))
	m.oldest.Set(oldest.Seconds())
}

// attempt notes how one ended.
func (m *metrics) attempt(r *queue.Result) {
	switch {
	case r.Failed:
		m.failures.Inc()
	case !r.Next.IsZero():
		m.retries.Inc()
	}
}

// count notes what the relay said.
func (d *driver) count(t *transmission) {
	d.metrics.deliveries.Add(float64(len(t.accepted)))
	d.metrics.rejections.Add(float64(len(t.refused)))
	d.metrics.deferrals.Add(float64(len(t.deferred)))
}
