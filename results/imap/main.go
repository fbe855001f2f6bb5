// Command imapbench measures IMAP with zarafa-gateway and Dovecot: it starts server, gateway, delivery agent and Dovecot as processes of their own, in
// a folder of their own, fills both with the same mails by APPEND and COPY, has them do the same in turns, and reads the clock, and from the kernel
// what each has used.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

type options struct {
	programs string
	rounds   int
	large    bool
	huge     bool
	idle     int
	users    int
	tls      bool
	only     string
	port     int
}

func main() {
	var o options
	flag.StringVar(&o.programs, "programs", "bin", "folder with zarafa-server, zarafa-gateway, zarafa-dagent and zarafa-admin")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each command is measured; the best counts")
	flag.BoolVar(&o.large, "large", true, "measure in 20,000 mails, too")
	flag.BoolVar(&o.huge, "huge", false, "measure in 200,000 mails, too")
	flag.IntVar(&o.idle, "idle", 1000, "connections in IDLE whose memory is measured; 0 is none")
	flag.IntVar(&o.users, "users", 100, "users whom they belong to")
	flag.BoolVar(&o.tls, "tls", false, "encrypt the connections in IDLE")
	flag.StringVar(&o.only, "only", "", "measure those commands only whose name has this in it")
	flag.IntVar(&o.port, "port", 22460, "first of the ports that are used")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "imapbench:", err)
		os.Exit(1)
	}
}

func (o *options) run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "imapbench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // Dovecot's processes are nobody's
		return err
	}
	ours := &gateway{programs: o.programs, dir: filepath.Join(dir, "zarafa"), port: o.port}
	defer func() { err = errors.Join(err, ours.stop()) }()
	if err := ours.start(ctx); err != nil {
		return err
	}
	fmt.Printf("load average %s at the beginning\n", loadAverage())
	if o.rounds > 0 {
		other := &dovecotServer{dir: filepath.Join(dir, "dovecot")}
		defer func() { _ = other.stop() }()
		if err := other.start(); err != nil {
			return err
		}
		if err := o.commands(ctx, ours, other); err != nil {
			return fmt.Errorf("%w; Dovecot has said: %s", err, other.stop())
		}
	}
	if o.idle > 0 {
		if err := o.memory(ctx, ours); err != nil {
			return err
		}
	}
	fmt.Printf("\nload average %s at the end\n", loadAverage())
	return nil
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
