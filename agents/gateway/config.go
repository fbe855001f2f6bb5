package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"

	"zarafa/agents/connection"
	"zarafa/agents/frontend"
	"zarafa/daemon"
	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

//go:generate go run ./generate ../../docs

// File is where the settings are unless -c says something else.
const File = "/etc/zarafa/gateway.cfg"

// certificates is the folder of key and certificate.
const certificates = "/etc/zarafa/gateway"

// Start is what the command line says beside the settings.
type Start struct {
	Version string
	Host    string // -h
	// Dial, if not nil, connects to the server in this process.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Config are the settings of gateway.cfg.
type Config struct {
	Start      Start
	Connection connection.Settings
	Daemon     daemon.Common
	TLS        frontend.TLS

	IMAPListen  []listen.Spec
	IMAPSListen []listen.Spec
	POP3Listen  []listen.Spec
	POP3SListen []listen.Spec
	older       olderListeners

	Hostname         string
	HostnameGreeting bool

	DisablePlaintext bool
	BypassAuth       bool
	SingleSignOn     bool

	MaxConnections int // of all clients; 0 is no limit, here and below
	MaxPerAddress  int
	MaxPerUser     int

	OnlyMailFolders bool
	PublicFolders   bool
	Idle            bool
	IgnoreIdle      bool
	MaxMessageSize  int64
	MaxFailed       int
	ExpungeOnDelete bool
	Hidden          []string
	TempPath        string
	CacheSize       int64

	tls       *tls.Config // of the files, nil without
	listeners []service
}

// service is one kind of listeners.
type service struct {
	protocol  string
	encrypted bool
	listeners []net.Listener
}

// NewConfig returns an empty configuration.
func NewConfig(start Start) *Config {
	return &Config{Start: start, Connection: connection.Settings{Host: start.Host, File: "gateway.cfg", Dial: start.Dial}}
}

// Common gives the settings that every daemon has.
func (c *Config) Common() *daemon.Common { return &c.Daemon }

// Sections is the table of the settings.
func (c *Config) Sections() []settings.Section {
	return append([]settings.Section{
		c.listenSection(), c.Connection.Section(), c.TLS.Section(certificates), c.logOnSection(), c.imapSection(), c.older.section(), obsolete(),
	}, c.Daemon.Sections()...)
}

func (c *Config) listenSection() settings.Section {
	return settings.Section{Title: "Listeners", Options: []settings.Option{
		{
			Name: "imap_listen", Default: "*%lo:143", Value: listen.Value(&c.IMAPListen),
			Doc: "Where IMAP is spoken, encrypted after STARTTLS; empty is nowhere. *%lo is this machine alone, *:143 is every address.",
		},
		{Name: "imaps_listen", Value: listen.Value(&c.IMAPSListen), Doc: "Where IMAP is spoken encrypted from the first byte on, e.g. *:993. It needs a certificate."},
		{Name: "pop3_listen", Default: "*%lo:110", Value: listen.Value(&c.POP3Listen), Doc: "Where POP3 is spoken, encrypted after STLS; empty is nowhere."},
		{Name: "pop3s_listen", Value: listen.Value(&c.POP3SListen), Doc: "Where POP3 is spoken encrypted from the first byte on, e.g. *:995. It needs a certificate."},
		{Name: "server_hostname", Value: settings.Text(&c.Hostname), Doc: "The name of this host, for server_hostname_greeting; empty is the system's."},
		{
			Name: "server_hostname_greeting", Default: "no", Value: settings.Bool(&c.HostnameGreeting),
			Doc: "Whether clients are greeted with the name of this host; it tells which of several machines answers.",
		},
	}}
}

func (c *Config) logOnSection() settings.Section {
	return settings.Section{Title: "Log-ons and limits", Options: []settings.Option{
		{
			Name: "disable_plaintext_auth", Default: "yes", Value: settings.Bool(&c.DisablePlaintext), Reloadable: true,
			Doc: "Whether passwords from other machines are taken on encrypted connections only. The machine itself needs no encryption.",
		},
		{
			Name: "bypass_auth", Default: "no", Value: settings.Bool(&c.BypassAuth),
			Doc: "Must be no: the server checks each password, also on its unix socket.",
		},
		{
			Name: "enable_sso", Default: "no", Value: settings.Bool(&c.SingleSignOn),
			Doc: "Whether clients are offered to log on with access tokens of OpenID Connect (OAUTHBEARER, XOAUTH2); the server needs enable_sso and kcoidc_issuer_identifier.",
		},
		{
			Name: "max_connections", Default: "20000", Value: settings.Int(&c.MaxConnections, 0, 1_000_000), Reloadable: true,
			Doc: "How many connections may be open; 0 is any number. The limit of open files (LimitNOFILE) must be higher.",
		},
		{
			Name: "max_connections_per_address", Default: "500", Value: settings.Int(&c.MaxPerAddress, 0, 1_000_000), Reloadable: true,
			Doc: "How many connections one address may have; 0 is any number. Of IPv6, a network of 64 bits is one address. The machine itself has no limit. " +
				"An office behind one address needs some five for each person.",
		},
		{
			Name: "max_connections_per_user", Default: "50", Value: settings.Int(&c.MaxPerUser, 0, 1_000_000), Reloadable: true,
			Doc: "How many connections one user may have, by IMAP and POP3 together; 0 is any number. Mail programs open up to ten each.",
		},
	}}
}

func (c *Config) imapSection() settings.Section {
	return settings.Section{Title: "IMAP", Options: []settings.Option{
		{Name: "imap_only_mailfolders", Default: "yes", Value: settings.Bool(&c.OnlyMailFolders), Doc: "Whether only folders of mail are shown; otherwise others are, and nothing can be read in them."},
		{Name: "imap_public_folders", Default: "yes", Value: settings.Bool(&c.PublicFolders), Doc: "Whether public folders are shown."},
		{
			Name: "imap_capability_idle", Default: "yes", Value: settings.Bool(&c.Idle),
			Doc: "Whether clients are offered to wait for new mail (IDLE). Without it they ask every few minutes.",
		},
		{
			Name: "imap_ignore_command_idle", Default: "no", Value: settings.Bool(&c.IgnoreIdle), Deprecated: "write imap_capability_idle = no",
			Doc: "yes means imap_capability_idle = no.",
		},
		{
			Name: "imap_hidden_capabilities", Value: settings.Words(&c.Hidden),
			Doc: "Capabilities that clients are not told of, separated by blanks, e.g. QRESYNC. It helps with a program that misuses one of them.",
		},
		{Name: "imap_max_messagesize", Default: "128M", Value: settings.Size(&c.MaxMessageSize, 0, 1<<40), Doc: "The largest message that clients can put into a folder; 0 is any size that the server takes."},
		{
			Name: "imap_max_fail_commands", Default: "10", Value: settings.Int(&c.MaxFailed, 1, 100_000),
			Doc: "After how many commands in a row that fail a client is cut off.",
		},
		{
			Name: "imap_expunge_on_delete", Default: "no", Value: settings.Bool(&c.ExpungeOnDelete),
			Doc: "Whether a message is deleted as soon as a program marks it so, for programs that never expunge.",
		},
		{
			Name: "imap_cache_size", Default: "128M", Value: settings.Size(&c.CacheSize, 0, 1<<40),
			Doc: "How much memory may be used for what lists of mails are made of: envelopes, structures and headers, some 3 KB a mail. 0 asks the server each time.",
		},
		{
			Name: "tmp_path", Value: settings.Text(&c.TempPath),
			Doc: "Where messages that clients send lie until they are saved, if they are large; empty is the system's folder for temporary files.",
		},
	}}
}

// obsolete are settings of the original's gateway that need no successor.
func obsolete() settings.Section {
	var options []settings.Option
	for _, group := range []struct {
		why   string
		names []string
	}{
		{"one process serves all connections", []string{"process_model"}},
		{"what clients are sent is made of the stored mail", []string{"imap_generate_utf8", "imap_store_rfc822", "html_safety_filter"}},
		{"folders are shown as they are at the moment", []string{"imap_cache_folders_time_limit"}},
		{"the program sends no statistics to anybody; /metrics has them", []string{"statsclient_url", "statsclient_interval", "statsclient_ssl_verify"}},
	} {
		for _, name := range group.names {
			options = append(options, settings.Option{Name: name, Obsolete: group.why})
		}
	}
	return settings.Section{Title: "Without effect", Options: options}
}

// Finish checks the settings and translates older ones.
func (c *Config) Finish(set *settings.Set) error {
	if c.BypassAuth {
		return set.Problem("bypass_auth", "log-ons without a password check are not possible: the gateway works as an administrator of the server, who checks each password",
			"set it to no, or delete the line")
	}
	c.TLS.Finish(set)
	if c.Hostname == "" {
		name, err := os.Hostname()
		if err != nil {
			return set.Problem("server_hostname", err.Error(), "write the name of this host")
		}
		c.Hostname = name
	}
	if !c.Idle || c.IgnoreIdle {
		c.Hidden = append(c.Hidden, "IDLE")
	}
	if err := c.older.apply(set, c); err != nil {
		return err
	}
	if len(c.IMAPListen)+len(c.IMAPSListen)+len(c.POP3Listen)+len(c.POP3SListen) == 0 {
		return set.Problem("imap_listen", "no listener is left", "set it, imaps_listen, pop3_listen or pop3s_listen to an address")
	}
	return nil
}

// Bind opens the listeners, and reads the key, while the program has the privileges of its start.
func (c *Config) Bind(ctx context.Context) (err error) {
	if err := c.loadTLS(); err != nil {
		return err
	}
	var open []net.Listener
	for _, l := range []struct {
		setting, protocol string
		encrypted         bool
		specs             []listen.Spec
	}{
		{"imap_listen", protocolIMAP, false, c.IMAPListen}, {"imaps_listen", protocolIMAP, true, c.IMAPSListen},
		{"pop3_listen", protocolPOP3, false, c.POP3Listen}, {"pop3s_listen", protocolPOP3, true, c.POP3SListen},
	} {
		listeners, err := listen.Open(ctx, l.specs, 0o666)
		if err != nil {
			for _, o := range open {
				err = errors.Join(err, o.Close())
			}
			return fmt.Errorf("%s: %w; choose another address, or leave the setting empty", l.setting, err)
		}
		open = append(open, listeners...)
		c.listeners = append(c.listeners, service{l.protocol, l.encrypted, listeners})
	}
	return nil
}

// loadTLS reads key and certificate.
func (c *Config) loadTLS() (err error) {
	c.tls, err = c.TLS.Load(len(c.IMAPSListen)+len(c.POP3SListen) > 0)
	return err
}

// Listeners are the addresses of a protocol, encrypted from the first byte on or not.
func (c *Config) Listeners(protocol string, encrypted bool) (addresses []net.Addr) {
	for _, s := range c.listeners {
		if s.protocol == protocol && s.encrypted == encrypted {
			for _, l := range s.listeners {
				addresses = append(addresses, l.Addr())
			}
		}
	}
	return addresses
}

// AllListeners are the addresses of all protocols: IMAP, IMAP encrypted from the first byte on, POP3, POP3 likewise.
func (c *Config) AllListeners() (addresses []net.Addr) {
	for _, protocol := range []string{protocolIMAP, protocolPOP3} {
		for _, encrypted := range []bool{false, true} {
			addresses = append(addresses, c.Listeners(protocol, encrypted)...)
		}
	}
	return addresses
}
