package dagent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"zarafa/agents/connection"
	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
	"zarafa/daemon"
	"zarafa/daemon/logging"
	"zarafa/daemon/settings"
	"zarafa/mapi"
)

// Exit codes: those of sendmail (sysexits.h), and with -q those of qmail-local.
const (
	exitUsage     = 64
	exitPermanent = 70
	exitTemporary = 75

	qmailPermanent = 100
	qmailTemporary = 111
)

// Program is one run of zarafa-dagent.
type Program struct {
	Version    string
	ConfigFile string
	Stdin      io.Reader
	Process    daemon.Process
	LookupEnv  func(name string) (string, bool) // nil is the process's environment
	// Account is the account of the machine that runs the program, empty if it is not known.
	Account string
	// Dial, if not nil, connects to the server in this process.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Run delivers a mail, or serves LMTP with -l until a signal comes, and returns the exit status.
func (p *Program) Run(ctx context.Context, args []string) int {
	o, err := parseOptions(args, p.ConfigFile)
	switch {
	case err != nil:
		fmt.Fprintf(p.Process.Err, "zarafa-dagent: %v\nzarafa-dagent --help lists the options.\n", err)
		return exitUsage
	case o.wantsHelp():
		fmt.Fprintf(p.Process.Out, "Usage: zarafa-dagent [options] RECIPIENT...   delivers the mail on standard input\n"+
			"       zarafa-dagent -l [options]             takes mail by LMTP\n\n%s", o.flags.FlagUsages())
		return 0
	case o.version:
		fmt.Fprintf(p.Process.Out, "zarafa-dagent %s\n", p.Version)
		return 0
	case o.listen || o.dumpConfig:
		return p.daemon(o).Run(ctx, o.daemonArgs(), p.Process)
	}
	// Mail servers put what a program says into their log, and into what they tell the sender.
	failed := p.deliver(ctx, o)
	for _, err := range failed {
		fmt.Fprintf(p.Process.Err, "zarafa-dagent: %v\n", err)
	}
	return o.exitCode(failed)
}

// LMTP describes the daemon that takes mail by LMTP.
func (p *Program) LMTP() daemon.Program[*Config] { return p.daemon(&options{configFile: p.ConfigFile}) }

func (p *Program) daemon(o *options) daemon.Program[*Config] {
	return daemon.Program[*Config]{
		Name: "zarafa-dagent", Version: p.Version, ConfigFile: p.ConfigFile,
		New: func() *Config {
			c := NewConfig()
			c.Connection = connection.Settings{Host: o.host, File: o.configFile, LookupEnv: p.LookupEnv, Dial: p.Dial}
			return c
		},
		Bind: func(ctx context.Context, c *Config) error { return c.Bind(ctx) },
		Open: func(ctx context.Context, c *Config, env daemon.Env) (daemon.Service[*Config], error) {
			return openService(ctx, c, env, p.Version)
		},
	}
}

// deliver delivers one mail to the recipients of the command line, in their order, and gives what went wrong.
func (p *Program) deliver(ctx context.Context, o *options) []error {
	cfg, set, err := p.read(o)
	if err != nil {
		return []error{err}
	}
	log := logging.New("zarafa-dagent", p.Process.Err)
	defer func() { _ = log.Close() }() // nothing is logged after this
	if err := log.Configure(cfg.daemon.Log); err != nil {
		return []error{err}
	}
	logger := slog.New(log.Handler())
	for _, w := range set.Warnings() {
		logger.Warn(w)
	}
	mail, done, err := p.readMail(o, cfg)
	if err != nil {
		return []error{err}
	}
	defer done()
	session, err := p.logOn(ctx, o, cfg)
	if err != nil {
		return []error{err}
	}
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }() // the mail is delivered or not by now
	d := NewDeliverer(session, cfg, logger, newMetrics(nil), time.Now)
	var failed []error
	for _, name := range o.recipients {
		if err := d.deliverTo(ctx, o, mail, name); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	return failed
}

func (d *Deliverer) deliverTo(ctx context.Context, o *options, mail *Mail, name string) error {
	r, err := d.recipient(ctx, o.lookedUp(name), mail.returnPath)
	if err != nil {
		return err
	}
	target := o.target()
	if target.Public { // it gets the mail once
		r = recipient{users: r.users[:1]}
	}
	err = d.answer(&r, d.Deliver(ctx, mail, r.users, target))
	if status, ok := errors.AsType[*lmtp.Status](err); ok && status.Code/100 == 2 {
		return nil // it had expired
	}
	return err
}

// read reads the settings.
func (p *Program) read(o *options) (*Config, *settings.Set, error) {
	cfg := NewConfig()
	cfg.Connection = connection.Settings{Host: o.host, File: o.configFile, LookupEnv: p.LookupEnv}
	set, err := settings.New(cfg.Sections())
	if err != nil {
		return nil, nil, err
	}
	err = set.ReadFile(o.configFile, settings.Source{LookupEnv: p.LookupEnv, IgnoreUnknown: o.ignoreUnknown})
	if err != nil && (o.flags.Changed("config") || !settings.Missing(err)) {
		return nil, nil, err
	}
	for name, value := range o.settings() {
		if err := set.SetArgument(name, value); err != nil {
			return nil, nil, err
		}
	}
	if err := set.Apply(); err != nil {
		return nil, nil, err
	}
	return cfg, set, cfg.Finish(set)
}

func (p *Program) readMail(o *options, cfg *Config) (mail *Mail, done func(), err error) {
	in := p.Stdin
	if o.file != "" {
		f, err := os.Open(o.file)
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	m, err := spool.Read(in, cfg.MaxMessageSize, cfg.TempPath)
	if errors.Is(err, spool.ErrTooLarge) {
		return nil, nil, errTooBig
	}
	if err != nil {
		return nil, nil, err
	}
	done = func() { _ = m.Close() } // the file has no name
	if mail, err = fromFile(m); err != nil {
		done()
		return nil, nil, err
	}
	return mail, done, nil
}

// exitCode tells a mail server how the delivery went; of several errors the first counts. Whatever is not known to be lasting is to be tried
// again.
func (o *options) exitCode(failed []error) int {
	if len(failed) == 0 {
		return 0
	}
	err := failed[0]
	status, ok := errors.AsType[*lmtp.Status](err)
	permanent := ok && !status.Temporary() || mapi.CodeOf(err) == mapi.LogonFailed || mapi.CodeOf(err) == mapi.NoAccess
	switch {
	case permanent && o.qmail:
		return qmailPermanent
	case permanent:
		return exitPermanent
	case o.qmail:
		return qmailTemporary
	}
	return exitTemporary
}
