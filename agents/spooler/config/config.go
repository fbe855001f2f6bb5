// Package config is the spooler's configuration: the settings of spooler.cfg as typed fields.
//
// A [Config] is made by [New], filled by package settings and then only read: a reload makes a new one. So any number of goroutines may
// share it.
//
// The package refuses settings that ask for what this spooler does not have, rather than send mail otherwise than the operator wrote.
// Names, defaults and meanings are the original's; what is ours is marked so in the documentation.
package config

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"zarafa/agents/connection"
	"zarafa/agents/spooler/relay"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mail/charset"
	"zarafa/mail/convert"
)

//go:generate go run ./generate ../../../docs

// File is where the settings are read from unless -c says otherwise.
const File = "/etc/zarafa/spooler.cfg"

// Config holds the settings of the spooler.
type Config struct {
	Daemon daemon.Common
	Server connection.Settings
	SMTP   SMTP
	Rules  Rules
	Mail   Mail
	// Threads is how many mails are sent side by side.
	Threads int
	// Start holds what the command line asks of this start.
	Start Start

	plugins, archive refused
}

// Start is what the command line says besides settings.
type Start struct {
	Host  string // -h
	Relay string // the argument SMTPHOST, in place of smtp_server
	Port  int    // --port, in place of smtp_port; 0 if it is not given
	// Dial, if not nil, connects to the server in this process.
	Dial func(ctx context.Context) (net.Conn, error)
}

// SMTP is how mail leaves.
type SMTP struct {
	// Relays are tried in this order.
	Relays []relay.Relay
	// Lifetime is how long a mail is tried.
	Lifetime time.Duration
	// DSN asks relays for reports on delivery where the sender wants one.
	DSN bool

	servers, security, user, mechanism, caFile string
	port                                       int
	password                                   settings.Secret
}

// Rules say who may send what to whom.
type Rules struct {
	AlwaysSendDelegates bool // anybody may send on behalf of anybody
	RedirectSpoofing    bool // forwarded mail keeps its sender
	DelegateMeetings    bool // meeting requests may be sent on behalf of anybody
	SendToEveryone      bool // to the group of all users
	// CopyDelegateMails is no, yes or move-to-rep.
	CopyDelegateMails string
}

// Values of copy_delegate_mails.
const (
	CopyNone = "no"
	CopyBoth = "yes"
	CopyMove = "move-to-rep"
)

// Mail is how mails are made.
type Mail struct {
	FaxDomain, FaxInternational string
	TNEF                        convert.TNEF
	Charset                     *charset.Charset
	ExpandGroups                bool
	// RawPath is the folder for copies of all mails that are sent, empty for none.
	RawPath string
	// TempPath is the folder for large mails, empty for the system's.
	TempPath string

	tnef, charset, rawPath string
	raw                    bool
}

// New returns an empty configuration.
func New(start Start) *Config {
	c := &Config{Start: start}
	c.Server.File, c.Server.Host, c.Server.Dial = File, start.Host, start.Dial
	return c
}

// Common gives the settings that package daemon acts on.
func (c *Config) Common() *daemon.Common { return &c.Daemon }

// Sections is the table of all settings.
func (c *Config) Sections() []settings.Section {
	sections := []settings.Section{c.SMTP.section(), c.Server.Section(), {Title: "Work", Options: []settings.Option{{
		Name: "max_threads", Default: "5", Value: settings.Int(&c.Threads, 1, 1000), Reloadable: true,
		Doc: "How many mails are sent side by side.",
	}}}, c.Rules.section(), c.Mail.section(), c.refusals()}
	return append(append(sections, c.Daemon.Sections()...), obsolete())
}

// Finish computes what follows from several settings and refuses what the spooler does not have.
func (c *Config) Finish(set *settings.Set) error {
	if err := c.SMTP.finish(set, c.Start); err != nil {
		return err
	}
	if err := c.Mail.finish(set); err != nil {
		return err
	}
	if c.plugins {
		return set.Problem("plugin_enabled", "plugins in Python cannot be run",
			"leave it at no; disclaimers and copies of outgoing mail are made by the relay, e.g. with a content filter of Postfix")
	}
	if c.archive {
		return set.Problem("archive_on_send", "there is no archive of sent mail here",
			"leave it at no, and have the relay send a copy of each mail to an archive, e.g. with always_bcc of Postfix")
	}
	return nil
}

// refused is a setting that must stay at no.
type refused bool

