package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/mapi"
	"zarafa/wire"
)

// metrics are what the server counts for Prometheus.
type metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	faults   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, s *Server) *metrics {
	m := &metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zarafa_calls_total", Help: "Calls by operation and result code.",
		}, []string{"operation", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zarafa_call_seconds", Help: "Time from a decoded request to its answer.",
			Buckets: prometheus.ExponentialBuckets(25e-6, 4, 11),
		}, []string{"operation"}),
		faults: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "zarafa_faults_total", Help: "Requests that could not be read.",
		}),
	}
	reg.MustRegister(m.calls, m.duration, m.faults,
		gauge("zarafa_sessions", "Sessions of clients.", func() float64 { return float64(s.sessions.Count()) }),
		counter("zarafa_sql_statements_total", "SQL statements executed.", func() float64 { return float64(s.store.Statements()) }),
		counter("zarafa_cell_cache_requests_total", "Look-ups in the cell cache.", func() float64 { return float64(s.cells.Stats().Requests) }),
		counter("zarafa_cell_cache_hits_total", "Look-ups that the cell cache answered.", func() float64 { return float64(s.cells.Stats().Hits) }),
		gauge("zarafa_cell_cache_bytes", "Memory of the cell cache.", func() float64 { return float64(s.cells.Stats().Bytes) }),
		gauge("zarafa_view_cache_bytes", "Memory of the sorted views of folders.", func() float64 { return float64(s.views.Stats().Bytes) }),
		gauge("zarafa_large_value_bytes", "Memory of large values that are becoming answers.", func() float64 {
			bytes, _ := s.values.Stats()
			return float64(bytes)
		}),
		gauge("zarafa_large_values_waiting", "Calls that wait for memory for a large value.", func() float64 {
			_, waiting := s.values.Stats()
			return float64(waiting)
		}),
	)
	for _, c := range s.caches() {
		reg.MustRegister(c.collectors()...)
	}
	return m
}

// countedCache is a cache beside that of the cells.
type countedCache struct {
	name, holds    string
	requests, hits func() int64
}

// caches are those that can do without what they keep; the list of stores and the users, which are in memory as a whole, are none.
func (s *Server) caches() []countedCache {
	return []countedCache{
		{"object", "places of objects", func() int64 { return s.tree.Stats().Refs.Requests }, func() int64 { return s.tree.Stats().Refs.Hits }},
		{"entry_id", "entry ids of objects", func() int64 { return s.tree.Stats().EntryIDs.Requests }, func() int64 { return s.tree.Stats().EntryIDs.Hits }},
		{"receive_folder", "receive folders of stores", func() int64 { return s.tree.Stats().ReceiveFolders.Requests },
			func() int64 { return s.tree.Stats().ReceiveFolders.Hits }},
		{"acl", "access control lists", func() int64 { return s.checker.CacheStats().Requests }, func() int64 { return s.checker.CacheStats().Hits }},
		{"view", "sorted views of folders that nobody has open", func() int64 { st := s.views.Stats(); return st.Kept + st.Loads },
			func() int64 { return s.views.Stats().Kept }},
	}
}

func (c *countedCache) collectors() []prometheus.Collector {
	return []prometheus.Collector{
		counter("zarafa_"+c.name+"_cache_requests_total", "Look-ups in the cache of "+c.holds+".", func() float64 { return float64(c.requests()) }),
		counter("zarafa_"+c.name+"_cache_hits_total", "Look-ups that the cache of "+c.holds+" answered.", func() float64 { return float64(c.hits()) }),
	}
}

func gauge(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

func counter(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, f)
}

func (m *metrics) operation(op wire.Op, code mapi.Code, took time.Duration) {
	m.calls.WithLabelValues(op.String(), code.String()).Inc()
	m.duration.WithLabelValues(op.String()).Observe(took.Seconds())
}
