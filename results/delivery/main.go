// Command deliverybench measures what a delivery by LMTP costs: it starts server and delivery agent as processes of their own, on SQLite and
// in a folder of their own, sends mails itself, and reads from the kernel what each process has used. Builds are measured in turns, so that
// what else the machine does meets all of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// folders are those named by a flag that may be given several times.
type folders []string

func (f *folders) String() string { return strings.Join(*f, ",") }

func (f *folders) Set(s string) error { *f = append(*f, s); return nil }

type options struct {
	programs folders
	rounds   int
	mails    int
	size     int
	port     int
}

func main() {
	var o options
	flag.Var(&o.programs, "programs", "folder with zarafa-server, zarafa-dagent and zarafa-admin; several are measured in turns")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each build is measured")
	flag.IntVar(&o.mails, "mails", 2000, "mails in a measurement")
	flag.IntVar(&o.size, "size", 5800, "bytes of a mail")
	flag.IntVar(&o.port, "port", 22360, "first of the ports that are used")
	flag.Parse()
	if len(o.programs) == 0 {
		o.programs = folders{"bin"}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "deliverybench:", err)
		os.Exit(1)
	}
}

// connections are how many senders there are at a time.
var connections = []int{1, 8}

func (o *options) run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "deliverybench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var builds []*build
	defer func() {
		for _, b := range slices.Backward(builds) {
			err = errors.Join(err, b.stop())
		}
	}()
	for i, programs := range o.programs {
		b := &build{programs: programs, dir: filepath.Join(dir, fmt.Sprint(i)), port: o.port + 10*i}
		builds = append(builds, b)
		if err := b.start(ctx); err != nil {
			return fmt.Errorf("%s: %w", programs, err)
		}
		if _, err := o.measure(ctx, b, slices.Max(connections), o.mails/2); err != nil { // fills caches
			return fmt.Errorf("%s: %w", programs, err)
		}
	}
	fmt.Printf("load average %s at the beginning\n\n%s\n", loadAverage(), header)
	best := make(map[string]result)
	for range o.rounds {
		for _, n := range connections {
			for _, b := range builds {
				r, err := o.measure(ctx, b, n, o.mails)
				if err != nil {
					return fmt.Errorf("%s: %w", b.programs, err)
				}
				fmt.Println(r.row(b.programs, n, ""))
				key := fmt.Sprint(n, b.programs)
				best[key] = best[key].least(r)
			}
		}
	}
	fmt.Println()
	for _, n := range connections {
		for _, b := range builds {
			fmt.Println(best[fmt.Sprint(n, b.programs)].row(b.programs, n, "best of each"))
		}
	}
	fmt.Printf("\nload average %s at the end\n", loadAverage())
	return nil
}

const header = "connections  programs              agent µs   server µs    together   sender µs   deliveries/s"

// result is what a delivery costs, in microseconds of processor time.
type result struct {
	agent, server, sender float64
	perSecond             float64
}

func (r result) row(programs string, connections int, note string) string {
	return fmt.Sprintf("%11d  %-20s %9.0f   %9.0f   %9.0f   %9.0f   %12.0f  %s",
		connections, programs, r.agent, r.server, r.agent+r.server, r.sender, r.perSecond, note)
}

// least has the best figure of each kind: what else the machine does only adds.
func (r result) least(other result) result {
	if r == (result{}) {
		return other
	}
	return result{min(r.agent, other.agent), min(r.server, other.server), min(r.sender, other.sender), max(r.perSecond, other.perSecond)}
}

// measure delivers some mails and sees what that took.
func (o *options) measure(ctx context.Context, b *build, connections, mails int) (result, error) {
	before, err := b.used()
	if err != nil {
		return result{}, err
	}
	start := time.Now()
	if err := send(ctx, b.lmtp(), connections, b.sent, mails, o.size); err != nil {
		return result{}, err
	}
	b.sent += mails
	took := time.Since(start)
	after, err := b.used()
	if err != nil {
		return result{}, err
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(mails) }
	return result{
		each(after.agent - before.agent), each(after.server - before.server), each(after.sender - before.sender),
		float64(mails) / took.Seconds(),
	}, nil
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