func (c *Config) refusals() settings.Section {
	return settings.Section{Title: "Not available", Options: []settings.Option{
		{Name: "plugin_enabled", Default: "no", Value: settings.Bool((*bool)(&c.plugins)), Doc: "Must be no: plugins in Python cannot be run."},
		{Name: "archive_on_send", Default: "no", Value: settings.Bool((*bool)(&c.archive)), Doc: "Must be no: sent mail is not archived here."},
	}}
}

// obsolete is the table of settings that older spoolers had and that have no meaning here.
func obsolete() settings.Section {
	var options []settings.Option
	for _, group := range []struct {
		why   string
		names []string
	}{
		{"one process sends all mail", []string{"process_model"}},
		{"there are no plugins", []string{"plugin_path", "plugin_manager_path"}},
		{"the spooler sends no statistics to anybody; /metrics has them", []string{
			"statsclient_url", "statsclient_interval", "statsclient_ssl_verify", "statsclient_socket",
		}},
		{"header fields are in ASCII, whatever the character set", []string{"always_send_utf8"}},
	} {
		for _, name := range group.names {
			options = append(options, settings.Option{Name: name, Obsolete: group.why})
		}
	}
	return settings.Section{Title: "Settings of older spoolers", Options: options}
}

func (r *Rules) section() settings.Section {
	return settings.Section{Title: "Who may send", Options: []settings.Option{
		{
			Name: "always_send_delegates", Default: "no", Value: settings.Bool(&r.AlwaysSendDelegates), Reloadable: true,
			Doc: "Whether everybody may send on behalf of everybody else. Otherwise one must be a delegate, or have the right to send as the other.",
		},
		{
			Name: "allow_redirect_spoofing", Default: "yes", Value: settings.Bool(&r.RedirectSpoofing), Reloadable: true,
			Doc: "Whether mail that a rule redirects keeps the sender it had.",
		},
		{
			Name: "allow_delegate_meeting_request", Default: "yes", Value: settings.Bool(&r.DelegateMeetings), Reloadable: true,
			Doc: "Whether meeting requests and cancellations may be sent on behalf of everybody.",
		},
		{
			Name: "allow_send_to_everyone", Default: "yes", Value: settings.Bool(&r.SendToEveryone), Reloadable: true,
			Doc: "Whether mail may be sent to the group Everyone.",
		},
		{
			Name: "copy_delegate_mails", Default: CopyBoth, Value: settings.Choice(&r.CopyDelegateMails, CopyNone, CopyBoth, CopyMove), Reloadable: true,
			Doc: "Where mail that was sent for somebody else is kept: no, in the sender's Sent Items; yes, in those of both; move-to-rep, in those of the other.",
		},
	}}
}

func (m *Mail) section() settings.Section {
	return settings.Section{Title: "Mails", Options: []settings.Option{
		{
			Name: "fax_domain", Value: settings.Text(&m.FaxDomain), Reloadable: true,
			Doc: "Mail to a fax number goes to NUMBER@fax_domain. Without it, faxes cannot be sent.",
		},
		{
			Name: "fax_international", Default: "+", Value: settings.Text(&m.FaxInternational), Reloadable: true,
			Doc: "What takes the place of the + in front of a fax number, e.g. 00.",
		},
		{
			Name: "always_send_tnef", Default: "no", Value: settings.Choice(&m.tnef, "no", "minimal", "yes"), Reloadable: true,
			Doc: "Whether mails have a winmail.dat: no, only what has no other form; minimal, with what other programs cannot show anyway; yes, always.",
		},
		{
			Name: "charset_upgrade", Default: "windows-1252", Value: settings.Text(&m.charset), Reloadable: true,
			Doc: "The character set of texts whose own one is unknown; texts that do not fit it are sent in UTF-8.",
		},
		{
			Name: "expand_groups", Default: "no", Value: settings.Bool(&m.ExpandGroups), Reloadable: true,
			Doc: "Whether the members of a group take its place in the mail, so that everybody sees who gets it. Otherwise mail to a group that has an address goes to this, and the relay must know its members.",
		},
		{
			Name: "log_raw_message_stage1", Aliases: []string{"log_raw_message"}, Default: "no", Value: settings.Bool(&m.raw), Reloadable: true,
			Doc: "Whether a copy of each mail is kept as it was sent.",
		},
		{
			Name: "log_raw_message_path", Default: "/var/lib/zarafa", Value: settings.Text(&m.rawPath), Reloadable: true,
			Doc: "The folder for these copies, which are called SMTP1_DATE_KEY.eml.",
		},
		{
			Name: "tmp_path", Default: "/tmp", Value: settings.Text(&m.TempPath), Reloadable: true,
			Doc: "The folder for mails that are too large for memory while they are sent.",
		},
	}}
}

