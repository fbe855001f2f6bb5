package monitor

import "github.com/prometheus/client_golang/prometheus"

// metrics are what the monitor tells Prometheus.
type metrics struct {
	mails    *prometheus.CounterVec // by level
	seconds  prometheus.Gauge
	errors   prometheus.Gauge
	finished prometheus.Gauge
}

func newMetrics(registry prometheus.Registerer) *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zarafa_monitor_mails_total", Help: "Quota mails saved in inboxes, by level.",
		}, []string{"level"}),
		seconds:  gauge("zarafa_monitor_pass_seconds", "How long the last pass over all stores took."),
		errors:   gauge("zarafa_monitor_pass_errors", "Stores and servers that could not be looked after in the last pass."),
		finished: gauge("zarafa_monitor_pass_finished_seconds", "When the last pass ended, in seconds since 1970."),
	}
	for _, l := range []Level{Warning, Soft, Hard} {
		m.mails.WithLabelValues(l.String()) // a rate needs the 0 before the first mail
	}
	registry.MustRegister(m.mails, m.seconds, m.errors, m.finished)
	return m
}
