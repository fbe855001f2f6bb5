package webaccess

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"zarafa/agents/connection"
	"zarafa/agents/frontend"
	"zarafa/daemon"
	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

//go:generate go run ./generate ../../docs

// File is where the settings are unless -c says something else.
const File = "/etc/zarafa/webaccess.cfg"

// certificates is the folder of key and certificate.
const certificates = "/etc/zarafa/webaccess"

// Start is what the command line says beside the settings.
type Start struct {
	Version string
	Host    string // -h
	// App has the pages; nil takes those that are in the program.
	App App
	// Dial, if not nil, connects to the server in this process.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Config are the settings of webaccess.cfg.
type Config struct {
	Start      Start
	Connection connection.Settings
	Daemon     daemon.Common
	TLS        frontend.TLS

	WebListen      []listen.Spec
	WebsListen     []listen.Spec
	Path           string
	TrustedProxies []netip.Prefix

	MaxConnections  int
	MaxSessions     int
	SessionsPerUser int
	SessionIdle     time.Duration
	SessionLongest  time.Duration

	UploadSize  int64
	UploadTotal int64
	TempPath    string

	tls    *tls.Config // nil without a certificate
	plain  []net.Listener
	secure []net.Listener
}

// NewConfig returns an empty configuration.
func NewConfig(start Start) *Config {
	return &Config{Start: start, Connection: connection.Settings{Host: start.Host, File: "webaccess.cfg", Dial: start.Dial}}
}

// Common gives the settings that every daemon has.
func (c *Config) Common() *daemon.Common { return &c.Daemon }

// Sections is the table of the settings.
func (c *Config) Sections() []settings.Section {
	return append([]settings.Section{
		c.listenSection(), c.Connection.Section(), c.TLS.Section(certificates), c.sessionSection(), c.uploadSection(),
	}, c.Daemon.Sections()...)
}

func (c *Config) listenSection() settings.Section {
	return settings.Section{Title: "Listeners", Options: []settings.Option{
		{
			Name: "web_listen", Default: "*%lo:2280", Value: listen.Value(&c.WebListen),
			Doc: "Where browsers and reverse proxies connect without encryption. Users can log on there from this machine, or through a proxy of trusted_proxies that they reach by https. *%lo is this machine alone.",
		},
		{Name: "webs_listen", Value: listen.Value(&c.WebsListen), Doc: "Where browsers connect by https without a proxy, e.g. *:443. It needs a certificate."},
		{
			Name: "web_path", Default: "/", Value: settings.Text(&c.Path),
			Doc: "The path of the program behind a proxy, e.g. /webmail/ for https://www.example.com/webmail/. The proxy hands it on as it is.",
		},
		{
			Name: "trusted_proxies", Default: "127.0.0.0/8 ::1/128", Value: listen.Prefixes(&c.TrustedProxies), Reloadable: true,
			Doc: "Addresses and networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. A proxy must replace these headers, or add to them, and not hand on what browsers sent.",
		},
		{
			Name: "max_connections", Default: "20000", Value: settings.Int(&c.MaxConnections, 1, 1_000_000),
			Doc: "How many connections may be open. The limit of open files (LimitNOFILE) must be higher: each session needs two more to the server.",
		},
	}}
}

func (c *Config) sessionSection() settings.Section {
	return settings.Section{Title: "Sessions", Options: []settings.Option{
		{
			Name: "session_idle", Default: "43200", Value: settings.Duration(&c.SessionIdle, time.Second, 60, 604_800), Reloadable: true,
			Doc: "After how many seconds without a request a session ends.",
		},
		{
			Name: "session_lifetime", Default: "604800", Value: settings.Duration(&c.SessionLongest, time.Second, 60, 604_800), Reloadable: true,
			Doc: "After how many seconds a session ends in any case.",
		},
		{Name: "max_sessions", Default: "10000", Value: settings.Int(&c.MaxSessions, 1, 1_000_000), Reloadable: true, Doc: "How many sessions there may be."},
		{
			Name: "max_sessions_per_user", Default: "20", Value: settings.Int(&c.SessionsPerUser, 1, 1000), Reloadable: true,
			Doc: "How many sessions one user may have. One more ends the one that was not used for longest.",
		},
	}}
}

func (c *Config) uploadSection() settings.Section {
	return settings.Section{Title: "Attachments", Options: []settings.Option{
		{
			Name: "upload_max_size", Default: "50M", Value: settings.Size(&c.UploadSize, 1<<10, 1<<40), Reloadable: true,
			Doc: "The largest file that can be attached, in bytes. A proxy must let it through (client_max_body_size of nginx).",
		},
		{
			Name: "upload_max_total", Default: "200M", Value: settings.Size(&c.UploadTotal, 1<<10, 1<<40), Reloadable: true,
			Doc: "How many bytes may wait to be attached in one session.",
		},
		{Name: "tmp_path", Value: settings.Text(&c.TempPath), Doc: "Where files lie until they are attached; empty is the system's folder for temporary files."},
	}}
}

// Finish checks the settings.
func (c *Config) Finish(set *settings.Set) error {
	c.TLS.Finish(set)
	if len(c.WebListen)+len(c.WebsListen) == 0 {
		return set.Problem("web_listen", "no listener is left", "set it or webs_listen to an address")
	}
	if !strings.HasPrefix(c.Path, "/") || strings.ContainsAny(c.Path, "?#%{} \t\"'<>\\;") || strings.Contains(c.Path, "//") {
		return set.Problem("web_path", fmt.Sprintf("%q is no path", c.Path), "write / or one like /webmail/")
	}
	if !strings.HasSuffix(c.Path, "/") {
		c.Path += "/"
	}
	if c.UploadTotal < c.UploadSize {
		return set.Problem("upload_max_total", "it is less than upload_max_size", "make it as large at least")
	}
	return nil
}

// Bind opens the listeners, and reads the key, while the program has the privileges of its start.
func (c *Config) Bind(ctx context.Context) (err error) {
	if c.tls, err = c.TLS.Load(len(c.WebsListen) > 0); err != nil {
		return err
	}
	if c.plain, err = listen.Open(ctx, c.WebListen, 0o666); err != nil {
		return fmt.Errorf("web_listen: %w; choose another address, or leave the setting empty", err)
	}
	if c.secure, err = listen.Open(ctx, c.WebsListen, 0o666); err != nil {
		for _, l := range c.plain {
			err = errors.Join(err, l.Close())
		}
		return fmt.Errorf("webs_listen: %w; choose another address, or leave the setting empty", err)
	}
	return nil
}

// AllListeners are the addresses without encryption, and those with it.
func (c *Config) AllListeners() (addresses []net.Addr) {
	for _, listeners := range [][]net.Listener{c.plain, c.secure} {
		for _, l := range listeners {
			addresses = append(addresses, l.Addr())
		}
	}
	return addresses
}

// Addresses are where the program listens without encryption.
func (c *Config) Addresses() (list []string) {
	for _, l := range c.plain {
		list = append(list, l.Addr().String())
	}
	return list
}
