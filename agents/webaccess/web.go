package webaccess

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/frontend"
	"zarafa/agents/webaccess/api"
	"zarafa/agents/webaccess/images"
	"zarafa/agents/webaccess/session"
	"zarafa/agents/webaccess/uploads"
	"zarafa/client"
	"zarafa/daemon"
)

// Bounds of connections and requests.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
	maxLogOn      = 4 << 10
	maxBatch      = 16 << 20
	grace         = 20 * time.Second
	uploadTime    = time.Hour // a file waits
)

// How much one user may do at a time.
const (
	callsPerUser   = 16
	uploadsPerUser = 4
	streamsPerUser = 20
)

// Web is the daemon's service.
type Web struct {
	cfg      *Config
	current  atomic.Pointer[Config] // what may change
	log      *slog.Logger
	metrics  *metrics
	sessions *session.Manager
	api      *api.API
	images   *images.Proxy
	now      func() time.Time

	buffers *client.Buffers
	names   *client.Names
	onCall  func(operation string)

	calls, uploading, streams *frontend.Counts[string]
	certificate               atomic.Pointer[tls.Config]
	stopping                  chan struct{} // closed when the program stops: streams end, other requests are finished
}

// Open makes the service. The server is asked when somebody logs on.
func Open(_ context.Context, cfg *Config, env daemon.Env) (daemon.Service[*Config], error) {
	return newWeb(cfg, env, time.Now), nil
}

func newWeb(cfg *Config, env daemon.Env, now func() time.Time) *Web {
	w := &Web{
		cfg: cfg, log: env.Log, now: now, stopping: make(chan struct{}), buffers: client.NewBuffers(), names: client.NewNames(),
		calls: frontend.NewCounts[string](callsPerUser), uploading: frontend.NewCounts[string](uploadsPerUser), streams: frontend.NewCounts[string](streamsPerUser),
	}
	w.current.Store(cfg)
	w.certificate.Store(cfg.tls)
	w.sessions = session.NewManager(session.Settings{
		Dial: w.dial, Limits: cfg.limits(), Log: env.Log, Now: now,
		Uploads: uploads.Settings{Dir: cfg.TempPath, One: cfg.UploadSize, All: cfg.UploadTotal, Lifetime: uploadTime, Now: now},
		Follow:  func(ctx context.Context, s *session.Session) { w.api.Follow(ctx, s) },
	})
	w.api = api.New(api.Options{Version: cfg.Start.Version, Limits: w.limits, Clean: clean, Log: env.Log, Now: now}, w.sessions)
	w.images = images.New(images.Options{Session: w.imageSession, Log: env.Log})
	w.metrics = newMetrics(env.Registry, w.sessions.Count)
	return w
}

func (c *Config) limits() session.Limits {
	return session.Limits{Idle: c.SessionIdle, Longest: c.SessionLongest, PerUser: c.SessionsPerUser, Total: c.MaxSessions}
}

// limits are what users are told of.
func (w *Web) limits() api.Limits {
	c := w.current.Load()
	return api.Limits{Upload: c.UploadSize, UploadTotal: c.UploadTotal, Rows: api.MaxRows, Bulk: api.MaxBulk, Hold: api.MaxHold}
}

// dial logs a user on. The password is checked also on a Unix socket, where the program itself might be let in without one.
func (w *Web) dial(ctx context.Context, user, password, address string) (*client.Session, error) {
	return w.cfg.Connection.LogOnAs(ctx, user, client.Options{
		Password: password, NoUnixAuth: true, ClientAddress: address, App: "zarafa-webaccess", AppVersion: w.cfg.Start.Version, Buffers: w.buffers, Names: w.names,
		OnCall: w.onCall,
	})
}

// Healthy has nothing to say: each user's log-on shows whether the server is there.
func (w *Web) Healthy() error { return nil }

// Reload takes over what may change.
func (w *Web) Reload(cfg *Config) {
	w.current.Store(cfg)
	w.sessions.SetLimits(cfg.limits())
	config, err := cfg.TLS.Load(len(w.cfg.secure) > 0)
	if err != nil {
		w.log.Error("key and certificate stay as they were", "error", err)
		return
	}
	w.certificate.Store(config)
}

// Serve answers browsers until ctx ends.
func (w *Web) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler: w.handler(), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(w.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	w.log.Info("serving the web client", "addresses", w.cfg.Addresses(), "path", w.cfg.Path)
	total := frontend.NewCounts[struct{}](w.cfg.MaxConnections)
	failed := make(chan error, len(w.cfg.plain)+len(w.cfg.secure))
	var wait sync.WaitGroup
	for _, l := range w.cfg.plain {
		wait.Go(func() { failed <- server.Serve(&bounded{l, total}) })
	}
	for _, l := range w.cfg.secure {
		wait.Go(func() { failed <- server.Serve(tls.NewListener(&bounded{l, total}, w.tls())) })
	}
	var err error
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	var sweeper sync.WaitGroup
	sweeper.Go(func() { w.sessions.Run(sweeping) })
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	close(w.stopping)
	ending, done := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer done()
	if shut := server.Shutdown(ending); errors.Is(shut, context.DeadlineExceeded) {
		err = errors.Join(err, server.Close())
	}
	stop() // ends all sessions
	sweeper.Wait()
	wait.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// tls is the configuration of https listeners; each handshake takes the certificate of the moment.
func (w *Web) tls() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			c := w.certificate.Load()
			if c == nil {
				return nil, frontend.ErrNoTLS
			}
			c = c.Clone()
			c.NextProtos = []string{"h2", "http/1.1"}
			return c, nil
		},
	}
}
