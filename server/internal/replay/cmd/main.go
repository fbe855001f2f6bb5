// Command cmd plays recorded scenarios against a running server and prints where its answers differ:
//
//	go run ./server/internal/replay/cmd -unix ./var/server.sock -tcp 127.0.0.1:2236 -scenarios 01,02 -v
//
// The server must have an empty database; the scenarios run in order and build on each other.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"zarafa/server/internal/replay"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run reports whether every exchange matches.
func run(ctx context.Context, args []string, out io.Writer) (bool, error) {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	unixPath := flags.String("unix", "var/server.sock", "socket of the server")
	tcpAddr := flags.String("tcp", "127.0.0.1:2236", "host:port of the server")
	dir := flags.String("traces", "wire/testdata/traces", "folder of the traces")
	exceptions := flags.String("exceptions", "server/internal/replay/exceptions.txt", "exceptions file")
	scenarios := flags.String("scenarios", "01,02,03,04,05,06", "prefixes of the scenarios' names")
	diffs := flags.Int("diffs", 20, "how many exchanges that differ to show of each scenario")
	wait := flags.Duration("wait", 5*time.Second, "how long a notification may take")
	verbose := flags.Bool("v", false, "one line an exchange")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	excused, err := replay.LoadExceptions(*exceptions)
	if err != nil {
		return false, err
	}
	cfg := replay.Config{UnixPath: *unixPath, TCPAddr: *tcpAddr, EventWait: *wait, Exceptions: excused}
	if *verbose {
		cfg.Trace = out
	}
	res, err := replay.Run(ctx, cfg, *dir, strings.Split(*scenarios, ",")...)
	res.Print(out, *diffs)
	return err == nil && res.OK(), err
}
