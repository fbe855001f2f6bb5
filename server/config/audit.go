package config

import (
	"zarafa/daemon/logging"
	"zarafa/daemon/settings"
)

// Audit says where calls and security decisions are recorded.
type Audit struct {
	RequestLogMethod string // off, file or syslog
	RequestLogFile   string
	Enabled          bool
	Method           string
	File             string
	Level            int
	Timestamp        bool
}

// Requests says where the lines of calls go.
func (a *Audit) Requests() logging.RecordsConfig {
	return logging.RecordsConfig{Setting: "request_log", Method: a.RequestLogMethod, File: a.RequestLogFile, Timestamp: true}
}

// Access says where log-ons and access are recorded.
func (a *Audit) Access() logging.RecordsConfig {
	c := logging.RecordsConfig{Setting: "audit_log", Method: a.Method, File: a.File, Timestamp: a.Timestamp, Private: true}
	if !a.Enabled || a.Level == 0 {
		c.Method = "off"
	}
	return c
}

func (a *Audit) section() settings.Section {
	return settings.Section{Title: "Records of requests and of access", Options: []settings.Option{
		{
			Name: "request_log_method", Default: "off", Value: settings.Choice(&a.RequestLogMethod, "off", "file", "syslog"), Reloadable: true,
			Doc: "Where one line for each call is written: from where, by whom, which operation, its result and how long it took.",
		},
		{
			Name: "request_log_file", Default: "-", Value: settings.Text(&a.RequestLogFile), Reloadable: true,
			Doc: "The file of request_log_method = file; - means standard error. It is opened again on HUP.",
		},
		{
			Name: "audit_log_enabled", Default: "no", Value: settings.Bool(&a.Enabled), Reloadable: true,
			Doc: "Whether log-ons, refused log-ons, changes of users, groups, companies and rights, the opening of stores of others and what was refused for want of rights are recorded.",
		},
		{
			Name: "audit_log_method", Default: "syslog", Value: settings.Choice(&a.Method, "syslog", "file"), Reloadable: true,
			Doc: "Where that record is written; syslog gets it as authpriv.",
		},
		{
			Name: "audit_log_file", Default: "/var/log/zarafa/audit.log", Value: settings.Text(&a.File), Reloadable: true,
			Doc: "The file of audit_log_method = file. It is opened again on HUP.",
		},
		{
			Name: "audit_log_level", Default: "1", Value: settings.Int(&a.Level, 0, 1), Reloadable: true,
			Doc: "0 records nothing, 1 records everything.",
		},
		{
			Name: "audit_log_timestamp", Default: "no", Value: settings.Bool(&a.Timestamp), Reloadable: true,
			Doc: "Whether lines in the file begin with the time.",
		},
	}}
}
