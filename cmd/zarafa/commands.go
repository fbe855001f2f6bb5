package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
	"zarafa/quickstart"
	"zarafa/serve"
)

// defaultFolder is the folder where none is named.
const defaultFolder = "zarafa"

// exitFailed is the status of a command that failed.
const exitFailed = 1

// commands runs what the file does beyond its programs.
func commands(ctx context.Context, args []string, c caller) int {
	names := slices.Sorted(maps.Keys(programs()))
	p := subcommand.Program{
		Name: "zarafa", Version: version, Failed: exitFailed,
		Commands: []subcommand.Command{serveCommand(c), quickstartCommand(c.out)},
		Note: fmt.Sprintf("zarafa NAME is the program zarafa-NAME, for %s and %s; zarafa NAME --help has its options.",
			strings.Join(names[:len(names)-1], ", "), names[len(names)-1]),
	}
	return p.Run(ctx, args, c.out, c.err)
}

func serveCommand(c caller) subcommand.Command {
	return subcommand.Command{
		Name: "serve", Arguments: "[FOLDER]", Short: "run the server and the agents that the folder has settings of", Most: 1,
		Options: pflag.NewFlagSet("serve", pflag.ContinueOnError),
		Run: func(ctx context.Context, args []string) (int, error) {
			return serve.Folder{Path: folderOf(args), Version: version}.Run(ctx, c.process()), nil
		},
	}
}

func folderOf(args []string) string {
	if len(args) == 0 {
		return defaultFolder
	}
	return args[0]
}

func quickstartCommand(out io.Writer) subcommand.Command {
	var o quickstart.Options
	fs := pflag.NewFlagSet("quickstart", pflag.ContinueOnError)
	fs.StringVar(&o.Host, "host", "", "the name that mail programs connect to; mail.DOMAIN if it is not given")
	fs.StringVar(&o.Admin, "admin", "admin", "the login name of the first administrator")
	fs.StringVar(&o.Relay, "relay", "127.0.0.1:25", "the mail server that mail goes out through")
	standard := fs.Bool("standard-ports", false, "listen on 143, 993 and so on although this account may not, since the unit of systemd may; root does in any case")
	return subcommand.Command{
		Name: "quickstart", Arguments: "DOMAIN [FOLDER]", Short: "make a folder for serve, with the first administrator", Fewest: 1, Most: 2, Options: fs,
		Run: func(ctx context.Context, args []string) (int, error) {
			ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			if *standard {
				o.Listen = quickstart.Standard()
			}
			o.Domain, o.Folder = args[0], folderOf(args[1:])
			return subcommand.OK, quickstart.Run(ctx, o, out)
		},
	}
}
