package monitor

import (
	"context"
	"math"
	"net"
	"time"

	"zarafa/agents/connection"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
)

//go:generate go run ./generate ../../docs

// File is where the settings are unless -c says something else.
const File = "/etc/zarafa/monitor.cfg"

// Start is what the command line says beside the settings.
type Start struct {
	Version string
	Host    string // -h
	Once    bool   // one pass, and then the program ends
	// Dial, if not nil, connects to the server in this process.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Config are the settings of monitor.cfg.
type Config struct {
	Start      Start
	Connection connection.Settings
	Daemon     daemon.Common

	CheckInterval  time.Duration // from the beginning of a pass to that of the next
	ResendInterval time.Duration // between two mails about a store
	Servers        []string      // names of those that are looked after; empty is all
	Language       client.Language
	UserWarning    string // paths of templates, empty for the texts that come with the program
	UserSoft       string
	UserHard       string
	CompanyWarning string

	locale string // as it is written
}

// NewConfig returns an empty configuration.
func NewConfig(start Start) *Config {
	return &Config{Start: start, Connection: connection.Settings{Host: start.Host, File: "monitor.cfg", Dial: start.Dial}}
}

// Common gives the settings that every daemon has.
func (c *Config) Common() *daemon.Common { return &c.Daemon }

// What holds if the settings say 0.
const (
	defaultCheckInterval  = 15 * time.Minute
	defaultResendInterval = 24 * time.Hour
)

// Finish checks the settings and puts defaults in the place of intervals that are none.
func (c *Config) Finish(set *settings.Set) (err error) {
	if c.CheckInterval <= 0 {
		c.CheckInterval = defaultCheckInterval
	}
	if c.ResendInterval <= 0 {
		c.ResendInterval = defaultResendInterval
	}
	if c.Language, err = client.ParseLanguage(c.locale); err != nil {
		return set.Problem("default_store_locale", err.Error(), "write one of these, or leave it empty for English")
	}
	return nil
}

// Sections is the table of the settings.
func (c *Config) Sections() []settings.Section {
	return append([]settings.Section{
		c.Connection.Section(),
		{Title: "Quota", Options: []settings.Option{
			{
				Name: "quota_check_interval", Default: "15", Value: settings.Duration(&c.CheckInterval, time.Minute, math.MinInt32, math.MaxInt32),
				Doc: "How often the sizes of all stores are compared with their quotas. 0 means 15.",
			},
			{
				Name: "mailquota_resend_interval", Default: "1", Value: settings.Duration(&c.ResendInterval, 24*time.Hour, math.MinInt32, 36500), Reloadable: true,
				Doc: "How long after a mail about a store the next one about it may follow. 0 means 1.",
			},
			{
				Name: "servers", Value: settings.Words(&c.Servers),
				Doc: "Of several servers that share their users, the names of those whose stores are looked after. Empty means all.",
			},
		}},
		{Title: "Mails", Options: c.templates()},
	}, c.Daemon.Sections()...)
}

// Where templates are if the settings say nothing.
const (
	defaultUserWarning    = "/etc/zarafa/quotamail/userwarning.mail"
	defaultUserSoft       = "/etc/zarafa/quotamail/usersoft.mail"
	defaultUserHard       = "/etc/zarafa/quotamail/userhard.mail"
	defaultCompanyWarning = "/etc/zarafa/quotamail/companywarning.mail"
)

func (c *Config) templates() []settings.Option {
	const rest = " If there is no such file, the mail has the program's own text, in the recipient's language. The file is read in each pass."
	return []settings.Option{
		{
			Name: "userquota_warning_template", Default: defaultUserWarning, Value: settings.Text(&c.UserWarning), Reloadable: true,
			Doc: "The mail about a user's store that has reached the level of warning." + rest,
		},
		{
			Name: "userquota_soft_template", Default: defaultUserSoft, Value: settings.Text(&c.UserSoft), Reloadable: true,
			Doc: "The mail about a user's store that has reached the soft level: he cannot send any more." + rest,
		},
		{
			Name: "userquota_hard_template", Default: defaultUserHard, Value: settings.Text(&c.UserHard), Reloadable: true,
			Doc: "The mail about a user's store that has reached the hard level: he gets no more mail." + rest,
		},
		{
			Name: "companyquota_warning_template", Default: defaultCompanyWarning, Value: settings.Text(&c.CompanyWarning), Reloadable: true,
			Doc: "The mail about the public store of a company that has reached the level of warning." + rest,
		},
		{
			Name: "default_store_locale", Default: "en", Value: settings.Text(&c.locale), Reloadable: true,
			Doc: "The language, en, de, nl or fr, of recipients whose mailbox does not tell it: normally the name of the inbox does.",
		},
		{Name: "smtp_server", Obsolete: "the mails are saved in the recipients' inboxes"},
	}
}

// templateOf names the file of a template, its setting, and whether that is at its default.
func (c *Config) templateOf(k kind) (path, setting, standard string) {
	switch k {
	case userSoft:
		return c.UserSoft, "userquota_soft_template", defaultUserSoft
	case userHard:
		return c.UserHard, "userquota_hard_template", defaultUserHard
	case companyWarning:
		return c.CompanyWarning, "companyquota_warning_template", defaultCompanyWarning
	}
	return c.UserWarning, "userquota_warning_template", defaultUserWarning
}
