package soaphttp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// DefaultSocket is the Unix socket that the endpoint "default:" stands for.
const DefaultSocket = "/var/run/kopano/server.sock"

// endpoint is where a client connects to, and what it says in the request line and Host header.
type endpoint struct {
	network string // "tcp", "unix" or "memory"
	address string
	tls     bool
	path    string // the request's target, escaped
	host    string
}

// endpointOf is the endpoint of a client.
func endpointOf(cfg *ClientConfig) (endpoint, error) {
	if cfg.Dial != nil {
		return endpoint{network: "memory", path: "/"}, nil
	}
	return parseEndpoint(cfg.Endpoint)
}

// parseEndpoint understands http://host:port/, https://host:port/, file:///path and default:
// (wire.md section 1). In a file URL the text before the path is ignored.
func parseEndpoint(s string) (endpoint, error) {
	if s == "default:" {
		return unixEndpoint(DefaultSocket), nil
	}
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			return endpoint{}, fmt.Errorf("endpoint %q: no path; write file:///path/to/server.sock", s)
		}
		return unixEndpoint(rest[slash:]), nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return endpoint{}, fmt.Errorf("endpoint: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return endpoint{}, fmt.Errorf("endpoint %q: not one of default:, http://host:port/, https://host:port/, file:///path", s)
	}
	e := endpoint{network: "tcp", tls: u.Scheme == "https", path: u.RequestURI(), host: u.Host}
	port := u.Port()
	if port == "" {
		port = map[bool]string{false: "236", true: "237"}[e.tls]
	}
	e.address = net.JoinHostPort(u.Hostname(), port)
	return e, nil
}

// unixEndpoint: the request line names the socket's file and the Host header is empty, as
// the reference client has it. Blanks and whatever else a request line cannot hold are escaped in it; the server
// does not care what it says.
func unixEndpoint(path string) endpoint {
	target := url.URL{Path: path}
	return endpoint{network: "unix", address: path, path: target.EscapedPath()}
}

// dial opens a connection. cfg may be nil; the server's name is filled in.
func (e *endpoint) dial(ctx context.Context, timeout time.Duration, cfg *tls.Config) (net.Conn, error) {
	d := net.Dialer{Timeout: timeout}
	nc, err := d.DialContext(ctx, e.network, e.address)
	if err != nil || !e.tls {
		return nc, err
	}
	if cfg == nil {
		cfg = &tls.Config{}
	}
	if cfg.ServerName == "" && !cfg.InsecureSkipVerify {
		cfg = cfg.Clone()
		cfg.ServerName, _, _ = net.SplitHostPort(e.address)
	}
	tc := tls.Client(nc, cfg)
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return tc, nil
}
