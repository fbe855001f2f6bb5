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
	one := &part[C]{program: p, line: line, current: first}
	return newLife(p.Name, p.Version, []Part{one}, process).run(ctx, process.Signals)
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

// life is one run of a daemon, or of several together.
type life struct {
	name, version string
	parts         []Part
	log           *logging.Log
	status        *status.Status
	logger        *slog.Logger
	notify        func(state string) error // may be nil
	reload        chan struct{}            // one pending HUP
	abandon       chan struct{}            // closed by the second TERM or INT
}

func newLife(name, version string, parts []Part, process Process) *life {
	return &life{
		name: name, version: version, parts: parts,
		log: logging.New(name, process.Err), status: status.New(name, version), notify: process.Notify,
		reload: make(chan struct{}, 1), abandon: make(chan struct{}),
	}
}

func (l *life) run(ctx context.Context, signals <-chan os.Signal) error {
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
	l.warn()
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
func (l *life) prepare(ctx context.Context) ([]net.Listener, error) {
	common := l.common()
	listeners, err := listen.Open(ctx, common.StatusListen, 0o666)
	if err != nil {
		return nil, fmt.Errorf("status_listen: %w; choose another address, or leave the setting empty", err)
	}
	for _, p := range l.parts {
		if err := p.bind(ctx); err != nil {
			return listeners, l.about(p, err)
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
func (l *life) watchSignals(alive context.Context, signals <-chan os.Signal, stop func()) {
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

// tell tells the service manager. That it cannot be told is logged and no reason to end: it may wait for nobody.
func (l *life) tell(state string) {
	if l.notify == nil {
		return
	}
	if err := l.notify(state); err != nil {
		l.logger.Warn("the service manager was not told", "error", err)
	}
}

// reloadSettings reads the settings again. If those of a part have a mistake, those in effect
// stay for it.
func (l *life) reloadSettings(ctx context.Context) {
	for i, p := range l.parts {
		log := l.env(p).Log
		if err := p.readSettings(); err != nil {
			log.Error("the settings were not reloaded and those in effect stay", "error", err)
			continue
		}
		if i == 0 {
			if err := l.log.Configure(p.common().Log); err != nil {
				log.Error("the log settings were not reloaded", "error", err)
			}
		}
		l.warnOf(i)
		p.reload()
		log.Log(ctx, logging.Notice, "settings reloaded")
	}
}

// warn logs what the readers of the settings noticed.
func (l *life) warn() {
	for i := range l.parts {
		l.warnOf(i)
	}
}

// warnOf logs what the reader of a part's settings noticed.
func (l *life) warnOf(i int) {
	p := l.parts[i]
	if i > 0 {
		p.warnUnused(l.parts[0].name())
	}
	for _, w := range p.warnings() {
		l.env(p).Log.Warn(w)
	}
}
