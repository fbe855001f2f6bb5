// Package config is the server's configuration: the settings of server.cfg, in the
// spellings of 2007 and the later ones, as typed fields.
//
// A [Config] is made by [New], filled by package settings and then only read: a
// reload makes a new one. So any number of goroutines may share it.
//
// The package refuses settings that ask for what this server does not have, rather
// than start with something else than the operator wrote. It opens nothing but the
// listening sockets ([Config.Bind]), and imports no other part of the server.
//
// Names, defaults and meanings come from agents.md section 1.1; what is ours is
// marked so in the table.
package config

import (
	"math"
	"time"

	"zarafa/daemon"
	"zarafa/daemon/settings"
)

//go:generate go run ./generate ../../docs

// File is where the settings are read from unless -c says otherwise.
const File = "/etc/zarafa/server.cfg"

// Config holds the settings of the server.
type Config struct {
	Daemon   daemon.Common
	Network  Network
	TLS      TLS
	Peers    Peers
	Database Database
	Users    Users
	Quota    Quota
	Sessions Sessions
	SSO      SingleSignOn
	Life     LifeCycle
	Tables   Tables
	Search   Search
	// ClientUpdate is about newer versions of clients.
	ClientUpdate ClientUpdate
	Limits       Limits
	PerUser      UserLimits
	Audit        Audit
	Cluster      Cluster
	// Companies says whether there are several on this server.
	Companies Companies
	// Cache has the sizes in effect, automatic ones computed.
	Cache Cache

	// Start holds what the command line asks of this start.
	Start Start

	// Sockets are the open listeners after [Config.Bind].
	Sockets *Sockets

	cache  cacheSettings
	older  olderNetwork
	memory func() (int64, error)
}

// New returns an empty configuration. Memory tells how many bytes the process may
// use; automatic cache sizes follow from it.
func New(memory func() (int64, error)) *Config { return &Config{memory: memory} }

// Common gives the settings that package daemon acts on.
func (c *Config) Common() *daemon.Common { return &c.Daemon }

// Sections is the table of all settings.
func (c *Config) Sections() []settings.Section {
	sections := []settings.Section{
		c.Network.section(), c.older.section(), c.TLS.section(), c.Peers.section(), c.Database.section(),
		c.Users.section(), c.Quota.section(), c.Sessions.section(), c.SSO.section(), c.Life.section(),
		c.Tables.section(), c.Search.section(), c.ClientUpdate.section(), c.cache.section(), c.Limits.section(), c.PerUser.section(), c.Audit.section(),
		c.Cluster.section(), c.Companies.section(),
	}
	sections = append(sections, c.Daemon.Sections()...)
	return append(sections, obsolete())
}

// Finish computes the automatic sizes, translates the older spellings and refuses
// what the server does not have.
func (c *Config) Finish(set *settings.Set) error {
	if err := c.older.apply(set, &c.Network); err != nil {
		return err
	}
	c.Tables.translate(set)
	c.Users.translate(set)
	c.Start.warn(set)
	c.Sessions.raise(set)
	if err := c.Database.check(set); err != nil {
		return err
	}
	if err := c.Cluster.check(set, c.Users.Plugin); err != nil {
		return err
	}
	if err := c.Users.check(set, c.Companies.Hosted); err != nil {
		return err
	}
	if err := c.Companies.check(set, c.Users.LoginNameFormat); err != nil {
		return err
	}
	var err error
	c.Cache, err = c.cache.resolve(c.memory, set)
	return err
}

// The upper bounds of numbers that have no natural one.
const (
	anyNumber = math.MaxInt32
	anySize   = math.MaxInt64
	manyYears = 36500 // days
)

// seconds binds a number of seconds from low up to a day.
func seconds(field *time.Duration, low int64) settings.Value {
	return settings.Duration(field, time.Second, low, 86400)
}

// days binds a number of days.
func days(field *time.Duration) settings.Value {
	return settings.Duration(field, 24*time.Hour, 0, manyYears)
}
