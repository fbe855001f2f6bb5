// The command make fetches the packages of the web client and bundles it, for "make build". Without npm the programs are built without its pages.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"zarafa/agents/webaccess/bundle"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, "agents/webaccess/ui", "agents/webaccess/static/dist")
	if errors.Is(err, bundle.ErrNoNPM) {
		fmt.Fprintf(os.Stderr, "bundle: %v; zarafa-webaccess is built without its pages\n", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, ui, folder string) error {
	if err := bundle.Fetch(ctx, ui); err != nil {
		return err
	}
	b, err := bundle.Build(ui)
	if err != nil {
		return err
	}
	return b.Write(folder)
}
