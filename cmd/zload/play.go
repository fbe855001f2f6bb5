package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"zarafa/client"
	"zarafa/daemon/subcommand"
	"zarafa/loadgen"
	"zarafa/loadgen/report"
	"zarafa/loadgen/usage"
	"zarafa/profiles/users"
)

// playOptions are what the command line of "zload run" says.
type playOptions struct {
	loadgen.Options
	profile string
	tls     tlsOptions
	pids    []int32
	json    string // files to write
	html    string
}

// define defines the options that all commands with simulated users have.
func (o *playOptions) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.URL, "url", "", "where the users log on: http://host:236/, https://host:237/ or file:///path/of/server.sock")
	flags.StringVar(&o.profile, "profile", "medium", "what they do: "+strings.Join(users.Names(), ", ")+", or a file NAME.json")
	flags.Float64Var(&o.Compress, "compress", 1, "multiplies the rates of the profile")
	flags.Uint64Var(&o.Seed, "seed", 1, "chooses who does what when")
	flags.StringVar(&o.Prefix, "prefix", defaultPrefix, "beginning of the users' names")
	flags.StringVar(&o.Password, "password", defaultPassword, "password of the users")
	flags.StringVar(&o.AdminURL, "admin-url", "", "where mail is delivered by an administrator; without it every user delivers his own")
	flags.StringVar(&o.Admin, "admin", defaultAdmin, "name of the administrator")
	flags.StringVar(&o.AdminPassword, "admin-password", "", "his password, which Unix sockets do not need")
	o.tls.define(flags)
	flags.DurationVar(&o.NotifyGrace, "notify-grace", 10*time.Second, "how long a notification may take at the end before it counts as lost")
}

func (o *playOptions) finish() (err error) {
	if o.Profile, err = loadProfile(o.profile); err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	o.URL = client.FindEndpoint(o.URL, "", os.LookupEnv)
	if o.AdminURL != "" {
		o.AdminURL = client.FindEndpoint(o.AdminURL, "", os.LookupEnv)
	}
	o.AdminTLS, o.TLS, err = o.tls.configs()
	return err
}

// loadProfile reads a profile of the program, or a file.
func loadProfile(name string) (*users.Profile, error) {
	if !strings.HasSuffix(name, ".json") {
		return users.Load(name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return users.Parse(text)
}

func playCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zload run", pflag.ContinueOnError)
	var o playOptions
	flags.IntVar(&o.Users, "users", 10, "how many users work; they are those of \"zload fill\"")
	flags.DurationVar(&o.Duration, "duration", time.Minute, "for how long")
	o.define(flags)
	flags.DurationVar(&o.Interval, "interval", time.Second, "time between two lines of output")
	flags.Int32SliceVar(&o.pids, "pids", nil, "processes of this machine, such as the server and its database, whose use of processors and memory is shown")
	o.defineReports(flags)
	var part partOptions
	part.define(flags)
	return subcommand.Command{Name: "run", Short: "plays users and measures the server", Options: flags, Run: func(ctx context.Context, _ []string) (int, error) {
		if err := errors.Join(o.finish(), part.finish(&o)); err != nil {
			return exitUsage, err
		}
		if err := o.Check(); err != nil {
			return exitUsage, err
		}
		return play(ctx, &o, stdout)
	}}
}

// keepSmall has the memory of thousands of users collected often, unless the environment says otherwise.
func keepSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(loadgen.GCPercent)
	}
}

// play runs the load and writes what comes of it.
func play(ctx context.Context, o *playOptions, stdout io.Writer) (int, error) {
	keepSmall()
	// What the generator itself uses tells whether it is the limit.
	sampler, err := usage.New(append([]int32{int32(os.Getpid())}, o.pids...))
	if err != nil {
		return exitUsage, fmt.Errorf("--pids: %w", err)
	}
	o.Usage = sampler.Sample
	files, err := openReports(o)
	if err != nil {
		return exitUsage, err
	}
	o.OnInterval = progress(stdout, o.Duration)
	result, err := loadgen.Run(ctx, o.Options)
	if result == nil {
		return exitFailed, errors.Join(err, files.close())
	}
	return finish(stdout, result, files, err)
}

// progress shows intervals: as a view on a terminal, as lines elsewhere. Output that cannot be written shall not end a
// run; that of the end is checked.
func progress(stdout io.Writer, total time.Duration) func(loadgen.Interval) {
	if f, ok := stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		live := report.NewLive(stdout, total)
		return func(i loadgen.Interval) { _ = live.Draw(i) }
	}
	return func(i loadgen.Interval) { _ = report.Line(stdout, i) }
}
