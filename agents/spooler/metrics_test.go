package spooler

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/mapi"
)

// The metrics count what happens, and the state of the queue.
func TestMetrics(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	w.relay.answers(func(to string) error {
		switch to {
		case "later@example.net":
			return later()
		case "never@example.net":
			return never()
		}
		return nil
	}, nil)
	registry := prometheus.NewRegistry()
	sp := w.start(func(s *Service) { s.metrics = newMetrics(registry) })
	sp.waitFor(func() bool { return sp.Healthy() == nil })
	value := func(name string) float64 {
		families, err := registry.Gather()
		w.must(err)
		for _, f := range families {
			if m := f.GetMetric()[0]; f.GetName() == "zarafa_spooler_"+name {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
		t.Fatalf("there is no %s", name)
		return 0
	}
	alice.submit(letter{recipients: []mapi.Props{
		to(mapi.RecipientTo, "good@example.net"), to(mapi.RecipientTo, "later@example.net"), to(mapi.RecipientTo, "never@example.net"),
	}})
	sp.waitFor(func() bool { return value("retries_total") == 1 })
	for name, want := range map[string]float64{
		"deliveries_total": 1, "deferrals_total": 1, "rejections_total": 1, "failures_total": 0, "queue_length": 1,
	} {
		if got := value(name); got != want {
			t.Errorf("%s is %v", name, got)
		}
	}
	w.relay.answers(nil, nil)
	<-w.relay.arrived
	w.clock.advance(2 * time.Minute)
	<-w.relay.arrived
	sp.waitFor(func() bool { return value("deliveries_total") == 2 && value("queue_length") == 0 })
	if age := value("queue_oldest_seconds"); age != 0 {
		t.Errorf("the oldest is %v s", age)
	}
}
