package config

import (
	"time"

	"zarafa/daemon/settings"
)

// Sessions says how long log-ons live.
type Sessions struct {
	Timeout               time.Duration // without a call; at least minSessionTimeout
	CheckIP               bool          // a session belongs to one client address
	MaxFailures           int           // failed log-ons of an account from an address in ten minutes; 0 is no limit
	PasswordCacheLifetime time.Duration // 0 is off
}

// minSessionTimeout is five times the interval at which clients report that they
// are alive.
const minSessionTimeout = 300 * time.Second

func (s *Sessions) section() settings.Section {
	return settings.Section{Title: "Sessions", Options: []settings.Option{
		{
			Name: "session_timeout", Default: "300", Value: seconds(&s.Timeout, 0), Reloadable: true,
			Doc: "How long a session lives without a call. Less than 300 is raised to 300.",
		},
		{
			Name: "session_ip_check", Default: "yes", Value: settings.Bool(&s.CheckIP), Reloadable: true,
			Doc: "Whether a session can be used only from the address that opened it.",
		},
		{
			Name: "password_cache_lifetime", Default: "300", Value: seconds(&s.PasswordCacheLifetime, 0), Reloadable: true,
			Doc: "How long a verified password is remembered in memory, as a keyed hash, so that programs which log on for every job stay fast. 0 remembers none.",
		},
		{
			Name: "logon_failures_max", Default: "30", Value: settings.Int(&s.MaxFailures, 0, anyNumber),
			Doc: "How many log-ons of one user from one address (an IPv6 /64) may fail within ten minutes before all are refused until those are over; ten times as many of all users together. Peers on this machine are not counted. 0 is no limit.",
		},
	}}
}

// raise lifts a timeout that would end the sessions of living clients.
func (s *Sessions) raise(set *settings.Set) {
	if s.Timeout < minSessionTimeout {
		set.Warnf("session_timeout is raised to %d seconds, because clients report in every 60", minSessionTimeout/time.Second)
		s.Timeout = minSessionTimeout
	}
}

// LifeCycle says how long deleted data and records of changes are kept.
type LifeCycle struct {
	SoftDelete time.Duration // 0 keeps deleted items for ever
	Sync       time.Duration // 0 keeps records of changes for ever
}

func (l *LifeCycle) section() settings.Section {
	return settings.Section{Title: "Life of deleted data", Options: []settings.Option{
		{
			Name: "softdelete_lifetime", Default: "30", Value: days(&l.SoftDelete),
			Doc: "After how many days deleted items are removed for good. 0 keeps them for ever.",
		},
		{
			Name: "sync_lifetime", Default: "90", Value: days(&l.Sync), Reloadable: true,
			Doc: "After how many days the record of changes for synchronising clients is cut off. A client that was away longer synchronises from the start. 0 keeps it for ever.",
		},
	}}
}
