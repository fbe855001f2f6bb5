// Memory measures what the server takes of the machine: "memory run" plays a long and mixed load and compares the resident
// memory with the goal every second, "memory idle" counts what sessions cost that only wait for notifications, and "memory watch"
// compares a server that somebody else has started.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	modes := map[string]func(context.Context, []string) (bool, error){"run": runLoad, "idle": runIdle, "watch": runWatch}
	var mode func(context.Context, []string) (bool, error)
	if len(os.Args) > 1 {
		mode = modes[os.Args[1]]
	}
	if mode == nil {
		fmt.Fprintln(os.Stderr, "usage: memory run|idle|watch [flags]; -h after the first word lists them")
		os.Exit(2)
	}
	kept, err := mode(ctx, os.Args[2:])
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	case !kept:
		os.Exit(3)
	}
}

// runWatch samples a server that is there already.
func runWatch(ctx context.Context, args []string) (bool, error) {
	flags := flag.NewFlagSet("watch", flag.ExitOnError)
	pid := flags.Int("pid", 0, "process of the server")
	status := flags.String("status", "http://127.0.0.1:2237/metrics", "its metrics")
	caches := flags.Int64("caches", 288, "its configured caches in MiB")
	duration := flags.Duration("duration", 30*time.Minute, "for how long")
	_ = flags.Parse(args) // ExitOnError
	ctx, cancel := context.WithTimeout(ctx, *duration)
	defer cancel()
	s := &sampler{pid: *pid, status: *status, caches: *caches * mib}
	if err := s.watch(ctx); err != nil {
		return false, err
	}
	return s.verdict(), nil
}

// watch takes a sample every second until the context ends.
func (s *sampler) watch(ctx context.Context) error {
	s.began = time.Now()
	header()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := s.take(); err != nil {
			return err
		}
		if s.inMinute >= 60 {
			s.line()
		}
		select {
		case <-ctx.Done():
			if s.inMinute > 0 {
				s.line()
			}
			return nil
		case <-tick.C:
		}
	}
}