func (m *Mail) finish(set *settings.Set) error {
	m.TNEF = map[string]convert.TNEF{"no": convert.TNEFWhereNeeded, "minimal": convert.TNEFMinimal, "yes": convert.TNEFAlways}[m.tnef]
	cs, ok := charset.Lookup(m.charset)
	if !ok {
		return set.Problem("charset_upgrade", fmt.Sprintf("there is no character set %q", m.charset), "write one such as windows-1252 or utf-8")
	}
	m.Charset = cs
	if m.raw {
		m.RawPath = m.rawPath
		if m.RawPath == "" {
			return set.Problem("log_raw_message_path", "is empty", "write the folder for the copies, or set log_raw_message_stage1 to no")
		}
	}
	return nil
}

func (s *SMTP) section() settings.Section {
	return settings.Section{Title: "Relay", Options: []settings.Option{
		{
			Name: "smtp_server", Default: "localhost", Value: settings.Text(&s.servers), Reloadable: true,
			Doc: "The mail server that takes outgoing mail. Several, separated by blanks, are tried in this order; each may be HOST:PORT.",
		},
		{
			Name: "smtp_port", Default: "25", Value: settings.Int(&s.port, 1, 65535), Reloadable: true,
			Doc: "The port of servers that name none.",
		},
		{
			Name: "smtp_security", Default: string(relay.Plain), Value: settings.Choice(&s.security, string(relay.Plain), string(relay.StartTLS), string(relay.TLS)), Reloadable: true,
			Doc: "How connections to the server are protected: none; starttls, on the usual port; tls, from the first byte on (port 465). Nothing is sent if that fails.",
		},
		{
			Name: "smtp_ca_file", Value: settings.Text(&s.caFile), Reloadable: true,
			Doc: "Certificates of the authorities (PEM) that the mail server's certificate is checked with; empty means the system's.",
		},
		{Name: "smtp_user", Value: settings.Text(&s.user), Reloadable: true, Doc: "The name to log on with. Empty sends without."},
		{
			Name: "smtp_password", Value: settings.SecretText(&s.password), Reloadable: true,
			Doc: "The password of smtp_user, or the token for XOAUTH2 and OAUTHBEARER. It is only sent over TLS, or to this machine.",
		},
		{
			Name: "smtp_auth", Value: settings.Choice(&s.mechanism, append([]string{""}, relay.Mechanisms()...)...), Reloadable: true,
			Doc: "How to log on. Empty takes the safest way that the server offers and that needs no token.",
		},
		{
			Name: "smtp_lifetime", Default: "5", Value: settings.Duration(&s.Lifetime, 24*time.Hour, 1, 365), Reloadable: true,
			Doc: "How long a mail is tried again that the server does not take for the time being. After four hours its sender is told that it is late, after this time that it was not delivered.",
		},
		{
			Name: "enable_dsn", Default: "yes", Value: settings.Bool(&s.DSN), Reloadable: true,
			Doc: "Whether the mail server is asked for a report on delivery where the sender wants one.",
		},
	}}
}

// finish makes the relays.
func (s *SMTP) finish(set *settings.Set, start Start) error {
	servers, port := s.servers, s.port
	if start.Relay != "" {
		servers = start.Relay
	}
	if start.Port != 0 {
		port = start.Port
	}
	trust, err := s.trust(set)
	if err != nil {
		return err
	}
	var login *relay.Login
	if s.user != "" {
		login = &relay.Login{User: s.user, Password: s.password.Reveal(), Mechanism: s.mechanism}
	}
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "localhost"
	}
	s.Relays = nil
	for _, server := range strings.Fields(servers) {
		r := relay.Relay{Host: server, Port: port, Security: relay.Security(s.security), TLS: trust, Login: login, LocalName: name}
		if host, p, err := net.SplitHostPort(server); err == nil {
			n, err := strconv.Atoi(p)
			if err != nil || n < 1 || n > 65535 {
				return set.Problem("smtp_server", fmt.Sprintf("%q is no port", p), "write HOST:PORT with a port from 1 to 65535, or HOST")
			}
			r.Host, r.Port = host, n
		}
		s.Relays = append(s.Relays, r)
	}
	if len(s.Relays) == 0 {
		return set.Problem("smtp_server", "is empty", "write the name of a mail server, e.g. localhost")
	}
	return nil
}

// trust is how certificates are checked, nil for the system's way.
func (s *SMTP) trust(set *settings.Set) (*tls.Config, error) {
	if s.caFile == "" {
		return nil, nil
	}
	pool, err := client.Authorities(s.caFile)
	if err != nil {
		return nil, set.Problem("smtp_ca_file", err.Error(), "write the name of a file with certificates in PEM form, or leave it empty")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, nil
}
