package dagent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"zarafa/agents/dagent/lmtp"
	"zarafa/client"
	"zarafa/daemon"
)

// grace is how long deliveries under way may take when the daemon stops.
const grace = 60 * time.Second

// maxRecipients bounds the recipients of one mail; mail servers send the others in another transaction.
const maxRecipients = 1000

// service is the LMTP daemon.
type service struct {
	cfg     *Config
	log     *slog.Logger
	metrics *metrics
	version string

	mu        sync.Mutex
	current   *Config    // as of the last reload
	deliverer *Deliverer // nil until the server has answered
}

func openService(_ context.Context, cfg *Config, env daemon.Env, version string) (daemon.Service[*Config], error) {
	return &service{cfg: cfg, current: cfg, log: env.Log, metrics: newMetrics(env.Registry), version: version}, nil
}

// Serve waits for the server, and takes mail then.
func (s *service) Serve(ctx context.Context) error {
	session, err := s.cfg.Connection.Await(ctx, client.Options{App: "zarafa-dagent", AppVersion: s.version, AppMisc: "lmtp", Names: client.NewNames()},
		func(err error, again time.Duration) {
			s.log.Warn("the server does not answer; mail is taken when it does", "again in", again, "error", err)
		})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d := s.deliver(session)
	server := &lmtp.Server{
		Name: d.host, Deliverer: lmtpDeliverer{d}, MaxMessage: s.cfg.MaxMessageSize, MaxRecipients: maxRecipients,
		MaxConnections: s.cfg.MaxConnections, Idle: s.cfg.Idle, TempDir: s.cfg.TempPath, Log: s.log,
	}
	s.log.Info("taking mail", "lmtp", s.cfg.Listeners())
	err = server.Serve(ctx, s.cfg.listeners, grace)
	return errors.Join(err, session.Close(context.WithoutCancel(ctx)))
}

// deliver makes the deliverer, with the settings as they are by now.
func (s *service) deliver(session *client.Session) *Deliverer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliverer = NewDeliverer(session, s.current, s.log, s.metrics, time.Now)
	return s.deliverer
}

// Reload takes over what may change while mail is delivered.
func (s *service) Reload(cfg *Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = cfg
	if s.deliverer != nil {
		s.deliverer.settings.Store(cfg)
	}
}

// Healthy has nothing to say: LMTP answers for itself, and tells senders to try again while the server is away.
func (s *service) Healthy() error { return nil }
