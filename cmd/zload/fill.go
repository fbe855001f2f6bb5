package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"zarafa/client"
	"zarafa/daemon/subcommand"
	"zarafa/loadgen/fill"
)

// Defaults that both commands share.
const (
	defaultPrefix   = "zload"
	defaultPassword = "zload"
	defaultAdmin    = "SYSTEM"
)

// defaultUntil is fixed, so that the same command fills the same mailboxes on any day.
const defaultUntil = "2026-01-01"

// progressEvery is how often a line of progress is written.
const progressEvery = 2 * time.Second

func fillCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zload fill", pflag.ContinueOnError)
	var o fill.Options
	var adminURL, until string
	var t tlsOptions
	flags.IntVar(&o.Users, "users", 10, "how many users to create")
	flags.IntVar(&o.Messages, "messages", 500, "items in each mailbox")
	flags.Uint64Var(&o.Seed, "seed", 1, "chooses the content; the same seed gives the same mailboxes")
	flags.StringVar(&adminURL, "admin-url", "", "where this program is an administrator: file:///path/of/server.sock, or https://host:237/ with --sslkey-file")
	flags.StringVar(&o.Admin, "admin", defaultAdmin, "name of the administrator")
	flags.StringVar(&o.AdminPassword, "admin-password", "", "his password, which Unix sockets do not need")
	t.define(flags)
	flags.StringVar(&o.Prefix, "prefix", defaultPrefix, "beginning of the users' names, which go on with 0001")
	flags.StringVar(&o.Password, "password", defaultPassword, "password of the users")
	flags.IntVar(&o.Workers, "workers", 4*runtime.GOMAXPROCS(0), "mailboxes that are filled at one time")
	flags.StringVar(&until, "until", defaultUntil, "day of the newest items, which go back a year")
	flags.BoolVar(&o.KeepExisting, "keep-existing", false, "pass over users that exist")
	return subcommand.Command{Name: "fill", Short: "creates users with full mailboxes", Options: flags, Run: func(ctx context.Context, _ []string) (int, error) {
		var err error
		if o.Until, err = time.Parse(time.DateOnly, until); err != nil {
			return exitUsage, fmt.Errorf("--until: %w", err)
		}
		if o.TLS, _, err = t.configs(); err != nil {
			return exitUsage, err
		}
		if err = o.Check(); err != nil {
			return exitUsage, err
		}
		o.Endpoint = client.FindEndpoint(adminURL, "", os.LookupEnv)
		return runFill(ctx, o, stdout)
	}}
}

func runFill(ctx context.Context, o fill.Options, stdout io.Writer) (int, error) {
	start := time.Now()
	last := start
	o.Progress = func(r fill.Result) {
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			fmt.Fprintf(stdout, "%6.1f s  %d of %d mailboxes, %d items\n", now.Sub(start).Seconds(), r.Users+r.Kept, o.Users, r.Items)
		}
	}
	r, err := fill.Run(ctx, o)
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(stdout, "filled %d mailboxes with %d folders and %d items in %.1f s (%.0f items/s); %d existed already\n",
		r.Users, r.Folders, r.Items, seconds, float64(r.Items)/max(seconds, 1e-9), r.Kept)
	if err != nil {
		return exitFailed, err
	}
	return exitOK, nil
}
