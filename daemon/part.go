package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Part is a program with its settings and, once it is open, its service, whatever the type of its configuration: one of those that a [Group]
// runs. [Program.Part] makes it.
type Part interface {
	name() string
	stopLimit() time.Duration
	common() *Common
	warnings() []string
	// readSettings reads the settings, at first and again; if there is a mistake, what was read before stays.
	readSettings() error
	// warnUnused warns of settings that have no effect in a part that is not the first one, which is named.
	warnUnused(first string)
	bind(ctx context.Context) error
	open(ctx context.Context, env Env) error
	serve(ctx context.Context) error
	reload()
	healthy() error
}

// part is a Part of one program.
type part[C Config] struct {
	program Program[C]
	line    commandLine
	current reading[C]
	service Service[C]
}

// Part makes the program a part of a process that runs others too. The arguments are those of its command line that stand for settings; there is
// no help, no version and no dump in them.
func (p Program[C]) Part(args ...string) (Part, error) {
	names, err := p.settingNames()
	if err != nil {
		return nil, err
	}
	line, err := p.parseCommandLine(args, names, io.Discard)
	if err != nil {
		return nil, err
	}
	if line.showVersion || line.dumpConfig {
		return nil, errors.New("--version and --dump-config are for the program alone")
	}
	return &part[C]{program: p, line: line}, nil
}

func (p *part[C]) name() string { return p.program.Name }

func (p *part[C]) stopLimit() time.Duration {
	if p.program.StopLimit == 0 {
		return defaultStopLimit
	}
	return p.program.StopLimit
}

func (p *part[C]) common() *Common    { return p.current.cfg.Common() }
func (p *part[C]) warnings() []string { return p.current.set.Warnings() }

func (p *part[C]) readSettings() error {
	next, err := p.program.read(p.line, p.current.set)
	if err != nil {
		return err
	}
	p.current = next
	return nil
}

func (p *part[C]) warnUnused(first string) {
	for _, name := range p.program.Unused {
		if p.current.set.Given(name) {
			p.current.set.Warnf("%s has no effect in %s, since %s runs in the same process", name, p.line.configFile, first)
		}
	}
	var own Common
	for _, section := range own.Sections() {
		for _, o := range section.Options {
			if o.Obsolete == "" && p.current.set.Given(o.Name) {
				p.current.set.Warnf("%s has no effect in %s, since %s runs in the same process; write it into that one's settings", o.Name, p.line.configFile, first)
			}
		}
	}
}

func (p *part[C]) bind(ctx context.Context) error {
	if p.program.Bind == nil {
		return nil
	}
	return p.program.Bind(ctx, p.current.cfg)
}

func (p *part[C]) open(ctx context.Context, env Env) (err error) {
	p.service, err = p.program.Open(ctx, p.current.cfg, env)
	return err
}

func (p *part[C]) serve(ctx context.Context) error { return p.service.Serve(ctx) }
func (p *part[C]) reload()                         { p.service.Reload(p.current.cfg) }
func (p *part[C]) healthy() error                  { return p.service.Healthy() }

// Group is several programs in one process. The first is what the others need: it starts before them and stops after them. Its settings
// say where the log goes, who the process becomes and where its status is served.
type Group struct {
	Name, Version string
	Parts         []Part
}

// Run runs the programs until a signal, the end of ctx or an error of one of them stops all, and returns the exit status of the process.
func (g Group) Run(ctx context.Context, process Process) int {
	if err := g.run(ctx, process); err != nil {
		fmt.Fprintf(process.Err, "%s: %v\n", g.Name, err)
		return 1
	}
	return 0
}

func (g Group) run(ctx context.Context, process Process) error {
	if len(g.Parts) == 0 {
		return errors.New("there is nothing to run")
	}
	var wrong []error
	for _, p := range g.Parts {
		if err := p.readSettings(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", p.name(), err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	l := newLife(g.Name, g.Version, g.Parts, process)
	return l.run(ctx, process.Signals)
}

// several reports whether messages must say which of the parts they are about.
func several(parts []Part) bool { return len(parts) > 1 }

// about names a part in an error, if there are several.
func (l *life) about(p Part, err error) error {
	if err == nil || !several(l.parts) {
		return err
	}
	return fmt.Errorf("%s: %w", p.name(), err)
}

// env is what a part works with.
func (l *life) env(p Part) Env {
	log := l.logger
	if several(l.parts) {
		log = log.With("program", p.name())
	}
	return Env{Log: log, Registry: l.status.Registry()}
}

// common are the settings that hold for the process: the first part's.
func (l *life) common() *Common { return l.parts[0].common() }
