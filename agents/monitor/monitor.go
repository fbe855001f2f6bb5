// Package monitor is the quota monitor: it compares the sizes of all stores with their quotas at intervals and puts a mail into the inboxes
// of those who have to know.
//
// What has to be sent is decided by [Due], which knows nothing of servers. A pass reads sizes and limits from the server's statistics,
// a page at a time, in one goroutine. When the last mail about a store was sent is kept in the store, so that nothing depends on how
// long the program runs. A [Monitor] may be asked for its health and be given new settings by other goroutines.
//
// It enforces no quota, which is the server's work, and refuses to send more than one mail about a store within an interval,
// whatever the levels are.
package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/connection"
	"zarafa/client"
	"zarafa/daemon"
)

// Monitor is the daemon's service.
type Monitor struct {
	cfg     atomic.Pointer[Config]
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time
	onCall  func(operation string)

	mu  sync.Mutex
	ill error // what keeps it from its work
}

// Open makes the service; it connects when it is served.
func Open(_ context.Context, cfg *Config, env daemon.Env) (daemon.Service[*Config], error) {
	return newMonitor(cfg, env), nil
}

func newMonitor(cfg *Config, env daemon.Env) *Monitor {
	m := &Monitor{log: env.Log, metrics: newMetrics(env.Registry), now: time.Now}
	m.cfg.Store(cfg)
	return m
}

// Reload takes over new settings; they hold from the next pass on.
func (m *Monitor) Reload(cfg *Config) { m.cfg.Store(cfg) }

// Healthy is the error of the last attempt to reach the server.
func (m *Monitor) Healthy() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ill
}

func (m *Monitor) setIll(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ill = err
}

// Serve makes a pass in each interval until ctx ends, or one pass alone. A server that refuses the log-on at the start is an error; later it is
// one that may have been mended by the next pass.
func (m *Monitor) Serve(ctx context.Context) error {
	if m.cfg.Load().Start.Once {
		return m.once(ctx)
	}
	for first := true; ; first = false {
		began := time.Now()
		if err := m.turn(ctx); err != nil && ctx.Err() == nil {
			if first {
				return err
			}
			m.log.Error("quota: no pass was possible; the next one is tried after quota_check_interval", "error", err)
		}
		if !sleep(ctx, m.cfg.Load().CheckInterval-time.Since(began)) {
			return nil
		}
	}
}

// once makes one pass. It does not wait for the server: cron comes again.
func (m *Monitor) once(ctx context.Context) error {
	session, err := m.connection().LogOn(ctx, m.options())
	if err != nil {
		return err
	}
	failures, err := m.pass(ctx, session)
	if err != nil {
		return err
	}
	if failures > 0 {
		return fmt.Errorf("%d stores or servers could not be looked after; the log names them", failures)
	}
	return daemon.ErrDone
}

// The pauses before a pass is begun anew that the server's end has cut short.
const (
	firstPause   = time.Second
	longestPause = 5 * time.Minute
)

// turn makes a pass, however often it has to be begun: a server that goes away in the middle comes back. Mails that were sent are not sent again.
func (m *Monitor) turn(ctx context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		session, err := m.connection().Await(ctx, m.options(), func(err error, again time.Duration) {
			m.setIll(err)
			m.log.Warn("quota: the server does not answer", "again", again, "error", err)
		})
		m.setIll(err)
		if err != nil {
			return err
		}
		_, err = m.pass(ctx, session)
		if err == nil || !connection.Away(err) {
			return err
		}
		m.setIll(err)
		m.log.Warn("quota: the server went away during a pass, which is begun anew", "again", pause, "error", err)
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
	}
}

// pass looks at all stores and ends the session. It returns for how many of them something failed.
func (m *Monitor) pass(ctx context.Context, session *client.Session) (failures int, err error) {
	p := newPass(m.cfg.Load(), m.log, m.metrics, session, m.now())
	began := time.Now()
	err = p.run(ctx)
	closing, stop := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer stop()
	if closed := session.Close(closing); closed != nil && err == nil {
		m.log.Debug("quota: logging off", "error", closed) // the server ends the session by itself
	}
	if err != nil {
		p.failures++
	}
	m.metrics.seconds.Set(time.Since(began).Seconds())
	m.metrics.errors.Set(float64(p.failures))
	m.metrics.finished.Set(float64(m.now().Unix()))
	if err == nil {
		m.log.Info("quota: pass done", "failures", p.failures)
	}
	return p.failures, err
}

// closeLimit is how long logging off may take.
const closeLimit = 10 * time.Second

func (m *Monitor) connection() *connection.Settings { return &m.cfg.Load().Connection }

func (m *Monitor) options() client.Options {
	return client.Options{App: "zarafa-monitor", AppVersion: m.cfg.Load().Start.Version, AppMisc: "quota", OnCall: m.onCall}
}

// sleep waits, and reports whether it was left to.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
