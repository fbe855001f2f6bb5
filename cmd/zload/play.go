package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zarafa/client"
	"zarafa/loadgen"
	"zarafa/loadgen/report"
	"zarafa/profiles/users"
)

// playOptions are what the command line of "zload run" says.
type playOptions struct {
	loadgen.Options
	profile  string
	insecure bool
}

func (o *playOptions) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.URL, "url", "", "where the users log on: http://host:236/, https://host:237/ or file:///path/of/server.sock")
	flags.IntVar(&o.Users, "users", 10, "how many users work; they are those of \"zload fill\"")
	flags.StringVar(&o.profile, "profile", "medium", "what they do: "+strings.Join(users.Names(), ", "))
	flags.DurationVar(&o.Duration, "duration", time.Minute, "for how long")
	flags.Float64Var(&o.Compress, "compress", 1, "multiplies the rates of the profile")
	flags.Uint64Var(&o.Seed, "seed", 1, "chooses who does what when")
	flags.StringVar(&o.Prefix, "prefix", defaultPrefix, "beginning of the users' names")
	flags.StringVar(&o.Password, "password", defaultPassword, "password of the users")
	flags.StringVar(&o.AdminURL, "admin-url", "", "where mail is delivered by an administrator; without it every user delivers his own")
	flags.StringVar(&o.Admin, "admin", defaultAdmin, "name of the administrator")
	flags.StringVar(&o.AdminPassword, "admin-password", "", "his password, which Unix sockets do not need")
	flags.BoolVar(&o.insecure, "insecure", false, "accept any certificate of the server")
	flags.DurationVar(&o.NotifyGrace, "notify-grace", 10*time.Second, "how long a notification may take at the end before it counts as lost")
	flags.DurationVar(&o.Interval, "interval", time.Second, "time between two lines of output")
}

func (o *playOptions) finish() (err error) {
	if o.Profile, err = users.Load(o.profile); err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	o.URL = client.FindEndpoint(o.URL, "", os.LookupEnv)
	if o.AdminURL != "" {
		o.AdminURL = client.FindEndpoint(o.AdminURL, "", os.LookupEnv)
	}
	if o.insecure {
		o.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	return nil
}

func playCommand(stdout io.Writer) command {
	flags := pflag.NewFlagSet("zload run", pflag.ContinueOnError)
	var o playOptions
	o.define(flags)
	return command{flags, func(ctx context.Context) (int, error) {
		if err := o.finish(); err != nil {
			return exitUsage, err
		}
		return play(ctx, &o, stdout)
	}}
}

func play(ctx context.Context, o *playOptions, stdout io.Writer) (int, error) {
	// Output that cannot be written shall not end a run; that of the end is checked.
	o.OnInterval = func(i loadgen.Interval) { _ = report.Line(stdout, i) }
	result, err := loadgen.Run(ctx, o.Options)
	if result == nil {
		return exitFailed, err
	}
	if writeErr := report.Table(stdout, result); err == nil {
		err = writeErr
	}
	switch {
	case result.Violation != nil:
		return exitWrong, err
	case err != nil:
		return exitFailed, err
	case result.Void != "":
		return exitVoid, nil
	}
	return exitOK, nil
}
