package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"zarafa/agents/backup/repository"
	"zarafa/agents/connection"
	"zarafa/daemon/settings"
)

//go:generate go run ./generate ../../docs

// File is where the settings are unless -c says something else.
const File = "/etc/zarafa/backup.cfg"

// Config are the settings of backup.cfg.
type Config struct {
	Connection connection.Settings

	Repository     string // folder
	KeyFile        string
	IdentityFile   string
	Workers        int
	RightsInterval time.Duration
	Servers        []string // names of those whose stores are backed up; empty is all
	MetricsFile    string

	Keep  repository.Policy
	Waste int
}

// NewConfig returns an empty configuration. The host goes before the one in the settings.
func NewConfig(host string) *Config {
	return &Config{Connection: connection.Settings{Host: host, File: "backup.cfg"}}
}

// Sections is the table of the settings.
func (c *Config) Sections() []settings.Section {
	return []settings.Section{
		c.Connection.Section(),
		{Title: "Repository", Options: []settings.Option{
			{
				Name: "repository", Default: "/var/lib/zarafa/backup", Value: settings.Text(&c.Repository),
				Doc: "The folder of the repository. zarafa-backup init makes it.",
			},
			{
				Name: "key_file", Default: "/etc/zarafa/backup.key", Value: settings.Text(&c.KeyFile),
				Doc: "The file with the host key, which zarafa-backup init makes. Without it nobody reads the repository, so keep a copy elsewhere.",
			},
			{
				Name: "identity_file", Value: settings.Text(&c.IdentityFile),
				Doc: "A file with the age identity that messages are sealed for, which restores need. Leave it empty on the backup host, and name the file " +
					"with --identity when you restore: who breaks into the host then cannot read old mail.",
			},
		}},
		{Title: "Backup", Options: []settings.Option{
			{
				Name: "worker_processes", Default: "2", Value: settings.Int(&c.Workers, 1, 64),
				Doc: "How many stores are read at the same time.",
			},
			{
				Name: "rights_interval", Default: "24", Value: settings.Duration(&c.RightsInterval, time.Hour, 0, 8760),
				Doc: "How often, in hours, rights and search criteria are read of folders in which nothing has changed. 0 means in each backup.",
			},
			{
				Name: "backup_servers", Value: settings.Words(&c.Servers),
				Doc: "Of several servers that share their users, the names of those whose stores are backed up. Empty means the server that the program connects to.",
			},
			{
				Name: "metrics_file", Value: settings.Text(&c.MetricsFile),
				Doc: "A file for the node exporter's textfile collector, such as /var/lib/prometheus/node-exporter/zarafa-backup.prom, with the time of the last " +
					"backup, bytes, items and errors. Empty means none.",
			},
		}},
		{Title: "Retention", Options: c.retention()},
	}
}

func (c *Config) retention() []settings.Option {
	number := func(name, standard, what string, into *int) settings.Option {
		return settings.Option{Name: name, Default: standard, Value: settings.Int(into, 0, 100000), Doc: "How many snapshots of a store zarafa-backup prune keeps: " + what + "."}
	}
	return []settings.Option{
		number("keep_last", "3", "the newest", &c.Keep.Last),
		number("keep_hourly", "0", "the newest of each of so many hours", &c.Keep.Hourly),
		number("keep_daily", "30", "the newest of each of so many days", &c.Keep.Daily),
		number("keep_weekly", "12", "the newest of each of so many weeks", &c.Keep.Weekly),
		number("keep_monthly", "24", "the newest of each of so many months", &c.Keep.Monthly),
		number("keep_yearly", "10", "the newest of each of so many years", &c.Keep.Yearly),
		{
			Name: "prune_waste", Default: "30", Value: settings.Int(&c.Waste, 1, 99),
			Doc: "How much of a file of the repository, in hundredths, may be of no use any more before prune writes the rest of it anew.",
		},
	}
}

// readConfig reads the settings. A missing file is no error if nobody has named it.
func readConfig(path, host string) (*Config, error) {
	c := NewConfig(host)
	set, err := settings.New(c.Sections())
	if err != nil {
		return nil, err
	}
	named := path != ""
	if !named {
		path = File
	}
	if err := set.ReadFile(path, settings.Source{}); err != nil && (named || !settings.Missing(err)) {
		return nil, err
	}
	return c, set.Apply()
}

// hostKey reads the host key.
func (c *Config) hostKey() (k repository.HostKey, err error) {
	text, err := os.ReadFile(c.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return k, fmt.Errorf("key_file: there is no %s; \"zarafa-backup init\" makes a repository and its key, and one that exists needs its own", c.KeyFile)
	}
	if err != nil {
		return k, fmt.Errorf("key_file: %w", err)
	}
	if k, err = repository.ParseHostKey(string(text)); err != nil {
		return k, fmt.Errorf("key_file: %s is not a host key: %w", c.KeyFile, err)
	}
	return k, nil
}

// identities reads the identity, if one is named.
func (c *Config) identities() ([]age.Identity, error) {
	if c.IdentityFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.IdentityFile)
	if err != nil {
		return nil, fmt.Errorf("identity_file: %w", err)
	}
	list, err := age.ParseIdentities(strings.NewReader(string(text)))
	if err != nil {
		return nil, fmt.Errorf("identity_file: %s: %w", c.IdentityFile, err)
	}
	return list, nil
}

// open opens the repository.
func (c *Config) open(ctx context.Context) (*repository.Repository, error) {
	key, err := c.hostKey()
	if err != nil {
		return nil, err
	}
	identities, err := c.identities()
	if err != nil {
		return nil, err
	}
	r, err := repository.Open(ctx, repository.OpenFolder(c.Repository), key, identities...)
	if errors.Is(err, repository.ErrNotExist) {
		return nil, fmt.Errorf("repository: %s has none; \"zarafa-backup init\" makes one: %w", c.Repository, err)
	}
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", c.Repository, err)
	}
	return r, nil
}
