package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"zarafa/agents/frontend"
	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailbox"
	"zarafa/agents/gateway/pop3"
	"zarafa/client"
	"zarafa/daemon"
)

const (
	// grace is how long commands under way may take when the program stops.
	grace = 30 * time.Second
	// linger is how long a user's session with the server stays after his last connection: programs that look for mail every few minutes find it there.
	linger = 10 * time.Minute
	// idleRound is how often sessions that nobody uses are looked for.
	idleRound = time.Minute
)

// Gateway is the daemon's service.
type Gateway struct {
	cfg     *Config
	log     *slog.Logger
	metrics *metrics
	door    *door
	front   *frontend.Server
	ready   atomic.Bool // the server has answered
}

// errAway is what keeps a gateway from its work whose server has not answered yet.
var errAway = errors.New("the server does not answer")

// Open makes the service; it connects to the server when it is served.
func Open(_ context.Context, cfg *Config, env daemon.Env) (daemon.Service[*Config], error) {
	return newGateway(cfg, env), nil
}

func newGateway(cfg *Config, env daemon.Env) *Gateway {
	m := newMetrics(env.Registry)
	g := &Gateway{
		cfg: cfg, log: env.Log, metrics: m,
		door: &door{users: frontend.NewCounts[string](cfg.MaxPerUser), slowdown: frontend.NewSlowdown(time.Now), metrics: m, log: env.Log},
		front: &frontend.Server{
			Certificates: new(frontend.Certificates), Total: frontend.NewCounts[struct{}](cfg.MaxConnections),
			Addresses: frontend.NewCounts[netip.Prefix](cfg.MaxPerAddress), Grace: grace, Log: env.Log, Metrics: m.connections,
		},
	}
	g.front.Certificates.Set(cfg.tls)
	g.front.Plaintext.Store(!cfg.DisablePlaintext)
	return g
}

// Serve answers clients at once, and lets them in when the server has answered.
func (g *Gateway) Serve(ctx context.Context) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	// Sessions with the server outlive connections, which may finish a command when the program stops.
	behind, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	failed := make(chan error, 1)
	go func() {
		err := g.work(serving, behind)
		if err != nil {
			stop()
		}
		failed <- err
	}()
	g.log.Info("serving mail programs", "imap", g.cfg.Listeners(protocolIMAP, false), "imaps", g.cfg.Listeners(protocolIMAP, true),
		"pop3", g.cfg.Listeners(protocolPOP3, false), "pop3s", g.cfg.Listeners(protocolPOP3, true))
	err := g.front.Run(serving, g.services())
	stop()
	end()
	return errors.Join(err, <-failed)
}

// work waits for the server, lets users in, and keeps their sessions.
func (g *Gateway) work(serving, behind context.Context) error {
	group, err := g.cfg.Connection.AwaitGroup(serving, client.Options{App: "zarafa-gateway", AppVersion: g.cfg.Start.Version, AppMisc: "gateway"},
		func(err error, again time.Duration) {
			g.log.Warn("the server does not answer; users can log on when it does", "again in", again, "error", err)
		})
	if err != nil {
		if serving.Err() != nil {
			return nil
		}
		return err
	}
	mailboxes := mailbox.NewServer(group, mailbox.Settings{
		OnlyMail: g.cfg.OnlyMailFolders, PublicFolders: g.cfg.PublicFolders, ExpungeOnDelete: g.cfg.ExpungeOnDelete, MaxMessage: g.cfg.MaxMessageSize,
		Domain: g.cfg.Hostname, Linger: linger, Cache: g.cfg.CacheSize, Now: time.Now, Log: g.log,
	})
	g.door.open(mailboxes)
	g.ready.Store(true)
	g.log.Info("the server has answered; users can log on", "server", g.cfg.Connection.Endpoint())
	err = frontend.Sessions{Group: group, CloseIdle: mailboxes.CloseIdle, Every: idleRound, Log: g.log}.Run(behind)
	mailboxes.Wait()
	return err
}

// services are the protocols on their listeners.
func (g *Gateway) services() []frontend.Service {
	greeting := ""
	if g.cfg.HostnameGreeting {
		greeting = " on " + g.cfg.Hostname
	}
	imapServer := imap.New(g.door, imap.Options{
		Name: "zarafa-gateway", Version: g.cfg.Start.Version, Greeting: "IMAP gateway" + greeting, Log: g.log, Metrics: imapMetrics{g.metrics},
		Tokens: g.cfg.SingleSignOn, Hidden: g.cfg.Hidden, ExpungeOnDelete: g.cfg.ExpungeOnDelete, MaxFailed: g.cfg.MaxFailed, SpoolDir: g.cfg.TempPath,
	})
	pop3Server := &pop3.Server{
		Mailboxes: g.door, Greeting: "POP3 gateway ready" + greeting, Tokens: g.cfg.SingleSignOn, Log: g.log,
		Command: func(name string, took time.Duration) { g.metrics.command(protocolPOP3, name, took) },
	}
	var services []frontend.Service
	for _, l := range g.cfg.listeners {
		s := frontend.Service{Protocol: l.protocol, Listeners: l.listeners, TLS: l.encrypted}
		switch l.protocol {
		case protocolIMAP:
			s.Busy = "* BYE [LIMIT] Too many connections\r\n"
			s.Serve = func(ctx context.Context, c *frontend.Conn) {
				imapServer.ServeConn(ctx, c, imap.ConnInfo{
					Address: c.Address(), Secure: c.PlaintextAllowed(), TLS: c.TLSConfig(), Stopping: c.Serving(),
				})
			}
		case protocolPOP3:
			s.Busy = "-ERR [SYS/TEMP] Too many connections\r\n"
			s.Serve = func(ctx context.Context, c *frontend.Conn) { pop3Server.Serve(ctx, c) }
		}
		services = append(services, s)
	}
	return services
}

// imapMetrics count what IMAP tells. Log-ons are counted at the door.
type imapMetrics struct{ m *metrics }

// Command counts a command.
func (i imapMetrics) Command(name string, took time.Duration, _ bool) {
	i.m.command(protocolIMAP, name, took)
}

// LoggedOn does nothing.
func (imapMetrics) LoggedOn(bool) {}

// Reload takes over what may change while clients are connected. A certificate that cannot be read leaves the one in use.
func (g *Gateway) Reload(cfg *Config) {
	g.front.Plaintext.Store(!cfg.DisablePlaintext)
	g.front.Total.SetLimit(cfg.MaxConnections)
	g.front.Addresses.SetLimit(cfg.MaxPerAddress)
	g.door.users.SetLimit(cfg.MaxPerUser)
	if err := cfg.loadTLS(); err != nil {
		g.log.Error("the certificate was not reloaded, and the one in use stays", "error", err)
		return
	}
	g.front.Certificates.Set(cfg.tls)
}

// Healthy reports whether users can log on.
func (g *Gateway) Healthy() error {
	if !g.ready.Load() {
		return errAway
	}
	return nil
}
