package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"zarafa/daemon/listen"
	"zarafa/daemon/logging"
	"zarafa/daemon/status"
)

// Run runs the daemon until a signal, the end of ctx or an error stops it, and
// returns the exit status of the process.
func (p Program[C]) Run(ctx context.Context, args []string, process Process) int {
	if err := p.run(ctx, args, process); err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintf(process.Err, "%s: %v\n", p.Name, err)
		return 1
	}
	return 0
}

func (p Program[C]) run(ctx context.Context, args []string, process Process) error {
	names, err := p.settingNames()
	if err != nil {
		return err
	}
	line, err := p.parseCommandLine(args, names, process.Out)
	if err != nil {
		return err
	}
	if line.showVersion {
		_, err := fmt.Fprintf(process.Out, "%s %s\n", p.Name, p.Version)
		return err
	}
	first, err := p.read(line, nil)
	if err != nil {
		return err
	}
	if line.dumpConfig {
		for _, w := range first.set.Warnings() {
			fmt.Fprintln(process.Err, "warning:", w)
		}
		return first.set.Dump(process.Out)
	}
	l := &life[C]{
		program: p, line: line, current: first,
		log: logging.New(p.Name, process.Err), status: status.New(p.Name, p.Version),
		reload: make(chan struct{}, 1), abandon: make(chan struct{}),
	}
	return l.run(ctx, process.Signals)
}

// settingNames returns the names that the command line accepts.
func (p Program[C]) settingNames() ([]string, error) {
	var names []string
	for _, section := range p.New().Sections() {
		for _, o := range section.Options {
			names = append(append(names, o.Name), o.Aliases...)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the program has no settings")
	}
	return names, nil
}

// life is one run of a daemon.
type life[C Config] struct {
	program Program[C]
	line    commandLine
	current reading[C]
	log     *logging.Log
	status  *status.Status
	logger  *slog.Logger
	reload  chan struct{} // one pending HUP
	abandon chan struct{} // closed by the second TERM or INT
}

func (l *life[C]) run(ctx context.Context, signals <-chan os.Signal) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Signals and the status outlive ctx: both are needed while stopping.
	alive, end := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	defer background.Wait()
	defer end()
	background.Go(func() { l.watchSignals(alive, signals, stop) })

	listeners, err := l.prepare(ctx)
	if err != nil {
		return errors.Join(append([]error{err}, closeAll(listeners)...)...)
	}
	l.logger = slog.New(l.log.Handler())
	l.warn(l.current)
	for _, listener := range listeners {
		background.Go(func() {
			if err := l.status.Serve(alive, listener, l.logger); err != nil {
				l.logger.Error("the status listener has stopped", "error", err)
			}
		})
	}
	err = l.openAndServe(ctx)
	if err != nil && !l.log.OnStderr() {
		l.logger.Log(alive, logging.Crit, "stopped by an error", "error", err)
	}
	return errors.Join(err, l.log.Close())
}

// prepare does what comes before the service: it opens the sockets while the
// privileges of the start are there, gives these up, and opens the log as the user
// that will write it. It returns the listeners of the status, on an error too.
func (l *life[C]) prepare(ctx context.Context) ([]net.Listener, error) {
	common := l.current.cfg.Common()
	listeners, err := listen.Open(ctx, common.StatusListen, 0o666)
	if err != nil {
		return nil, fmt.Errorf("status_listen: %w; choose another address, or leave the setting empty", err)
	}
	if l.program.Bind != nil {
		if err := l.program.Bind(ctx, l.current.cfg); err != nil {
			return listeners, err
		}
	}
	if err := dropPrivileges(common); err != nil {
		return listeners, err
	}
	return listeners, l.log.Configure(common.Log)
}

func closeAll(listeners []net.Listener) []error {
	var failed []error
	for _, l := range listeners {
		failed = append(failed, l.Close())
	}
	return failed
}

// watchSignals turns signals into a reload, a graceful stop, and an immediate one
// for the impatient.
func (l *life[C]) watchSignals(alive context.Context, signals <-chan os.Signal, stop func()) {
	stopping := false
	for {
		select {
		case <-alive.Done():
			return
		case sig := <-signals:
			switch {
			case sig == syscall.SIGHUP:
				select {
				case l.reload <- struct{}{}:
				default: // one is pending already
				}
			case stopping:
				close(l.abandon)
				return
			default:
				stopping = true
				stop()
			}
		}
	}
}

// openAndServe runs the service from its opening to its end.
func (l *life[C]) openAndServe(ctx context.Context) error {
	l.logger.Log(ctx, logging.Notice, "starting", "version", l.program.Version, "pid", os.Getpid())
	service, err := l.program.Open(ctx, l.current.cfg, Env{Log: l.logger, Registry: l.status.Registry()})
	if err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop while starting
		}
		return err
	}
	l.status.AddCheck(l.program.Name, service.Healthy)
	served := make(chan error, 1)
	go func() { served <- service.Serve(ctx) }()
	l.status.SetServing(true)
	l.logger.Log(ctx, logging.Notice, "started")
	for {
		select {
		case <-l.reload:
			l.reloadSettings(ctx, service)
		case err := <-served:
			l.status.SetServing(false)
			if errors.Is(err, ErrDone) {
				l.logger.Log(ctx, logging.Notice, "done")
				return nil
			}
			if ctx.Err() != nil { // it has stopped before we saw that it was to
				served <- err
				return l.awaitStop(ctx, served)
			}
			if err == nil {
				err = errors.New("the service ended by itself")
			}
			return err
		case <-ctx.Done():
			l.status.SetServing(false)
			return l.awaitStop(ctx, served)
		}
	}
}

// awaitStop gives the service its time to finish.
func (l *life[C]) awaitStop(ctx context.Context, served <-chan error) error {
	limit := l.program.StopLimit
	if limit == 0 {
		limit = defaultStopLimit
	}
	l.logger.Log(ctx, logging.Notice, "stopping", "limit", limit)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-served:
		l.logger.Log(ctx, logging.Notice, "stopped")
		return unlessDone(err)
	case <-timer.C:
		return fmt.Errorf("running work did not finish within %v and was abandoned", limit)
	case <-l.abandon:
	}
	// A service with nothing to finish has had too little time yet if both signals came at once.
	timer.Reset(abandonWait)
	select {
	case err := <-served:
		l.logger.Log(ctx, logging.Notice, "stopped")
		return unlessDone(err)
	case <-timer.C:
		return errors.New("running work was abandoned at the second signal")
	}
}

// unlessDone is the error of a service that was asked to stop.
func unlessDone(err error) error {
	if errors.Is(err, ErrDone) {
		return nil
	}
	return err
}

// abandonWait is how long a service may take to close what is open after the second signal.
const abandonWait = time.Second

// reloadSettings reads the settings again. If they have a mistake, those in effect
// stay.
func (l *life[C]) reloadSettings(ctx context.Context, service Service[C]) {
	next, err := l.program.read(l.line, l.current.set)
	if err != nil {
		l.logger.Error("the settings were not reloaded and those in effect stay", "error", err)
		return
	}
	if err := l.log.Configure(next.cfg.Common().Log); err != nil {
		l.logger.Error("the log settings were not reloaded", "error", err)
	}
	l.current = next
	l.warn(next)
	service.Reload(next.cfg)
	l.logger.Log(ctx, logging.Notice, "settings reloaded")
}

// warn logs what the reader of the settings noticed.
func (l *life[C]) warn(r reading[C]) {
	for _, w := range r.set.Warnings() {
		l.logger.Warn(w)
	}
}
