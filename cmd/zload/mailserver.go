package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
	"zarafa/loadgen/mailserver"
)

func mailServerCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zload mailserver", pflag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:2225", "where mail is taken by SMTP")
	lmtp := flags.String("lmtp", "127.0.0.1:2003", "where the delivery agent takes it by LMTP")
	domains := flags.String("domains", "localhost", "domains whose mail is delivered, separated by commas")
	return subcommand.Command{Name: "mailserver", Short: "plays a mail server between spooler and delivery agent", Options: flags, Run: func(ctx context.Context, _ []string) (int, error) {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
		if err != nil {
			return exitFailed, fmt.Errorf("--listen: %w", err)
		}
		fmt.Fprintf(stdout, "taking mail for %s on %s\n", *domains, l.Addr())
		s := &mailserver.Server{
			Name: "localhost", Domains: strings.Split(strings.ToLower(*domains), ","), LMTP: *lmtp, Log: slog.New(slog.NewTextHandler(stdout, nil)),
		}
		if err := s.Serve(ctx, l); err != nil {
			return exitFailed, err
		}
		return exitOK, nil
	}}
}
