// Command packaging builds the packages of a release: deb and rpm for each architecture, and an image for containers. "make packages" runs it in
// the repository's root.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/pflag"

	"zarafa/packaging/build"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := build.Options{Root: "."}
	var changed int64
	pflag.StringVar(&o.Version, "version", "", "what programs say with --version, e.g. 1.2.3+abc; its part before the + is the packages' version")
	pflag.StringVar(&o.Out, "out", "dist", "the folder for the packages")
	pflag.StringVar(&o.NFPM, "nfpm", "", "the program nfpm")
	pflag.StringSliceVar(&o.Architectures, "arch", []string{"amd64", "arm64"}, "architectures, in Go's words")
	pflag.Int64Var(&changed, "date", 0, "the date of all files, in seconds since 1970")
	pflag.Parse()
	o.Date = time.Unix(changed, 0).UTC()
	if err := build.Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}
