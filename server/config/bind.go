package config

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"zarafa/daemon/listen"
)

// Sockets are the server's open listeners.
type Sockets struct {
	Plain    []net.Listener // TCP without TLS
	TLS      []net.Listener // TCP with TLS: their connections are *tls.Conn
	Pipe     []net.Listener // unix socket
	Priority []net.Listener // unix socket for prioritised tools
	Memory   []net.Listener // for programs in the same process
}

// Bind opens the sockets that the settings name and keeps them in c.Sockets. It is
// a step of its own because it needs privileges that the server does not.
func (c *Config) Bind(ctx context.Context) error {
	s := new(Sockets)
	for _, open := range []struct {
		setting string
		specs   []listen.Spec
		mode    fs.FileMode // of unix sockets
		into    *[]net.Listener
	}{
		{"server_listen", c.Network.Listen, 0o666, &s.Plain},
		{"server_listen_tls", c.Network.ListenTLS, 0o666, &s.TLS},
		{"server_pipe_name", pipe(c.Network.PipeEnabled, c.Network.PipeName), 0o666, &s.Pipe},
		{"server_pipe_priority", pipe(c.Network.PipeEnabled, c.Network.PipePriority), 0o660, &s.Priority},
	} {
		listeners, err := listen.Open(ctx, open.specs, open.mode)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w; correct the address, or stop what uses it", open.setting, err), s.Close())
		}
		*open.into = listeners
	}
	if len(s.TLS) > 0 {
		keys, err := c.TLS.Load()
		if err != nil {
			return errors.Join(err, s.Close())
		}
		for i, l := range s.TLS {
			s.TLS[i] = tls.NewListener(l, keys)
		}
	}
	if c.Start.Memory != nil {
		s.Memory = []net.Listener{c.Start.Memory}
	}
	c.Sockets = s
	return nil
}

// pipe lists the unix sockets that a setting names. Older servers took several paths, separated by blanks; a blank
// that no path begins after is a part of a path.
func pipe(enabled bool, paths string) []listen.Spec {
	if !enabled || paths == "" {
		return nil
	}
	var specs []listen.Spec
	for {
		next := strings.Index(paths, " /")
		if next < 0 {
			return append(specs, listen.Spec{Path: paths})
		}
		specs = append(specs, listen.Spec{Path: strings.TrimSpace(paths[:next])})
		paths = paths[next+1:]
	}
}

// Close closes all sockets.
func (s *Sockets) Close() error {
	var failed []error
	for _, listeners := range [][]net.Listener{s.Plain, s.TLS, s.Pipe, s.Priority, s.Memory} {
		for _, l := range listeners {
			failed = append(failed, l.Close())
		}
	}
	return errors.Join(failed...)
}
