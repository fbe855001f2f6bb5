package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"zarafa/agents/admin"
	"zarafa/agents/backup"
	"zarafa/agents/dagent"
	"zarafa/agents/gateway"
	"zarafa/agents/migrate"
	"zarafa/agents/monitor"
	"zarafa/agents/spooler"
	spoolerconfig "zarafa/agents/spooler/config"
	"zarafa/agents/webaccess"
	"zarafa/daemon"
	serverconfig "zarafa/server/config"
	"zarafa/server/program"
)

// caller is what the process has around it. Daemons alone take the signals: HUP must end a tool whose terminal has gone.
type caller struct {
	stdin    io.Reader
	out, err io.Writer
	process  func() daemon.Process
}

// runner is one of the programs: it returns the exit status.
type runner func(ctx context.Context, args []string, c caller) int

// prefix is what the programs' names begin with, compatPrefix what those of Kopano do (package zarafa-compat-kopano).
const (
	prefix       = "zarafa-"
	compatPrefix = "kopano-"
)

// programs are those that the file is, by their names without the prefix.
func programs() map[string]runner {
	daemonOf := func(run func(context.Context, []string, daemon.Process) int) runner {
		return func(ctx context.Context, args []string, c caller) int { return run(ctx, args, c.process()) }
	}
	return map[string]runner{
		"webaccess": daemonOf(webaccess.Program(webaccess.Start{Version: version}).Run),
		"server":    daemonOf(program.New(version, serverconfig.Start{}).Run),
		"gateway":   daemonOf(gateway.Program(gateway.Start{Version: version}).Run),
		"monitor":   daemonOf(monitor.Program(monitor.Start{Version: version}).Run),
		"spooler":   daemonOf(spooler.Program(version, spoolerconfig.Start{}).Run),
		"dagent": func(ctx context.Context, args []string, c caller) int {
			return dagent.Run(ctx, version, args, c.stdin, c.process())
		},
		"admin": func(ctx context.Context, args []string, c caller) int {
			ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			return (&admin.Tool{Version: version, Stdin: c.stdin, Stdout: c.out, Stderr: c.err}).Run(ctx, args)
		},
		"backup": func(ctx context.Context, args []string, c caller) int {
			ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			return backup.Run(ctx, version, args, c.out, c.err)
		},
		"migrate": func(ctx context.Context, args []string, c caller) int {
			ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			return migrate.Run(ctx, version, args, c.out, c.err)
		},
	}
}

// run runs the program that the file's name or else the first argument says, and returns the exit status.
func run(ctx context.Context, argv []string, c caller) int {
	args := argv[1:]
	known := programs()
	for _, prefix := range []string{prefix, compatPrefix} {
		if name, ok := strings.CutPrefix(filepath.Base(argv[0]), prefix); ok && known[name] != nil {
			return known[name](ctx, args, c)
		}
	}
	if len(args) > 0 {
		if p := known[strings.TrimPrefix(args[0], prefix)]; p != nil {
			return p(ctx, args[1:], c)
		}
	}
	return commands(ctx, args, c)
}
