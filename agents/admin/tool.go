// Package admin is the administrator's tool: it creates, changes, lists and deletes users, groups, companies and stores, and asks the
// server for maintenance (agents.md section 2). The work itself is done by package client; this package owns the command
// line, the texts, and the exit status.
//
// One Tool serves one run of the program in one goroutine.
//
// It refuses options that the server has no function for (offline profiles) with a message,
// instead of accepting them without effect.
package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/client"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
)

// DefaultConfigFile is read if it exists.
const DefaultConfigFile = "/etc/zarafa/admin.cfg"

// Tool is what a run of the program has around it. Zero fields other than the streams take the process's own.
type Tool struct {
	Version        string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	LookupEnv      func(name string) (string, bool)
	ConfigFile     string         // read if it exists; [DefaultConfigFile] if empty
	Location       *time.Location // of the times that are shown
	Now            func() time.Time
}

// Run runs the tool with the process's environment and returns its exit status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&Tool{Stdin: stdin, Stdout: stdout, Stderr: stderr}).Run(ctx, args)
}

// Run carries out a command line, without the program's name, and returns the exit status.
func (t *Tool) Run(ctx context.Context, args []string) int {
	if t.LookupEnv == nil {
		t.LookupEnv = os.LookupEnv
	}
	if t.ConfigFile == "" {
		t.ConfigFile = DefaultConfigFile
	}
	if t.Location == nil {
		t.Location = time.Local
	}
	if t.Now == nil {
		t.Now = time.Now
	}
	if t.Version == "" {
		t.Version = "unknown"
	}
	o, err := parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		printHelp(t.Stdout)
		return exitOK
	case err != nil:
		fmt.Fprintf(t.Stderr, "zarafa-admin: %v\nzarafa-admin --help shows the options.\n", err)
		return exitFailed
	case o.version:
		fmt.Fprintln(t.Stdout, "zarafa-admin", t.Version)
		return exitOK
	}
	if err := t.run(ctx, o); err != nil {
		fmt.Fprintf(t.Stderr, "zarafa-admin: %s\n", explain(err))
		return exitFailed
	}
	return exitOK
}

// job is the work on one action with everything it needs.
type job struct {
	*Tool
	*options
	cfg     *configuration
	session *client.Session
}

// run connects and carries out the action.
func (t *Tool) run(ctx context.Context, o *options) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	j := &job{Tool: t, options: o}
	if j.cfg, err = t.readConfig(o); err != nil {
		return err
	}
	if err := j.readPassword(); err != nil {
		return err
	}
	if j.session, err = j.logOn(ctx); err != nil {
		return err
	}
	first := j.session // the others end with it
	defer first.Close(context.WithoutCancel(ctx))
	if err := j.moveToNode(ctx); err != nil {
		return err
	}
	if j.logLevel() >= levelInfo {
		j.warn("logged on as %s, server version %s", connection.SystemUser, j.session.ServerVersion())
	}
	return o.action.do(j, ctx)
}

// say prints a line of the result.
func (j *job) say(format string, args ...any) { fmt.Fprintf(j.Stdout, format+"\n", args...) }

// warn prints a line about something that does not stop the work.
func (j *job) warn(format string, args ...any) {
	fmt.Fprintf(j.Stderr, "zarafa-admin: "+format+"\n", args...)
}
